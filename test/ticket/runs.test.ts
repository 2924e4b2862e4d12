import { describe, expect, test } from 'vitest';
import { nextNumber, occupiedBy, stopping } from '../../src/ticket/attempts.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { at, ticketIn } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, claim, executing, told } from './telling.ts';

/** Claimed, and no run has passed the gate. */
const claimedOnly = ticketIn('in_progress', {
  attempt: executing.attempt && { ...executing.attempt, run: null },
});

describe('S3: one live run', () => {
  test('parked and released: not claimed until the old run was seen to end', () => {
    const again = told(executing, by('e1', 'park', 1), by('e2', 'release', 2));
    expect(again.state).toBe('todo');
    expect(ask(again, claim)).toMatchObject({ code: 'run-not-ended', ticket: null });
    expect(ask(told(again, aRequest('stopped')), claim).ticket?.attempt?.number).toBe(2);
  });

  test('the same after a time limit, and after a question answered while the agent lives', () => {
    const timed = told(executing, aRequest('expire'), by('e2', 'retry', 2));
    const alive = aRequest('question');
    if (alive.kind === 'signal' && alive.signal) alive.signal.agent_gone = false;
    const answered = told(executing, alive, by('e2', 'answer', 2));
    for (const ticket of [timed, answered]) {
      expect(ticket.state).toBe('todo');
      expect(ask(ticket, claim).code).toBe('run-not-ended');
    }
  });

  test('an attempt that is still being stopped occupies its agent', () => {
    const expired = told(executing, aRequest('expire'));
    expect(occupiedBy(expired)).toEqual(['luci']);
    expect(occupiedBy(told(expired, aRequest('stopped')))).toEqual([]);
    const full = { occupied: new Map([['luci', 1]]) };
    expect(ask(ticketIn('todo', { id: 'MC-2' }), claim, full).code).toBe('no-capacity');
  });

  test('two tickets wait for the same idle agent: the second is asked again at its claim', () => {
    const deferral = {
      kind: 'deferred' as const,
      when: { idle: 'ada' },
      reason: '',
      by: 'elmar',
      since: at(0),
    };
    const [first, second] = ['MC-1', 'MC-2'].map((id) =>
      told(ticketIn('waiting', { id, owner: 'ada', waiting: deferral }), aRequest('due')),
    );
    if (!first || !second) throw new Error('two tickets');
    expect([first.state, second.state]).toEqual(['todo', 'todo']);
    expect(ask(first, claim).accepted).toBe(true);
    const oneRuns = { occupied: new Map([['ada', 1]]) };
    expect(ask(second, claim, oneRuns).code).toBe('condition-unmet'); // though ada may work two
  });

  test('a number is never used again, also where a closed attempt is missing', () => {
    const closed = told(executing, by('e1', 'park', 1), aRequest('stopped')).attempts[0];
    if (!closed) throw new Error('an attempt was closed');
    expect(nextNumber(ticketIn('todo', { attempts: [{ ...closed, number: 7 }, closed] }))).toBe(8);
  });

  test('an attempt closed before the gate has nothing to stop', () => {
    expect(stopping(told(claimedOnly, by('e1', 'park', 1)))).toEqual([]);
  });

  test('the gate lets in the open claim, once', () => {
    const bind = aRequest('bind');
    const run = { id: 991, run_attempt: 1, url: '' };
    expect(ask(claimedOnly, bind).ticket?.attempt?.run).toMatchObject({ id: 990, run_attempt: 1 });
    const bound = told(claimedOnly, bind);
    expect(ask(bound, bind)).toMatchObject({ accepted: true, ticket: null }); // its answer was lost
    expect(ask(bound, aRequest('bind', { run } as Partial<Request>)).code).toBe('other-run');
    expect(ask(bound, aRequest('bind', { key_sha256: '0'.repeat(64) } as Partial<Request>)).code).toBe(
      'other-run',
    );
    expect(ask(claimedOnly, aRequest('bind', { claim: 'claim-0' } as Partial<Request>)).code).toBe(
      'other-claim',
    );
    const again = { run: { ...run, run_attempt: 2 } } as Partial<Request>;
    expect(ask(claimedOnly, aRequest('bind', again)).code).toBe('rerun');
    expect(ask(told(claimedOnly, by('e1', 'park', 1)), bind).code).toBe('not-executing');
  });
});

describe('S5: only a permitted completion counts', () => {
  /** A `done` with changed fields. */
  function done(over: object, channel: 'runner' | 'file' | 'comment' = 'runner'): Request {
    const request = aRequest('done');
    if (request.kind !== 'signal' || !request.signal) throw new Error('a signal');
    return { ...request, channel, signal: { ...request.signal, ...over } };
  }

  test('the late word of a parked attempt is kept whole, and moves nothing', () => {
    const parked = told(executing, by('e1', 'park', 1));
    const late = ask(parked, done({ summary: 'all done' }));
    expect(late).toMatchObject({ accepted: false, code: 'attempt-closed', ticket: null });
    expect(late.quarantine).toMatchObject({
      state: 'waiting',
      signal: { kind: 'done', summary: 'all done' },
    });
  });

  test.each([
    ['an invented key', executing, { key: 'invented' }, 'wrong-key'],
    ['another run', executing, { run: { id: 991, run_attempt: 1 } }, 'other-run'],
    ['the same run, pressed again', executing, { run: { id: 990, run_attempt: 2 } }, 'other-run'],
    ['no run bound yet', claimedOnly, {}, 'not-bound'],
    ['an attempt that never was', executing, { attempt: 9 }, 'unknown-attempt'],
    ['another ticket', executing, { ticket: 'MC-2' }, 'bad-signal'],
  ])('%s: quarantined, its key not kept', (_, ticket, over, code) => {
    const refused = ask(ticket, done(over));
    expect(refused).toMatchObject({ accepted: false, code, ticket: null });
    expect(refused.quarantine).toMatchObject({ code, signal: { key: '' } });
  });

  test('the right key of an earlier attempt does not end the next', () => {
    const second = told(executing, by('e1', 'park', 1), aRequest('stopped'), by('e2', 'release', 2), claim);
    expect(second.attempt?.number).toBe(2);
    expect(ask(second, done({})).code).toBe('attempt-closed');
    expect(ask(second, done({ attempt: 2 })).code).toBe('not-bound');
  });

  test('accepted, its answer lost, submitted again: the same answer, and no second fate', () => {
    const finished = told(executing, done({}));
    expect(finished.state).toBe('done');
    expect(ask(finished, done({}))).toMatchObject({ accepted: true, ticket: null, quarantine: null });
    expect(ask(finished, done({ summary: 'other words' }))).toMatchObject({ accepted: false });
  });

  test('only the runner may say that the agent has gone', () => {
    const gone = (channel: 'runner' | 'file' | 'comment', agent_gone: boolean): boolean =>
      stopping(told(executing, done({ agent_gone }, channel))).length === 0;
    expect(gone('runner', true)).toBe(true);
    expect(gone('runner', false)).toBe(false);
    expect(gone('file', true)).toBe(false);
    expect(gone('comment', true)).toBe(false);
  });
});
