import { expect, test } from 'vitest';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { holds, namedIn } from '../../src/ticket/conditions.ts';
import { nextAction } from '../../src/ticket/sentences.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';

const here = { view: view({ stateOf: (id) => (id === 'MC-7' ? 'done' : undefined) }), now: noon, config };

test('all and any hold as their parts do', () => {
  const past: Condition = { until: at(-1) };
  const future: Condition = { until: at(1) };
  const after: Condition = { after: ['MC-7'] };
  expect(holds({ all: [past, after] }, here)).toBe(true);
  expect(holds({ all: [past, future] }, here)).toBe(false);
  expect(holds({ any: [future, after] }, here)).toBe(true);
  expect(holds({ after: ['MC-7', 'MC-8'] }, here)).toBe(false);
  expect(namedIn({ any: [past, { all: [after, { after: ['MC-8'] }] }] })).toEqual(['MC-7', 'MC-8']);
});

test('an agent that nobody configured is never idle, and the issue says so', () => {
  const when: Condition = { any: [{ idle: 'lucy' }, { until: at(60) }] };
  expect(holds({ idle: 'luci' }, here)).toBe(true);
  expect(holds({ idle: 'constructor' }, here)).toBe(false);
  expect(holds(when, here)).toBe(false);
  const ticket = ticketIn('waiting', {
    waiting: { kind: 'deferred', when, reason: 'When she has time.', by: 'elmar', since: at(-60) },
  });
  expect(nextAction(ticket, here)).toContain(
    '`bad-condition` There is no agent lucy, so this never comes true.',
  );
});
