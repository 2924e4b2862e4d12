import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from 'vitest';
import { attemptWorkflowFaults, workflowFaults } from '../../src/setup/workflow.ts';

const folder = join(import.meta.dirname, '../../.github/workflows');
const shipped = readdirSync(folder);
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const ours = textOf('signalbox.yml');

describe.each(shipped)('%s', (name) => {
  const content = textOf(name);

  test("is a workflow by GitHub's own parser", () => {
    const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    expect(context.errors.getErrors()).toEqual([]);
  });

  test('puts no value into a program, limits its token, and uses only what nobody can change', () => {
    expect(workflowFaults(content)).toEqual([]);
  });

  test('names the version of each commit that it uses', () => {
    const uses = content.split('\n').filter((line) => /uses: (?!\.\/)/.test(line));
    expect(uses.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });
});

test('the workflow of attempts has the inputs and the rights that it needs, and no more', () => {
  expect(attemptWorkflowFaults(ours)).toEqual([]);
});

test('a job that GitHub ends before its agent is to end is told; one without a limit has six hours', () => {
  const timed = (minutes: string, longest: number) =>
    attemptWorkflowFaults(ours.replace(/ +timeout-minutes: .*\n/, minutes), longest);
  expect(timed('    timeout-minutes: 61\n', 60)).toEqual([]);
  expect(timed('    timeout-minutes: 60\n', 60)).toMatchObject([
    { code: 'workflow-time', message: expect.stringContaining('has 60 minutes') },
  ]);
  expect(timed('', 359)).toEqual([]);
  expect(timed('', 360)).toMatchObject([{ code: 'workflow-time' }]);
});

/** What somebody may do to it, and what is said then. */
const broken: [string, (text: string) => string, string, RegExp][] = [
  [
    'an expression in a program',
    (text) => `${text}      - run: echo "\${{ inputs.ticket }}"\n`,
    'workflow-expression-in-run',
    /step 4 of attempt/,
  ],
  [
    'an expression in a script',
    (text) =>
      `${text}      - uses: actions/github-script@${'a'.repeat(40)}\n        with: { script: "\${{ github.event.issue.title }}" }\n`,
    'workflow-expression-in-run',
    /step 4/,
  ],
  ['a tag', (text) => text.replace(/checkout@[0-9a-f]{40}/, 'checkout@v7'), 'workflow-not-pinned', /@v7/],
  [
    'a short commit',
    (text) => text.replace(/(checkout@[0-9a-f]{7})[0-9a-f]+/, '$1'),
    'workflow-not-pinned',
    /checkout/,
  ],
  [
    'a kept token',
    (text) => text.replace('persist-credentials: false', 'persist-credentials: true'),
    'workflow-keeps-token',
    /step 1/,
  ],
  [
    'no permissions',
    (text) => text.replace(/^permissions:\n(?: {2}.*\n)+/m, ''),
    'workflow-permissions',
    /does not say/,
  ],
  [
    'all permissions',
    (text) => text.replace(/^permissions:\n(?: {2}.*\n)+/m, 'permissions: write-all\n'),
    'workflow-permissions',
    /does not say/,
  ],
  [
    'one too many',
    (text) => text.replace('issues: read', 'issues: read\n  packages: write'),
    'workflow-permissions',
    /packages: write/,
  ],
  [
    'one too few',
    (text) => text.replace('contents: write', 'contents: read'),
    'workflow-permissions',
    /contents: write/,
  ],
  [
    'no dispatch',
    (text) => text.replace('workflow_dispatch:', 'workflow_call:'),
    'workflow-trigger',
    /workflow_dispatch/,
  ],
  [
    "strangers' pull requests",
    (text) => text.replace('on:\n', 'on:\n  pull_request_target:\n'),
    'workflow-trigger',
    /stranger/,
  ],
  [
    'an input less',
    (text) => text.replace('      claim:\n', '      klaim:\n'),
    'workflow-inputs',
    /`claim` is missing/,
  ],
  [
    'an input more',
    (text) => text.replace('      claim:\n', '      more: { required: true, type: string }\n      claim:\n'),
    'workflow-inputs',
    /`more` is required/,
  ],
  ['no YAML', (text) => `${text}}`, 'workflow-unreadable', /line/],
];

test.each(broken)('%s is found', (_, edit, code, words) => {
  const text = edit(ours);
  expect(text).not.toBe(ours);
  const found = attemptWorkflowFaults(text).filter((one) => one.code === code);
  expect(found.map(({ message }) => message).join('\n')).toMatch(words);
});

test('a scalar, a list and nothing at all are no workflow and harm nobody', () => {
  for (const text of ['7', '- a\n', '', 'jobs: { a: 7 }', 'jobs: { a: { steps: [7, null] } }'])
    expect(Array.isArray(attemptWorkflowFaults(text))).toBe(true);
});
