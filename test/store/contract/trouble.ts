import { expect, test } from 'vitest';
import type { Store } from '../../../src/engine/ports.ts';
import { signalPath, ticketPath, witnessRef } from '../../../src/ticket/paths.ts';
import { pushed, stateRef, type World } from '../worlds.ts';
import { change, type RefsNow, type Start, swapped, ticketText } from './support.ts';

export function movedBack(start: Start, refs: RefsNow): void {
  const two = async (world: World, store: Store) => {
    const first = await swapped(store, change({ [ticketPath('MC-1')]: ticketText('MC-1') }));
    const second = await swapped(store, change({ [ticketPath('MC-2')]: ticketText('MC-2') }));
    return { first, second, slow: await world.open() };
  };

  test('slow writer reads H2, branch moves back to H1: its child of H2 would be a fast-forward, and is refused', async () => {
    const world = await start();
    const { first, second, slow } = await two(world, await world.open());
    const base = await slow.read();
    expect(base.head).toBe(second.head);
    await world.setRef(stateRef, first.head);
    expect(await slow.swap(base, change({ x: '1' }))).toEqual({ status: 'stale' });
    expect(await refs()).toEqual({ head: first.head, witness: second.head });
    const moved = await slow.read();
    expect(moved).toMatchObject({ head: first.head, witness: second.head, movedBack: true });
    await expect(slow.swap(moved, change({ x: '1' }))).rejects.toMatchObject({ code: 'head-moved-back' });
    expect(await refs()).toEqual({ head: first.head, witness: second.head });
  });

  test('restore puts the tickets of the witness on top, and loses no history', async () => {
    const world = await start();
    const { first, second, slow } = await two(world, await world.open());
    await world.setRef(stateRef, first.head);
    const foreign = await pushed(world, { 'by-hand': '1' });
    const moved = await slow.read();
    const swap = await slow.restore(moved);
    if (swap.status !== 'swapped') throw new Error('stale');
    expect(await refs()).toEqual({ head: swap.snapshot.head, witness: swap.snapshot.head });
    expect([...swap.snapshot.tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
    expect(await swap.snapshot.file('by-hand')).toBeNull();
    expect(await slow.commitsBetween(swap.snapshot.head, second.head ?? '')).toEqual([]);
    expect(await slow.commitsBetween(second.head, swap.snapshot.head ?? '')).toEqual([
      foreign,
      swap.snapshot.head,
    ]);
    expect(await slow.restore(moved)).toEqual({ status: 'stale' });
    expect(await slow.read({ fresh: true })).toMatchObject({ movedBack: false });
    await swapped(slow, change({ x: '1' }));
  });

  test('a deleted branch freezes the desk until it is restored', async () => {
    const world = await start();
    const { second, slow } = await two(world, await world.open());
    await world.setRef(stateRef, null);
    const gone = await slow.read();
    expect(gone).toMatchObject({ head: null, witness: second.head, movedBack: true });
    expect(gone.tickets.size).toBe(0);
    const swap = await slow.restore(gone);
    if (swap.status !== 'swapped') throw new Error('stale');
    expect([...swap.snapshot.tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
    expect(swap.snapshot.movedBack).toBe(false);
    expect(await slow.commitsBetween(second.head, swap.snapshot.head ?? '')).toEqual([swap.snapshot.head]);
    expect(await slow.commitsBetween(null, swap.snapshot.head ?? '')).toHaveLength(3); // no history is lost
  });

  test('a branch that was recreated from nothing freezes the desk; a swap on the old one is stale', async () => {
    const world = await start();
    const store = await world.open();
    const { second, slow } = await two(world, store);
    await world.setRef(stateRef, await world.commit([], { [ticketPath('MC-9')]: ticketText('MC-9') }));
    expect(await store.swap(second, change({ x: '1' }))).toEqual({ status: 'stale' });
    const moved = await slow.read();
    expect(moved.movedBack).toBe(true);
    expect([...moved.tickets.keys()]).toEqual(['MC-9']);
    const swap = await slow.restore(moved);
    if (swap.status !== 'swapped') throw new Error('stale');
    expect([...swap.snapshot.tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
    expect(await store.read({ fresh: true })).toMatchObject({ movedBack: false, head: swap.snapshot.head });
  });

  test('where the witness is deleted, too, whoever saw it puts it back: nothing is taken for a new desk', async () => {
    const world = await start();
    const { second, slow } = await two(world, await world.open());
    await slow.read();
    await world.setRef(stateRef, null);
    await world.setRef(witnessRef, null);
    expect(await slow.read({ fresh: true })).toMatchObject({ witness: second.head, movedBack: true });
    const other = await (await world.open()).read();
    expect(other).toMatchObject({ head: null, witness: second.head, movedBack: true });
    const swap = await slow.restore(await slow.read());
    if (swap.status !== 'swapped') throw new Error('stale');
    expect([...swap.snapshot.tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
  });

  test('where the witness alone is deleted, the head goes on being judged from where it stood', async () => {
    const world = await start();
    const store = await world.open();
    const { head } = await swapped(store, change({ [ticketPath('MC-1')]: ticketText('MC-1') }));
    await world.setRef(witnessRef, null);
    const foreign = await pushed(world, { x: '1' });
    expect(await store.read({ fresh: true })).toMatchObject({ head: foreign, witness: head });
    expect(await refs()).toEqual({ head: foreign, witness: head });
    await swapped(store, change({ y: '1' }));
  });

  test('a restore keeps the signals that agents pushed to the moved head, and none that it had left behind', async () => {
    const world = await start();
    const store = await world.open();
    const old = signalPath('MC-1', 1);
    const first = await swapped(store, change({ [ticketPath('MC-1')]: ticketText('MC-1'), [old]: 'said' }));
    await swapped(store, change({ [old]: null }));
    await world.setRef(stateRef, first.head);
    const said = signalPath('MC-1', 2);
    await pushed(world, { [said]: 'done', [ticketPath('MC-1')]: ticketText('MC-1', 'Another') });
    const moved = await store.read({ fresh: true });
    expect(moved.movedBack).toBe(true);
    const swap = await store.restore(moved);
    if (swap.status !== 'swapped') throw new Error('stale');
    expect(swap.snapshot.signals).toMatchObject([{ place: said, text: 'done', channel: 'file' }]);
    expect(swap.snapshot.tickets.get('MC-1')?.ticket?.title).toBe('A ticket');
  });

  test('where nothing moved back there is nothing to restore', async () => {
    const world = await start();
    const store = await world.open();
    await expect(store.restore(await store.read())).rejects.toMatchObject({ code: 'no-witness' });
    await swapped(store, change({ x: '1' }));
    const foreign = await pushed(world, { y: '1' });
    const ahead = await store.read({ fresh: true });
    await expect(store.restore(ahead)).rejects.toMatchObject({ code: 'not-moved-back' });
    expect((await refs()).head).toBe(foreign);
  });
}

export function lostAnswers(start: Start, refs: RefsNow): void {
  test('a push that landed without an answer is swapped, once', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    await world.loseAnswer();
    const second = await swapped(store, change({ x: '2' }));
    expect(await refs()).toEqual({ head: second.head, witness: second.head });
    expect(await store.commitsBetween(first.head, second.head ?? '')).toEqual([second.head]);
    expect(await (await swapped(store, change({ y: '1' }))).file('x')).toBe('2');
  });

  test('a push that never landed is stale, and can be done again', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    await world.loseRequest();
    expect(await store.swap(first, change({ x: '2' }))).toEqual({ status: 'stale' });
    expect(await refs()).toEqual({ head: first.head, witness: first.head });
    await swapped(store, change({ x: '2' }));
  });

  test('where nothing can be known, that is said; the next read tells', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    await world.loseAnswerAndRemote();
    await expect(store.swap(first, change({ x: '2' }))).rejects.toMatchObject({
      kind: 'forge',
      code: 'answer-lost',
    });
    await expect(store.read()).rejects.toMatchObject({ code: 'unreachable' });
    await world.setReachable(true);
    expect(await (await store.read()).file('x')).toBe('2');
  });

  test('a remote that cannot be reached changes nothing', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    await world.setReachable(false);
    await expect(store.swap(first, change({ x: '2' }))).rejects.toMatchObject({
      kind: 'forge',
      code: 'unreachable',
    });
    await expect(store.read({ fresh: true })).rejects.toMatchObject({ kind: 'forge', code: 'unreachable' });
    await world.setReachable(true);
    expect((await store.read({ fresh: true })).head).toBe(first.head);
    await swapped(store, change({ x: '2' }));
  });
}
