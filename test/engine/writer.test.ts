import { beforeEach, describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeHandler, type Writer } from '../../src/engine/handle.ts';
import type { Snapshot, Store } from '../../src/engine/ports.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { memoryWorld } from '../store/worlds.ts';
import { HandClock, settled } from '../support/hand-clock.ts';
import { aTicket, config } from './desk.ts';

/*
 * The one writer of a process: whom it decides together, when it pushes, and what it does where the head moved on. The
 * clock is driven by hand.
 */

const noon = Date.parse('2026-05-25T12:00:00Z');
let clock: HandClock;
let writer: Writer;
let store: Store;
/** What the store was asked for, in order: `read`, `fresh read`, `swap MC-1 MC-2`. */
let asked: string[];
/** Heads that the writer told of: the tickets that each changed. */
let told: string[];
/** What the store does instead of the next swaps and reads. */
let swaps: (() => Promise<Awaited<ReturnType<Store['swap']>> | null>)[];
let reads: ((snapshot: Snapshot) => Promise<Snapshot>)[];

beforeEach(async () => {
  clock = new HandClock(noon);
  [asked, told, swaps, reads] = [[], [], [], []];
  store = await (await memoryWorld()).open();
  const changes = new Map(['MC-1', 'MC-2', 'MC-3'].map((id) => [ticketPath(id), writeTicket(aTicket(id))]));
  await store.swap(await store.read(), { subject: 'desk', body: '', trailers: [], changes });
  writer = written();
});

function written(gatherMs?: number): Writer {
  const watched = Object.assign(Object.create(store) as Store, {
    read: async (how: { fresh?: boolean } = {}) => {
      asked.push(how.fresh ? 'fresh read' : 'read');
      const snapshot = await store.read(how);
      return (await reads.shift()?.(snapshot)) ?? snapshot;
    },
    swap: async (...[base, commit]: Parameters<Store['swap']>) => {
      asked.push(`swap ${commit.trailers.map((one) => one.Ticket ?? one.Transition).join(' ')}`);
      return (await swaps.shift()?.()) ?? store.swap(base, commit);
    },
  });
  return makeHandler({
    store: watched,
    config: async () => config,
    now: () => clock.now(),
    clock,
    log: silentLog,
    judge: async () => [],
    ...(gatherMs === undefined ? {} : { gatherMs }),
    onHead: (_snapshot, changed) => told.push(changed.join(' ')),
  });
}

let sources = 0;
function ask(id: string, kind: 'park' | 'release' | 'retry', over: object = {}) {
  const at = isoSeconds(clock.now());
  const request = { kind, reason: 'so', source: `c${++sources}`, at, actor: 'wilma', may: 'write' };
  Object.defineProperties(request, Object.getOwnPropertyDescriptors(over));
  return writer.handle(id, request as unknown as Request);
}
const stale = async () => ({ status: 'stale' }) as const;
/** Lets the writer work until nobody waits for anything but the clock. */
const works = async () => {
  for (let turn = 0; turn < 40; turn++) await settled();
};

describe('those who ask in one turn', () => {
  test('are decided in one commit, and each gets its own answer', async () => {
    const answers = await Promise.all([ask('MC-1', 'park'), ask('MC-2', 'park'), ask('MC-9', 'park')]);
    expect(answers.map(({ code }) => code)).toEqual(['ok', 'ok', 'no-such-ticket']);
    expect(asked.filter((words) => words.startsWith('swap'))).toEqual(['swap MC-1 MC-2']);
    expect(told).toEqual(['', 'MC-1 MC-2 MC-9']);
  });

  test('a second request of a ticket waits for the next commit', async () => {
    await Promise.all([ask('MC-1', 'park'), ask('MC-1', 'release'), ask('MC-2', 'park')]);
    expect(asked.filter((words) => words.startsWith('swap'))).toEqual(['swap MC-1 MC-2', 'swap MC-1']);
  });

  test('one that cannot be decided fails alone', async () => {
    const broken = ask('MC-1', 'park', {
      get reason() {
        throw new Error('broken');
      },
    });
    const other = ask('MC-2', 'park');
    await expect(broken).rejects.toThrow('broken');
    expect((await other).code).toBe('ok');
  });

  test('all fail where the store does, and those who ask later do not', async () => {
    reads.push(() => Promise.reject(new Error('no disk')));
    const both = [ask('MC-1', 'park'), ask('MC-2', 'park')];
    for (const one of both) await expect(one).rejects.toThrow('no disk');
    expect((await ask('MC-1', 'park')).code).toBe('ok');
  });
});

describe('a head that moved on', () => {
  test('is read anew, and everything decided again on it', async () => {
    swaps.push(stale, stale);
    expect((await ask('MC-1', 'park')).code).toBe('ok');
    expect(asked).toEqual(['read', 'swap MC-1', 'fresh read', 'swap MC-1', 'fresh read', 'swap MC-1']);
  });

  test('again and again is told as busy after a dozen tries, with nothing changed', async () => {
    for (let tries = 0; tries < 99; tries++) swaps.push(stale);
    const busy = ask('MC-1', 'park');
    await expect(busy).rejects.toBeInstanceOf(SignalboxError);
    await expect(busy).rejects.toMatchObject({ kind: 'conflict', code: 'busy', hint: expect.any(String) });
    expect(asked.filter((words) => words.startsWith('swap'))).toHaveLength(12);
    swaps.length = 0;
    expect((await store.read({ fresh: true })).tickets.get('MC-1')?.ticket?.state).not.toBe('waiting');
    expect((await ask('MC-1', 'park')).code).toBe('ok');
  });

  test('makes a refusal be decided again: it must hold at the head, not have held', async () => {
    expect((await ask('MC-9', 'park')).accepted).toBe(false);
    expect(asked).toEqual(['read', 'fresh read']);
    asked.length = 0;
    reads.push(
      async (snapshot) => snapshot,
      async (snapshot) => ({ ...snapshot, head: 'another' }),
    );
    expect((await ask('MC-9', 'park')).accepted).toBe(false);
    expect(asked).toEqual(['read', 'fresh read', 'fresh read', 'fresh read']);
  });

  test('back refuses everybody, and nothing is written', async () => {
    reads.push(async (snapshot) => ({ ...snapshot, movedBack: true }));
    const both = await Promise.all([ask('MC-1', 'park'), ask('MC-2', 'park')]);
    expect(both.map(({ code }) => code)).toEqual(['head-moved-back', 'head-moved-back']);
    expect(asked).toEqual(['read']);
    expect(told).toEqual(['']);
  });
});

describe('a push', () => {
  beforeEach(() => {
    writer = written(10_000);
  });

  test('comes at once where there was none lately, then others gather', async () => {
    await ask('MC-1', 'park');
    let answered = 0;
    const later = [ask('MC-2', 'retry'), ask('MC-1', 'release')].map((one) => one.then(() => answered++));
    await works();
    clock.until(noon + 9_999);
    await works();
    expect(answered).toBe(0);
    await clock.until(noon + 10_000);
    await Promise.all(later);
    expect(answered).toBe(2);
  });

  test('does not wait where somebody asks for a stop: who gathered goes with it', async () => {
    await ask('MC-1', 'park');
    asked.length = 0;
    const gathered = ask('MC-1', 'release');
    await works();
    expect(asked).toEqual([]);
    await Promise.all([ask('MC-2', 'park'), gathered]);
    expect(asked).toEqual(['read', 'swap MC-2 MC-1']);
    expect(clock.now()).toBe(noon);
  });

  test('that was hurried hurries none after it', async () => {
    await ask('MC-1', 'park');
    await ask('MC-2', 'park');
    const patient = ask('MC-1', 'release', { at: isoSeconds(noon + 1_000) });
    await works();
    expect(clock.next).toBe(noon + 10_000);
    await clock.until(noon + 10_000);
    expect((await patient).code).toBe('ok');
  });
});

test('where nothing is to be gathered nobody waits', async () => {
  await ask('MC-1', 'park');
  await ask('MC-1', 'release');
  expect(clock.next).toBe(null);
});

describe('who only reads', () => {
  test('gets the last known head, unless it is too old or a fresh one is asked for', async () => {
    await writer.read();
    await writer.read();
    expect(asked).toEqual(['read']);
    await writer.read({ maxAgeMs: 5_000 }); // never seen on the remote yet
    expect(asked.splice(0)).toEqual(['read', 'fresh read']);
    await clock.until(noon + 5_000);
    await writer.read({ maxAgeMs: 5_000 });
    expect(asked).toEqual([]);
    await clock.until(noon + 5_001);
    await writer.read({ maxAgeMs: 5_000 });
    await writer.read({ fresh: true });
    expect(asked).toEqual(['fresh read', 'fresh read']);
  });

  test('knows what was published here, and its age is that of the push', async () => {
    await ask('MC-1', 'park');
    asked.length = 0;
    const { tickets } = await writer.read({ maxAgeMs: 1_000 });
    expect(tickets.get('MC-1')?.ticket?.state).toBe('waiting');
    expect(asked).toEqual([]);
  });

  test('is told once of each head', async () => {
    for (let times = 0; times < 3; times++) await writer.read({ fresh: true });
    expect(told).toEqual(['']);
    reads.push(async (snapshot) => ({ ...snapshot, movedBack: true }));
    await writer.read({ fresh: true });
    expect(told).toEqual(['', '']);
  });
});

test('it is idle when all who asked have their answer', async () => {
  let answered = false;
  void ask('MC-1', 'park').then(() => {
    answered = true;
  });
  await writer.idle();
  await settled();
  expect(answered).toBe(true);
});
