import { describe, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { signalRequest } from '../../src/engine/handle.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { signalPath, ticketPath } from '../../src/ticket/paths.ts';
import { aTicket, Desk } from './desk.ts';

import { waiting, working } from './fixtures.ts';

describe('what no file can hold is refused, and holds up nobody', () => {
  const brim = 'x'.repeat(60_000);
  const messages = [1, 2, 3, 4].map(() => ({ by: 'elmar', at: '2026-05-25T09:12:00Z', text: brim }));
  const asked = { at: isoSeconds(systemClock.now()), actor: 'wilma' };

  test('a person’s request that would make the file too large', async () => {
    const desk = await Desk.with(aTicket('MC-1', { ...waiting, messages }), aTicket('MC-2', waiting));
    const [one, two] = await Promise.all([
      desk.writer.handle('MC-1', { ...asked, kind: 'park', reason: brim, source: 'e1' }),
      desk.writer.handle('MC-2', { ...asked, kind: 'park', reason: brim, source: 'e2' }),
    ]);
    expect(one).toMatchObject({ accepted: false, code: 'too-large' });
    expect(two).toMatchObject({ accepted: true });
    expect(await desk.ticket('MC-1')).toMatchObject({ waiting: { reason: 'not now' } });
  });

  test('a title or a text that no ticket can have', async () => {
    const desk = await Desk.with(aTicket('MC-1'));
    const edit = {
      ...asked,
      kind: 'edit',
      title: '🚂'.repeat(257),
      body: '',
      digest: 'a'.repeat(64),
      source: 'edit',
    } as const;
    expect(await desk.writer.handle('MC-1', edit)).toMatchObject({ accepted: false, code: 'bad-field' });
    const about = {
      issue: 2,
      title: 'T',
      owner: null,
      park: null,
      hold: false,
      mirrored: null,
      answered: {},
    };
    const create = {
      ...asked,
      ...about,
      kind: 'create',
      id: 'MC-2',
      body: '🚂'.repeat(65_536),
      source: 'e2',
    } as const;
    expect(await desk.writer.handle('MC-2', create)).toMatchObject({ accepted: false, code: 'too-large' });
    expect(await desk.ticket('MC-1')).toMatchObject({ title: 'Ticket MC-1' });
  });

  test('a signal larger than its file may be is kept as far as it fits; the whole is in the history', async () => {
    const desk = await Desk.with(aTicket('MC-1', working));
    const huge = `kind: done\nsummary: ${'x'.repeat(2_000_000)}\n`;
    await desk.push('wilma', { [signalPath('MC-1', 1)]: huge });
    const [pending] = (await desk.head()).signals;
    if (!pending) throw new Error('no signal');
    const decision = await desk.writer.handle('MC-1', signalRequest(pending, asked));
    expect(decision).toMatchObject({ accepted: false, code: 'bad-signal' });
    const head = await desk.head();
    expect(head.signals).toEqual([]);
    expect(await desk.refused()).toHaveLength(1);
    expect(await head.file(head.quarantine[0] ?? '')).toContain('[cut]');
  });

  test('a pushed file so full that nothing can be added to it is put back', async () => {
    const desk = await Desk.with(aTicket('MC-1', waiting));
    const text = writeTicket(aTicket('MC-1', { state: 'todo' }));
    const full = `${text}#${' '.repeat(256 * 1024 - text.length - 2)}\n`;
    await desk.push('wilma', { [ticketPath('MC-1')]: full });
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting' });
    expect((await desk.refused())[0]).toContain('MC-1 illegal-edit by wilma: too-large');
  });
});
