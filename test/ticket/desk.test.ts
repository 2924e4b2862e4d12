import { describe, expect, test } from 'vitest';
import { type DeskRequest, decideDesk } from '../../src/ticket/desk.ts';
import { bannerLine, bannersOf } from '../../src/ticket/desk-words.ts';
import { type Desk, openDesk } from '../../src/ticket/format.ts';
import { config } from './fixtures.ts';

const now = Date.parse('2026-06-01T12:00:00Z');

/** What the desk is, and what each was told, after requests in the order in which they are seen. */
function after(...asked: [DeskRequest['kind'], second: number][]) {
  let desk: Desk = openDesk;
  const told = asked.map(([kind, second], index) => {
    const at = `2026-06-01T11:00:${String(second).padStart(2, '0')}Z`;
    const decided = decideDesk(desk, { kind, source: `c${index}`, at, actor: 'wilma' }, now, config);
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
  const paused = decideDesk(openDesk, request, now, config)?.desk ?? openDesk;
  expect(decideDesk(paused, request, now, config)).toBeNull();
  expect(decideDesk(openDesk, { ...request, at: '2026-04-01T11:00:00Z' }, now, config)).toBeNull();
});

test('when serving began is noted once', () => {
  const serve = (at: string) => ({ kind: 'serve', source: 'serving', at, actor: 'signalbox' }) as const;
  const served = decideDesk(openDesk, serve('2024-06-01T11:00:00Z'), now, config)?.desk ?? openDesk;
  expect(served).toEqual({ ...openDesk, serving_since: '2024-06-01T11:00:00Z' });
  expect(decideDesk(served, serve('2026-06-01T11:00:00Z'), now, config)).toBeNull();
});

test('what was carried out is remembered as long as it could come again, and no longer', () => {
  const seen = { c1: '2026-04-30T11:59:59Z', c2: '2026-05-31T12:00:00Z' };
  const request = { kind: 'pause', source: 'c3', at: '2026-06-01T11:00:00Z', actor: 'wilma' } as const;
  const paused = decideDesk({ ...openDesk, seen }, request, now, config)?.desk;
  expect(paused?.seen).toEqual({ c2: seen.c2, c3: request.at });
  expect(paused).toMatchObject({ paused: true, draining: false });
});

describe('one profile', () => {
  const ask = (kind: DeskRequest['kind'], second: number, over: Partial<DeskRequest> = {}) => ({
    kind,
    profile: 'luci',
    source: `p${second}${kind}`,
    at: `2026-06-01T11:00:0${second}Z`,
    actor: 'wilma',
    ...over,
  });
  const told = (desk: Desk, ...requests: DeskRequest[]) =>
    requests.reduce((before, request) => decideDesk(before, request, now, config)?.desk ?? before, desk);
  const pausedBy = (second: number) => ({ reason: '', by: 'wilma', since: `2026-06-01T11:00:0${second}Z` });

  test('is paused and drained by itself, and resumed by a younger word', () => {
    const paused = told(openDesk, ask('pause', 1, { reason: 'no' }));
    expect(paused).toMatchObject({ paused: false, draining: false });
    expect(paused.profiles).toEqual({ luci: { ...pausedBy(1), until: null, reason: 'no' } });
    const drained = told(paused, ask('drain', 2), ask('pause', 1, { source: 'late' }));
    expect(drained.profiles.luci).toEqual({ ...pausedBy(2), until: null, draining: true });
    expect(decideDesk(drained, ask('resume', 2), now, config)?.code).toBe('superseded');
    expect(told(drained, ask('resume', 2)).profiles.luci).toBeDefined();
    expect(told(drained, ask('resume', 3)).profiles).toEqual({});
  });

  test('a resume of the desk leaves it paused, and one of it leaves the desk paused', () => {
    const both = told(openDesk, ask('pause', 1), { ...ask('pause', 2), profile: undefined as never });
    expect(both.paused).toBe(true);
    expect(told(both, ask('resume', 3))).toMatchObject({ paused: true, profiles: {} });
    const { profile: _, ...desk } = ask('resume', 4);
    expect(told(both, desk).profiles.luci).toBeDefined();
  });

  test('a pause by its provider gives way to a person’s pause, and to a person’s resume', () => {
    const quota = { until: '2026-06-01T13:00:00Z', reason: 'limit', by: 'signalbox', probe: true };
    const limited = { ...openDesk, profiles: { luci: quota } };
    expect(told(limited, ask('pause', 1)).profiles.luci).toEqual({ ...pausedBy(1), until: null });
    expect(told(limited, ask('resume', 1)).profiles).toEqual({});
  });

  test('one that the config does not have is refused, unless it is the one that is paused', () => {
    expect(decideDesk(openDesk, ask('pause', 1, { profile: 'now' }), now, config)).toEqual({
      desk: openDesk,
      code: 'no-such-agent',
    });
    const gone = { ...openDesk, profiles: { otto: { ...pausedBy(1), until: null } } };
    expect(told(gone, ask('resume', 2, { profile: 'otto' })).profiles).toEqual({});
  });
});

test('what is shut is said on one line each, with the word that opens it', () => {
  const profiles = {
    luci: { until: null, reason: 'its model\nis gone', by: 'wilma', since: '2026-06-01T11:00:00Z' },
    ada: { until: '2026-06-01T13:00:00Z', reason: 'limit', by: 'signalbox' },
    otto: { until: '2026-06-01T12:00:00Z', reason: 'over', by: 'signalbox' },
  };
  const desk = { ...openDesk, paused: true, by: 'elmar', since: '2026-06-01T10:00:00Z', profiles };
  expect(bannersOf(desk, now).map(bannerLine)).toEqual([
    'The desk is paused, nothing starts (elmar, since 2026-06-01T10:00:00Z). /resume ends it.',
    'luci is paused: its model is gone (wilma, since 2026-06-01T11:00:00Z). /resume luci ends it.',
    'ada is paused: limit (signalbox). By itself at 2026-06-01T13:00:00Z, or /resume ada ends it.',
  ]);
  expect(bannersOf(openDesk, now)).toEqual([]);
});
