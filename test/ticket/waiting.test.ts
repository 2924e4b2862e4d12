import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { conditionWords } from '../../src/ticket/condition-words.ts';
import { holds, momentsOf } from '../../src/ticket/conditions.ts';
import { decide } from '../../src/ticket/decide.ts';
import { landTodo } from '../../src/ticket/landing.ts';
import type { RowName } from '../../src/ticket/requests.ts';
import { table } from '../../src/ticket/table.ts';
import { tries } from './arbitrary.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { openDesk, type State, type Ticket } from './types.ts';

// What wakes a ticket that waits for something: its own condition and people, and nothing else.

const minute = 60_000;
const ids = ['MC-2', 'MC-3', 'MC-4'];

/** Conditions over one small world, in which much of what they name is there. */
const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer({ min: -60, max: 60 }).map((minutes) => ({ until: at(minutes * 60) })),
    fc.subarray(ids, { minLength: 1 }).map((after) => ({ after })),
    fc.record(
      {
        idle: fc.constantFrom('luci', 'ada', 'nobody'),
        below: fc.integer({ min: 1, max: 3 }),
        minutes: fc.integer({ min: 0, max: 60 }),
      },
      { requiredKeys: ['idle'] },
    ),
    fc.constant({ desk: 'open' as const }),
    fc.record({ all: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
  ),
})).any;

interface Facts {
  running: Record<string, number>;
  /** Minutes ago that so many ran, for each agent. */
  ran: Record<string, number[]>;
  states: Record<string, State | null>;
  paused: boolean;
}
const counts = fc.integer({ min: 0, max: 2 });
const ago = fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 3 });
const state = fc.constantFrom<State | null>('done', 'done', 'cancelled', 'in_progress', 'waiting', null);
const facts: fc.Arbitrary<Facts> = fc.record({
  running: fc.record({ luci: counts, ada: counts }),
  ran: fc.record({ luci: ago, ada: ago }),
  states: fc.record({ 'MC-2': state, 'MC-3': state, 'MC-4': state }),
  paused: fc.boolean(),
});

const here = ({ running, ran, states, paused }: Facts, now = noon) => {
  const { desk } = view();
  const occupied = new Map(Object.entries(running));
  return {
    view: view({
      desk: { ...desk, paused },
      occupied,
      lastRan: (agent, level) => {
        const minutes = ran[agent]?.[level - 1];
        return minutes === undefined ? null : noon - minutes * minute;
      },
      stateOf: (id) => states[id] ?? undefined,
    }),
    now,
    config,
  };
};

/** Whether it holds, as plainly as it can be said. */
function plainly(one: Condition, { running, ran, states, paused }: Facts, now: number): boolean {
  if ('until' in one) return Date.parse(one.until) <= now;
  if ('after' in one) return one.after.filter((id) => states[id] === 'done').length === one.after.length;
  if ('desk' in one) return !paused;
  if ('all' in one) return !one.all.some((part) => !plainly(part, { running, ran, states, paused }, now));
  if ('any' in one)
    return one.any.filter((part) => plainly(part, { running, ran, states, paused }, now)).length > 0;
  if (!('idle' in one)) return false;
  const most = { luci: 1, ada: 2 }[one.idle] ?? 0;
  const { below = 1, minutes = 0 } = one;
  if (below > most || (running[one.idle] ?? 0) >= below) return false;
  const since = ran[one.idle]?.[below - 1];
  return minutes === 0 || since === undefined || since * minute + (now - noon) >= minutes * minute;
}

const deferred = (when: Condition): Ticket =>
  ticketIn('waiting', { waiting: { kind: 'deferred', when, reason: '', by: 'elmar', since: at(-60) } });

test('the clock wakes it exactly when its condition holds and the desk is open, and says by what', () => {
  fc.assert(
    fc.property(condition, facts, (when, known) => {
      const now = here(known);
      const { accepted, ticket } = decide(deferred(when), aRequest('due'), now.view, noon, config);
      expect(accepted).toBe(!known.paused && plainly(when, known, noon));
      expect(ticket?.state ?? 'waiting').toBe(accepted ? 'todo' : 'waiting');
      if (accepted) expect(ticket?.woken).toEqual({ when, at: at(0) });
    }),
    tries(500),
  );
});

test('what is asked again at the claim outlasts a desk that was paused', () => {
  const paused = { now: noon, config, view: view({ desk: { ...openDesk, paused: true } }) };
  const start_when = { idle: 'luci' };
  const once = landTodo(ticketIn('todo', { start_when }), paused);
  expect(once).toMatchObject({ waiting: { when: { all: [{ desk: 'open' }, start_when] } } });
  const all = { all: [{ desk: 'open' as const }, start_when] };
  expect(landTodo(ticketIn('todo', { start_when: all }), paused).waiting?.when).toEqual(all);
});

test('whatever comes true by the clock alone does so at a moment that is known before', () => {
  fc.assert(
    fc.property(condition, facts, fc.integer({ min: 1, max: 200 }), (when, known, minutes) => {
      const then = noon + minutes * minute;
      if (holds(when, here(known)) || !holds(when, here(known, then))) return;
      const moments = momentsOf(when, here(known)).filter((one) => one > noon && one <= then);
      expect(moments.some((one) => holds(when, here(known, one)))).toBe(true);
    }),
    tries(1000),
  );
});

/** What people mean to wake, or end, a waiting ticket by. */
const byPeople: readonly RowName[] = [
  'release',
  'answer',
  'cancel',
  'merged',
  'retry',
  'accept',
  'report',
  'create',
];

test('S2: nothing but its condition or a person wakes it', () => {
  const others = [...new Set(table.map(({ request }) => request))].filter(
    (name) => !byPeople.includes(name) && name !== 'due' && name !== 'expire',
  );
  fc.assert(
    fc.property(condition, facts, fc.constantFrom(...others), fc.boolean(), (when, known, name, hold) => {
      const before = { ...deferred(when), hold, issue: 7 };
      const { ticket } = decide(before, aRequest(name), here(known).view, noon, config);
      expect((ticket ?? before).state).toBe('waiting');
      // Of all these only a park, and an issue that is gone, change what it waits for: for good.
      const stays = !['park', 'detach'].includes(name);
      expect((ticket ?? before).waiting?.when).toEqual(stays ? when : undefined);
    }),
    tries(1000),
  );
});

test('a condition in words names every part, and never throws', () => {
  fc.assert(
    fc.property(condition, (when) => {
      expect(conditionWords(when).length).toBeGreaterThan(5);
    }),
    tries(200),
  );
});
