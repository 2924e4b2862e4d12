import { expect, test } from 'vitest';
import { sweptRef } from '../../../src/ticket/paths.ts';
import { stateRef } from '../worlds.ts';
import { change, type Start, swapped } from './support.ts';

/** The mark of a whole sweep. */
export function marks(start: Start): void {
  const time = Date.parse('2026-05-25T12:00:00Z');

  test('a mark is seen by everybody, with its time, and follows no swap by itself', async () => {
    const world = await start();
    const [store, other] = [await world.open(), await world.open()];
    const first = await swapped(store, change({ x: '1' }));
    expect(await first.swept()).toBeNull();
    const mark = { head: first.head ?? '', time };
    await store.markSwept({ ...mark, time: time + 7 });
    expect(await (await other.read({ fresh: true })).swept()).toEqual(mark);
    const second = await swapped(store, change({ x: '2' }));
    expect(await second.swept()).toEqual(mark);
    await other.read({ fresh: true });
    const next = { head: second.head ?? '', time: time + 60_000 };
    await other.markSwept(next);
    expect(await (await store.read({ fresh: true })).swept()).toEqual(next);
    await store.markSwept({ ...next, time: time + 90_000 });
    expect(await (await other.read({ fresh: true })).swept()).toEqual({ ...next, time: time + 90_000 });
  });

  test('a slow process does not put an older mark in the place of a younger one', async () => {
    const world = await start();
    const [quick, slow] = [await world.open(), await world.open()];
    const first = await swapped(quick, change({ x: '1' }));
    await slow.read();
    const second = await swapped(quick, change({ x: '2' }));
    await quick.markSwept({ head: second.head ?? '', time: time + 60_000 });
    const mark = await world.ref(sweptRef);
    await slow.markSwept({ head: first.head ?? '', time }); // has not seen the mark
    expect(await world.ref(sweptRef)).toBe(mark);
    await slow.read({ fresh: true });
    await slow.markSwept({ head: first.head ?? '', time });
    expect(await world.ref(sweptRef)).toBe(mark);
  });

  test('a mark from which the head does not descend says nothing, and is replaced', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    const second = await swapped(store, change({ x: '2' }));
    const mark = { head: second.head ?? '', time };
    await store.markSwept(mark);
    await world.setRef(stateRef, first.head);
    expect(await (await (await world.open()).read()).swept()).toBeNull();
    await world.setRef(sweptRef, await world.commit([], { mine: '1' }));
    await world.setRef(stateRef, second.head);
    const fresh = await world.open();
    expect(await (await fresh.read()).swept()).toBeNull();
    await fresh.markSwept(mark);
    expect(await (await fresh.read()).swept()).toEqual(mark);
  });

  test('a mark whose push is lost is only older than it might be', async () => {
    const world = await start();
    const store = await world.open();
    const { head } = await swapped(store, change({ x: '1' }));
    await world.loseRequest();
    await store.markSwept({ head: head ?? '', time });
    expect(await world.ref(sweptRef)).toBeNull();
    await store.markSwept({ head: head ?? '', time });
    expect(await (await store.read({ fresh: true })).swept()).toEqual({ head, time });
  });
}
