import { describe, expect, test } from 'vitest';
import { readCommand } from '../../src/ticket/commands.ts';
import { decide } from '../../src/ticket/decide.ts';
import type { Entry } from '../../src/ticket/decision.ts';
import type { ClosedAttempt, Quarantined, Signal, SignalKind } from '../../src/ticket/format.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { wanted } from '../../src/ticket/wanted.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import type { Ticket } from './types.ts';

const digest = `3fa9c0de${'0'.repeat(56)}`;
const work = 'c'.repeat(40);

/** Attempt 1 of phase dev, parked; what its agent said came too late. */
const parked: ClosedAttempt = {
  number: 1,
  claim: 'claim-1',
  phase: 'dev',
  agent: 'luci',
  run: null,
  outcome: 'parked',
  by: 'elmar',
  reason: 'not now',
  signal: null,
  started: at(-300),
  ended: at(-200),
  stopped: at(-190),
};
const two: Partial<Ticket> = { phases: ['dev', 'review'], attempts: [parked] };

function entry(kind: SignalKind = 'done', over: Partial<Quarantined> = {}): Entry {
  const kept: Quarantined = {
    format: 1,
    ticket: 'MC-1',
    attempt: 1,
    digest,
    code: 'attempt-closed',
    reason: '',
    state: 'waiting',
    channel: 'runner',
    actor: 'luci',
    at: at(-195),
    signal: {
      format: 1,
      ticket: 'MC-1',
      attempt: 1,
      kind,
      summary: 'It works.',
      run: null,
      key: '',
      agent_gone: true,
      work,
    },
    ...over,
  };
  return { path: `quarantine/MC-1/1-${digest}.yaml`, attempt: 1, digest, kept };
}

function readableOf({ kept }: Entry): Signal {
  if (!kept || 'unreadable' in kept.signal) throw new Error('it cannot be read');
  return kept.signal;
}

const asked = (name: 'accept' | 'discard', over: object = {}) =>
  aRequest(name, { source: 'c900', digest: '3fa9c0de', ...over } as Partial<Request>);
const ask = (ticket: Ticket | undefined, request: Request, entries: Entry[] = [entry()], switches = {}) =>
  decide(ticket, request, view({ quarantined: () => entries, ...switches }), noon, config);

describe('a late done that a person accepts', () => {
  const decision = ask(ticketIn('waiting', two), asked('accept'));

  test('ends the phase as if it had come in time, and is recorded as theirs', () => {
    expect(decision).toMatchObject({
      accepted: true,
      transition: 'accept 3fa9c0de: waiting -> todo',
      consumed: `quarantine/MC-1/1-${digest}.yaml`,
      ticket: { state: 'todo', phase: 'review' },
    });
    expect(decision.ticket?.attempts).toEqual([
      {
        ...parked,
        accepted: { kind: 'done', summary: 'It works.', work, digest, by: 'lucienne', at: at(0) },
      },
    ]);
  });

  test('shows its work, in its words, before what was accepted earlier', () => {
    const earlier: ClosedAttempt = {
      ...parked,
      number: 2,
      outcome: 'review',
      signal: 'e'.repeat(64),
      work: 'd'.repeat(40),
    };
    const ticket = ticketIn('waiting', { ...two, attempts: [parked, earlier] });
    expect(wanted(ticket).publish).toMatchObject({ number: 2 });
    const after = ask(ticket, asked('accept')).ticket;
    expect(after && wanted(after).publish).toMatchObject({ number: 1, work, reason: 'It works.' });
  });

  test('counts once: again it is so already, and the same words from its run are known', () => {
    const after = decision.ticket ?? undefined;
    expect(ask(after, asked('accept', { source: 'c901' }), [])).toMatchObject({
      accepted: false,
      code: 'already-so',
    });
  });

  test('S5: is known though something else of its attempt is accepted after it', () => {
    const said = aRequest('review', { attempt: 1 } as Partial<Request>);
    const first = decide(ticketIn('waiting', two), said, view(), noon, config).quarantine;
    if (!first) throw new Error('it was not refused');
    const lies: Entry = { path: 'p', attempt: 1, digest: first.digest, kept: first };
    const once = ask(ticketIn('waiting', two), asked('accept', { digest: first.digest }), [lies]).ticket;
    const twice = ask(once ?? undefined, asked('accept', { source: 'c901' }), [entry('review')]).ticket;
    expect(twice?.attempts).toMatchObject([{ accepted: { digest } }]);
    expect(decide(twice ?? undefined, said, view(), noon, config)).toMatchObject({ quarantine: null });
  });

  test('still meets the hold, and the switches of the desk', () => {
    const held = ticketIn('waiting', { ...two, hold: true });
    expect(ask(held, asked('accept')).ticket).toMatchObject({
      state: 'waiting',
      hold: true,
      phase: 'review',
    });
    const paused = { desk: { ...view().desk, paused: true } };
    expect(ask(ticketIn('waiting', two), asked('accept'), [entry()], paused).ticket).toMatchObject({
      state: 'waiting',
      waiting: { kind: 'deferred', when: { desk: 'open' } },
    });
  });

  test('S2: an accept that is read after a younger park does nothing; a park before it does not matter', () => {
    const since = (seconds: number) => ticketIn('waiting', { ...two, restricted_at: at(seconds) });
    expect(ask(since(1), asked('accept')).code).toBe('superseded');
    expect(ask(since(-1), asked('accept')).code).toBe('ok');
  });
});

test('a review that is accepted goes to people, a question waits for its answer, also of a blocked ticket', () => {
  expect(ask(ticketIn('waiting', two), asked('accept'), [entry('review')]).ticket?.state).toBe('review');
  expect(ask(ticketIn('blocked', two), asked('accept'), [entry('question')]).ticket).toMatchObject({
    state: 'waiting',
    blocked: null,
    waiting: { kind: 'question', question: 'It works.', by: 'lucienne' },
  });
});

describe('nothing is accepted', () => {
  const codeOf = (ticket: Ticket, entries?: Entry[], digestAsked = '3fa9c0de') =>
    ask(ticket, asked('accept', { digest: digestAsked }), entries);

  test('while an attempt is open, or one is still being stopped', () => {
    expect(codeOf(ticketIn('in_progress', two)).code).toBe('run-not-ended');
    const stopping = ticketIn('waiting', { ...two, attempts: [{ ...parked, stopped: null }] });
    expect(codeOf(stopping).code).toBe('run-not-ended');
    expect(codeOf(stopping).consumed ?? null).toBeNull();
  });

  test('that is no completion or question, or no signal at all', () => {
    const unreadable = { signal: { unreadable: '?' } };
    for (const one of [
      entry('failed'),
      entry('done', unreadable),
      entry('done', { channel: 'push' }),
      { ...entry(), kept: null },
    ])
      expect(codeOf(ticketIn('waiting', two), [one]).code).toBe('not-acceptable');
  });

  test('that speaks for another ticket or attempt than it lies with', () => {
    const of = (over: object) => entry('done', { signal: { ...readableOf(entry()), ...over } });
    for (const over of [{ ticket: 'MC-2' }, { attempt: 2 }])
      expect(codeOf(ticketIn('waiting', two), [of(over)]).code).toBe('not-acceptable');
  });

  test('of a phase that is over, or of an attempt that never was', () => {
    expect(codeOf(ticketIn('waiting', { ...two, phase: 'review' })).code).toBe('other-phase');
    expect(codeOf(ticketIn('waiting', { ...two, attempts: [] })).code).toBe('unknown-attempt');
  });

  test('that is not named so that it is one', () => {
    const other = { ...entry(), digest: `3fa9c0de${'1'.repeat(56)}` };
    expect(codeOf(ticketIn('waiting', two), [entry(), other]).code).toBe('ambiguous-entry');
    expect(codeOf(ticketIn('waiting', two), [entry(), other], digest).code).toBe('ok');
    expect(codeOf(ticketIn('waiting', two), [entry()], '3fa9').code).toBe('no-such-entry');
    expect(codeOf(ticketIn('waiting', two), [entry()], 'ffffffff').code).toBe('no-such-entry');
  });

  test('of a ticket that is closed or was never released again', () => {
    for (const state of ['done', 'cancelled', 'inbox'] as const)
      expect(codeOf(ticketIn(state, two)).code).toBe('no-row');
  });
});

describe('a discard', () => {
  test('takes the file away, moves nothing, and the same signal does not come back', () => {
    const ticket = ticketIn('done', two);
    const decision = ask(ticket, asked('discard'));
    expect(decision).toMatchObject({
      accepted: true,
      consumed: entry().path,
      transition: 'discard 3fa9c0de: done',
    });
    expect({ ...decision.ticket, seen: {} }).toEqual(ticket);
    const said = aRequest('done', { attempt: 1 } as Partial<Request>);
    const kept = decide(ticket, said, view(), noon, config);
    const seen = { ...ticket, seen: { [kept.quarantine?.digest ?? '']: at(0) } };
    expect(decide(seen, said, view(), noon, config)).toMatchObject({ code: 'other-fate', quarantine: null });
  });

  test('of what a stranger said for no ticket at all leaves nothing behind', () => {
    expect(ask(undefined, asked('discard', { ticket: '_' }))).toMatchObject({
      accepted: true,
      ticket: null,
      consumed: entry().path,
    });
    expect(ask(undefined, asked('accept'))).toMatchObject({ accepted: false, code: 'no-such-ticket' });
  });

  test('again finds nothing, which is said', () => {
    expect(ask(ticketIn('waiting', two), asked('discard'), [])).toMatchObject({
      accepted: false,
      code: 'no-such-entry',
    });
  });
});

test('the comment commands name an entry by its digest or the beginning of it', () => {
  expect(readCommand('/accept 3fa9c0de', { now: noon, zone: 'UTC' })).toEqual({
    name: 'accept',
    digest: '3fa9c0de',
  });
  expect(readCommand('/discard `3FA9C0DE` it is old', { now: noon, zone: 'UTC' })).toEqual({
    name: 'discard',
    digest: '3fa9c0de',
  });
  for (const body of ['/accept', '/discard 3fa9', '/accept everything'])
    expect(readCommand(body, { now: noon, zone: 'UTC' })).toMatchObject({
      name: 'error',
      message: expect.stringContaining('at least 8'),
    });
});
