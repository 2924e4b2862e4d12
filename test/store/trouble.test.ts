import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { PushResult, RefMove, Refs } from '../../src/store/backend.ts';
import { CommitStore } from '../../src/store/commit-store.ts';
import { MemoryBackend, MemoryRemote, openMemoryStore } from '../../src/store/memory-store.ts';
import { readCommit } from '../../src/store/objects.ts';
import { signalRef, sweptRef, witnessRef } from '../../src/ticket/paths.ts';
import { change, stopped, swapped } from './contract/support.ts';
import { stateRef } from './worlds.ts';

/* What the store does where its git or its remote is in trouble that a contract over real git would have to wait for. */

const options = { clock: stopped, random: systemRandom, log: silentLog };
const nowhere = 'f'.repeat(40);

/** A backend in memory, in which a test may go between the store and its remote. */
class Troubled extends MemoryBackend {
  pushes: (PushResult['kind'] | ((moves: readonly RefMove[]) => Promise<PushResult>))[] = [];
  looks: ((refs: Refs) => Refs)[] = [];
  fetches: (boolean | undefined)[] = [];

  override async look(): Promise<Refs> {
    const refs = await super.look();
    return this.looks.shift()?.(refs) ?? refs;
  }

  override async fetch(_?: Refs, all?: boolean): Promise<void> {
    this.fetches.push(all);
  }

  override async push(moves: readonly RefMove[]): Promise<PushResult> {
    const meant = this.pushes.shift();
    if (typeof meant === 'string') return { kind: meant, words: 'GH013: a rule' };
    return meant ? meant(moves) : super.push(moves);
  }
}

async function trouble() {
  const remote = new MemoryRemote();
  const backend = new Troubled(remote);
  const other = openMemoryStore(remote, options);
  const first = await swapped(other, change({ x: '1' }));
  return { remote, backend, other, first, store: new CommitStore(backend, options) };
}

describe('a push', () => {
  test('that a rule forbids names the refs that must be allowed, and changes nothing', async () => {
    const { backend, store, remote, first } = await trouble();
    const base = await store.read();
    backend.pushes = ['refused'];
    await expect(store.swap(base, change({ x: '2' }))).rejects.toMatchObject({
      kind: 'config',
      code: 'push-refused',
      message: expect.stringContaining('GH013'),
      hint: expect.stringContaining(`${stateRef} and ${witnessRef}`),
    });
    expect(remote.refs.get(stateRef)).toBe(first.head);
    expect((await store.swap(base, change({ x: '2' }))).status).toBe('swapped');
  });

  test('that cannot be sent says so', async () => {
    const { backend, store } = await trouble();
    backend.pushes = ['unreachable'];
    await expect(store.swap(await store.read(), change({ x: '2' }))).rejects.toMatchObject({
      kind: 'forge',
      code: 'unreachable',
    });
  });

  test('whose answer is lost is ours though somebody has gone on from it meanwhile', async () => {
    const { backend, store, other, remote } = await trouble();
    backend.pushes = [
      async (moves) => {
        remote.push(moves);
        await swapped(other, change({ y: '1' }), await other.read({ fresh: true }));
        return { kind: 'unknown', words: '' };
      },
    ];
    const ours = await swapped(store, change({ x: '2' }));
    expect(backend.fetches).toEqual([undefined]);
    expect(await (await store.read({ fresh: true })).file('y')).toBe('1');
    expect(await store.commitsBetween(ours.head, remote.refs.get(stateRef) ?? '')).toHaveLength(1);
  });

  test('whose answer is lost is not ours where another came first, or the branch is gone', async () => {
    const { backend, store, other, remote } = await trouble();
    const base = await store.read();
    await swapped(other, change({ y: '1' }));
    backend.pushes = ['unknown', 'unknown'];
    expect(await store.swap(base, change({ x: '2' }))).toEqual({ status: 'stale' });
    remote.move(stateRef, null);
    expect(await store.swap(base, change({ x: '2' }))).toEqual({ status: 'stale' });
  });

  test('that lost its race is followed by a look', async () => {
    const { backend, store, other } = await trouble();
    const base = await store.read();
    const theirs = await swapped(other, change({ y: '1' }));
    backend.pushes = ['raced'];
    expect(await store.swap(base, change({ x: '2' }))).toEqual({ status: 'stale' });
    expect((await store.read()).head).toBe(theirs.head);
  });

  test('wants a snapshot of a store', async () => {
    const { store } = await trouble();
    const { refs: _, ...foreign } = (await store.read()) as unknown as Record<string, unknown>;
    await expect(store.swap(foreign as never, change({}))).rejects.toMatchObject({
      kind: 'bug',
      code: 'foreign-snapshot',
    });
  });
});

describe('a look', () => {
  test('at a commit that nobody has any more is repeated: the branch has moved on', async () => {
    const { backend, store, first } = await trouble();
    backend.looks = [(refs) => ({ ...refs, head: nowhere, witness: nowhere })];
    expect((await store.read()).head).toBe(first.head);
    expect(backend.fetches).toEqual([undefined]);
  });

  test('again at what nobody has fetches everything anew, and at last says what is missing', async () => {
    const { backend, store } = await trouble();
    const gone = (refs: Refs) => ({ ...refs, head: nowhere, witness: nowhere });
    backend.looks = [gone, gone, gone, gone, gone];
    await expect(store.read()).rejects.toMatchObject({ code: 'object-missing' });
    expect(backend.fetches).toEqual([
      undefined,
      undefined,
      true,
      undefined,
      true,
      undefined,
      true,
      undefined,
    ]);
  });

  test('at a mirror whose process cannot read it is repeated, too; any other fault is not', async () => {
    const { backend, store, first } = await trouble();
    const { objects } = backend;
    const get = objects.get.bind(objects);
    const failing = [new SignalboxError('forge', 'mirror-unreadable', 'killed')];
    objects.get = async (oid) => {
      const thrown = failing.shift();
      if (thrown) throw thrown;
      return get(oid);
    };
    expect((await store.read()).head).toBe(first.head);
    failing.push(new SignalboxError('bug', 'wrong-object', 'a tree'));
    backend.looks = [(refs) => ({ ...refs, signals: new Map([[signalRef('X', 1), nowhere]]) })];
    await expect(store.read({ fresh: true })).rejects.toMatchObject({ code: 'wrong-object' });
  });

  test('at a remote that never stands still is given up', async () => {
    const { backend, store, other, first } = await trouble();
    const heads = [first.head];
    for (let number = 2; number <= 6; number++)
      heads.push((await swapped(other, change({ x: `${number}` }))).head);
    const moving = heads.slice(1).map((head) => (refs: Refs) => ({ ...refs, head, witness: first.head }));
    backend.looks = moving;
    await expect(store.read()).rejects.toMatchObject({ kind: 'forge', code: 'unreachable' });
  });

  test('sees a signal that was replaced by another, and a witness that moved alone', async () => {
    const { store, other, remote, first } = await trouble();
    const second = await swapped(other, change({ x: '2' }));
    const ref = signalRef('MC-1', 1);
    await other.saveSignal('MC-1', 1, 'one');
    await store.read();
    await other.saveSignal('MC-1', 2, 'two');
    remote.move(ref, remote.refs.get(signalRef('MC-1', 2)) ?? null);
    remote.move(signalRef('MC-1', 2), null);
    expect((await store.read({ fresh: true })).signals.map(({ text }) => text)).toEqual(['two']);
    remote.move(witnessRef, first.head);
    expect(await store.read({ fresh: true })).toMatchObject({ head: second.head, witness: first.head });
  });

  test('at what is no commit where a signal or a mark should be finds none', async () => {
    const { store, remote, first } = await trouble();
    const { tree } = await readCommit(remote.objects, first.head ?? '');
    remote.move(signalRef('MC-1', 1), tree);
    remote.move(sweptRef, tree);
    const snapshot = await store.read();
    expect(snapshot.signals).toEqual([]);
    expect(await snapshot.swept()).toBeNull();
  });

  test('that is asked for twice before it began is one look', async () => {
    const { backend, store } = await trouble();
    let count = 0;
    backend.looks = Array.from({ length: 9 }, () => (refs: Refs) => {
      count++;
      return refs;
    });
    const [one, two] = await Promise.all([store.read({ fresh: true }), store.read({ fresh: true })]);
    expect(one).toBe(two);
    expect(count).toBe(1);
    await store.read();
    expect(count).toBe(1);
    await store.read({ fresh: true });
    expect(count).toBe(2);
  });
});

describe('a signal', () => {
  test('that may not be pushed says so; one that never arrives is tried five times', async () => {
    const { backend, store, remote } = await trouble();
    backend.pushes = ['refused'];
    await expect(store.saveSignal('MC-1', 1, 'one')).rejects.toMatchObject({ code: 'push-refused' });
    backend.pushes = ['unknown', 'unreachable', 'unknown', 'unknown', 'unknown'];
    await expect(store.saveSignal('MC-1', 1, 'one')).rejects.toMatchObject({ code: 'unreachable' });
    expect(remote.refs.has(signalRef('MC-1', 1))).toBe(false);
    backend.pushes = ['unknown', 'unreachable', 'unknown', 'unknown'];
    await store.saveSignal('MC-1', 1, 'one');
    expect(remote.refs.has(signalRef('MC-1', 1))).toBe(true);
  });

  test('of which the answer was lost, or that is refused since it is there, is there', async () => {
    const { backend, store, other } = await trouble();
    await other.saveSignal('MC-1', 1, 'one');
    backend.pushes = ['refused'];
    await store.saveSignal('MC-1', 1, 'one');
    backend.pushes = ['refused'];
    await expect(store.saveSignal('MC-1', 1, 'two')).rejects.toMatchObject({
      kind: 'conflict',
      code: 'signal-exists',
    });
  });
});

test('a mark that may not be pushed names its ref', async () => {
  const { backend, store, first } = await trouble();
  backend.pushes = ['refused'];
  await expect(store.markSwept({ head: first.head ?? '', time: 0 })).rejects.toMatchObject({
    kind: 'config',
    code: 'push-refused',
    hint: expect.stringContaining(sweptRef),
  });
});
