import { expect, test } from 'vitest';
import { type DeskRequest, decideDesk } from '../../src/ticket/desk.ts';
import { type Desk, openDesk } from '../../src/ticket/format.ts';

const now = Date.parse('2026-06-01T12:00:00Z');

/** What the desk is, and what each was told, after requests in the order in which they are seen. */
function after(...asked: [DeskRequest['kind'], second: number][]) {
  let desk: Desk = openDesk;
  const told = asked.map(([kind, second], index) => {
    const at = `2026-06-01T11:00:${String(second).padStart(2, '0')}Z`;
    const decided = decideDesk(desk, { kind, source: `c${index}`, at, actor: 'wilma' }, now);
    desk = decided?.desk ?? desk;
    return decided?.code ?? 'already-handled';
  });
  const { paused, draining, since } = desk;
  return { paused, draining, since: since?.slice(-3), told };
}

test('a resume younger than the pause opens the desk; one of the same second is overtaken', () => {
  expect(after(['pause', 1], ['resume', 2])).toMatchObject({ paused: false, told: ['ok', 'ok'] });
  expect(after(['pause', 1], ['resume', 1])).toMatchObject({ paused: true, told: ['ok', 'superseded'] });
});

test('a pause or drain that is seen late takes effect, and takes nothing back', () => {
  expect(after(['resume', 2], ['pause', 1])).toMatchObject({ paused: true, since: '02Z' });
  expect(after(['drain', 2], ['pause', 1])).toMatchObject({ paused: true, draining: true, since: '02Z' });
  expect(after(['drain', 3], ['pause', 1], ['resume', 2])).toMatchObject({ draining: true, paused: true });
  expect(after(['pause', 1], ['drain', 2], ['resume', 3])).toMatchObject({ draining: false, paused: false });
});

test('a request that was carried out, or is older than the memory of the desk, does nothing', () => {
  const request = { kind: 'pause', source: 'c1', at: '2026-06-01T11:00:00Z', actor: 'wilma' } as const;
  const paused = decideDesk(openDesk, request, now)?.desk ?? openDesk;
  expect(decideDesk(paused, request, now)).toBeNull();
  expect(decideDesk(openDesk, { ...request, at: '2026-04-01T11:00:00Z' }, now)).toBeNull();
});

test('when serving began is noted once', () => {
  const serve = (at: string) => ({ kind: 'serve', source: 'serving', at, actor: 'signalbox' }) as const;
  const served = decideDesk(openDesk, serve('2024-06-01T11:00:00Z'), now)?.desk ?? openDesk;
  expect(served).toEqual({ ...openDesk, serving_since: '2024-06-01T11:00:00Z' });
  expect(decideDesk(served, serve('2026-06-01T11:00:00Z'), now)).toBeNull();
});

test('what was carried out is remembered as long as it could come again, and no longer', () => {
  const seen = { c1: '2026-04-30T11:59:59Z', c2: '2026-05-31T12:00:00Z' };
  const request = { kind: 'pause', source: 'c3', at: '2026-06-01T11:00:00Z', actor: 'wilma' } as const;
  const paused = decideDesk({ ...openDesk, seen }, request, now)?.desk;
  expect(paused?.seen).toEqual({ c2: seen.c2, c3: request.at });
  expect(paused).toMatchObject({ paused: true, draining: false });
});
