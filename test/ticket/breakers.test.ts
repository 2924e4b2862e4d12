import { describe, expect, test } from 'vitest';
import { limitReached, startsOf } from '../../src/ticket/breakers.ts';
import { decide } from '../../src/ticket/decide.ts';
import { deskAfter } from '../../src/ticket/quota.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { startedAt } from './explain-limit-cases.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { by, executing, told } from './telling.ts';
import { type Desk, openDesk, type Ticket } from './types.ts';

const limits = { ...config.limits, ticket_starts_per_hour: 3, failures_in_row: 3 };
const strict = { ...config, limits };
const here = { now: noon, config: strict };
const ask = (ticket: Ticket, request: Request) => decide(ticket, request, view(), noon, strict);
const blockedBy = (code: string) => aRequest('expire', { code, reason: 'too often' } as Partial<Request>);

describe('S9: a ticket that is started again and again', () => {
  const often = ticketIn('todo', { attempts: startedAt(-3599, -60, -5) });

  test('may not be claimed once more within the hour, and is blocked', () => {
    expect(limitReached(often, here)).toEqual({
      code: 'breaker-starts',
      message: 'MC-1 was started 3 times within an hour, and 3 times are allowed.',
    });
    expect(limitReached(often, { ...here, now: noon + 2000 })).toBeNull();
    expect(ask(often, aRequest('claim')).code).toBe('breaker-starts');
    const blocked = ask(often, blockedBy('breaker-starts')).ticket;
    expect(blocked).toMatchObject({ state: 'blocked', blocked: { code: 'breaker-starts' } });
  });

  test('an attempt in hand counts; the block is decided on the head', () => {
    const running = { ...executing, attempts: startedAt(-60, -5).map((one) => ({ ...one, number: 9 })) };
    expect(startsOf(running, noon)).toHaveLength(3);
    const once = ask(ticketIn('todo'), blockedBy('breaker-starts'));
    expect(once).toMatchObject({ accepted: false, code: 'condition-unmet' });
  });

  test('a retry or a release grants as many again, and is not blocked at once', () => {
    const blocked = { ...often, state: 'blocked' as const };
    const why = { code: 'breaker-starts', reason: '', since: at(0) };
    for (const kind of ['retry', 'release'] as const) {
      const again = told({ ...blocked, blocked: why }, by('e1', kind, 1));
      expect(again).toMatchObject({ state: 'todo', lifetime: { grant: { at: at(0) } } });
      expect(limitReached(again, here)).toBeNull();
    }
    const other = told({ ...blocked, blocked: { ...why, code: 'retries-exhausted' } }, by('e1', 'retry', 1));
    expect(other.lifetime.grant).toBeUndefined();
  });
});

describe('S9: a profile whose attempts fail one after another', () => {
  const own = { now: noon, config: strict };
  /** The desk after attempts of luci ended so. */
  const endOf = (desk: Desk, ...names: (Parameters<typeof aRequest>[0] | [Ticket, Request])[]) =>
    names.reduce((before, name) => {
      const [ticket, request] = Array.isArray(name) ? name : [executing, aRequest(name as never)];
      return deskAfter(before, { before: ticket, after: told(ticket, request), request, ...own });
    }, desk);

  test('is paused by the last of so many, with the reason; and others are not', () => {
    expect(endOf(openDesk, 'failed', 'lost').profiles).toEqual({});
    expect(endOf(openDesk, 'failed', 'lost').failures).toEqual({ luci: 2 });
    const tripped = endOf(openDesk, 'failed', 'lost', 'failed');
    expect(tripped.profiles).toEqual({
      luci: {
        until: null,
        reason: '3 of its attempts failed in a row, the last of MC-1',
        by: 'signalbox',
        since: at(0),
        breaker: true,
      },
    });
    expect(tripped.failures).toEqual({});
  });

  test.each(['done', 'review', 'question'] as const)('one that is %s between them begins anew', (name) => {
    expect(endOf(openDesk, 'failed', 'lost', name).failures).toEqual({});
    expect(endOf(openDesk, 'failed', 'lost', name, 'failed').profiles).toEqual({});
    expect(endOf(openDesk, name)).toBe(openDesk);
  });

  test.each(['approved', 'rejected'] as const)('so does a verdict: %s', (outcome) => {
    const done = told(executing, aRequest('done'));
    const after = { ...done, attempts: done.attempts.map((one) => ({ ...one, outcome })) };
    const failed = endOf(openDesk, 'failed', 'lost');
    const ended = { before: executing, after, request: aRequest('done'), ...own };
    expect(deskAfter(failed, ended).failures).toEqual({});
  });

  test('a stop, a limit of its provider and a run that never came are no failures', () => {
    const unbound = { ...executing, attempt: executing.attempt && { ...executing.attempt, run: null } };
    const stops: [Ticket, Request][] = [
      [executing, by('e1', 'park', 1)],
      [executing, by('e1', 'cancel', 1)],
      [executing, aRequest('stopped_by_person')],
      [unbound, aRequest('lost')],
    ];
    expect(endOf(openDesk, ...stops)).toBe(openDesk);
    expect(endOf(openDesk, 'failed', 'lost', 'quota', ...stops).failures).toEqual({ luci: 2 });
  });

  test('a person’s own pause stands', () => {
    const profiles = { luci: { until: null, reason: 'mine', by: 'wilma' } };
    expect(endOf({ ...openDesk, profiles }, 'failed', 'lost', 'failed').profiles).toEqual(profiles);
  });
});
