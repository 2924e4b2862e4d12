import { expect, test } from 'vitest';
import { signalRef } from '../../../src/ticket/paths.ts';
import { change, type RefsNow, type Start, swapped } from './support.ts';

export function signals(start: Start, refs: RefsNow): void {
  test('a saved signal is seen by everybody, the same one again is fine, another is refused', async () => {
    const world = await start();
    const [runner, app] = [await world.open(), await world.open()];
    await app.read();
    await runner.saveSignal('MC-1', 3, 'kind: done\n');
    const oid = await world.ref(signalRef('MC-1', 3));
    await runner.saveSignal('MC-1', 3, 'kind: done\n');
    await app.saveSignal('MC-1', 3, 'kind: done\n');
    await expect(app.saveSignal('MC-1', 3, 'kind: failed\n')).rejects.toMatchObject({
      code: 'signal-exists',
    });
    expect(await world.ref(signalRef('MC-1', 3))).toBe(oid);
    const seen = [
      { ticket: 'MC-1', attempt: 3, text: 'kind: done\n', place: signalRef('MC-1', 3), channel: 'runner' },
    ];
    expect((await app.read({ fresh: true })).signals).toEqual(seen);
    expect((await runner.read()).signals).toEqual(seen);
  });

  test('a signal whose push is lost on its way, there or back, is saved once', async () => {
    const world = await start();
    const store = await world.open();
    await swapped(store, change({ x: '1' }));
    await world.loseRequest();
    await store.saveSignal('MC-1', 1, 'one');
    expect((await store.read({ fresh: true })).signals.map(({ text }) => text)).toEqual(['one']);
  });

  test('a consumed signal goes in the same push, or stays with it', async () => {
    const world = await start();
    const [store, other] = [await world.open(), await world.open()];
    const ref = signalRef('MC-1', 3);
    await store.saveSignal('MC-1', 3, 'one');
    await store.saveSignal('MC-2', 1, 'two');
    const base = await store.read();
    const consume = change({ x: '1' }, { dropRefs: [ref] });
    await swapped(other, change({ y: '1' }));
    expect(await store.swap(base, consume)).toEqual({ status: 'stale' });
    expect(await world.ref(ref)).not.toBeNull();
    const after = await swapped(store, consume);
    expect(await world.ref(ref)).toBeNull();
    expect(after.signals.map(({ place }) => place)).toEqual([signalRef('MC-2', 1)]);
    expect((await other.read({ fresh: true })).signals).toEqual(after.signals);
  });

  test('a signal that is not any more what was decided upon keeps the whole commit away', async () => {
    const world = await start();
    const store = await world.open();
    const ref = signalRef('MC-1', 3);
    await store.saveSignal('MC-1', 3, 'one');
    const base = await store.read();
    await world.setRef(ref, await world.commit([], { 'signal.yaml': 'another' }));
    expect(await store.swap(base, change({ x: '1' }, { dropRefs: [ref] }))).toEqual({ status: 'stale' });
    expect(await refs()).toEqual({ head: null, witness: null });
    expect((await store.read()).signals.map(({ text }) => text)).toEqual(['another']);
    await expect(store.swap(base, change({}, { dropRefs: [signalRef('X', 1)] }))).rejects.toMatchObject({
      code: 'unknown-ref',
    });
  });

  test('what somebody else put where signals are is nobody’s', async () => {
    const world = await start();
    const store = await world.open();
    const empty = await world.commit([], { 'other.txt': 'x' });
    await world.setRef('refs/signalbox/signal/MC-1/1', empty);
    await world.setRef('refs/signalbox/signal/MC-1/x', empty);
    await world.setRef('refs/signalbox/signal/a..b/1'.replace('..', '_'), empty);
    await world.setRef('refs/signalbox/work/MC-1/1', empty);
    expect((await store.read()).signals).toEqual([]);
  });
}
