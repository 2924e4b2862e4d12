import { expect, test } from 'vitest';
import { callMoments, callsOf } from '../../src/ticket/calls.ts';
import { at, config, noon, ticketIn } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

const day = 24 * 3600;
const names = (ticket: Ticket) => callsOf(ticket, config).map(({ name }) => name);
/** Seconds from noon at which somebody is called, and once more. */
const moments = (ticket: Ticket) => callMoments(ticket, config).map((ms) => (ms - noon) / 1000);

test('who is needed by nothing is called for nothing', () => {
  for (const state of ['inbox', 'todo', 'in_progress', 'waiting', 'review', 'done', 'cancelled'] as const)
    expect(moments(ticketIn(state))).toEqual([]);
});

test('a blocked ticket calls at once and a day after; blocked anew it calls anew', () => {
  const blocked = ticketIn('blocked');
  expect(callsOf(blocked, config)).toMatchObject([{ title: 'MC-1 is blocked' }]);
  expect(moments(blocked)).toEqual([-60, day - 60]);
  const anew = ticketIn('blocked', { blocked: { code: 'time-limit', reason: '', since: at(5) } });
  expect(names(anew)).not.toEqual(names(blocked));
});

test('a stop that does not take calls when it is late, for each attempt by itself', () => {
  const parked = told(executing, by('e1', 'park', 0));
  const late = config.limits.alarm_seconds;
  expect(moments(parked)).toEqual([late, late + day]);
  expect(names(parked)).toEqual(['alarm:1']);
  const [first] = parked.attempts;
  const two = { ...parked, attempts: first ? [first, { ...first, number: 2 }] : [] };
  expect(names(two)).toEqual(['alarm:1', 'alarm:2']);
});

test('a question calls twice, and parked meanwhile it is the same question, and seen; another is another', () => {
  const asked = told(executing, by('s1', 'question', 0));
  expect(moments(asked)).toEqual([0, day]);
  expect(names(asked)).toEqual([expect.stringMatching(/^question:[0-9a-f]{12}$/)]);
  const parked = told(asked, by('e1', 'park', 30));
  expect(parked.waiting).toMatchObject({ kind: 'parked', question: 'words' });
  expect(names(parked)).toEqual(names(asked));
  expect(callsOf(parked, config)).toMatchObject([{ againAt: null }]);
  const other = { ...asked, waiting: asked.waiting && { ...asked.waiting, question: 'Which?' } };
  const [attempt] = asked.attempts;
  const again = { ...asked, attempts: attempt ? [attempt, { ...attempt, number: 2 }] : [] };
  expect(new Set([asked, other, again].flatMap(names)).size).toBe(3);
});

test('a parked ticket whose run does not stop calls twice for that', () => {
  const asked = told(executing, by('e1', 'park', 0));
  expect(asked.state).toBe('waiting');
  expect(callsOf(asked, config)).toMatchObject([{ againAt: expect.any(Number) }]);
});
