import { describe, expect, test } from 'vitest';
import { agentOf, isLive, obstacles, startsInHour } from '../../src/ticket/claim.ts';
import { conditionFaults, conditionWords } from '../../src/ticket/condition-words.ts';
import { holds, isPassing } from '../../src/ticket/conditions.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { View } from '../../src/ticket/decision.ts';
import { at, config, noon, phase, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import { openDesk, type Ticket } from './types.ts';

/** What stands in the way of a claim, in words. */
const inTheWay = (ticket: Ticket, facts: Partial<View> = {}, over: Partial<Config> = {}, now = noon) =>
  obstacles(ticket, { view: view(facts), now, config: { ...config, ...over } }).map(
    ({ code, message }) => `${code}: ${message}`,
  );
const todo = ticketIn('todo');

describe('what stands in the way of a claim', () => {
  test('nothing', () => expect(inTheWay(todo)).toEqual([]));

  test('its own state, a hold, and a run that was not seen to end', () => {
    expect(inTheWay(ticketIn('inbox'))).toEqual(['no-row: MC-1 is inbox, not todo.']);
    expect(inTheWay(ticketIn('todo', { hold: true }))).toEqual(['held: MC-1 is held.']);
    const again = told(executing, by('e1', 'park', 1), by('e2', 'release', 2));
    expect(inTheWay(again)).toEqual(['run-not-ended: Attempt 1 (run 990) has not been seen to end.']);
  });

  test('a back-off, until its second has come', () => {
    const later = ticketIn('todo', { not_before: at(60) });
    expect(inTheWay(later, {}, {}, noon + 59_999)).toEqual([`not-before: Backs off until ${at(60)}.`]);
    expect(inTheWay(later, {}, {}, noon + 60_000)).toEqual([]);
  });

  test('a condition that ceased to hold, and a file that is full', () => {
    const idle = ticketIn('todo', { start_when: { idle: 'ada' } });
    expect(inTheWay(idle)).toEqual([]);
    expect(inTheWay(idle, { occupied: new Map([['ada', 1]]) })).toEqual([
      'condition-unmet: It waits when ada is idle, which does not hold any more.',
    ]);
    expect(inTheWay(todo, { isFull: (id) => id === 'MC-1' })).toEqual([
      'too-large: The file of MC-1 is full. Shorten its text.',
    ]);
  });

  test('the desk: draining is said before paused', () => {
    const desk = (over: object) => ({ desk: { ...openDesk, ...over } });
    expect(inTheWay(todo, desk({ paused: true }))).toEqual(['desk-paused: The desk is paused.']);
    const both = desk({ paused: true, draining: true });
    expect(inTheWay(todo, both)).toEqual(['desk-draining: The desk is draining.']);
  });

  test('as many starts in the last hour as are allowed', () => {
    const limits = { ...config.limits, starts_per_hour: 2 };
    const starts = (...seconds: number[]) => ({ desk: { ...openDesk, starts: seconds.map(at) } });
    expect(inTheWay(todo, starts(-60, -3599), { limits })).toEqual([
      'starts-per-hour: 2 attempts started in the last hour, and 2 are allowed.',
    ]);
    expect(inTheWay(todo, starts(-60, -3600), { limits })).toEqual([]);
    expect(startsInHour([at(-3600), at(-3599)], noon)).toEqual([at(-3599)]);
  });

  test('nobody to work it', () => {
    expect(inTheWay(ticketIn('todo', { owner: 'elmar' }))).toEqual([
      'owner-is-a-person: elmar is no configured agent profile, so a person works this.',
    ]);
    expect(inTheWay(ticketIn('todo', { owner: null }))).toEqual([
      'no-agent: MC-1 has no owner, and phase dev and the configuration name no agent.',
    ]);
    expect(inTheWay(ticketIn('todo', { owner: null }), {}, { default_agent: 'otto' })).toEqual([
      'no-agent: There is no agent profile otto.',
    ]);
  });

  test('an agent that works as many as it may, or whose profile is paused', () => {
    const ada = ticketIn('todo', { owner: 'ada' });
    expect(inTheWay(ada, { occupied: new Map([['ada', 1]]) })).toEqual([]);
    expect(inTheWay(ada, { occupied: new Map([['ada', 2]]) })).toEqual([
      'no-capacity: ada works or still stops 2 of 2.',
    ]);
    const paused = (until: string | null, probe = false): Partial<View> => ({
      desk: { ...openDesk, profiles: { ada: { until, reason: 'no', by: 'wilma', probe } } },
    });
    expect(inTheWay(ada, paused(null))).toEqual(['profile-paused: ada is paused: no']);
    expect(inTheWay(ada, paused(at(1)))).toEqual([`profile-paused: ada is paused until ${at(1)}: no`]);
    expect(inTheWay(ada, paused(at(0)))).toEqual([]);
    const one = { occupied: new Map([['ada', 1]]) };
    expect(inTheWay(ada, { ...paused(at(0)), ...one })).toEqual([]);
    expect(inTheWay(ada, { ...paused(at(0), true), ...one })).toEqual([
      `profile-paused: ada was paused until ${at(0)} and tries one ticket first (no)`,
    ]);
  });
});

test('who works a phase: its own agent, the owner, or the default; a person’s ticket nobody', () => {
  const ofPhase: Config = {
    ...config,
    default_agent: 'luci',
    phases: { dev: phase({ agent: 'ada' }) },
  };
  expect(agentOf(ticketIn('todo', { owner: 'luci' }), ofPhase)).toBe('ada');
  expect(agentOf(ticketIn('todo', { owner: 'elmar' }), ofPhase)).toBeNull();
  expect(agentOf(ticketIn('todo', { owner: 'ada' }), { ...config, default_agent: 'luci' })).toBe('ada');
  expect(agentOf(ticketIn('todo', { owner: null }), { ...config, default_agent: 'luci' })).toBe('luci');
  expect(agentOf(ticketIn('todo', { owner: null }), config)).toBeNull();
});

test('a closed ticket lives on while a run of it is being stopped', () => {
  const cancelled = told(executing, by('e1', 'cancel', 1));
  expect([todo, cancelled, ticketIn('cancelled')].map(isLive)).toEqual([true, true, false]);
});

describe('a condition', () => {
  const here = (facts: Partial<View> = {}) => ({ view: view(facts), now: noon, config });

  test('of time holds from its second on; of the desk while it neither pauses nor drains', () => {
    expect([0, 1].map((seconds) => holds({ until: at(seconds) }, here()))).toEqual([true, false]);
    for (const over of [{}, { paused: true }, { draining: true }])
      expect(holds({ desk: 'open' }, here({ desk: { ...openDesk, ...over } }))).toBe(
        Object.keys(over).length === 0,
      );
    expect(holds({ idle: 'luci' }, here({ occupied: new Map([['luci', 1]]) }))).toBe(false);
  });

  test('passes where any part of it does', () => {
    const [after, idle] = [{ after: ['MC-7'] }, { idle: 'luci' }];
    expect([after, idle, { any: [after, idle] }, { all: [after, after] }].map(isPassing)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('names what nobody configured, and says itself in words', () => {
    const all = { all: [{ idle: 'lucy' }, { idle: 'ada' }, { any: [{ idle: 'otto' }, { until: at(0) }] }] };
    expect(conditionFaults(all, 'MC-1', { view: view(), now: noon, config })).toEqual([
      'there is no agent lucy',
      'there is no agent otto',
    ]);
    expect(conditionWords(all)).toBe(
      `when lucy is idle and when ada is idle and (when otto is idle or until ${at(0)})`,
    );
    expect(conditionWords({ after: ['MC-7'] })).toBe('after MC-7 is done');
    expect(conditionWords({ after: ['MC-7', 'MC-8'] })).toBe('after MC-7, MC-8 are done');
    expect(conditionWords({ desk: 'open' })).toBe('when the desk is open again');
  });
});
