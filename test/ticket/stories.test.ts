import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, memoryMs } from '../../src/ticket/decide.ts';
import { reasons } from '../../src/ticket/reasons.ts';
import type { Request, RowName } from '../../src/ticket/requests.ts';
import { isOpen, states } from '../../src/ticket/states.ts';
import { table } from '../../src/ticket/table.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, executing, told } from './telling.ts';
import { openDesk, type Ticket } from './types.ts';

/*
 * The shortest traces that break the protocol where a rule of it is missing, told without git and without GitHub. The
 * same stories are told with real processes in test/stories; these are the quick ones. Those of runs and signals are in
 * runs.test.ts.
 */

describe('S2: what waits stays waiting', () => {
  test('a release redelivered after a park wakes nothing', () => {
    const release = by('e0', 'release', 0);
    const parked = told(ticketIn('inbox'), release, by('e1', 'park', 1));
    expect(ask(parked, release)).toMatchObject({ code: 'already-handled', ticket: null });
  });

  test('a release first seen after a younger park is recorded, and does nothing', () => {
    const parked = told(ticketIn('inbox'), by('e1', 'park', 1));
    const late = ask(parked, by('e0', 'release', 0));
    expect(late).toMatchObject({ accepted: false, code: 'superseded', ticket: { state: 'waiting' } });
    expect(late.ticket && ask(late.ticket, by('e0', 'release', 0)).code).toBe('already-handled');
  });

  test('a late park takes effect, though a later hold was seen first', () => {
    const held = told(executing, by('e1', 'hold', 1));
    expect(held.state).toBe('in_progress');
    expect(told(held, by('e0', 'park', 0))).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' } });
  });

  test('park and release in the same second: the park wins, whichever is seen first', () => {
    const park = by('e7', 'park', 0);
    const release = by('e8', 'release', 0);
    expect(told(ticketIn('inbox'), park, release).state).toBe('waiting');
    expect(told(ticketIn('inbox'), release, park).state).toBe('waiting');
  });

  test('a new release wakes what was parked', () => {
    expect(told(ticketIn('inbox'), by('e0', 'park', 0), by('e1', 'release', 1)).state).toBe('todo');
  });

  test('a stop pressed in Actions makes an older release void', () => {
    const stopped = told(executing, by('engine', 'stopped_by_person', 5));
    expect(ask(stopped, by('e3', 'release', 4)).code).toBe('superseded');
  });

  test('an issue that is gone makes a release void that was made on it before', () => {
    const gone = told({ ...executing, issue: 7 }, by('engine', 'detach', 5));
    expect(ask(gone, by('c3', 'release', 4)).code).toBe('superseded');
  });

  test('a park read while the ticket was done counts for an older rejection that is read after it', () => {
    const parked = told(ticketIn('done'), by('c2', 'park', 2));
    expect(parked.state).toBe('done');
    const rejected = told(parked, by('p6', 'unmerged', 0), by('c1', 'reject', 1));
    expect(rejected).toMatchObject({ state: 'waiting', hold: true, messages: [{}, { id: 'c1' }] });
    expect(told(parked, by('p6', 'unmerged', 0), by('c3', 'reject', 3)).state).toBe('todo');
  });

  test('a deferral first seen after a younger plain park does not loosen it', () => {
    const until = { when: { until: at(9) } } as Partial<Request>;
    const parked = told(ticketIn('inbox'), by('e1', 'park', 1));
    expect(ask(parked, by('e0', 'park', 0, until)).code).toBe('superseded');
    expect(told(parked, by('e2', 'park', 2, until)).waiting?.kind).toBe('deferred');
  });

  test('a plain park over a deferral drops the condition, and never comes due', () => {
    const deferred = told(
      ticketIn('inbox'),
      by('e0', 'park', 0, { when: { idle: 'luci' } } as Partial<Request>),
    );
    expect(ask(deferred, aRequest('due')).accepted).toBe(true);
    const parked = told(deferred, by('e1', 'park', 1));
    expect(parked.waiting).toMatchObject({ kind: 'parked' });
    expect(ask(parked, aRequest('due'))).toMatchObject({ code: 'condition-unmet', ticket: null });
  });

  test('an answer to a question that was parked over is recorded, and it waits on', () => {
    const asked = told(executing, aRequest('question'));
    const parked = told(asked, by('e1', 'park', 1));
    const answered = told(parked, by('e2', 'answer', 2));
    expect(answered).toMatchObject({ state: 'waiting', messages: [{ text: 'yes' }] });
  });

  test('a request that is older than what is remembered is refused, not revived', () => {
    const month = memoryMs / 1000;
    const park = by('e0', 'park', 0);
    const parked = told(ticketIn('inbox'), park);
    const later = decide(parked, by('e9', 'hold', 2 * month), view(), noon + 2 * memoryMs, config);
    expect(later.ticket?.seen).toEqual({ e9: at(2 * month) });
    expect(ask(later.ticket ?? parked, park, {}, noon + 2 * memoryMs).code).toBe('too-old');
  });

  test('S7: no order and no doubling of requests, the youngest of them a park, leaves the ticket startable', () => {
    const requests = [
      by('e1', 'release', 1),
      by('e2', 'hold', 2),
      by('e3', 'release', 3),
      by('e4', 'park', 4),
    ];
    const orders = fc.shuffledSubarray([...requests, ...requests], { minLength: 8 });
    fc.assert(
      fc.property(orders, fc.constantFrom('inbox', 'todo', 'in_progress', 'waiting'), (order, state) => {
        expect(told(ticketIn(state), ...order).state).toBe('waiting');
      }),
    );
  });
});

describe('hold and the desk stand before every arrow into todo', () => {
  test.each(['lost', 'failed', 'interrupt'] as const)('held, then %s: it waits', (name) => {
    expect(told(executing, by('e1', 'hold', 1), aRequest(name)).state).toBe('waiting');
  });

  test('held, then done with nothing left: it is done', () => {
    expect(told(executing, by('e1', 'hold', 1), aRequest('done')).state).toBe('done');
  });

  test('a release while the desk is paused waits for the desk', () => {
    const paused = { desk: { ...openDesk, paused: true } };
    const released = ask(ticketIn('inbox'), by('e1', 'release', 1), paused).ticket ?? ticketIn('inbox');
    expect(released).toMatchObject({ state: 'waiting', waiting: { when: { desk: 'open' } } });
    expect(ask(released, aRequest('due'), paused).accepted).toBe(false);
    expect(ask(released, aRequest('due')).ticket?.state).toBe('todo');
  });
});

describe('what always holds', () => {
  test('S1: a ticket asked to wait is born waiting, and a release answered at its birth does not come back', () => {
    const born = decide(
      undefined,
      aRequest('create', {
        park: { by: 'elmar', reason: '' },
        answered: { e1: at(0), e2: at(1) },
      } as Partial<Request>),
      view(),
      noon,
      config,
    ).ticket;
    expect(born).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' } });
    expect(born && ask(born, by('e2', 'release', 1)).code).toBe('already-handled');
    expect(born && ask(born, by('e3', 'release', 1)).code).toBe('superseded');
  });

  test('S8: a title, a mirror, a link or a merge stops no run', () => {
    for (const name of [
      'edit',
      'mirrored',
      'link',
      'merged',
      'approve',
      'answer',
      'due',
      'reopen',
    ] as const) {
      const ticket = ask(executing, aRequest(name)).ticket ?? executing;
      expect(ticket.attempt, name).toEqual(executing.attempt);
    }
  });

  test('S9: retries are bounded for life, back off, and a release from blocked only adds to what is granted', () => {
    const lost = aRequest('lost', { agent_gone: true } as Partial<Request>);
    const lose = (ticket: Ticket): Ticket =>
      told({ ...ticket, state: 'in_progress', attempt: executing.attempt }, lost);
    const once = lose(executing);
    const twice = lose(once);
    expect([once.not_before, twice.not_before]).toEqual([at(60), at(120)]);
    const blocked = lose(twice);
    expect(blocked).toMatchObject({ state: 'blocked', blocked: { code: 'retries-exhausted' } });
    const granted = lose(told(blocked, by('e1', 'release', 1)));
    expect(granted.state).toBe('todo');
    expect(lose(granted).state).toBe('blocked');
  });

  test('S10: every refusal in every state has a known reason code and words', () => {
    const names = [...new Set(table.map((row) => row.request))];
    for (const state of states) {
      for (const name of names) {
        const { code, message } = ask(ticketIn(state), aRequest(name));
        expect(Object.keys(reasons), `${name} in ${state}`).toContain(code);
        expect(message, `${name} in ${state}`).not.toBe('');
      }
    }
  });

  test('S11: a ticket that exists is not created again, nor a second one for its issue', () => {
    const create = aRequest('create');
    expect(ask(ticketIn('todo'), create)).toMatchObject({ code: 'ticket-exists', ticket: null });
    const twin = decide(undefined, create, view({ ticketOf: () => 'MC-0' }), noon, config);
    expect(twin).toMatchObject({ code: 'issue-taken', ticket: null });
  });

  test('a closed ticket takes nothing but a reopening and the keeping of its books', () => {
    const books: RowName[] = [
      'reopen',
      'discard',
      'stopped',
      'edit',
      'link',
      'mirrored',
      'detach',
      'unmerged',
    ];
    const rows = table.filter((row) => row.from.some((state) => !isOpen(state)));
    expect([...new Set(rows.map((row) => row.request))].sort()).toEqual(books.sort());
  });
});
