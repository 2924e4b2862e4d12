import { expect, test } from 'vitest';
import type { Snapshot } from '../../../src/engine/ports.ts';
import { archivePath, quarantinePath, signalPath, ticketPath } from '../../../src/ticket/paths.ts';
import { pushed, stateRef, witnessRef } from '../worlds.ts';
import { change, type RefsNow, type Start, stopped, swapped, ticketText } from './support.ts';

export function publishing(start: Start, refs: RefsNow): void {
  test('the first change creates the branch and the witness together', async () => {
    const world = await start();
    const store = await world.open();
    const snapshot = await swapped(store, change({ [ticketPath('MC-1')]: ticketText('MC-1') }));
    expect(await refs()).toEqual({ head: snapshot.head, witness: snapshot.head });
    expect(snapshot.tickets.get('MC-1')?.ticket?.title).toBe('A ticket');
    expect(snapshot).toMatchObject({ witness: snapshot.head, movedBack: false });
    expect(await store.read()).toBe(snapshot);
  });

  test('what a swap answers is what everybody reads', async () => {
    const world = await start();
    const store = await world.open();
    const steps: Record<string, string | null>[] = [
      { [ticketPath('MC-1')]: ticketText('MC-1'), [ticketPath('MC-2')]: ticketText('MC-2') },
      { [ticketPath('MC-1')]: ticketText('MC-1', 'second'), 'desk.yaml': 'format: 1\npaused: true\n' },
      { [ticketPath('MC-2')]: null, [archivePath('MC-2')]: ticketText('MC-2', 'closed') },
      { [signalPath('MC-1', 1)]: 'one', [signalPath('MC-1', 2)]: 'two', [signalPath('MC-3', 1)]: 'three' },
      { [signalPath('MC-1', 1)]: null, [quarantinePath('MC-1', 1, 'b'.repeat(64))]: 'refused' },
      { [ticketPath('MC-1')]: null, 'desk.yaml': null, [signalPath('MC-3', 1)]: null },
    ];
    for (const step of steps) {
      const ours = await swapped(store, change(step));
      const theirs = await (await world.open()).read();
      const { file: _, archived: __, ...facts } = ours as Snapshot & { file: unknown };
      expect(theirs).toMatchObject(JSON.parse(JSON.stringify({ ...facts, tickets: undefined })));
      expect([...theirs.tickets]).toEqual([...ours.tickets]);
      expect((await ours.archived('MC-2'))?.ticket?.title).toBe(
        (await theirs.archived('MC-2'))?.ticket?.title,
      );
    }
  });

  test('the slower of two writers is told so, changes nothing, and can read and decide again', async () => {
    const world = await start();
    const [one, two] = [await world.open(), await world.open()];
    const base = await two.read();
    const won = await swapped(one, change({ [ticketPath('MC-1')]: ticketText('MC-1') }));
    expect(await two.swap(base, change({ [ticketPath('MC-2')]: ticketText('MC-2') }))).toEqual({
      status: 'stale',
    });
    expect(await refs()).toEqual({ head: won.head, witness: won.head });
    const again = await two.read();
    expect(again.head).toBe(won.head);
    const both = await swapped(two, change({ [ticketPath('MC-2')]: ticketText('MC-2') }), again);
    expect([...both.tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
    expect(await one.swap(won, change({ x: '1' }))).toEqual({ status: 'stale' });
  });

  test('of two writers with the same base, the same bytes and the same clock exactly one wins', async () => {
    const world = await start();
    const stores = [await world.open({ clock: stopped }), await world.open({ clock: stopped })];
    await swapped(await world.open({ clock: stopped }), change({ [ticketPath('MC-1')]: ticketText('MC-1') }));
    for (const title of ['together', 'one after the other']) {
      const bases = await Promise.all(stores.map((store) => store.read({ fresh: true })));
      const same = change({ [ticketPath('MC-1')]: ticketText('MC-1', title) });
      const swaps = [];
      for (const [at, store] of stores.entries()) {
        const base = bases[at];
        if (base) swaps.push(title === 'together' ? store.swap(base, same) : await store.swap(base, same));
      }
      const status = (await Promise.all(swaps)).map((swap) => swap.status).sort();
      expect(status).toEqual(['stale', 'swapped']);
    }
    const reader = await world.open();
    expect(await reader.commitsBetween(null, (await reader.read()).head ?? '')).toHaveLength(3);
  });

  test('a commit that is already there is another’s, even where chance repeats itself', async () => {
    const world = await start();
    const random = { hex: (bytes: number) => '7'.repeat(2 * bytes) };
    const [one, two] = [
      await world.open({ clock: stopped, random }),
      await world.open({ clock: stopped, random }),
    ];
    const bases = [await one.read(), await two.read()] as const;
    const same = change({ x: '1' });
    expect((await one.swap(bases[0], same)).status).toBe('swapped');
    expect((await two.swap(bases[1], same)).status).toBe('stale');
  });

  test('two commits of the same change differ', async () => {
    const world = await start();
    const store = await world.open({ clock: stopped });
    const base = await store.read();
    const first = await swapped(store, change({ x: '1' }), base);
    await world.setRef(stateRef, null);
    await world.setRef(witnessRef, null);
    const second = await swapped(store, change({ x: '1' }), base);
    expect(second.head).not.toBe(first.head);
  });

  test('a witness that moved alone makes the swap stale, back as well as aside', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    const base = await swapped(store, change({ x: '2' }));
    const aside = await world.commit([base.head ?? ''], { y: '1' });
    for (const witness of [first.head, aside]) {
      await world.setRef(witnessRef, witness);
      expect(await store.swap(base, change({ x: '3' }))).toEqual({ status: 'stale' });
      expect(await refs()).toEqual({ head: base.head, witness });
    }
  });

  test('a head that people moved on makes the swap stale', async () => {
    const world = await start();
    const store = await world.open();
    const base = await swapped(store, change({ x: '1' }));
    const foreign = await pushed(world, { y: '1' });
    expect(await store.swap(base, change({ x: '2' }))).toEqual({ status: 'stale' });
    expect(await refs()).toEqual({ head: foreign, witness: base.head });
    const next = await store.read();
    expect(next).toMatchObject({ head: foreign, witness: base.head, movedBack: false });
    expect(await (await swapped(store, change({ x: '2' }), next)).file('y')).toBe('1');
  });

  test('a desk that has no witness yet is taken up, not frozen', async () => {
    const world = await start();
    const foreign = await pushed(world, { [ticketPath('MC-1')]: ticketText('MC-1') });
    const store = await world.open();
    expect(await store.read()).toMatchObject({ head: foreign, witness: null, movedBack: false });
    const ours = await swapped(store, change({ x: '1' }));
    expect(await refs()).toEqual({ head: ours.head, witness: ours.head });
  });

  test('no commit is dated before its parent', async () => {
    const world = await start();
    await pushed(world, { y: '1' });
    const store = await world.open({ clock: stopped });
    expect((await swapped(store, change({ x: '1' }))).headTime).toBe(1_800_000_000_000);
  });

  test('a commit without changes is one all the same', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(store, change({ x: '1' }));
    const second = await swapped(store, change({}));
    expect(await store.commitsBetween(first.head, second.head ?? '')).toEqual([second.head]);
    expect(await store.diff(first.head, second.head ?? '')).toEqual([]);
  });
}
