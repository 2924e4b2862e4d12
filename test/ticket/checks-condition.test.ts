import { describe, expect, test } from 'vitest';
import type { ChecksSeen } from '../../src/ticket/checks.ts';
import { checksAskedBy } from '../../src/ticket/checks-asked.ts';
import { obstacles } from '../../src/ticket/claim.ts';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { conditionFaults, unmetWords } from '../../src/ticket/condition-words.ts';
import { askedAgain, holds } from '../../src/ticket/conditions.ts';
import { decide } from '../../src/ticket/decide.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';

const commit = 'c'.repeat(40);
const of = (state: 'green' | 'red' | 'pending', over: Partial<ChecksSeen> = {}): ChecksSeen => ({
  commit,
  at: at(0),
  checks: [{ name: 'build', state }],
  ...over,
});
const here = { view: view(), now: noon, config };
const seen = (main: ChecksSeen) => ({ ...here, checks: new Map([['main', main]]) });
const main: Condition = { checks: 'main' };

describe('a condition on the checks of a branch', () => {
  test('holds where they were seen to be green, and nowhere else', () => {
    expect(holds(main, seen(of('green')))).toBe(true);
    expect(holds(main, seen(of('red')))).toBe(false);
    expect(holds(main, seen(of('pending')))).toBe(false);
    expect(holds(main, here)).toBe(false);
    expect(holds({ checks: 'other' }, seen(of('green')))).toBe(false);
  });

  test('says what is red or pending as it was seen last, and at once that there is no such branch', () => {
    expect(unmetWords(main, seen(of('red')))).toEqual([`main at ccccccc: build is red (seen at ${at(0)})`]);
    expect(unmetWords(main, here)).toEqual(['nobody has looked at the checks of main here']);
    expect(conditionFaults(main, 'MC-1', seen(of('red')))).toEqual([]);
    const gone = seen(of('red', { commit: null, checks: [] }));
    expect(conditionFaults(main, 'MC-1', gone)).toEqual(['there is no branch main']);
    expect(conditionFaults(main, 'MC-1', seen(of('red', { commit: null, fault: 'no access' })))).toEqual([]);
  });
});

describe('what comes due by checks', () => {
  const waiting = (when: Condition) =>
    ticketIn('waiting', { waiting: { kind: 'deferred', when, reason: '', by: 'elmar', since: at(-60) } });
  const due = (
    when: Condition,
    checks?: ReadonlyMap<string, ChecksSeen>,
    occupied = new Map<string, number>(),
  ) =>
    decide(
      waiting(when),
      { kind: 'due', at: at(0), actor: 'signalbox', source: 'due', ...(checks ? { checks } : {}) },
      view({ occupied }),
      noon,
      config,
    );
  const green = seen(of('green')).checks;

  test('S2: is released by what was seen of them, and by no word without it', () => {
    expect(due(main)).toMatchObject({ accepted: false, code: 'condition-unmet' });
    expect(due(main, seen(of('red')).checks)).toMatchObject({ accepted: false, code: 'condition-unmet' });
    expect(due(main, green)).toMatchObject({ accepted: true, ticket: { state: 'todo', start_when: null } });
    expect(due({ checks: 'other' }, green)).toMatchObject({ accepted: false });
  });

  test('what may pass again is asked again at the claim, and the checks are not: nobody sees them then', () => {
    const idle: Condition = { idle: 'luci' };
    const { ticket } = due({ all: [main, idle] }, green);
    expect(ticket).toMatchObject({ state: 'todo', start_when: idle });
    if (!ticket) throw new Error('it is not due');
    expect(obstacles(ticket, here)).toEqual([]);
    const busy = { ...here, view: view({ occupied: new Map([['luci', 1]]) }) };
    expect(obstacles(ticket, busy).map(({ code }) => code)).toContain('condition-unmet');
    expect(due({ all: [main, idle] }, green, new Map([['luci', 1]]))).toMatchObject({ accepted: false });
  });

  test.each<[Condition, 'green' | 'red', Condition | null]>([
    [{ all: [{ idle: 'luci' }, { until: at(-1) }] }, 'red', { all: [{ idle: 'luci' }, { until: at(-1) }] }],
    [{ any: [main, { idle: 'luci' }] }, 'green', null],
    [{ any: [main, { idle: 'luci' }] }, 'red', { idle: 'luci' }],
    [{ any: [{ all: [main, { idle: 'luci' }] }, { until: at(-1) }] }, 'red', null],
    [{ any: [{ all: [main, { idle: 'ada' }] }, { idle: 'luci' }] }, 'red', { idle: 'luci' }],
    [
      { any: [{ all: [main, { idle: 'ada' }] }, { idle: 'luci' }] },
      'green',
      { any: [{ idle: 'ada' }, { idle: 'luci' }] },
    ],
  ])('of %j, %s, there is asked again: %j', (when, state, again) => {
    expect(askedAgain(when, seen(of(state)))).toEqual(again);
  });

  test('only a waiting ticket asks about checks, and only of what its own condition names', () => {
    const both: Condition = { any: [main, { all: [{ checks: 'next' }, { idle: 'luci' }] }] };
    expect(checksAskedBy(waiting(both), config)).toEqual(['main', 'next']);
    expect(checksAskedBy(waiting({ idle: 'luci' }), config)).toEqual([]);
    expect(checksAskedBy({ ...waiting(both), state: 'todo' }, config)).toEqual([]);
  });
});
