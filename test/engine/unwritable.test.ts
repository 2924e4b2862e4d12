import { describe, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { signalRequest } from '../../src/engine/handle.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { deskPath, signalPath, ticketPath } from '../../src/ticket/paths.ts';
import { largestFile } from '../../src/ticket/yaml.ts';
import { aTicket, Desk } from './desk.ts';

import { waiting, working } from './fixtures.ts';

const brim = 'x'.repeat(60_000);
const asked = { at: isoSeconds(systemClock.now()), actor: 'wilma' };
const ids = ['MC-1', 'MC-2', 'MC-3'] as const;

/** A ticket in whose file only `left` bytes are free. */
function full(id: string, left: number, over: Partial<Ticket> = {}): Ticket {
  const said = (text: string) => ({ id: 'c1', by: 'elmar', at: '2026-05-25T09:12:00Z', text });
  const long = said('x'.repeat(64_000));
  const padded = (pad: number) =>
    aTicket(id, {
      ...over,
      messages: [long, long, said('x'.repeat(Math.floor(pad / 2)))],
      body: 'x'.repeat(Math.ceil(pad / 2)),
    });
  return padded(largestFile - left - Buffer.byteLength(writeTicket(padded(2))) + 2);
}

describe('a stop always finds room in the file', () => {
  const roomy = 32 * 1024; // what words leave
  const lost = {
    kind: 'lost',
    attempt: 1,
    code: 'run-ended-silent',
    reason: brim,
    agent_gone: false,
  } as const;
  const stops = [{ kind: 'park', reason: brim }, { kind: 'cancel', reason: brim }, lost] as const;

  test.each([roomy - 2000, 4000])('a park, a cancel and a loss, with %i bytes left', async (left) => {
    const desk = await Desk.with(...ids.map((id) => full(id, left, working)));
    const codes = await Promise.all(
      stops.map(async (stop, i) => {
        const decision = await desk.writer.handle(ids[i] ?? '', { ...asked, ...stop, source: `e${i}` });
        return decision.code;
      }),
    );
    expect(codes).toEqual(['ok', 'ok', 'ok']);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
    expect((await desk.ticket('MC-1'))?.waiting?.reason).toMatch(/^x{1000}\n\[cut]$/);
    expect((await desk.ticket('MC-2'))?.state).toBe('cancelled');
    expect((await desk.ticket('MC-3'))?.state).toBe('todo');
  });

  test('words and another attempt do not', async () => {
    const desk = await Desk.with(
      full('MC-1', roomy + 100, working),
      full('MC-2', roomy - 100, { state: 'todo' }),
    );
    const wordy = { ...asked, kind: 'interrupt', text: 'x'.repeat(200), source: 'e1' } as const;
    expect(await desk.writer.handle('MC-1', wordy)).toMatchObject({ accepted: false, code: 'too-large' });
    const claim = { ...asked, kind: 'claim', claim: 'c', source: 'scheduler' } as const;
    expect(await desk.writer.handle('MC-2', claim)).toMatchObject({ accepted: false, code: 'too-large' });
  });

  test('a pushed edit may only shorten a full file, and a park that is pushed with too many words stands', async () => {
    const desk = await Desk.with(full('MC-1', 10_000, working), full('MC-2', 10_000), full('MC-3', 10_000));
    const parked = { kind: 'parked', reason: 'enough', by: 'wilma', since: asked.at } as const;
    const longer = ({ body }: Ticket) => ({ body: `${body} and more` });
    await desk.edit('wilma', 'MC-1', (was) => ({
      ...longer(was),
      state: 'waiting',
      waiting: parked,
      attempt: null,
    }));
    await desk.edit('wilma', 'MC-2', (was) => ({ ...longer(was), state: 'todo' }));
    await desk.edit('wilma', 'MC-3', () => ({ body: 'in short' }));
    expect((await desk.ticket('MC-1'))?.body).toMatch(/x$/);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', waiting: { reason: 'enough' } });
    expect((await desk.ticket('MC-2'))?.body).toMatch(/x$/);
    expect((await desk.ticket('MC-2'))?.state).toBe('inbox');
    expect((await desk.ticket('MC-3'))?.body).toBe('in short');
    expect(await desk.refused()).toEqual([
      expect.stringContaining('MC-1 illegal-edit by wilma: too-large'),
      expect.stringContaining('MC-2 illegal-edit by wilma: too-large'),
    ]);
  });
});

test('a full desk takes no start, and its own requests; every end and every stop goes on without its note', async () => {
  const desk = await Desk.with(
    aTicket('MC-1', working),
    aTicket('MC-2', working),
    aTicket('MC-3', { state: 'todo', owner: 'luci' }),
  );
  const head = 'format: 1\n#';
  await desk.push('wilma', { [deskPath]: `${head}${'x'.repeat(largestFile - head.length - 1)}\n` });
  const lost = { kind: 'lost', attempt: 1, code: 'run-ended-silent', reason: '', agent_gone: true } as const;
  const [ended, parked, claimed, paused] = await Promise.allSettled([
    desk.writer.handle('MC-1', { ...asked, ...lost, source: 'e1' }),
    desk.writer.handle('MC-2', { ...asked, kind: 'park', reason: '', source: 'e2' }),
    desk.writer.handle('MC-3', { ...asked, kind: 'claim', claim: 'c', source: 'scheduler' }),
    desk.writer.handleDesk({ ...asked, kind: 'pause', source: 'e3' }),
  ]);
  expect(ended).toMatchObject({ value: { code: 'ok' } });
  expect(parked).toMatchObject({ value: { code: 'ok' } });
  expect(claimed).toMatchObject({
    value: { code: 'too-large', message: expect.stringContaining('desk.yaml') },
  });
  expect(paused).toMatchObject({ status: 'rejected', reason: { code: 'too-large' } });
  expect((await desk.ticket('MC-1'))?.state).toBe('todo');
  expect((await desk.ticket('MC-2'))?.state).toBe('waiting');
  expect((await desk.ticket('MC-3'))?.state).toBe('todo');
  expect((await desk.head()).desk).toMatchObject({ paused: false, failures: {}, starts: [] });
});

describe('what no file can hold is refused, and holds up nobody', () => {
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
