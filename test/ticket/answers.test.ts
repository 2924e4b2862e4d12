import { describe, expect, test } from 'vitest';
import { decide, isTooOld, memoryMs } from '../../src/ticket/decide.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { cut, signalFault, textDigest } from '../../src/ticket/signals.ts';
import { ticketMarker } from '../../src/ticket/texts.ts';
import { at, config, noon, phase, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

/*
 * What the rules say to whoever asked, word for word where the history or an issue repeats it, and what a ticket
 * remembers of it.
 */

const day = 24 * 3600;

describe('what was asked is remembered', () => {
  test('for thirty days to the second, and a day more than it counts', () => {
    expect(isTooOld(at(0), noon + memoryMs)).toBe(false);
    expect(isTooOld(at(0), noon + memoryMs + 1)).toBe(true);
    const seen = { e1: at(-31 * day), e2: at(-31 * day + 1), e3: at(-30 * day) };
    const { ticket } = ask(ticketIn('todo', { seen }), by('e9', 'hold', 0));
    expect(Object.keys(ticket?.seen ?? {})).toEqual(['e2', 'e3', 'e9']);
  });

  test('by an event, a comment or a pull request alone', () => {
    const sources = ['e1', 'c22', 'p333', 'engine', 'xe1', 'e1x', 'push:c0ffee'];
    const kept = sources.filter((source) => {
      const { ticket } = ask(ticketIn('todo'), by(source, 'hold', 0));
      return ticket && source in ticket.seen;
    });
    expect(kept).toEqual(['e1', 'c22', 'p333']);
  });

  test('a refusal of the engine’s own leaves nothing', () => {
    expect(ask(ticketIn('todo'), aRequest('due')).ticket).toBeNull();
    expect(ask(ticketIn('done'), by('e1', 'park', 0)).ticket?.seen).toEqual({ e1: at(0) });
  });

  test('the date of the latest restriction never goes back', () => {
    const parked = told(ticketIn('todo'), by('e2', 'park', 5));
    expect(told(parked, by('e1', 'hold', 3)).restricted_at).toBe(at(5));
    expect(told(parked, by('e3', 'hold', 7)).restricted_at).toBe(at(7));
  });

  test('a deferral loosens a plain park alone, and a plain park nothing', () => {
    const when = { when: { until: at(60) } } as Partial<Request>;
    const deferred = told(ticketIn('todo'), by('e2', 'park', 5, when));
    expect(ask(deferred, by('e1', 'park', 3, when)).code).toBe('ok');
    expect(ask(told(deferred, by('e3', 'park', 6)), by('e1', 'park', 3)).code).toBe('ok');
    expect(ask(told(executing, by('e3', 'hold', 6)), by('e1', 'park', 3, when)).code).toBe('ok');
  });
});

describe('an answer', () => {
  test('says how the ticket stands now, and the history what became of it', () => {
    expect(ask(ticketIn('todo'), by('e1', 'hold', 0))).toMatchObject({
      message: 'MC-1 is waiting and held.',
      transition: 'hold: todo -> waiting',
    });
    expect(ask(ticketIn('inbox'), by('e1', 'release', 0)).message).toBe('MC-1 is todo.');
    expect(ask(executing, by('e1', 'hold', 0)).transition).toBe('hold: in_progress');
    expect(ask(ticketIn('done'), by('e1', 'park', 0)).transition).toBe('park refused: no-row');
  });

  test('to a signal that is known says so', () => {
    const done = aRequest('done');
    expect(ask(told(executing, done), done)).toEqual({
      accepted: true,
      code: 'ok',
      message: 'This signal was accepted before.',
      ticket: null,
      quarantine: null,
      transition: 'known',
    });
  });

  test('to a discard for no ticket, and of what is not there', () => {
    const digest = 'd'.repeat(64);
    const entry = { path: `quarantine/_/0-${digest}.yaml`, attempt: 0, digest, kept: null };
    const discard = aRequest('discard', { ticket: '_' } as Partial<Request>);
    const answer = (entries: (typeof entry)[]) =>
      decide(undefined, discard, view({ quarantined: () => entries }), noon, config);
    expect(answer([entry])).toMatchObject({
      code: 'ok',
      message: 'It is discarded.',
      transition: 'discard dddddddd',
    });
    expect(answer([])).toMatchObject({ accepted: false, code: 'no-such-entry' });
    const known = view({ quarantined: () => [entry] });
    expect(decide(ticketIn('todo'), discard, known, noon, config).ticket?.seen).toEqual({
      [digest]: at(0),
      e500: at(0),
    });
    expect(decide(ticketIn('todo'), by('e1', 'hold', 0), known, noon, config).consumed).toBeNull();
  });
});

describe('what is read late', () => {
  test('S2: an answer to an earlier question is none to this one', () => {
    const asked = told(executing, aRequest('question'));
    expect(ask(asked, by('c1', 'answer', -1))).toMatchObject({
      code: 'no-row',
      message: 'It was said before this question was asked.',
    });
    expect(ask(told(asked, by('e1', 'park', 1)), by('c1', 'answer', -1)).code).toBe('no-row');
    expect(told(asked, by('c1', 'answer', 0)).state).toBe('todo');
  });

  test.each(['approve', 'reject', 'merged'] as const)('%s of earlier work says nothing of this', (name) => {
    const reviewed = told(executing, aRequest('review'));
    expect(ask(reviewed, by('c1', name, -1))).toMatchObject({
      code: 'no-row',
      message: 'It was before the work under review was done.',
    });
    expect(ask(reviewed, by('c1', name, 0)).accepted).toBe(true);
  });
});

describe('a ticket is born', () => {
  const create = (over: object = {}, facts = view(), of = config) =>
    decide(undefined, aRequest('create', over as Partial<Request>), facts, noon, of);

  test('into the inbox, in the first phase there is, of normal priority', () => {
    expect(create()).toMatchObject({
      message: 'MC-1 is in the inbox.',
      transition: 'create -> inbox',
      ticket: { phases: ['dev'], phase: 'dev', priority: 'normal', created: at(0), restricted_at: null },
    });
    expect(create({}, view(), { ...config, phases: { paint: phase() } }).ticket?.phase).toBe('paint');
    expect(create({}, view(), { ...config, phases: {} }).ticket?.phase).toBe('dev');
    expect(create({ phases: ['review', 'dev'], priority: 'low' }).ticket).toMatchObject({
      phase: 'review',
      priority: 'low',
    });
  });

  test('held: it waits by who held it, and what was asked before its birth is answered', () => {
    const { ticket, transition } = create({ hold: true, answered: { e2: at(9), e1: at(3) } });
    expect(transition).toBe('create -> waiting');
    expect(ticket).toMatchObject({
      restricted_at: at(9),
      waiting: { kind: 'parked', reason: 'held', by: 'signalbox', since: at(0) },
    });
    const when = { until: at(60) };
    expect(create({ park: { by: 'elmar', reason: 'later', when } }).ticket).toMatchObject({
      restricted_at: at(0),
      waiting: { kind: 'deferred', reason: 'later', by: 'elmar', when },
    });
  });

  test('not where its issue has one, nor with a text that no ticket holds', () => {
    const taken = view({ ticketOf: () => 'MC-9' });
    expect(create({}, taken).message).toBe('Issue #1 belongs to MC-9.');
    expect(create({ issue: null }, taken).accepted).toBe(true);
    expect(create({ title: '' })).toMatchObject({
      code: 'bad-field',
      message: 'Its title or its text is empty or too long for a ticket.',
    });
  });
});

describe('landing', () => {
  const two: Partial<Ticket> = { phases: ['dev', 'review'] };

  test('a phase with a gate goes to people first, and one that nobody configured is blocked', () => {
    const inReview = ticketIn('in_progress', { ...two, phase: 'review' });
    expect(told(inReview, aRequest('done')).state).toBe('review');
    const unknown = ticketIn('in_progress', { phases: ['paint'], phase: 'paint' });
    expect(told(unknown, aRequest('done')).blocked).toMatchObject({ code: 'bad-phase' });
  });

  test('by the desk or a hold says which', () => {
    const land = (desk: object, over: Partial<Ticket> = {}) =>
      ask(ticketIn('blocked', over), aRequest('retry'), { desk: { ...view().desk, ...desk } }).ticket
        ?.waiting;
    expect(land({ paused: true })).toMatchObject({ reason: 'the desk is paused', by: 'signalbox' });
    expect(land({ draining: true })).toMatchObject({ reason: 'the desk is draining', by: 'signalbox' });
    expect(land({}, { hold: true })).toMatchObject({ kind: 'parked', reason: 'held', by: 'signalbox' });
  });

  test('with no retry left says why, and counts the minutes that were worked', () => {
    const spent = { attempts: 3, retries: 2, granted: 0, minutes: 1.25 };
    const lost = told(ticketIn('in_progress', { lifetime: spent }), aRequest('lost'));
    expect(lost.blocked).toEqual({
      code: 'retries-exhausted',
      reason: 'silent It was attempt 3, the last it may make by itself.',
      since: at(0),
    });
    expect(lost.lifetime.minutes).toBe(1.75);
  });
});

describe('a signal', () => {
  const signal = (() => {
    const request = aRequest('done');
    if (request.kind !== 'signal' || !request.signal) throw new Error('a signal');
    return request.signal;
  })();

  test('that nobody could read, for no ticket, or while nothing runs', () => {
    expect(signalFault(null, executing)).toBe('bad-signal');
    expect(signalFault(signal, undefined)).toBe('no-such-ticket');
    expect(signalFault(signal, { ...executing, state: 'waiting' })).toBe('not-executing');
    expect(signalFault({ ...signal, run: { id: 990, run_attempt: 1 } }, executing)).toBeUndefined();
    const unreadable = aRequest('done', { signal: null, text: '?' } as Partial<Request>);
    const stray = decide(undefined, unreadable, view(), noon, config);
    expect(stray.quarantine).toMatchObject({
      code: 'bad-signal',
      state: 'none',
      signal: { unreadable: '?' },
    });
    const other = { ...unreadable, text: '!' } as Request;
    expect(decide(undefined, other, view(), noon, config).quarantine?.digest).not.toBe(
      stray.quarantine?.digest,
    );
    const second = { ...unreadable, attempt: 2 } as Request;
    expect(decide(undefined, second, view(), noon, config).quarantine?.digest).not.toBe(
      stray.quarantine?.digest,
    );
  });

  test('of an attempt that never was is told from one of an attempt that is over', () => {
    const parked = told(executing, by('e1', 'park', 1));
    expect(signalFault(signal, parked)).toBe('attempt-closed');
    expect(signalFault({ ...signal, attempt: 9 }, parked)).toBe('unknown-attempt');
  });

  test('that a person accepted out of quarantine is known when it comes from its run again', () => {
    const parked = told(executing, by('e1', 'park', 1), aRequest('stopped'));
    const late = ask(parked, aRequest('done')).quarantine;
    if (!late) throw new Error('it came too late');
    const { digest } = late;
    const entry = { path: `quarantine/MC-1/1-${digest}.yaml`, attempt: 1, digest, kept: late };
    const accept = by('c9', 'accept', 2, { digest } as Partial<Request>);
    const accepted = ask(parked, accept, { quarantined: () => [entry] }).ticket ?? parked;
    expect(accepted.state).toBe('done');
    expect(ask(accepted, aRequest('done'))).toMatchObject({ transition: 'known', quarantine: null });
    const first = parked.attempts.map((attempt) => ({ ...attempt, number: 7 }));
    const two = { ...accepted, state: 'waiting' as const, attempts: [...first, ...accepted.attempts] };
    expect(ask(two, { ...accept, source: 'c10' }).code).toBe('already-so');
  });

  test('too long is cut where a letter ends', () => {
    expect(cut('abcd', 4)).toBe('abcd');
    expect(cut('abcde', 4)).toBe('abcd\n[cut]');
    expect(cut('abc😀', 4)).toBe('abc\n[cut]');
    expect(cut('a😀bc', 4)).toBe('a😀b\n[cut]');
    expect(cut('x'.repeat(16 * 1024 + 1))).toHaveLength(16 * 1024 + '\n[cut]'.length);
  });
});

test('a first release counts where the issue shows the text that the agent is told', () => {
  const mirrored = textDigest('One', 'two\nlines');
  const inbox = ticketIn('inbox', { title: 'One', body: 'two\nlines', mirrored });
  const release = (title: string, body: string) =>
    ask(inbox, by('e1', 'release', 1, { shown: { title, body } } as Partial<Request>)).code;
  expect(release('One', 'two\r\nlines\n')).toBe('ok');
  expect(release('One', `${ticketMarker('MC-1')}\ntwo\nlines`)).toBe('ok');
  expect(release('One', 'two lines')).toBe('text-changed');
  expect(release('Two', 'two\nlines')).toBe('text-changed');
});
