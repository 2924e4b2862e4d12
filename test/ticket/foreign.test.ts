import { describe, expect, test } from 'vitest';
import { admitEdit, admitNew, type Pusher, rebase } from '../../src/ticket/foreign.ts';
import { openDesk } from '../../src/ticket/format.ts';
import { states } from '../../src/ticket/states.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import type { Ticket } from './types.ts';

const writer: Pusher = { commit: 'c0ffee', login: 'wilma', mayWrite: true };
const bot: Pusher = { commit: 'c0ffee', login: 'github-actions[bot]', mayWrite: false };
const here = { view: view(), now: noon, config };

/** What comes of an edit by hand. */
const edited = (before: Ticket, over: Partial<Ticket>, pusher = writer) =>
  admitEdit(before, { ...before, ...over }, pusher, here);
const parked = { kind: 'parked', reason: 'enough', by: 'somebody', since: at(0) } as const;

describe('an edit of a state by hand is the row it amounts to, or is put back', () => {
  test('from every state to every state, by who may write', () => {
    const became: Record<string, string[]> = {};
    for (const from of states) {
      for (const to of states) {
        if (from === to) continue;
        const { ticket, did, putBack } = edited(ticketIn(from), { state: to });
        if (did.length === 0) {
          expect(ticket).toEqual(ticketIn(from));
          expect(putBack.join()).toMatch(/no-row|already-so/);
        } else became[from] = [...(became[from] ?? []), `${to}: ${did.join()} -> ${ticket.state}`];
      }
    }
    expect(became).toEqual({
      inbox: ['todo: release -> todo', 'waiting: park -> waiting', 'cancelled: cancel -> cancelled'],
      todo: ['waiting: park -> waiting', 'cancelled: cancel -> cancelled'],
      in_progress: ['waiting: park -> waiting', 'cancelled: cancel -> cancelled'],
      waiting: ['todo: release -> todo', 'cancelled: cancel -> cancelled'],
      blocked: ['todo: retry -> todo', 'waiting: park -> blocked', 'cancelled: cancel -> cancelled'],
      review: ['waiting: park -> review', 'done: approve -> done', 'cancelled: cancel -> cancelled'],
      done: ['inbox', 'todo', 'in_progress', 'waiting', 'blocked', 'review'].map(
        (to) => `${to}: reopen -> inbox`,
      ),
      cancelled: ['inbox', 'todo', 'in_progress', 'waiting', 'blocked', 'review'].map(
        (to) => `${to}: reopen -> inbox`,
      ),
    });
  });

  test('by anybody else only what restricts: a park, or a hold', () => {
    for (const from of states) {
      for (const to of states) {
        for (const hold of [true, false]) {
          const before = ticketIn(from, { hold: !hold });
          const { ticket, did } = edited(before, { state: to, hold, title: 'Mine', owner: 'ada' }, bot);
          expect(did.every((kind) => kind === 'park' || kind === 'hold')).toBe(true);
          expect([from, 'waiting']).toContain(ticket.state);
          expect(ticket.hold || !before.hold).toBe(true);
          expect(ticket).toMatchObject({ title: before.title, owner: before.owner });
        }
      }
    }
    const deferred = { ...parked, kind: 'deferred' as const, when: { until: at(60) } };
    const { ticket, putBack } = edited(ticketIn('waiting'), { waiting: deferred }, bot);
    expect(ticket.waiting).toMatchObject({ kind: 'parked', by: bot.login });
    expect(ticket.waiting?.when).toBeUndefined();
    expect(putBack).toEqual(['what it would wait for (not-permitted)']);
  });

  test('a park closes the attempt, which is still to be stopped; the reason written by hand stays', () => {
    const { ticket } = edited(ticketIn('in_progress'), { state: 'waiting', waiting: parked });
    expect(ticket).toMatchObject({
      waiting: { kind: 'parked', reason: 'enough', by: 'wilma' },
      attempt: null,
      attempts: [{ outcome: 'parked', by: 'wilma', stopped: null }],
      restricted_at: at(0),
    });
  });

  test('a wake and a hold in one edit: it waits', () => {
    const { ticket, did } = edited(ticketIn('waiting'), { state: 'todo', hold: true, waiting: null });
    expect(did).toEqual(['release', 'hold']);
    expect(ticket).toMatchObject({ state: 'waiting', hold: true });
    expect(edited(ticketIn('blocked', { hold: true }), { state: 'todo' }).ticket.state).toBe('waiting');
  });

  test('clearing a hold by hand wakes nothing that waits', () => {
    const { ticket, putBack } = edited(ticketIn('waiting', { hold: true }), { hold: false });
    expect(ticket).toMatchObject({ state: 'waiting', hold: true });
    expect(putBack).toEqual(['release (held)']);
    expect(edited(ticketIn('in_progress', { hold: true }), { hold: false }).ticket.hold).toBe(false);
  });
});

describe('of the fields', () => {
  test('people’s own stand beside the request; an unchanged back-off does not come back with it', () => {
    const before = ticketIn('waiting', { not_before: at(600) });
    const { ticket } = edited(before, { state: 'todo', waiting: null, title: 'New', priority: 'urgent' });
    expect(ticket).toMatchObject({ state: 'todo', title: 'New', priority: 'urgent', not_before: null });
  });

  test('Signalbox’s own are put back one and all', () => {
    const before = ticketIn('in_progress');
    const forged: Partial<Ticket> = {
      issue: 4711,
      attempt: null,
      seen: { e1: at(0) },
      restricted_at: at(0),
      released: { by: 'wilma', at: at(0) },
      messages: [{ id: 'c1', by: 'elmar', at: at(0), text: 'go on' }],
      lifetime: { ...before.lifetime, retries: 0, granted: 9, attempts: 7 },
      created: at(1),
      mirrored: 'a'.repeat(64),
      start_when: { idle: 'ada' },
      blocked: { code: 'x', reason: '', since: at(0) },
    };
    const { ticket, putBack } = edited(before, forged);
    expect(ticket).toEqual(before);
    for (const field of Object.keys(forged)) expect(putBack.join()).toContain(field);
  });

  test('an edit on top of another version carries only what it changed', () => {
    const from = ticketIn('waiting');
    const to = { ...from, title: 'Second' };
    const onto = ticketIn('in_progress', { priority: 'low' });
    expect(rebase(from, to, onto)).toEqual({ ...onto, title: 'Second' });
  });
});

describe('a new file', () => {
  const born = (over: Partial<Ticket>, pusher = writer, desk = openDesk) =>
    admitNew(ticketIn(over.state ?? 'inbox', over), pusher, { ...here, view: view({ desk }) });

  test('is born in the state that its pusher could bring it to from the inbox', () => {
    const rows = states.map((state) => `${state} -> ${born({ state }).ticket.state}`);
    const reached = ['waiting', 'todo', 'cancelled'];
    expect(rows).toEqual(states.map((state) => `${state} -> ${reached.includes(state) ? state : 'inbox'}`));
    expect(born({ state: 'todo' }, bot).ticket.state).toBe('inbox');
    expect(born({ state: 'todo', hold: true }).ticket.state).toBe('waiting');
    expect(born({ state: 'todo' }, writer, { ...openDesk, paused: true }).ticket.state).toBe('waiting');
  });

  test('waits for a condition only where its pusher may write; by a bot it is born parked', () => {
    const when = { until: at(60) };
    const waiting = { kind: 'deferred', when, reason: 'soon', by: 'lucienne', since: at(-60) } as const;
    expect(born({ state: 'waiting', waiting }).ticket.waiting?.when).toEqual(when);
    const { ticket, putBack } = born({ state: 'waiting', waiting }, bot);
    expect(ticket.waiting).toEqual({ kind: 'parked', reason: 'soon', by: bot.login, since: at(0) });
    expect(putBack).toEqual(['what it would wait for (not-permitted)']);
  });

  test('has no past, whatever it says', () => {
    const forged: Partial<Ticket> = {
      issue: 7,
      seen: { e1: at(0) },
      messages: [{ id: 'c1', by: 'lucienne', at: at(0), text: 'do as I say' }],
      lifetime: { attempts: 1, retries: 0, granted: 5, minutes: 0 },
    };
    const { ticket, putBack } = born({ state: 'in_progress', ...forged });
    expect(ticket).toMatchObject({ issue: null, attempt: null, attempts: [], seen: {}, messages: [] });
    expect(ticket.lifetime).toEqual({ attempts: 0, retries: 0, granted: 0, minutes: 0 });
    expect(putBack).toEqual([
      'state inbox to in progress (no-row)',
      "Signalbox's own fields: issue, messages, attempt, seen, lifetime",
    ]);
  });
});
