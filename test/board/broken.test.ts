import { expect, test } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { BoardWorld } from './world.ts';

test('one ticket whose file tells an impossible time is shown as broken, and the rest as ever', async () => {
  const world = await BoardWorld.start();
  await world.desk.put(ticketIn('inbox', { id: 'MC-1' }));
  const since = '2026-05-26T09:00:00Z';
  const waiting = { kind: 'question' as const, question: 'Which?', reason: '', by: 'attempt 1', since };
  const text = writeTicket(ticketIn('waiting', { id: 'MC-2', waiting }));
  await world.desk.pushText('wilma', 'tickets/MC-2.yaml', text.replaceAll(since, '2026-99-99T09:00:00Z'));
  const { status, text: page } = await world.visit('/acme/desk');
  expect(status).toBe(200);
  expect(page).toContain('card-MC-1');
  expect(page).toMatch(/id="card-MC-2"[\s\S]*a UTC time like/);
  expect((await world.visit('/acme/desk/tickets/MC-2')).status).toBe(200);
});
