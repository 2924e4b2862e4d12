import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { MemoryRemote, openMemoryStore } from '../../src/store/memory-store.ts';
import { change } from './contract/support.ts';
import { stateRef, witnessRef } from './worlds.ts';

const options = { clock: systemClock, random: systemRandom, log: silentLog };

/** A remote whose next `times` looks see `old` as before a push and all else as after it, as between its halves. */
async function tornRemote(times: number, old = stateRef) {
  const remote = new MemoryRemote();
  const writer = openMemoryStore(remote, options);
  const first = await writer.swap(await writer.read(), change({ x: '1' }));
  if (first.status !== 'swapped') throw new Error('stale');
  const second = await writer.swap(first.snapshot, change({ x: '2' }));
  if (second.status !== 'swapped') throw new Error('stale');
  const whole = remote.refs;
  const torn = new Map(whole).set(old, first.snapshot.head ?? '');
  let left = times;
  Object.defineProperty(remote, 'refs', { get: () => (left-- > 0 ? torn : whole) });
  return { store: openMemoryStore(remote, options), head: second.snapshot.head };
}

test('a look between the two halves of a push does not freeze the desk', async () => {
  const { store, head } = await tornRemote(1);
  expect(await store.read()).toMatchObject({ head, witness: head, movedBack: false });
});

test('a look between the two halves of a push does not take our own commit for a foreign one', async () => {
  const { store, head } = await tornRemote(1, witnessRef);
  expect(await store.read()).toMatchObject({ head, witness: head });
});

test('a head that stays ahead of its witness is believed: somebody else pushed it', async () => {
  const { store, head } = await tornRemote(1000, witnessRef);
  const look = await store.read();
  expect(look).toMatchObject({ head, movedBack: false });
  expect(look.witness).not.toBe(head);
});

test('a head that stays behind its witness is believed', async () => {
  const { store } = await tornRemote(1000);
  expect(await store.read()).toMatchObject({ movedBack: true });
});
