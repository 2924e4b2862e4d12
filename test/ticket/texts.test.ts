import { expect, test } from 'vitest';
import {
  isInStep,
  shownDigest,
  stripMarker,
  textBehind,
  ticketMarker,
  ticketOfMarker,
} from '../../src/ticket/texts.ts';
import { ticketIn } from './fixtures.ts';

/** A ticket born as a file, and its issue as the app opened it. */
const issue = { title: 'Rework the report', body: `${ticketMarker('MC-1')}\nAll of it.` };
const ticket = ticketIn('todo', {
  title: issue.title,
  body: 'All of it.',
  mirrored: shownDigest(issue),
});

test('an issue that shows what the file says is in step', () => {
  expect(textBehind(ticket, issue)).toBeNull();
  expect(isInStep(ticket, issue)).toBe(true);
  expect(isInStep({ ...ticket, title: ` ${ticket.title} ` }, issue)).toBe(true); // as GitHub keeps it
});

test('a field that was edited in the file alone is to be shown, and no other', () => {
  expect(textBehind({ ...ticket, title: 'Another' }, issue)).toEqual({ title: 'Another' });
  expect(textBehind({ ...ticket, body: 'Half of it.' }, issue)).toEqual({
    body: `${ticketMarker('MC-1')}\nHalf of it.`,
  });
  expect(isInStep({ ...ticket, body: 'Half of it.' }, issue)).toBe(false);
});

test("an issue that was edited too is left alone: its author's words are not written over", () => {
  const edited = { ...issue, body: 'Twice all of it.' };
  expect(textBehind({ ...ticket, title: 'Another' }, edited)).toBeNull();
  expect(isInStep(ticket, edited)).toBe(false);
});

test("a form's own headings stay on the issue", () => {
  const form = {
    title: issue.title,
    body: '### What is to be done?\n\nAll of it.\n\n### Who works on it?\n\nluci\n\n### Priority\n\nhigh',
  };
  const born = { ...ticket, mirrored: shownDigest(form) };
  expect(textBehind(born, form)).toBeNull();
  expect(isInStep(born, form)).toBe(true);
});

test('the hidden line is no text, and names the ticket where it comes first alone', () => {
  expect(stripMarker(`${ticketMarker('MC-1')}\r\nAll of it.`)).toBe('All of it.');
  expect(stripMarker(ticketMarker('MC-1'))).toBe('');
  expect(ticketOfMarker(issue.body)).toBe('MC-1');
  expect(ticketOfMarker(`I quote: ${issue.body}`)).toBeNull();
  expect(stripMarker(`I quote:\n${issue.body}`)).toBe(`I quote:\n${issue.body}`);
});
