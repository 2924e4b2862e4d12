import { describe, expect, test } from 'vitest';
import { whatItDoes } from '../../src/ticket/act-words.ts';
import { obstacles } from '../../src/ticket/claim.ts';
import { readCommand } from '../../src/ticket/commands.ts';
import { decide } from '../../src/ticket/decide.ts';
import { admitEdit, admitNew, type Pusher } from '../../src/ticket/foreign.ts';
import { statusComment } from '../../src/ticket/sentences.ts';
import { why } from './explaining.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, told } from './telling.ts';
import { openDesk, type Ticket } from './types.ts';

const here = { view: view(), now: noon, config };
const mirror = (over: Partial<Ticket> = {}) => ticketIn('todo', { mirror: true, ...over });
const report = (seconds: number, state: string, summary = '') =>
  by(`c${1000 + seconds}`, 'report', seconds, { state, summary } as never);

describe('a ticket whose work is launched elsewhere', () => {
  test('is dispatched never, and says why', () => {
    expect(obstacles(mirror(), here).map(({ code }) => code)).toEqual(['mirror']);
    expect(ask(mirror(), aRequest('claim'))).toMatchObject({ accepted: false, code: 'mirror' });
    expect(why(mirror())).toMatchObject({ mayRun: false, reasons: [{ code: 'mirror' }] });
  });

  test('stands as it is reported, with the words, the address and who said so', () => {
    const working = told(mirror(), report(1, 'in_progress', 'Begun.'));
    expect(working).toMatchObject({ state: 'in_progress', attempt: null });
    expect(why(working).reasons).toMatchObject([{ code: 'mirror', since: at(1) }]);
    const reviewed = told(
      working,
      by('c2', 'report', 2, { state: 'review', summary: 'Look.', link: 'https://ci/17' } as never),
    );
    expect(reviewed.state).toBe('review');
    expect(reviewed.reports.at(-1)).toEqual({
      state: 'review',
      summary: 'Look.',
      link: 'https://ci/17',
      by: 'lucienne',
      at: at(2),
    });
    expect(statusComment(reviewed, here)).toContain(`Reported as review by lucienne at ${at(2)}: https`);
    expect(told(reviewed, report(3, 'done')).state).toBe('done');
  });

  test('waits where it is said to wait, and goes on where it is said to go on', () => {
    const waits = told(mirror(), report(1, 'waiting', 'no machine'));
    expect(waits.waiting).toMatchObject({ kind: 'parked', reason: 'no machine', outside: true });
    expect(told(waits, report(2, 'in_progress')).state).toBe('in_progress');
  });

  test('no report wakes what people had wait, and none is lost (S2)', () => {
    const parked = told(mirror(), report(1, 'in_progress'), by('e1', 'park', 2));
    for (const state of ['todo', 'in_progress', 'review', 'done', 'blocked']) {
      const decision = ask(parked, report(3, state, 'ready'));
      expect(decision.ticket).toMatchObject({ state: 'waiting', waiting: { by: 'lucienne' } });
      expect(decision.ticket?.reports.at(-1)).toMatchObject({ state, summary: 'ready' });
      expect(decision.message).toContain('only a release wakes it');
    }
    expect(told(parked, by('e2', 'release', 4)).state).toBe('todo');
  });

  test('a report that comes late moves nothing back', () => {
    const late = report(1, 'in_progress', 'begun');
    const reviewed = told(mirror(), report(2, 'review'));
    expect(told(reviewed, late)).toMatchObject({
      state: 'review',
      reports: [{ state: 'in_progress' }, { state: 'review' }],
    });
    const again = told(mirror(), by('e1', 'park', 2), by('e2', 'release', 3));
    expect(told(again, late).state).toBe('todo'); // of before the park
  });

  test('held it does not become todo, and its lists stay short', () => {
    const held = ticketIn('review', { mirror: true, hold: true });
    expect(told(held, report(1, 'todo'))).toMatchObject({ state: 'waiting', hold: true });
    const many = Array.from({ length: 30 }, (_, index) => report(index, 'in_progress', `${index}`));
    const { reports } = told(mirror(), ...many);
    expect(reports.map(({ summary }) => summary)).toEqual(many.slice(10).map((_, index) => `${index + 10}`));
  });

  test('park, hold and cancel say that nothing is stopped by them', () => {
    const working = told(mirror(), report(1, 'in_progress'));
    for (const name of ['park', 'hold', 'cancel'] as const) {
      expect(ask(working, by('e1', name, 2)).message).toContain('is not stopped by this: stop it there');
      if (name !== 'hold')
        expect(whatItDoes(name, working, config)).toContain('goes on there until it is stopped');
    }
    expect(ask(working, by('c1', 'tell', 2))).toMatchObject({ code: 'mirror' });
    expect(ask(working, by('c2', 'interrupt', 2))).toMatchObject({ code: 'mirror' });
  });

  test('others take no reports', () => {
    expect(ask(ticketIn('todo'), report(1, 'done'))).toMatchObject({
      code: 'not-mirror',
      ticket: { state: 'todo' },
    });
  });

  test('a paused desk does not keep what goes on elsewhere from being told', () => {
    const paused = { desk: { ...openDesk, paused: true } };
    expect(ask(mirror(), report(1, 'in_progress'), paused).ticket?.state).toBe('in_progress');
  });

  test('is born so', () => {
    const born = decide(undefined, aRequest('create', { mirror: true } as never), view(), noon, config);
    expect(born.ticket).toMatchObject({ mirror: true, state: 'inbox' });
  });
});

describe('said in a comment', () => {
  test.each([
    ['/report done', { state: 'done', summary: '' }],
    ['/report In progress: begun', { state: 'in_progress', summary: 'begun' }],
    [
      '/report review see https://ci.example.org/17.\nAll green.',
      {
        state: 'review',
        summary: 'see https://ci.example.org/17.\nAll green.',
        link: 'https://ci.example.org/17',
      },
    ],
    ['/report in_progress', { state: 'in_progress', summary: '' }],
  ])('%s', (words, expected) => {
    expect(readCommand(words, { now: noon, zone: 'UTC' })).toEqual({ name: 'report', ...expected });
  });

  test.each(['/report', '/report finished', '/report donee', '/report in-progress-ish'])(
    'not %s',
    (words) => {
      expect(readCommand(words, { now: noon, zone: 'UTC' })).toMatchObject({
        name: 'error',
        command: 'report',
      });
    },
  );
});

describe('pushed as an edit of its file', () => {
  const writer: Pusher = { commit: 'c0ffee', login: 'wilma', mayWrite: true };
  const edited = (before: Ticket, over: Partial<Ticket>, pusher = writer) =>
    admitEdit(before, { ...before, ...over }, pusher, here);
  const entry = { state: 'review', summary: 'Look.', by: 'me', at: at(-5) } as const;

  test('a state, or a report below the others, is a report of who pushed', () => {
    expect(edited(mirror(), { state: 'in_progress' })).toMatchObject({
      did: ['report'],
      putBack: [],
      ticket: { state: 'in_progress', reports: [{ by: 'wilma', at: at(0) }] },
    });
    const both = edited(mirror(), { state: 'review', reports: [entry] });
    expect(both).toMatchObject({ did: ['report'], putBack: [], ticket: { state: 'review' } });
    expect(both.ticket.reports).toEqual([{ ...entry, by: 'wilma', at: at(0) }]);
  });

  test('what waits here stays so, and that is said', () => {
    const parked = told(mirror(), by('e1', 'park', -9));
    const { ticket, putBack } = edited(parked, { state: 'review' });
    expect(ticket).toMatchObject({ state: 'waiting', reports: [{ state: 'review' }] });
    expect(putBack.join()).toContain('only a release wakes it');
  });

  test('who may not write reports nothing', () => {
    const { ticket, putBack } = edited(mirror(), { reports: [entry] }, { ...writer, mayWrite: false });
    expect(ticket).toEqual(mirror());
    expect(putBack).toEqual(['report (not-permitted)']);
  });

  test('what was reported is not rewritten', () => {
    const before = mirror({ reports: [entry] });
    const { ticket, putBack } = edited(before, { reports: [{ ...entry, summary: 'forged' }] });
    expect(ticket).toEqual(before);
    expect(putBack.join()).toContain('reports');
  });

  test('where the work is done is settled while nobody works it', () => {
    expect(edited(ticketIn('todo'), { mirror: true }).ticket.mirror).toBe(true);
    const { ticket, putBack } = edited(ticketIn('in_progress'), { mirror: true });
    expect(ticket.mirror).toBe(false);
    expect(putBack).toEqual([expect.stringContaining('mirror: it was worked on')]);
    const added = admitNew(mirror({ state: 'in_progress' }), writer, here);
    expect(added.ticket).toMatchObject({ mirror: true, state: 'in_progress' });
  });
});
