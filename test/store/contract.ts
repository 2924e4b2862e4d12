import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { NewCommit, Snapshot, Store } from '../../src/engine/ports.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticket } from '../../src/ticket/format.ts';
import { archivePath, quarantinePath, signalPath, signalRef, ticketPath } from '../../src/ticket/paths.ts';
import { pushed, stateRef, type World, witnessRef } from './worlds.ts';

export function ticketText(id: string, title = 'A ticket'): string {
  return writeTicket(ticket.parse({ format: 1, id, title }));
}

/** A commit that writes `files`. */
export function change(files: Record<string, string | null>, over: Partial<NewCommit> = {}): NewCommit {
  return { subject: 'a change', body: '', trailers: [], changes: new Map(Object.entries(files)), ...over };
}

const stopped: Clock = { now: () => Date.parse('2026-05-25T12:00:00Z'), after: () => () => {} };

async function swapped(store: Store, commit: NewCommit, base?: Snapshot): Promise<Snapshot> {
  const swap = await store.swap(base ?? (await store.read()), commit);
  if (swap.status !== 'swapped') throw new Error('stale');
  return swap.snapshot;
}

/** How much of the contract is told. `remoteOnly` leaves out what is read from objects that are here already. */
interface Extent {
  writers: number;
  changes: number;
  remoteOnly?: boolean;
}

/** What holds of every store, told on a remote that others write to as well. */
export function storeContract(name: string, makeWorld: () => Promise<World>, extent: Extent): void {
  describe(name, () => {
    let world: World;
    const start = async () => {
      world = await makeWorld();
      return world;
    };
    afterEach(() => world.close());
    const refs = async () => ({ head: await world.ref(stateRef), witness: await world.ref(witnessRef) });

    describe('publishing', () => publishing(start, refs));
    describe('a head that moved back', () => movedBack(start, refs));
    describe('answers that do not come', () => lostAnswers(start, refs));
    describe('signals', () => signals(start, refs));
    describe('many writers', () => manyWriters(start, extent));
    if (extent.remoteOnly) return;
    describe('reading', () => reading(start));
    describe('history', () => history(start));
  });
}

type Start = () => Promise<World>;
type RefsNow = () => Promise<{ head: string | null; witness: string | null }>;

function reading(start: Start): void {
  test('a remote without a state branch is an empty desk', async () => {
    const store = await (await start()).open();
    const snapshot = await store.read();
    expect(snapshot).toMatchObject({
      head: null,
      witness: null,
      movedBack: false,
      headTime: 0,
      signals: [],
      quarantine: [],
    });
    expect(snapshot.tickets.size).toBe(0);
    expect(snapshot.desk.paused).toBe(false);
    expect(await snapshot.file('desk.yaml')).toBeNull();
    expect(await snapshot.archived('MC-1')).toBeNull();
    expect(await store.history('MC-1')).toEqual([]);
  });

  test('what people pushed is read; a broken file harms itself alone; a path that is nobody’s is left alone', async () => {
    const world = await start();
    const oid = await pushed(world, {
      'README.md': '# ours',
      'tickets/MC-1.yaml': ticketText('MC-1'),
      'tickets/MC-2.yaml': 'format: 1\nid: [',
      'tickets/MC-3.yaml': 'format: 2\nname: MC-3\n',
      'tickets/MC-4.yaml': ticketText('MC-1'),
      'tickets/a b.yaml': ticketText('MC-5'),
      'tickets/notes.txt': 'x',
      'tickets/deep/MC-6.yaml': ticketText('MC-6'),
      'tickets/MC-7.yaml': `format: 1\n${'# x\n'.repeat(100_000)}`,
      [archivePath('MC-1')]: ticketText('MC-1', 'the archived one'),
      [archivePath('MC-8')]: ticketText('MC-8'),
      'archive/00/MC-9.yaml': ticketText('MC-9'),
      'signals/MC-1/3.yaml': 'kind: done\n',
      'signals/MC-1/three.yaml': 'x',
      'signals/loose.yaml': 'x',
      [quarantinePath('MC-1', 3, 'a'.repeat(64))]: 'x',
      'quarantine/MC-1/notes.txt': 'x',
    });
    const store = await world.open();
    const snapshot = await store.read();
    expect(snapshot).toMatchObject({
      head: oid,
      witness: null,
      movedBack: false,
      headTime: 1_800_000_000_000,
    });
    const found = [...snapshot.tickets.values()].map(({ id, broken }) => [id, broken?.code ?? 'fine']);
    expect(Object.fromEntries(found)).toEqual({
      'MC-1': 'fine',
      'MC-2': 'bad-yaml',
      'MC-3': 'newer-format',
      'MC-4': 'id-mismatch',
      'MC-7': 'too-large',
      'a b': 'bad-id',
    });
    expect(snapshot.tickets.get('MC-1')).toMatchObject({
      path: 'tickets/MC-1.yaml',
      ticket: { title: 'A ticket' },
    });
    expect(snapshot.tickets.get('MC-2')?.text).toBe('format: 1\nid: [');
    expect(snapshot.signals).toEqual([
      { ticket: 'MC-1', attempt: 3, text: 'kind: done\n', place: 'signals/MC-1/3.yaml', channel: 'file' },
    ]);
    expect(snapshot.quarantine).toEqual([quarantinePath('MC-1', 3, 'a'.repeat(64))]);
    expect((await snapshot.archived('MC-8'))?.ticket?.id).toBe('MC-8');
    expect((await snapshot.archived('MC-1'))?.ticket?.title).toBe('the archived one');
    expect(await snapshot.archived('MC-9')).toBeNull();
    expect(await snapshot.file('README.md')).toBe('# ours');
    expect(await snapshot.file('tickets')).toBeNull();
    expect(await snapshot.file('README.md/x')).toBeNull();
  });

  test('a desk that cannot be read starts nothing, and says so', async () => {
    const world = await start();
    await pushed(world, { 'desk.yaml': 'format: 1\npaused: true\n' });
    const store = await world.open();
    expect(await store.read()).toMatchObject({ desk: { paused: true }, deskBroken: null });
    await pushed(world, { 'desk.yaml': 'format: 1\npuased: true\n' });
    expect(await store.read({ fresh: true })).toMatchObject({
      desk: { paused: true },
      deskBroken: { code: 'bad-field' },
    });
    await pushed(world, { 'desk.yaml': null });
    expect(await store.read({ fresh: true })).toMatchObject({ desk: { paused: false }, deskBroken: null });
  });

  test('a push by others is seen by a fresh read; what did not change is the very same object', async () => {
    const world = await start();
    await pushed(world, {
      [ticketPath('MC-1')]: ticketText('MC-1'),
      [ticketPath('MC-2')]: ticketText('MC-2'),
    });
    const store = await world.open();
    const before = await store.read();
    const oid = await pushed(world, { [ticketPath('MC-2')]: ticketText('MC-2', 'Another title') });
    expect(await store.read()).toBe(before);
    const after = await store.read({ fresh: true });
    expect(after.head).toBe(oid);
    expect(after.tickets.get('MC-1')).toBe(before.tickets.get('MC-1'));
    expect(after.tickets.get('MC-2')?.ticket?.title).toBe('Another title');
    expect(before.tickets.get('MC-2')?.ticket?.title).toBe('A ticket');
    expect(await before.file(ticketPath('MC-2'))).toBe(ticketText('MC-2'));
    expect(await store.read({ fresh: true })).toBe(after);
  });

  test('what differs between two commits, and the commits between them', async () => {
    const world = await start();
    const store = await world.open();
    const one = await pushed(world, { a: '1', 'b/c/d': '2', 'b/c/e': '3' });
    const two = await pushed(world, { a: null, 'b/c/d': '4' });
    const three = await pushed(world, { b: 'now a file' });
    await store.read();
    const diff = async (from: string | null, to: string) =>
      Object.fromEntries(
        (await store.diff(from, to)).map(({ path, before, after }) => [path, [before, after]]),
      );
    expect(await diff(null, one)).toEqual({ a: [null, '1'], 'b/c/d': [null, '2'], 'b/c/e': [null, '3'] });
    expect(await diff(one, two)).toEqual({ a: ['1', null], 'b/c/d': ['2', '4'] });
    expect(await diff(two, three)).toEqual({
      b: [null, 'now a file'],
      'b/c/d': ['4', null],
      'b/c/e': ['3', null],
    });
    expect(await diff(three, three)).toEqual({});
    expect(await store.commitsBetween(null, three)).toEqual([one, two, three]);
    expect(await store.commitsBetween(one, three)).toEqual([two, three]);
    expect(await store.commitsBetween(two, three)).toEqual([three]);
    expect(await store.commitsBetween(three, three)).toEqual([]);
  });
}

function publishing(start: Start, refs: RefsNow): void {
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

function movedBack(start: Start, refs: RefsNow): void {
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

  test('without a witness there is nothing to restore', async () => {
    const store = await (await start()).open();
    await expect(store.restore(await store.read())).rejects.toMatchObject({ code: 'no-witness' });
  });
}

function lostAnswers(start: Start, refs: RefsNow): void {
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

function signals(start: Start, refs: RefsNow): void {
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

function history(start: Start): void {
  const of = (Ticket: string, Transition: string, more = {}) => ({
    Ticket,
    Transition,
    Actor: 'elmar',
    Cause: 'e1',
    ...more,
  });

  test('each ticket has its own transitions, newest first, from commits of many', async () => {
    const world = await start();
    const store = await world.open({ clock: stopped });
    const write = (id: string, title: string) => ({ [ticketPath(id)]: ticketText(id, title) });
    const first = await swapped(
      store,
      change(
        { ...write('MC-1', 'a'), ...write('MC-2', 'a') },
        { trailers: [of('MC-1', 'create'), of('MC-2', 'create', { Cause: 'e2' })] },
      ),
    );
    await swapped(store, change(write('MC-2', 'b'), { trailers: [of('MC-2', 'claim', { Attempt: '1' })] }));
    await pushed(world, write('MC-2', 'by hand'));
    await store.read({ fresh: true });
    const closed = await swapped(
      store,
      change(
        {
          [ticketPath('MC-2')]: null,
          [archivePath('MC-2')]: ticketText('MC-2', 'c'),
          'desk.yaml': 'format: 1\n',
        },
        {
          trailers: [of('MC-2', 'done', { Attempt: '1' }), { Transition: 'desk: pause', Actor: 'lucienne' }],
        },
      ),
    );
    const late = await swapped(
      store,
      change(
        { [quarantinePath('MC-2', 1, 'c'.repeat(64))]: 'x' },
        { trailers: [of('MC-2', 'refused', { Attempt: '1' })] },
      ),
    );
    const entries = await store.history('MC-2');
    expect(entries.map(({ transition }) => transition)).toEqual(['refused', 'done', 'claim', 'create']);
    expect(entries[0]?.commit).toBe(late.head);
    expect(entries[1]).toEqual({
      commit: closed.head,
      at: '2027-01-15T08:00:00Z',
      ticket: 'MC-2',
      transition: 'done',
      actor: 'elmar',
      cause: 'e1',
      attempt: 1,
    });
    expect(entries[3]).toMatchObject({
      commit: first.head,
      cause: 'e2',
      attempt: null,
      at: '2026-05-25T12:00:00Z',
    });
    expect((await store.history('MC-2', { limit: 2 })).map(({ transition }) => transition)).toEqual([
      'refused',
      'done',
    ]);
    expect((await store.history('MC-1')).map(({ transition }) => transition)).toEqual(['create']);
    expect(await store.history('MC')).toEqual([]);
  });

  test('nobody writes trailers of their own into a value, a subject or a body', async () => {
    const world = await start();
    const store = await world.open();
    const forged =
      'x\nTicket: MC-1\nTransition: forged\n\nTicket: MC-1\rTransition: forged\u2028Ticket: MC-1\u0085Transition: forged';
    await swapped(
      store,
      change(
        { [ticketPath('MC-1')]: ticketText('MC-1') },
        {
          subject: `park ${forged}`,
          body: `said:\n\nTicket: MC-1\nTransition: forged\nChange: 1`,
          trailers: [
            of('MC-1', 'park', {
              Actor: forged,
              Cause: '\0\x1b[2J',
              'Bad name\nTicket': 'MC-1',
              Change: 'mine',
            }),
            { Note: forged },
          ],
        },
      ),
    );
    const entries = await store.history('MC-1');
    expect(entries.map(({ transition }) => transition)).toEqual(['park']);
    expect(entries[0]?.actor).toBe(
      'x Ticket: MC-1 Transition: forged Ticket: MC-1 Transition: forged Ticket: MC-1 Transition: forged',
    );
    expect(entries[0]?.cause).toBe('[2J');
  });

  test('after a restore the history is the one of the tickets that were put back', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(
      store,
      change({ [ticketPath('MC-1')]: ticketText('MC-1') }, { trailers: [of('MC-1', 'create')] }),
    );
    await swapped(
      store,
      change({ [ticketPath('MC-1')]: ticketText('MC-1', 'b') }, { trailers: [of('MC-1', 'release')] }),
    );
    await world.setRef(stateRef, first.head);
    await store.restore(await store.read({ fresh: true }));
    expect((await store.history('MC-1')).map(({ transition }) => transition)).toEqual(['release', 'create']);
  });
}

function manyWriters(start: Start, { writers, changes }: Extent): void {
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
