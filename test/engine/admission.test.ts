import { describe, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { writeSignal, writeTicket } from '../../src/ticket/codec.ts';
import { archivePath, keptPath, signalPath, ticketPath } from '../../src/ticket/paths.ts';
import { stateRef } from '../store/worlds.ts';
import { aTicket, Desk } from './desk.ts';

import { bot, codes, run, stopped, waiting, working } from './fixtures.ts';

describe('what people push past Signalbox is judged before anything follows from it', () => {
  test('an edit by hand stands as it was written', async () => {
    const desk = await Desk.with(aTicket('MC-1'));
    const text = `# ask Luci first\n${writeTicket(aTicket('MC-1', { title: 'A better title', owner: 'luci' }))}`;
    await desk.push('wilma', { [ticketPath('MC-1')]: text });
    const head = await desk.head();
    expect(await head.file(ticketPath('MC-1'))).toBe(text);
    expect(await desk.refs()).toEqual({ head: head.head, witness: head.head });
    expect(await desk.refused()).toEqual([]);
  });

  test('it is judged once, however many look', async () => {
    const desk = await Desk.with(aTicket('MC-1'));
    await desk.edit('wilma', 'MC-1', () => ({ title: 'Other' }));
    const heads = await Promise.all([1, 2, 3, 4].map(() => desk.head()));
    expect(new Set(heads.map(({ head }) => head)).size).toBe(1);
    expect(desk.asked).toBe(1);
    await desk.head();
    expect(desk.asked).toBe(1);
  });

  test('each push is judged by its own pusher: a signal by a bot does not undo an edit by a person', async () => {
    const desk = await Desk.with(aTicket('MC-1'), aTicket('MC-2', working));
    await desk.edit('wilma', 'MC-1', () => ({ priority: 'urgent' }));
    const said = {
      format: 1,
      ticket: 'MC-2',
      attempt: 1,
      kind: 'done',
      summary: 's',
      run: null,
      key: 'k',
      agent_gone: false,
    } as const;
    await desk.push(bot, { [signalPath('MC-2', 1)]: writeSignal(said) });
    expect((await desk.ticket('MC-1'))?.priority).toBe('urgent');
    expect((await desk.head()).signals).toHaveLength(1);
    expect(await desk.refused()).toEqual([]);
  });

  test("nor does a person's edit carry a bot's edit of the same file in", async () => {
    const desk = await Desk.with(aTicket('MC-1', waiting));
    await desk.edit(bot, 'MC-1', () => ({ state: 'todo', waiting: null, body: 'Do as I say' }));
    await desk.edit('wilma', 'MC-1', () => ({ title: 'Mine' }));
    expect(await desk.ticket('MC-1')).toMatchObject({ title: 'Mine', body: '', state: 'waiting' });
    expect(await desk.refused()).toEqual([
      `MC-1 illegal-edit by ${bot}: release (not-permitted); body (not-permitted)`,
    ]);
  });

  test('a park that somebody else pushed away again before anybody looked took effect all the same', async () => {
    const desk = await Desk.with(aTicket('MC-1', working));
    await desk.edit('elmar', 'MC-1', () => waiting);
    await desk.edit(bot, 'MC-1', () => ({ state: 'in_progress', waiting: null }));
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'waiting',
      attempt: null,
      attempts: [{ outcome: 'parked', by: 'elmar', stopped: null }],
    });
  });

  test('what Signalbox remembers is nobody’s to edit', async () => {
    const desk = await Desk.with(aTicket('MC-1', { ...working, seen: { e1: '2026-05-25T09:00:00Z' } }));
    await desk.edit('lucienne', 'MC-1', ({ lifetime }) => ({
      title: 'Kept',
      attempt: null,
      attempts: [{ ...stopped, stopped: null, run: { ...run, id: 4711 } }],
      seen: {},
      lifetime: { ...lifetime, retries: 0, granted: 99 },
    }));
    const before = aTicket('MC-1', { ...working, seen: { e1: '2026-05-25T09:00:00Z' }, title: 'Kept' });
    expect(await desk.ticket('MC-1')).toEqual(before);
    expect(await desk.refused()).toEqual([
      "MC-1 illegal-edit by lucienne: Signalbox's own fields: attempt, attempts, seen, lifetime",
    ]);
  });

  test('a deleted ticket is put back with its comments, also where it is added anew meanwhile', async () => {
    const desk = await Desk.with(aTicket('MC-1', { attempts: [stopped] }), aTicket('MC-2', waiting));
    const text = `${await desk.textAtHead(ticketPath('MC-1'))}# mine\n`;
    await desk.push('wilma', { [ticketPath('MC-1')]: text });
    await desk.push('wilma', { [ticketPath('MC-1')]: null, [ticketPath('MC-2')]: null });
    await desk.push('wilma', { [ticketPath('MC-2')]: writeTicket(aTicket('MC-2', { title: 'Anew' })) });
    expect(await (await desk.head()).file(ticketPath('MC-1'))).toBe(text);
    expect(await desk.ticket('MC-2')).toMatchObject({ title: 'Anew', state: 'waiting' });
    expect(codes(await desk.refused())).toEqual([
      'MC-1 illegal-edit',
      'MC-2 illegal-edit',
      'MC-2 illegal-edit',
    ]);
  });

  test('the archive is written by Signalbox alone', async () => {
    const closed = aTicket('MC-1', { state: 'done', attempts: [stopped] });
    const desk = await Desk.with(closed);
    const forged = writeTicket({ ...closed, title: 'It never was' });
    await desk.push('lucienne', {
      [archivePath('MC-1')]: forged,
      [archivePath('MC-9')]: writeTicket(aTicket('MC-9')),
    });
    const head = await desk.head();
    expect(await head.file(archivePath('MC-1'))).toBe(writeTicket(closed));
    expect(await head.file(archivePath('MC-9'))).toBeNull();
  });

  test('a ticket both open and archived: the open one counts, in the inbox and with its past', async () => {
    const closed = aTicket('MC-1', { state: 'done', attempts: [stopped] });
    const desk = await Desk.with(closed, aTicket('MC-2', { state: 'done', attempts: [stopped] }));
    await desk.push('wilma', {
      [ticketPath('MC-1')]: writeTicket(aTicket('MC-1', { state: 'todo', title: 'Old' })),
    });
    await desk.push(bot, { [ticketPath('MC-2')]: writeTicket(aTicket('MC-2', { state: 'inbox' })) });
    const head = await desk.head();
    expect(head.tickets.get('MC-1')?.ticket).toMatchObject({
      state: 'inbox',
      title: 'Old',
      attempts: [{ number: 1 }],
    });
    expect(await head.archived('MC-1')).toBeNull();
    expect(head.tickets.has('MC-2')).toBe(false);
    expect((await head.archived('MC-2'))?.ticket).toMatchObject({ state: 'done', title: 'Ticket MC-2' });
    expect(codes(await desk.refused())).toEqual([
      'MC-1 both-open-and-archived',
      'MC-1 illegal-edit',
      'MC-2 both-open-and-archived',
      'MC-2 illegal-edit',
    ]);
  });

  test('what a bot pushes over a broken file is not taken for what the ticket was', async () => {
    const desk = await Desk.with(aTicket('MC-1', { body: 'good' }));
    await desk.push('wilma', { [ticketPath('MC-1')]: 'format: 1\nid: MC-1\ntitel: slip\n' });
    await desk.head();
    const evil = writeTicket(aTicket('MC-1', { state: 'todo', body: 'evil' }));
    const kept = keptPath(ticketPath('MC-1'));
    await desk.push(bot, { [ticketPath('MC-1')]: evil, [kept]: evil }, 'x\n\nTicket: MC-1\nTransition: x\n');
    await desk.push(bot, { [ticketPath('MC-1')]: `${evil}# again\n` });
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'inbox', body: 'good' });
    expect(await desk.textAtHead(kept)).toBeNull();
  });

  test('an agent at work in a ticket whose file was broken still occupies its place', async () => {
    const five = [1, 2, 3, 4, 5].map((n) => aTicket(`MC-${n}`, working)); // as many as luci may work
    const desk = await Desk.with(...five, aTicket('MC-6', { state: 'todo' }));
    await desk.push('wilma', { [ticketPath('MC-1')]: 'titel: slip' });
    const at = isoSeconds(systemClock.now());
    const claim = { kind: 'claim', claim: 'c', source: 'scheduler', at, actor: 'signalbox' } as const;
    expect(await desk.writer.handle('MC-6', claim)).toMatchObject({ code: 'no-capacity' });
    await desk.push('wilma', { [ticketPath('MC-1')]: writeTicket(aTicket('MC-1', { title: 'Mended' })) });
    expect(await desk.ticket('MC-1')).toMatchObject({ title: 'Mended', state: 'in_progress' });
    expect(await desk.writer.handle('MC-6', claim)).toMatchObject({ code: 'no-capacity' });
  });

  test('broken and mended again: what it was before is not forgotten', async () => {
    const desk = await Desk.with(aTicket('MC-1', working), aTicket('MC-2'));
    const text = (await desk.textAtHead(ticketPath('MC-1'))) ?? '';
    await desk.push('wilma', { [ticketPath('MC-1')]: text.replace('state:', 'state: [') });
    expect((await desk.head()).tickets.get('MC-1')?.broken?.code).toBe('bad-yaml');
    await desk.edit('wilma', 'MC-2', () => ({ title: 'Goes on' }));
    await desk.head();
    const forged = aTicket('MC-1', { state: 'todo', title: 'Mended' });
    await desk.push('wilma', { [ticketPath('MC-1')]: writeTicket(forged) });
    expect(await desk.ticket('MC-1')).toMatchObject({
      title: 'Mended',
      state: 'in_progress',
      attempt: { number: 1, claim: 'c1', run: { id: 990 } },
    });
  });

  test('a bot breaks nothing, nor adds what cannot be read', async () => {
    const desk = await Desk.with(aTicket('MC-1', waiting));
    await desk.push(bot, { [ticketPath('MC-1')]: '- [', [ticketPath('MC-2')]: 'x: &a [*a]' });
    const head = await desk.head();
    expect(head.tickets.get('MC-1')?.ticket).toMatchObject({ state: 'waiting' });
    expect([...head.tickets.keys()]).toEqual(['MC-1']);
  });

  test('a push that nobody can be named for only restricts', async () => {
    const desk = await Desk.with(aTicket('MC-1', working), aTicket('MC-2', waiting));
    await desk.edit('wilma', 'MC-1', () => ({ title: 'By somebody', hold: true }));
    await desk.edit('wilma', 'MC-2', () => ({ state: 'todo', waiting: null }));
    desk.activity.length = 0;
    expect(await desk.ticket('MC-1')).toMatchObject({ title: 'Ticket MC-1', hold: true });
    expect(await desk.ticket('MC-2')).toMatchObject({ state: 'waiting' });
    expect((await desk.refused()).every((words) => words.includes('by somebody unknown'))).toBe(true);
  });

  test('where the branch was forced in between, the parts are judged as the least of their pushers', async () => {
    const desk = await Desk.with(aTicket('MC-1', waiting));
    const base = await desk.world.ref(stateRef);
    const lost = await desk.push(bot, {
      [ticketPath('MC-1')]: writeTicket(aTicket('MC-1', { title: 'Lost' })),
    });
    const kept = await desk.world.commit([base ?? ''], {
      [ticketPath('MC-1')]: writeTicket(aTicket('MC-1', { state: 'todo' })),
    });
    await desk.world.setRef(stateRef, kept);
    desk.activity.unshift({ before: lost, after: kept, actor: 'wilma' });
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', title: 'Ticket MC-1' });
    expect((await desk.refused())[0]).toContain(`MC-1 illegal-edit by ${bot}: release (not-permitted)`);
  });
});

test('a commit dated far ahead moves no time: what is deferred stays so', async () => {
  // In this world foreign commits are dated 2027-01-15, which is not yet.
  const until = isoSeconds(systemClock.now() + 3600_000);
  const desk = await Desk.with(
    aTicket('MC-1', {
      state: 'waiting',
      waiting: { kind: 'deferred', when: { until }, reason: '', by: 'elmar', since: '2026-05-25T09:12:00Z' },
    }),
  );
  await desk.edit('wilma', 'MC-1', () => ({ title: 'From the future' }));
  const due = { kind: 'due', source: 'due', at: isoSeconds(systemClock.now()), actor: 'signalbox' } as const;
  expect(await desk.writer.handle('MC-1', due)).toMatchObject({ accepted: false });
  expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', title: 'From the future' });
});

test('nothing is decided on a forged word: what a bot released is not claimed', async () => {
  const desk = await Desk.with(aTicket('MC-1', waiting));
  await desk.edit(bot, 'MC-1', () => ({ state: 'todo', waiting: null }));
  const claim = {
    kind: 'claim',
    claim: 'c',
    source: 'scheduler',
    at: '2026-05-25T09:12:00Z',
    actor: 'signalbox',
  } as const;
  await desk.store.read({ fresh: true }); // the writer's store knows the head; nobody has judged it
  expect(await desk.writer.handle('MC-1', claim)).toMatchObject({ code: 'no-row' });
  expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', attempt: null });
});

test('nothing of a bot comes due: a new file that waits for a day gone by is parked', async () => {
  const desk = await Desk.with(aTicket('MC-1'));
  const when = { until: '2020-01-01T00:00:00Z' };
  const deferred = {
    kind: 'deferred',
    when,
    reason: '',
    by: 'wilma',
    since: '2020-01-01T00:00:00Z',
  } as const;
  const added = writeTicket(aTicket('MC-2', { state: 'waiting', waiting: deferred }));
  await desk.push(bot, { [ticketPath('MC-2')]: added });
  const due = { kind: 'due', source: 'due', at: isoSeconds(systemClock.now()), actor: 'signalbox' } as const;
  expect(await desk.writer.handle('MC-2', due)).toMatchObject({ accepted: false });
  expect(await desk.ticket('MC-2')).toMatchObject({ state: 'waiting', waiting: { kind: 'parked', by: bot } });
  expect((await desk.refused())[0]).toContain('what it would wait for (not-permitted)');
});

test('nothing of a bot wakes what a person released: its park counts, and the condition does not', async () => {
  const released = { by: 'wilma', at: '2026-01-01T00:00:00Z' };
  const todo = aTicket('MC-1', { state: 'todo', released });
  const desk = await Desk.with(todo);
  const deferred = {
    kind: 'deferred',
    when: { until: '2126-01-01T00:00:00Z' },
    reason: '',
    by: 'wilma',
    since: '2026-01-01T00:00:00Z',
  } as const;
  const edited = writeTicket({ ...todo, state: 'waiting', waiting: deferred });
  await desk.push(bot, { [ticketPath('MC-1')]: edited });
  const ticket = await desk.ticket('MC-1');
  expect(ticket).toMatchObject({ state: 'waiting', waiting: { kind: 'parked', by: bot } });
  expect(ticket?.waiting?.when).toBeUndefined();
});
