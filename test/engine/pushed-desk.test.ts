import { describe, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { aTicket, Desk } from './desk.ts';

import { bot, stopped, waiting, working } from './fixtures.ts';

describe('new files', () => {
  test('a desk that is taken up keeps its archive; its tickets are born as they wait', async () => {
    const desk = await Desk.empty();
    const closed = writeTicket(aTicket('MC-7', { state: 'done', attempts: [stopped] }));
    await desk.push('lucienne', {
      [archivePath('MC-7')]: closed,
      [ticketPath('MC-1')]: writeTicket(aTicket('MC-1', waiting)),
      [ticketPath('MC-2')]: writeTicket(aTicket('MC-2', { ...working, attempts: [stopped] })),
    });
    const head = await desk.head();
    expect(await head.file(archivePath('MC-7'))).toBe(closed);
    expect(head.tickets.get('MC-1')?.ticket).toMatchObject({ state: 'waiting' });
    expect(head.tickets.get('MC-2')?.ticket).toMatchObject({ state: 'inbox', attempt: null, attempts: [] });
  });
});

describe('the desk’s switches', () => {
  const desk = async (text: string) => {
    const one = await Desk.with(aTicket('MC-1'));
    await one.push('lucienne', { 'desk.yaml': text });
    await one.head();
    return one;
  };

  test('who may write throws them both ways, and is named', async () => {
    const one = await desk('# stop everything\nformat: 1\npaused: true\n');
    expect((await one.head()).desk).toMatchObject({ paused: true, by: 'lucienne' });
    expect(await one.textAtHead('desk.yaml')).toContain('# stop everything');
    await one.push('wilma', { 'desk.yaml': 'format: 1\n' });
    expect((await one.head()).desk).toMatchObject({ paused: false, by: 'wilma' });
  });

  test('anybody else throws them only on', async () => {
    const one = await desk('format: 1\npaused: true\n');
    await one.push(bot, { 'desk.yaml': 'format: 1\ndraining: true\n' });
    expect((await one.head()).desk).toMatchObject({ paused: true, draining: true, by: bot });
    await one.push(bot, { 'desk.yaml': null });
    expect((await one.head()).desk).toMatchObject({ paused: true, draining: true });
  });

  test('a desk that somebody broke is paused, and a bot does not mend it open', async () => {
    const one = await desk('format: 1\npuased: false\n');
    expect((await one.head()).desk.paused).toBe(true);
    await one.push(bot, { 'desk.yaml': 'format: 1\n' });
    expect((await one.head()).desk.paused).toBe(true);
    await one.push('wilma', { 'desk.yaml': 'format: 1\n' });
    expect((await one.head()).desk.paused).toBe(false);
  });

  test('a desk that somebody broke forgets nothing: an old resume does not open it, broken or mended', async () => {
    const one = await Desk.with(aTicket('MC-1'));
    const ask = (kind: 'pause' | 'resume', ago: number) => {
      const at = isoSeconds(systemClock.now() - ago * 1000);
      return { kind, source: `c${ago}`, at, actor: 'wilma' };
    };
    await one.writer.handleDesk(ask('pause', 60));
    const resume = ask('resume', 50);
    expect(await one.writer.handleDesk(resume)).toMatchObject({ code: 'ok' });
    await one.push('wilma', { 'desk.yaml': 'format: 1\npuased: true\n' });
    expect((await one.head()).desk).toMatchObject({ paused: true, by: 'wilma' });
    expect(await one.writer.handleDesk(resume)).toMatchObject({ code: 'already-handled' });
    await one.push('wilma', { 'desk.yaml': 'format: 1\npaused: true\n' });
    expect((await one.head()).desk.seen).toHaveProperty('c50');
    expect(await one.writer.handleDesk(resume)).toMatchObject({ code: 'already-handled' });
    expect((await one.head()).desk.paused).toBe(true);
    expect(await one.textAtHead('kept/desk.yaml')).toBeNull();
  });
});
