import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Snapshot, Store } from '../../src/engine/ports.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { Maintenance } from '../../src/store/maintenance.ts';
import { sweptRef, ticketPath } from '../../src/ticket/paths.ts';
import { change, ticketText } from './contract/support.ts';
import { type GitWorld, gitWorld, memoryWorld, pushed, run, stateRef } from './worlds.ts';

/* What can go wrong with git itself: its processes, its files, its server. */

let world: GitWorld;
afterEach(() => world.close());

async function swapped(
  store: Store,
  files: Record<string, string | null>,
  base?: Snapshot,
): Promise<Snapshot> {
  const swap = await store.swap(base ?? (await store.read()), change(files));
  if (swap.status !== 'swapped') throw new Error('stale');
  return swap.snapshot;
}

/** Processes that work in `folder`, by the name of their git command. */
function processesIn(folder: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }];
      } catch {
        return []; // it has ended
      }
    });
}

test('git and the store in memory give the same commit the same hash', async () => {
  world = await gitWorld();
  const clock = { now: () => 1_750_000_000_999, after: () => () => {} };
  const random = { hex: (bytes: number) => 'ab'.repeat(bytes) };
  const memory = await memoryWorld();
  const stores = [await world.open({ clock, random }), await memory.open({ clock, random })];
  const steps = [
    { 'b/c': '1', 'b.d': '2', b0: '3', 'a/b/c/d': '4\n', é: '5' },
    { 'b/c': null, 'a/b/c/d': null, 'a/b/x': '6' },
    { 'a/b/x': null },
  ];
  for (const step of steps) {
    const heads = await Promise.all(stores.map(async (store) => (await swapped(store, step)).head));
    expect(heads[0]).toBe(heads[1]);
  }
});

test('where the server lets nobody push the mark of a sweep, that is said, and nothing else suffers', async () => {
  world = await gitWorld();
  const store = await world.open();
  const { head } = await swapped(store, { x: '1' });
  await world.hook('update', `[ "$1" != ${sweptRef} ]`);
  await expect(store.markSwept({ head: head ?? '', time: 0 })).rejects.toMatchObject({
    code: 'push-refused',
    kind: 'config',
  });
  expect(await (await swapped(store, { x: '2' })).swept()).toBeNull();
});

test('kept processes that die are started again', async () => {
  world = await gitWorld();
  const store = await world.open();
  await swapped(store, { x: '1' });
  for (const round of ['2', '3']) {
    const kept = processesIn(join(world.folder, 'mirror-0'));
    expect(
      kept
        .map(({ command }) => command.split('\0').find((word) => /^(cat-file|fast-import)$/.test(word)))
        .sort(),
    ).toEqual(['cat-file', 'fast-import']);
    for (const { pid } of kept) process.kill(pid, 'SIGKILL');
    while (processesIn(join(world.folder, 'mirror-0')).length > 0) await new Promise(setImmediate);
    expect((await swapped(store, { x: round })).movedBack).toBe(false);
  }
  expect(await (await store.read()).file('x')).toBe('3');
});

test('closing ends the kept processes', async () => {
  world = await gitWorld();
  const store = await world.open();
  await swapped(store, { x: '1' });
  expect(processesIn(world.folder).length).toBeGreaterThan(0);
  await store.close();
  expect(processesIn(join(world.folder, 'mirror-0'))).toEqual([]);
  expect(await run(join(world.folder, 'mirror-0'), ['for-each-ref', 'refs/signalbox-writer'])).toBe('');
});

test('a mirror that lost objects gets them again', async () => {
  world = await gitWorld();
  const folder = join(world.folder, 'own');
  const first = await world.open({ folder });
  await swapped(first, { [ticketPath('MC-1')]: ticketText('MC-1') });
  await pushed(world, { [ticketPath('MC-2')]: ticketText('MC-2') });
  await first.read({ fresh: true });
  await first.close();
  rmSync(join(folder, 'objects', 'pack'), { recursive: true });
  const second = await world.open({ folder });
  expect([...(await second.read()).tickets.keys()].sort()).toEqual(['MC-1', 'MC-2']);
  await swapped(second, { x: '1' });
});

test('a mirror of yesterday is taken up again, at another address too', async () => {
  world = await gitWorld();
  const folder = join(world.folder, 'own');
  const first = await world.open({ folder });
  await swapped(first, { x: '1' });
  await first.close();
  const moved = `${world.folder}/moved.git`;
  execFileSync('cp', ['-r', world.remote, moved]);
  const second = await openGitStore({
    folder,
    remote: moved,
    branch: 'signalbox',
    author: { name: 'Signalbox', email: 'signalbox@localhost' },
    clock: systemClock,
    random: { hex: (bytes) => 'cd'.repeat(bytes) },
    log: silentLog,
  });
  const snapshot = await swapped(second, { x: '2' });
  await second.close();
  expect((await run(moved, ['rev-parse', stateRef])).trim()).toBe(snapshot.head);
});

test('two stores in one folder at the same time: both work, every change lands once', async () => {
  world = await gitWorld();
  const folder = join(world.folder, 'shared');
  const stores = await Promise.all([0, 1, 2].map(() => world.open({ folder })));
  await Promise.all(
    stores.map(async (store, writer) => {
      for (let number = 0; number < 5; ) {
        const base = await store.read();
        const lines = (await base.file('lines')) ?? '';
        if ((await store.swap(base, change({ lines: `${lines}${writer}-${number}\n` }))).status === 'swapped')
          number++;
      }
    }),
  );
  const lines = (await (await world.open()).read()).file('lines');
  expect(new Set((await lines)?.trim().split('\n')).size).toBe(15);
  await run(folder, ['fsck', '--no-dangling']);
});

test('a folder that holds something else is left alone', async () => {
  world = await gitWorld();
  const folder = join(world.folder, 'theirs');
  await run(world.folder, ['init', '-q', folder]);
  await expect(world.open({ folder })).rejects.toMatchObject({ kind: 'config', code: 'not-a-mirror' });
  await run(world.folder, ['init', '-q', '--bare', `${folder}.git`]);
  await expect(world.open({ folder: `${folder}.git` })).rejects.toMatchObject({ code: 'not-a-mirror' });
  expect(readdirSync(folder)).toEqual(['.git']);
  expect(readdirSync(world.folder).sort()).toEqual(['remote.git', 'theirs', 'theirs.git']);
});

test('a push that a rule of the server forbids is an error of the configuration, with the server’s words', async () => {
  world = await gitWorld();
  const store = await world.open();
  const base = await swapped(store, { x: '1' });
  await world.hook('pre-receive', 'echo "GH013: rule violations found" >&2; exit 1');
  await expect(store.swap(base, change({ x: '2' }))).rejects.toMatchObject({
    kind: 'config',
    code: 'push-refused',
    message: expect.stringContaining('GH013'),
    hint: expect.stringContaining('refs/signalbox/witness'),
  });
  await world.hook('pre-receive', null);
  await swapped(store, { x: '2' }, base);
});

test('a push given up too early may land later: then the next read sees it, and the old base stays stale', async () => {
  world = await gitWorld();
  const go = join(world.folder, 'go');
  const store = await openGitStore({
    folder: join(world.folder, 'hasty'),
    remote: world.remote,
    branch: 'signalbox',
    author: { name: 'Signalbox', email: 'signalbox@localhost' },
    clock: systemClock,
    random: { hex: (bytes) => 'ef'.repeat(bytes) },
    log: silentLog,
    timeoutMs: 1500,
  });
  const base = await store.read();
  await world.hook('pre-receive', `rm "$0"; while [ ! -e ${go} ]; do sleep 0.02; done`);
  expect(await store.swap(base, change({ x: '1' }))).toEqual({ status: 'stale' });
  expect(await world.ref(stateRef)).toBeNull();
  writeFileSync(go, '');
  while ((await world.ref(stateRef)) === null) await new Promise(setImmediate);
  expect(await store.swap(base, change({ x: '1' }))).toEqual({ status: 'stale' });
  const snapshot = await store.read();
  expect(await snapshot.file('x')).toBe('1');
  await store.close();
});

test('tidying the mirror joins its packs and loses nothing', async () => {
  world = await gitWorld();
  const store = await world.open();
  const heads = [];
  for (let number = 0; number < 12; number++) heads.push((await swapped(store, { x: `${number}` })).head);
  const folder = join(world.folder, 'mirror-0');
  await store.close(); // lets go of its packs
  const packs = () =>
    readdirSync(join(folder, 'objects', 'pack')).filter((name) => name.endsWith('.pack')).length;
  const before = packs();
  const warnings: unknown[] = [];
  const maintenance = new Maintenance(folder, { ...silentLog, warn: (...said) => void warnings.push(said) });
  maintenance.start();
  await swapped(store, { x: 'meanwhile' });
  await maintenance.close();
  expect(warnings).toEqual([]);
  expect(packs()).toBeLessThan(before / 2);
  expect(existsSync(join(folder, 'objects', 'info', 'commit-graphs'))).toBe(true);
  expect(await (await swapped(store, { y: '1' })).file('x')).toBe('meanwhile');
  expect((await store.diff(heads[0] ?? null, heads[11] ?? '')).map(({ after }) => after)).toEqual(['11']);
  await run(folder, ['fsck', '--no-dangling']);
});
