import { describe, expect, test } from 'vitest';
import { explain } from '../../src/ticket/explain.ts';
import { explanationWords } from '../../src/ticket/explain-words.ts';
import type { ReasonCode } from '../../src/ticket/reasons.ts';
import { blocked, cases, deferred, parked, paused, todo } from './explain-cases.ts';
import { desk, type Over, well, why, works } from './explaining.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

describe('S10: why it does not run, for each reason', () => {
  test.each(Object.entries(cases))('%s', (code, [ticket, over, message, since, change]) => {
    const { state, mayRun, reasons: found, next } = why(ticket, over);
    expect({ state, mayRun }).toEqual({
      state: ticket.state,
      mayRun: code === 'bad-config' || code === 'budget-near',
    });
    expect(found).toContainEqual({
      code,
      message: expect.stringContaining(message),
      since,
      change: expect.stringContaining(change),
    });
    expect(next).not.toBe('');
  });

  test('the file of a ticket, or of the desk, cannot be read', () => {
    const broken = { code: 'bad-yaml', message: 'line 3: a tab' } as const;
    const file = { id: 'MC-1', path: 'tickets/MC-1.yaml', ticket: null, broken };
    const here = { view: view(), now: noon, config, ...well };
    const change = expect.stringContaining('mends');
    expect(explain(file, { ...here, deskBroken: { ...broken, code: 'too-large' } })).toEqual({
      id: 'MC-1',
      state: 'broken',
      mayRun: false,
      reasons: [
        { code: 'bad-yaml', message: 'tickets/MC-1.yaml cannot be read: line 3: a tab', since: null, change },
        {
          code: 'too-large',
          message: expect.stringContaining('the desk is paused: line 3'),
          since: null,
          change,
        },
      ],
      next: change,
    });
  });

  test('what blocked it, with what helps against that', () => {
    for (const code of [
      'retries-exhausted',
      'question-expired',
      'dispatch-refused',
      'no-workflow',
    ] as ReasonCode[])
      expect(why(blocked(code)).reasons).toMatchObject([
        { code, message: 'Blocked: It failed.', since: at(-60) },
      ]);
    expect(why(blocked('no-workflow')).next).toMatch(/^Put `.github.*Somebody with write access retries/);
    expect(why(ticketIn('blocked', { blocked: null })).reasons).toMatchObject([
      { code: 'blocked', since: null },
    ]);
  });
});

describe('of several reasons', () => {
  const codes = (ticket: Ticket, over: Over = {}) => why(ticket, over).reasons.map(({ code }) => code);

  test('every one is said, its own state first', () => {
    const both = { ...works('luci', 'MC-7'), lacksWorkflow: true };
    expect(codes(todo, both)).toEqual(['no-capacity', 'no-workflow']);
    expect(codes({ ...parked, hold: true }, both)).toEqual([
      'parked',
      'held',
      'run-not-ended',
      'no-capacity',
    ]);
    expect(codes(parked, { movedBack: true })[0]).toBe('head-moved-back');
  });

  test('what is worked, reviewed or closed is not said to lack what it does not need', () => {
    const full = works('luci', 'MC-1');
    expect(codes({ ...executing, hold: true }, full)).toEqual(['running', 'held']);
    expect(codes(ticketIn('review'), full)).toEqual(['in-review']);
    expect(codes(ticketIn('done'), full)).toEqual(['done']);
    expect(codes(told(executing, by('e1', 'cancel', 1)), full)).toEqual(['cancelled', 'run-not-ended']);
  });
});

test('a ticket that may run says who takes it', () => {
  expect(why(todo)).toEqual({
    id: 'MC-1',
    state: 'todo',
    mayRun: true,
    reasons: [],
    next: 'luci takes it when the app looks next.',
  });
});

describe('a deferral', () => {
  const words = (when: object, over: Over = {}) => why(deferred(when), over).reasons[0]?.message;
  test('says which part does not hold, and that the app wakes it once all do', () => {
    expect(words({ until: at(60) })).toContain(`Now: ${at(60)} has not come.`);
    expect(words({ idle: 'luci' }, works('luci', 'MC-7'))).toContain('Now: luci works or still stops MC-7.');
    expect(words({ desk: 'open' }, desk({ paused: true, draining: true }))).toContain(
      'the desk is draining.',
    );
    const all = { all: [{ idle: 'ada' }, { until: at(60) }] };
    expect(words(all)).toContain(`Now: ${at(60)} has not come.`);
    expect(words({ any: [{ idle: 'ada' }, { until: at(60) }] })).toContain('That holds now.');
    expect(why(deferred({ idle: 'ada' })).next).toBe('The app wakes it when it looks next.');
  });
});

test('a profile that its provider paused lets one attempt go first; one that a person paused waits for a person', () => {
  expect(why(todo, paused(at(0), true)).next).toBe('The attempt that goes first (MC-7) ends well.');
  expect(why(todo, paused(null)).next).toMatch(
    /^It was wilma's act: somebody with write access comments \/resume luci/,
  );
});

test('as a comment it has each code, and words of people call nobody', () => {
  const said = explanationWords(why(told(executing, by('e1', 'park', 0, { reason: '@wilma <b>' }))));
  expect(said).toMatch(
    /^\*\*MC-1\*\* is \*\*waiting\*\*\.\n- `parked` Parked by lucienne: @\u200bwilma <\u200bb>/,
  );
  expect(said).toMatch(
    /- `run-not-ended` .*Since 2026-05-25T12:00:00Z\..*\n\nNext: Only a new release wakes it/,
  );
  expect(explanationWords(why(todo))).toContain('**todo**, and may run now.');
});
