import { expect, test } from 'vitest';
import { change, type Start } from './support.ts';

/** How much of the contract is told. `remoteOnly` leaves out what is read from objects that are here already. */
export interface Extent {
  writers: number;
  changes: number;
  remoteOnly?: boolean;
}

export function manyWriters(start: Start, { writers, changes }: Extent): void {
  test(`${writers} writers, ${changes} changes each: all land, each once`, { timeout: 180_000 }, async () => {
    const world = await start();
    const stores = await Promise.all(Array.from({ length: writers }, () => world.open()));
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let number = 0; number < changes; ) {
          const base = await store.read();
          const lines = (await base.file('lines')) ?? '';
          const swap = await store.swap(base, change({ lines: `${lines}${writer}-${number}\n` }));
          if (swap.status === 'swapped') number++;
        }
      }),
    );
    const last = await (await world.open()).read();
    const lines = (await last.file('lines'))?.trim().split('\n') ?? [];
    expect(lines).toHaveLength(writers * changes);
    expect(new Set(lines).size).toBe(writers * changes);
  });

  test('reads and swaps of one store at the same time do not disturb each other', async () => {
    const world = await start();
    const store = await world.open();
    const base = await store.read();
    const [first, , second] = await Promise.all([
      store.swap(base, change({ x: '1' })),
      store.read({ fresh: true }),
      store.swap(base, change({ x: '2' })),
      store.read({ fresh: true }),
    ]);
    expect([first?.status, second?.status]).toEqual(['swapped', 'stale']);
    expect(await (await store.read()).file('x')).toBe('1');
  });
}
