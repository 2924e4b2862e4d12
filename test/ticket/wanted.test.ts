import { expect, test } from 'vitest';
import { wanted } from '../../src/ticket/wanted.ts';
import { at, ticketIn } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

const stopped = (ticket: Ticket) => told(ticket, aRequest('stopped'));

test('an open attempt wants a run until one is bound', () => {
  const unbound = executing.attempt && { ...executing.attempt, run: null };
  expect(wanted({ ...executing, attempt: unbound }).dispatch).toBe(true);
  expect(wanted(executing).dispatch).toBe(false);
  expect(wanted(ticketIn('todo')).dispatch).toBe(false);
});

test('a stopped attempt is told when its run was seen to end, a completed one never', () => {
  const parked = told(executing, by('e1', 'park', 0));
  expect(wanted(parked)).toMatchObject({ stop: [{ number: 1 }], evidence: [] });
  expect(wanted(stopped(parked))).toMatchObject({ stop: [], evidence: [{ number: 1 }] });
  expect(wanted(stopped(told(executing, aRequest('done')))).evidence).toEqual([]);
});

test('an issue is closed when its ticket is over and nothing of it runs any more, as it was over', () => {
  expect(wanted(ticketIn('review')).issue).toBe('open');
  expect(wanted(ticketIn('done')).issue).toBe('completed');
  const cancelled = told(executing, by('e1', 'cancel', 0));
  expect(cancelled.state).toBe('cancelled');
  expect(wanted(cancelled).issue).toBe('open');
  expect(wanted(stopped(cancelled)).issue).toBe('not_planned');
});

test('shown is the work of the completion that was accepted last, never that of a stop', () => {
  const [done] = told(executing, aRequest('done')).attempts;
  const [parked] = told(executing, by('e1', 'park', 0)).attempts;
  if (!done || !parked) throw new Error('closed attempts');
  const of = (...attempts: Ticket['attempts']) => wanted(ticketIn('todo', { attempts })).publish?.number;
  expect(of({ ...done, signal: 'a'.repeat(64) }, { ...parked, number: 2 })).toBe(1);
  expect(of(parked, { ...done, number: 2, outcome: 'failed', signal: 'a'.repeat(64) })).toBeUndefined();
  expect(of({ ...done, signal: null })).toBeUndefined();
  const one = { ...done, ended: at(5) };
  expect(of(one, { ...done, number: 2, ended: at(3) })).toBe(1);
  expect(of(one, { ...done, number: 2, ended: at(5) })).toBe(2);
});
