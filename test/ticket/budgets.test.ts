import { describe, expect, test } from 'vitest';
import { limitReached } from '../../src/ticket/breakers.ts';
import { mostAmount, budgets as schema } from '../../src/ticket/budget-format.ts';
import { usedWords } from '../../src/ticket/budget-words.ts';
import { attemptLimits, dayShares, nearLimit, ticketLimits } from '../../src/ticket/budgets.ts';
import { callsOf } from '../../src/ticket/calls.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { deadlineGraceSeconds } from '../../src/ticket/config.ts';
import { decide } from '../../src/ticket/decide.ts';
import { deskAfter } from '../../src/ticket/quota.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { amountOf, spentAfter } from '../../src/ticket/spending.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { by, executing, told } from './telling.ts';
import { type Desk, openDesk, type Ticket } from './types.ts';

const budgets = schema.parse({
  attempt: { minutes: 30, dollars: 5 },
  ticket: { minutes: 60, tokens: 1_000_000, dollars: 20 },
  day: { minutes: 100 },
  unreported: { tokens_per_minute: 10_000, dollars_per_minute: 0.5 },
});
const strict = { ...config, budgets };
const here = { now: noon, config: strict };
const lifetime = (over: object): Ticket['lifetime'] => ({
  attempts: 1,
  retries: 0,
  granted: 0,
  minutes: 0,
  ...over,
});
const ask = (ticket: Ticket, request: Request, now = noon) => decide(ticket, request, view(), now, strict);

describe('what was spent', () => {
  test('is what was reported, and for each minute in which nothing was, so much: never nothing', () => {
    const first = spentAfter({ minutes: 0 }, { minutes: 10 });
    expect(first).toEqual({ minutes: 10 });
    expect(amountOf(first, 'tokens', budgets)).toBe(100_000);
    const second = spentAfter(first, { minutes: 5, usage: { tokens: 7 } });
    expect(second).toEqual({ minutes: 15, reported: { tokens: { amount: 7, minutes: 5 } } });
    expect(['minutes', 'tokens', 'dollars'].map((unit) => amountOf(second, unit as never, budgets))).toEqual([
      15, 100_007, 7.5,
    ]);
  });

  test('stands in the closed attempt and in the lifetime, whatever ended it', () => {
    const usage = { tokens: 1200, dollars: 0.25 };
    const reported = {
      tokens: { amount: 1200, minutes: 0.5 },
      dollars: { amount: 0.25, minutes: 0.5 },
    };
    const done = aRequest('done') as Extract<Request, { kind: 'signal' }>;
    const said = { ...done, signal: done.signal && { ...done.signal, usage } };
    for (const request of [said, aRequest('lost', { usage } as never), aRequest('quota', { usage } as never)])
      expect(told(executing, request)).toMatchObject({
        attempts: [{ usage }],
        lifetime: { minutes: 0.5, reported },
      });
    // A park closes it before its runner can say anything: that comes with "stopped".
    const parked = told(executing, by('e1', 'park', 0));
    expect(parked.lifetime.reported).toBeUndefined();
    const stopped = told(parked, aRequest('stopped', { usage } as never));
    expect(stopped).toMatchObject({ attempts: [{ usage, stopped: at(0) }], lifetime: { reported } });
  });

  test('is no more than a file can hold: the attempt ends all the same, and a retry grants more', () => {
    const reported = { tokens: { amount: mostAmount, minutes: 1 } };
    const used = { ...executing, lifetime: { ...executing.lifetime, reported } };
    const lost = told(used, aRequest('lost', { usage: { tokens: 5 } } as never));
    expect(lost.lifetime.reported).toEqual({ tokens: { amount: mostAmount, minutes: 1.5 } });
    expect(writeTicket(lost)).toContain(`amount: ${mostAmount}`);
    const blocked = { ...lost, state: 'blocked', attempt: null } as Ticket;
    const granted = ask(
      { ...blocked, blocked: { code: 'budget', reason: '', since: at(0) } },
      by('e1', 'retry', 1),
    );
    expect(writeTicket(granted.ticket as Ticket)).toContain('grant:');
    expect(limitReached(granted.ticket as Ticket, here)).toBeNull();
  });
});

describe('S9: the budget of a ticket', () => {
  test.each([
    ['minutes', { minutes: 60 }, 'MC-1 has used 60 of 60 minutes.'],
    [
      'tokens that were reported',
      { minutes: 1, reported: { tokens: { amount: 2e6, minutes: 1 } } },
      'MC-1 has used 2,000,000 of 1,000,000 tokens.',
    ],
    [
      'dollars that nobody reported',
      { minutes: 40, reported: { tokens: { amount: 5, minutes: 40 } } },
      'MC-1 has used 20 of 20 dollars.',
    ],
  ])('in %s: not claimed, and blocked without a retry', (_, spent, message) => {
    const over = ticketIn('todo', { lifetime: lifetime(spent) });
    expect(limitReached(over, here)).toEqual({ code: 'budget', message });
    expect(ask(over, aRequest('claim'))).toMatchObject({ accepted: false, code: 'budget' });
    const expire = aRequest('expire', { code: 'budget', reason: message } as never);
    expect(ask(over, expire).ticket).toMatchObject({ state: 'blocked', blocked: { code: 'budget' } });
    expect(ask(ticketIn('todo'), expire)).toMatchObject({ accepted: false, code: 'condition-unmet' });
  });

  test('its own may be lower, and is never higher', () => {
    const own = ticketIn('todo', { budget: { minutes: 10, tokens: 1e9 } });
    expect(ticketLimits(own, strict)).toEqual({ minutes: 10, tokens: 1_000_000, dollars: 20 });
    expect(ticketLimits(own, config)).toEqual({ minutes: 10, tokens: 1e9 });
    expect(limitReached({ ...own, lifetime: lifetime({ minutes: 10 }) }, here)?.code).toBe('budget');
  });

  test('an attempt gets no more than is left of it', () => {
    const most = ticketIn('todo', { lifetime: lifetime({ minutes: 36 }) });
    expect(attemptLimits(most, strict)).toEqual({ minutes: 24, tokens: 640_000, dollars: 2 });
    expect(attemptLimits(ticketIn('todo'), strict)).toEqual({ minutes: 30, tokens: 1_000_000, dollars: 5 });
    expect(attemptLimits(ticketIn('todo'), config)).toEqual({});
  });

  test('a retry of what it blocked grants one more attempt, beyond what is spent', () => {
    const blocked = ticketIn('blocked', {
      blocked: { code: 'budget', reason: '', since: at(0) },
      lifetime: lifetime({ minutes: 90 }),
    });
    const again = ask(blocked, by('e1', 'retry', 1)).ticket as Ticket;
    expect(again.lifetime.grant).toEqual({ at: at(0), minutes: 120, tokens: 1_900_000, dollars: 50 });
    expect(limitReached(again, here)).toBeNull();
    expect(limitReached({ ...again, lifetime: { ...again.lifetime, minutes: 120 } }, here)?.code).toBe(
      'budget',
    );
    const other = { ...blocked, blocked: { code: 'retries-exhausted', reason: '', since: at(0) } };
    expect(ask(other, by('e1', 'retry', 1)).ticket?.lifetime.grant).toBeUndefined();
  });
});

describe('S8: an attempt over its budget', () => {
  const expire = aRequest('expire', {
    code: 'budget',
    reason: 'It has used 6 of 5 dollars.',
    attempt: 1,
    agent_gone: true,
    last_words: 'still at it',
    usage: { dollars: 6 },
  } as never);

  test('is ended by its runner, and its ticket is blocked with the report', () => {
    expect(ask(executing, expire).ticket).toMatchObject({
      state: 'blocked',
      blocked: { code: 'budget', reason: 'It has used 6 of 5 dollars.' },
      attempts: [
        {
          outcome: 'blocked',
          stopped: at(0),
          usage: { dollars: 6 },
          report: { safe_retry: false, human_input_required: true, summary: 'still at it' },
        },
      ],
    });
    const later = { ...expire, attempt: 2 } as Request;
    expect(ask(executing, later)).toMatchObject({ accepted: false, code: 'attempt-closed' });
    expect(ask(ticketIn('todo'), expire)).toMatchObject({ accepted: false, code: 'attempt-closed' });
  });

  test('whose runner does not end it is ended by the app, once that had its time', () => {
    const graceMs = deadlineGraceSeconds(strict) * 1000;
    const limit = (minutes: number, extra = 0) =>
      limitReached(executing, { ...here, now: noon - 30_000 + minutes * 60_000 + graceMs + extra });
    expect(limit(30, -1000)).toBeNull();
    expect(limit(30)).toMatchObject({ code: 'budget', message: 'MC-1 has used 30 of 30 minutes.' });
    const own = aRequest('expire', { code: 'budget', reason: 'over' } as never);
    expect(ask(executing, own).code).toBe('condition-unmet');
    expect(ask(executing, own, noon + 30 * 60_000 + graceMs).ticket).toMatchObject({
      state: 'blocked',
      attempts: [{ outcome: 'blocked', stopped: null }],
    });
  });
});

test('what a ticket has used is said of each limit, and of what was reported besides', () => {
  const reported = { tokens: { amount: 1900, minutes: 12 } };
  const used = ticketIn('todo', { lifetime: lifetime({ minutes: 12, reported }) });
  expect(usedWords(used, strict)).toBe('12 of 60 minutes, 1,900 of 1,000,000 tokens, 6 of 20 dollars');
  expect(usedWords(used, config)).toBe('1,900 tokens');
  expect(usedWords(ticketIn('todo'), config)).toBeNull();
});

describe('at 80 %', () => {
  const name = (ticket: Ticket) =>
    callsOf(ticket, strict)
      .filter((call) => call.name.startsWith('budget-near'))
      .map((call) => [call.name, call.at, call.againAt]);

  test('people are called once: of an attempt in hand when it comes so far', () => {
    const running = { ...executing, lifetime: lifetime({ minutes: 28 }) };
    expect(name(running)).toEqual([['budget-near:minutes:60', noon - 30_000 + 20 * 60_000, null]]);
    expect(name({ ...running, lifetime: lifetime({ minutes: 0, reported: undefined }) })).toEqual([
      ['budget-near:minutes:60', noon - 30_000 + 48 * 60_000, null],
    ]);
    expect(name(executing).length).toBe(1);
    expect(nearLimit(ticketIn('todo', { lifetime: lifetime({ minutes: 1 }) }), strict)).toBeNull();
  });

  test('nobody is called of what is closed or blocked', () => {
    for (const state of ['done', 'cancelled', 'blocked'] as const)
      expect(name(ticketIn(state, { lifetime: lifetime({ minutes: 59 }) }))).toEqual([]);
  });
});

describe('the budget of a day', () => {
  const shares = (desk: Partial<Desk>, running: string[], now = noon) =>
    dayShares(view({ desk: { ...openDesk, ...desk }, running: () => running }), { now, config: strict });

  test('counts what ended on it and what runs, from midnight on (UTC)', () => {
    expect(shares({}, [])).toEqual([{ unit: 'minutes', limit: 100, spent: 0 }]);
    expect(shares({ spent: { day: '2026-05-25', minutes: 40 } }, [at(-600), at(-13 * 3600)])).toMatchObject([
      { spent: 40 + 10 + 720 },
    ]);
    expect(shares({ spent: { day: '2026-05-24', minutes: 99 } }, [])).toMatchObject([{ spent: 0 }]);
  });

  test('lets nothing start at its limit; what runs is let go on', () => {
    const spent = { day: '2026-05-25', minutes: 100 };
    const full = view({ desk: { ...openDesk, spent } });
    expect(decide(ticketIn('todo'), aRequest('claim'), full, noon, strict).code).toBe('budget-day');
    expect(limitReached(executing, here)).toBeNull();
  });

  test('is written with the end of each attempt, and nowhere where nothing limits it', () => {
    const endOf = (desk: Desk, settings = strict) =>
      deskAfter(desk, {
        before: executing,
        after: told(executing, by('e1', 'park', 0)),
        request: by('e1', 'park', 0),
        now: noon,
        config: settings,
      });
    expect(endOf(openDesk).spent).toEqual({ day: '2026-05-25', minutes: 0.5 });
    expect(endOf(endOf(openDesk)).spent).toEqual({ day: '2026-05-25', minutes: 1 });
    expect(endOf({ ...openDesk, spent: { day: '2026-05-24', minutes: 9 } }).spent?.minutes).toBe(0.5);
    expect(endOf(openDesk, config)).toBe(openDesk);
  });

  test('takes in what a runner reports only with the stop, once, and on the day of the end', () => {
    const parked = told(executing, by('e1', 'park', 0));
    const request = aRequest('stopped', { usage: { tokens: 7000 } } as Partial<Request>);
    const stop = (desk: Desk, before = parked) =>
      deskAfter(desk, { before, after: told(before, request), request, ...here });
    const spent = { day: '2026-05-25', minutes: 0.5 };
    const reported = { tokens: { amount: 7000, minutes: 0.5 } };
    expect(stop({ ...openDesk, spent }).spent).toEqual({ ...spent, reported });
    const known = parked.attempts.map((one) => ({ ...one, usage: { tokens: 1 } }));
    expect(stop({ ...openDesk, spent }, { ...parked, attempts: known }).spent).toEqual(spent);
    const next = { ...openDesk, spent: { day: '2026-05-26', minutes: 9 } };
    expect(stop(next)).toBe(next);
    expect(stop(openDesk)).toBe(openDesk);
  });
});
