import { expect, test } from 'vitest';
import type { Ticket } from '../../src/ticket/format.ts';
import { fullFile } from '../../src/ticket/yaml.ts';
import { aTicket, Desk } from './desk.ts';

// Messages in a file that is full.

const asked = { at: '2099-05-25T09:12:00Z', actor: 'wilma', kind: 'tell' } as const;
const old = (id: string, text: string, delivered: boolean): Ticket['messages'][number] => ({
  id,
  by: 'wilma',
  at: '2026-05-25T09:12:00Z',
  text,
  ...(delivered ? { delivered: { attempt: 1, at: '2026-05-25T09:20:00Z' } } : {}),
});
const long = 'x'.repeat(64_000);

/** MC-1 with three messages in a file that has `left` bytes of room. */
async function filled(left: number, delivered: boolean): Promise<Desk> {
  const messages = [
    old('c1', long, delivered),
    old('c2', long, delivered),
    old('c3', 'x'.repeat(50_000), false),
  ];
  const body = (pad: number) => aTicket('MC-1', { messages, body: 'x'.repeat(pad) });
  const desk = await Desk.with(body(1));
  const size = Buffer.byteLength((await desk.textAtHead('tickets/MC-1.yaml')) ?? '');
  return Desk.with(body(fullFile - size - left));
}

test('the older half of those that were delivered makes room, and nothing else goes', async () => {
  const desk = await filled(100, true);
  const decision = await desk.writer.handle('MC-1', { ...asked, text: 'y'.repeat(5_000), source: 'c9' });
  expect(decision).toMatchObject({ accepted: true, code: 'ok' });
  expect((await desk.ticket('MC-1'))?.messages.map(({ id }) => id)).toEqual(['c2', 'c3', 'c9']);
});

test('what was not delivered yet stays, and the new one is refused with a code', async () => {
  const desk = await filled(100, false);
  const decision = await desk.writer.handle('MC-1', { ...asked, text: 'y'.repeat(5_000), source: 'c9' });
  expect(decision).toMatchObject({ accepted: false, code: 'too-large' });
  expect((await desk.ticket('MC-1'))?.messages.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
});
