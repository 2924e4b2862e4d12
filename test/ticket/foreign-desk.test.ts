import { describe, expect, test } from 'vitest';
import { closeAttempt } from '../../src/ticket/attempts.ts';
import { admitDesk, admitEdit, admitNew, type Pusher, wordsOf } from '../../src/ticket/foreign.ts';
import { states } from '../../src/ticket/states.ts';
import { at, config, noon, phase, ticketIn, view } from './fixtures.ts';
import { type Desk, openDesk, type Ticket } from './types.ts';

const writer: Pusher = { commit: 'c0ffee', login: 'wilma', mayWrite: true };
const bot: Pusher = { commit: 'c0ffee', login: 'github-actions[bot]', mayWrite: false };
const here = { view: view(), now: noon, config };

describe('the switches of the desk, edited by hand', () => {
  const desk = (over: Partial<Desk> = {}): Desk => ({ ...openDesk, ...over });
  const luci = { until: at(60), reason: 'no', by: 'wilma' };
  const ada = { until: null, reason: 'mine', by: 'bot' };

  test.each(['paused', 'draining'] as const)('%s: thrown by anybody, back by who may write', (name) => {
    const thrown = { by: bot.login, since: at(0) };
    expect(admitDesk(desk(), desk({ [name]: true }), bot, noon)).toEqual({
      desk: desk({ [name]: true, ...thrown }),
      putBack: [],
    });
    expect(admitDesk(desk({ [name]: true }), desk(), bot, noon)).toEqual({
      desk: desk({ [name]: true }),
      putBack: ['switches (not-permitted)'],
    });
    expect(admitDesk(desk({ [name]: true }), desk(), writer, noon)).toEqual({
      desk: desk({ by: 'wilma', since: at(0) }),
      putBack: [],
    });
  });

  test('what is not thrown has nobody’s name', () => {
    expect(admitDesk(desk({ paused: true }), desk({ paused: true }), writer, noon).desk).toEqual(
      desk({ paused: true }),
    );
  });

  test('a profile is paused by anybody, and taken out of its pause by who may write', () => {
    const both = desk({ profiles: { luci: { ...luci, until: null }, ada } });
    expect(admitDesk(desk({ profiles: { luci } }), both, bot, noon).desk?.profiles).toEqual({ luci, ada });
    expect(admitDesk(desk({ profiles: { luci } }), desk(), bot, noon).desk?.profiles).toEqual({ luci });
    expect(admitDesk(desk({ profiles: { luci } }), desk(), writer, noon).desk?.profiles).toEqual({});
  });

  test('what the desk remembers is nobody’s, and its file is not deleted', () => {
    const remembered = desk({ starts: [at(-60)], serving_since: at(-3600) });
    expect(admitDesk(remembered, desk({ starts: [] }), writer, noon)).toEqual({
      desk: remembered,
      putBack: [],
    });
    expect(admitDesk(remembered, null, writer, noon)).toEqual({
      desk: remembered,
      putBack: ['the switches are thrown, not deleted with their file'],
    });
    expect(admitDesk(null, null, writer, noon)).toEqual({ desk: null, putBack: [] });
    expect(admitDesk(null, desk({ paused: true }), bot, noon).desk).toMatchObject({
      paused: true,
      draining: false,
    });
  });
});

describe('who works a ticket', () => {
  const edited = (before: Ticket, over: Partial<Ticket>) =>
    admitEdit(before, { ...before, ...over }, writer, here);

  test('is settled elsewhere or here before anything of it was', () => {
    const fresh = ['inbox', 'todo', 'waiting'];
    for (const state of states) {
      const { ticket, putBack } = edited(ticketIn(state), { mirror: true });
      expect([state, ticket.mirror]).toEqual([state, fresh.includes(state)]);
      expect(putBack).toEqual(fresh.includes(state) ? [] : [expect.stringContaining('mirror: ')]);
    }
    const { attempt } = ticketIn('in_progress');
    const worked = closeAttempt({ ...ticketIn('todo'), attempt }, noon, {
      outcome: 'parked',
      by: 'a',
      reason: '',
      agentGone: true,
    });
    expect(edited(worked, { mirror: true }).ticket.mirror).toBe(false);
  });

  test('stays while the work is in review: its owner may not approve it', () => {
    expect(edited(ticketIn('review'), { owner: 'ada' })).toMatchObject({
      ticket: { owner: 'luci' },
      putBack: [expect.stringContaining('owner: ')],
    });
    expect(edited(ticketIn('todo'), { owner: 'ada' }).ticket.owner).toBe('ada');
  });
});

describe('an edit says what was put back', () => {
  const edited = (before: Ticket, over: Partial<Ticket>, pusher = writer) =>
    admitEdit(before, { ...before, ...over }, pusher, here);
  const when = { until: at(60) };
  const deferred = { kind: 'deferred', when, reason: 'later', by: 'a', since: at(0) } as const;

  test('nothing, where all of it stands', () => {
    expect(edited(ticketIn('todo'), { state: 'waiting', waiting: deferred })).toMatchObject({
      did: ['park'],
      putBack: [],
      ticket: { waiting: { kind: 'deferred', when, reason: 'later' } },
    });
    expect(edited(ticketIn('todo'), { state: 'waiting' }, bot).putBack).toEqual([]);
    expect(edited(ticketIn('done'), { state: 'inbox' }).putBack).toEqual([]);
    expect(edited(ticketIn('todo'), {}, bot)).toMatchObject({ did: [], putBack: [] });
    expect(edited(ticketIn('waiting', { waiting: deferred }), { title: 'New' }, writer).did).toEqual([]);
    expect(edited(ticketIn('done'), { state: 'cancelled' }).did).toEqual([]);
    expect(edited(ticketIn('done'), { title: 'New' }, writer)).toMatchObject({ did: [], putBack: [] });
  });

  test('that a closed ticket opens into the inbox alone, and what its pusher may not', () => {
    expect(edited(ticketIn('done'), { state: 'todo' }).putBack).toEqual([
      'state to todo: what was closed opens into the inbox',
    ]);
    expect(edited(ticketIn('inbox'), { state: 'todo', title: 'New', owner: 'ada' }, bot).putBack).toEqual([
      'release (not-permitted)',
      'title, owner (not-permitted)',
    ]);
    expect(edited(ticketIn('blocked'), { state: 'cancelled' }, bot).putBack).toEqual([
      'cancel (not-permitted)',
    ]);
  });

  test('a hold that stands is not asked for again', () => {
    expect(edited(ticketIn('todo'), { hold: true }).did).toEqual(['hold']);
    expect(edited(ticketIn('in_progress', { hold: true }), { title: 'New' }).did).toEqual([]);
    expect(edited(ticketIn('in_progress', { hold: true }), { state: 'cancelled' }).did).toEqual(['cancel']);
    expect(edited(ticketIn('review', { hold: true }), { hold: false }).did).toEqual(['release']);
    expect(edited(ticketIn('blocked', { hold: true }), { state: 'todo', hold: true }).did).toEqual([
      'retry',
      'hold',
    ]);
  });

  test('a phase that is no more gives way to the first', () => {
    expect(edited(ticketIn('todo'), { phases: ['review'] }).ticket.phase).toBe('review');
    expect(edited(ticketIn('todo'), { phases: ['review', 'dev'] }).ticket.phase).toBe('dev');
  });

  test('a phase that the config does not have does not stand, and neither do others while it is worked', () => {
    expect(edited(ticketIn('todo'), { phases: ['dev', 'dry'] })).toMatchObject({
      ticket: { phases: ['dev'] },
      putBack: ['phases (bad-phase)'],
    });
    expect(edited(ticketIn('in_progress'), { phases: ['dev', 'review'] })).toMatchObject({
      ticket: { phases: ['dev'], state: 'in_progress' },
      putBack: ['phases (no-row)'],
    });
  });
});

test('a new file is born when it says, or now, in the first of its phases', () => {
  const born = (over: Partial<Ticket>) => admitNew(ticketIn('inbox', over), writer, here).ticket;
  expect(born({})).toMatchObject({ created: at(-3600), phase: 'dev' });
  expect(born({ created: null })).toMatchObject({ created: at(0) });
  expect(born({ phases: ['review', 'dev'] })).toMatchObject({ phase: 'review', phases: ['review', 'dev'] });
  expect(born({ phases: ['plan', 'dev'] })).toMatchObject({ phase: 'dev', phases: ['dev'] });
  const byBot = admitNew(ticketIn('inbox', { phases: ['review', 'dev'] }), bot, here);
  expect(byBot.ticket).toMatchObject({ phase: 'dev', phases: ['dev'] });
  expect(byBot.putBack).toEqual(['phases (not-permitted)']);
  const others = { ...here, config: { ...config, phases: { build: phase() } } };
  const unnamed = admitNew(ticketIn('inbox'), writer, others);
  expect(unnamed).toMatchObject({ ticket: { phase: 'build', phases: ['build'] }, putBack: [] });
  const named = admitNew(ticketIn('inbox', { phases: ['dev', 'build'] }), writer, others);
  expect(named).toMatchObject({
    ticket: { phase: 'build', phases: ['build'] },
    putBack: ['phases (bad-phase)'],
  });
});

test('the words of a ticket are what its people write', () => {
  expect(Object.keys(wordsOf(ticketIn('in_progress')))).toEqual([
    'title',
    'owner',
    'priority',
    'body',
    'budget',
    'not_before',
    'mirror',
    'after',
    'parent',
  ]);
});
