import { request } from 'node:http';
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import { makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { BoardOptions } from '../../src/board/board.tsx';
import type { Deck } from '../../src/board/deck.ts';
import { ticketEvents } from '../../src/board/events.tsx';
import { Live } from '../../src/board/live.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { BoardWorld } from './world.ts';

/*
 * Streams of a board that is watched: when they end, and that nothing of them is left then.
 */

const minute = 60_000;
const beat = 20_000;

/** A clock whose beats come when a test says so. */
class BeatClock implements Clock {
  #leapt = 0;
  readonly #beats = new Set<() => void>();

  now = () => systemClock.now() + this.#leapt;

  after(ms: number, fn: () => void): () => void {
    if (ms === beat) this.#beats.add(fn);
    return () => this.#beats.delete(fn);
  }

  /** Two minutes later: answers about rights are old by then. */
  beat(): void {
    this.#leapt += 2 * minute;
    for (const fn of [...this.#beats]) {
      this.#beats.delete(fn);
      fn();
    }
  }

  get waiting(): number {
    return this.#beats.size;
  }
}

async function watched(options: Partial<BoardOptions> = {}) {
  const clock = new BeatClock();
  const world = await BoardWorld.start({ clock, ...options });
  await world.desk.put(ticketIn('inbox', { id: 'MC-1' }));
  world.desk.forge.isPrivate = async () => true;
  const { panel } = world.desk.operator;
  const counts = { begun: 0, ended: 0 };
  const watch = panel.watch.bind(panel);
  panel.watch = (seen) => {
    counts.begun += 1;
    const stop = watch(seen);
    return () => {
      counts.ended += 1;
      stop();
    };
  };
  return { world, clock, panel, counts, operator: world.desk.operator };
}

/** Opens a stream, which beats; `ended` resolves with it. */
async function stream(
  world: BoardWorld,
  clock: BeatClock,
  cookie: string,
): Promise<{ ended: Promise<string> }> {
  const answer = await fetch(`${world.url}/acme/desk/events`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  const ended = answer.text();
  await vi.waitFor(() => expect(clock.waiting).toBe(1));
  return { ended };
}

describe('a stream ends at the next beat', () => {
  const ways: [string, (world: BoardWorld, cookie: string) => Promise<void>][] = [
    [
      'for whom a right was taken away',
      async ({ desk }) => {
        desk.forge.roles.elmar = 'none';
      },
    ],
    ['for who signed out elsewhere', signOut],
    [
      'where GitHub does not tell who may see it',
      async ({ desk }) => {
        desk.forge.permission = async () => {
          throw new Error('no answer');
        };
      },
    ],
    [
      'where the repository is served no more, or under another name',
      async ({ desk }) => {
        Object.defineProperty(desk, 'operator', {
          get: () => {
            throw new Error('closed');
          },
        });
      },
    ],
  ];

  test.each(ways)('%s', async (_, happens) => {
    const { world, clock, counts, operator } = await watched();
    const cookie = await world.signIn('elmar');
    const { ended } = await stream(world, clock, cookie);
    await happens(world, cookie);
    clock.beat();
    expect(await ended).not.toContain('event: beat');
    expect(counts).toEqual({ begun: 1, ended: 1 });
    Object.defineProperty(world.desk, 'operator', { value: operator });
  });
});

async function signOut(world: BoardWorld, cookie: string): Promise<void> {
  const page = await world.visit('/acme/desk', { cookie });
  const csrf = /name="csrf" value="(\w+)"/.exec(page.text)?.[1] ?? '';
  expect((await world.visit('/logout', { cookie, form: { csrf } })).status).toBe(303);
}

test('a copy of a cookie whose session was signed out is nobody', async () => {
  const { world } = await watched();
  const cookie = await world.signIn('elmar');
  const other = await world.signIn('elmar');
  await signOut(world, cookie);
  expect((await world.visit('/acme/desk', { cookie })).status).toBe(404);
  expect((await world.visit('/acme/desk', { cookie: other })).status).toBe(200);
});

describe('nothing watches for nobody', () => {
  test('who asked for the head of a stream alone', async () => {
    const { world, clock, counts } = await watched();
    const cookie = await world.signIn('elmar');
    const { status } = await world.visit('/acme/desk/events', { cookie, method: 'HEAD' });
    await world.visit('/acme/desk', { cookie });
    expect({ status, ...counts, beats: clock.waiting }).toEqual({
      status: 200,
      begun: 0,
      ended: 0,
      beats: 0,
    });
  });

  test('who left while the board was being made', async () => {
    const { world, clock, panel, counts } = await watched();
    const cookie = await world.signIn('elmar');
    const look = panel.look.bind(panel);
    let go = () => {};
    const isGone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const looked = vi.fn(async () => {
      await isGone;
      return look();
    });
    panel.look = looked;
    const asked = request(`${world.url}/acme/desk/events`, { headers: { cookie } });
    const closed = new Promise((resolve) => asked.on('error', resolve));
    asked.end();
    await vi.waitFor(() => expect(looked).toHaveBeenCalled());
    asked.destroy();
    await closed;
    await world.visit('/assets/icon.svg'); // by then the server has seen it, too
    go();
    await world.visit('/acme/desk', { cookie });
    await vi.waitFor(() => expect(counts.ended).toBe(counts.begun));
    expect(clock.waiting).toBe(0);
  });

  test('a window that reads nothing is let go', async () => {
    const { panel } = await watched();
    const live = new Live(panel, {
      clock: systemClock,
      random: systemRandom,
      log: makeLog('error', () => {}),
    });
    const deck = await live.deck();
    const shows = new Set<(deck: Deck) => void>();
    const watching = {
      live: {
        deck: async () => deck,
        watch(show: (deck: Deck) => void) {
          shows.add(show);
          return () => shows.delete(show);
        },
      },
      desk: 'acme/desk',
      clock: systemClock,
      version: deck.version,
      mayStillSee: async () => true,
      ended: new AbortController().signal,
    };
    const app = new Hono().get('/', (c) => ticketEvents(c, watching, 'MC-1'));
    const answer = await app.request('/');
    expect([answer.status, shows.size]).toEqual([200, 1]);
    for (let count = 0; count < 100; count++) {
      const cards = deck.cards.map((card) => ({ ...card, title: `${count}` }));
      for (const show of shows) show({ ...deck, version: `${count}`, cards });
    }
    await vi.waitFor(() => expect(shows.size).toBe(0));
  });
});

test('where GitHub does not answer, a private repository is still not there for strangers', async () => {
  const { world, clock } = await watched();
  const [elmar, visitor] = [await world.signIn('elmar'), await world.signIn('visitor')];
  expect((await world.visit('/acme/desk', { cookie: elmar })).status).toBe(200);
  world.desk.forge.isPrivate = async () => {
    throw new Error('no answer about acme/desk');
  };
  clock.beat();
  for (const cookie of ['', visitor]) {
    const there = await world.visit('/acme/desk', { cookie });
    const absent = await world.visit('/acme/none', { cookie });
    expect(there.status).toBe(404);
    expect(there.text.replaceAll('desk', 'none')).toBe(absent.text);
  }
  expect((await world.visit('/acme/desk', { cookie: elmar })).status).toBe(503);
});

test('a public repository is everybody’s to see, signed in or not', async () => {
  const { world } = await watched();
  world.desk.forge.isPrivate = async () => false;
  const nobody = await world.signIn('visitor');
  for (const cookie of ['', nobody]) {
    expect((await world.visit('/acme/desk', { cookie })).status).toBe(200);
  }
});
