import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { priorities } from '../../src/ticket/format.ts';
import { formHeadings, readIssueForm } from '../../src/ticket/issue-form.ts';

/** A body as GitHub renders the form. */
const filled = (what: string, owner: string, priority: string): string =>
  `### What is to be done?\n\n${what}\n\n### Who works on it?\n\n${owner}\n\n### Priority\n\n${priority}`;

describe('an issue made with the form', () => {
  test('gives its description alone, its owner and its priority', () => {
    expect(readIssueForm(filled('Rework the\n\nreport', 'luci', 'high'))).toEqual({
      body: 'Rework the\n\nreport',
      owner: 'luci',
      priority: 'high',
      phases: null,
    });
  });

  test('may leave fields empty', () => {
    expect(readIssueForm(filled('x', '_No response_', '_No response_'))).toEqual({
      body: 'x',
      owner: null,
      priority: 'normal',
      phases: null,
    });
  });

  test('is read with the line ends that a browser sends, and with an @ before the owner', () => {
    expect(readIssueForm(filled('a\nb', '@elmar', 'low').replaceAll('\n', '\r\n'))).toEqual({
      body: 'a\nb',
      owner: 'elmar',
      priority: 'low',
      phases: null,
    });
  });

  test('takes its fields from the end: a description that quotes the form does not choose its owner', () => {
    const quoting = filled('x', 'mallory', 'urgent');
    expect(readIssueForm(filled(quoting, 'luci', 'low'))).toEqual({
      body: quoting,
      owner: 'luci',
      priority: 'low',
      phases: null,
    });
  });

  test('may name its phases; a form from before that field is read as ever', () => {
    const chosen = (phases: string) => `${filled('x', 'luci', 'low')}\n\n### Phases\n\n${phases}`;
    expect(readIssueForm(chosen('dev, review\nsignoff'))).toMatchObject({
      priority: 'low',
      phases: ['dev', 'review', 'signoff'],
    });
    expect(readIssueForm(chosen('_No response_'))).toMatchObject({ priority: 'low', phases: null });
    expect(readIssueForm(filled('a\n\n### Phases\n\nqa', 'luci', 'low'))).toMatchObject({ phases: null });
  });
});

test.each(['', 'Rework the report', '### Priority\n\nhigh', `Hello\n${filled('x', 'luci', 'high')}`])(
  'any other body stays as it is: %j',
  (body) => {
    expect(readIssueForm(body)).toEqual({ body, owner: null, priority: 'normal', phases: null });
  },
);

test('a body made to be slow is read at once', () => {
  const hostile = `### What is to be done?\n${'\n### Who works on it?\n'.repeat(500)}${'\n'.repeat(50_000)}`;
  expect(readIssueForm(hostile).body).toBe(hostile);
});

test('the form in .github says what is read here', () => {
  const template = parse(readFileSync('.github/ISSUE_TEMPLATE/ticket.yml', 'utf8')) as {
    labels: string[];
    body: { attributes: { label: string; options?: string[]; default?: number } }[];
  };
  expect(template.labels).toEqual(['ticket']);
  expect(template.body.map(({ attributes }) => attributes.label)).toEqual(Object.values(formHeadings));
  const { options, default: chosen } = template.body[2]?.attributes ?? {};
  expect(options).toEqual([...priorities]);
  expect(options?.[chosen ?? -1]).toBe('normal');
});
