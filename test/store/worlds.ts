import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { silentLog } from '../../src/base/log.ts';
import { type Random, systemRandom } from '../../src/base/random.ts';
import type { Store } from '../../src/engine/ports.ts';
import { FastImport } from '../../src/store/fast-import.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { MemoryRemote, openMemoryStore } from '../../src/store/memory-store.ts';
import { witnessRef } from '../../src/ticket/paths.ts';

export interface StoreOptions {
  clock?: Clock;
  random?: Random;
  /** The mirror's folder, where it matters. */
  folder?: string;
}

export const stateRef = 'refs/heads/signalbox';

/** One remote, the stores opened on it, and what others do to it behind their backs. */
export interface World {
  open(options?: StoreOptions): Promise<Store>;
  /** Writes a commit into the remote, on no branch yet. */
  commit(parents: string[], changes: Record<string, string | null>, message?: string): Promise<string>;
  setRef(ref: string, oid: string | null): Promise<void>;
  ref(ref: string): Promise<string | null>;
  /** The next push lands, and its answer does not come. */
  loseAnswer(): Promise<void>;
  /** The next push does not land, and no answer comes. */
  loseRequest(): Promise<void>;
  /** The next push lands, and from then on the remote cannot be reached. */
  loseAnswerAndRemote(): Promise<void>;
  setReachable(reachable: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A person's push to the state branch: one commit on its head. */
export async function pushed(
  world: World,
  changes: Record<string, string | null>,
  message = 'by hand',
): Promise<string> {
  const head = await world.ref(stateRef);
  const oid = await world.commit(head === null ? [] : [head], changes, message);
  await world.setRef(stateRef, oid);
  return oid;
}

export async function memoryWorld(): Promise<World> {
  const remote = new MemoryRemote();
  const stores: Store[] = [];
  const open = async ({ clock = systemClock, random = systemRandom }: StoreOptions = {}) => {
    const store = openMemoryStore(remote, { clock, random, log: silentLog });
    stores.push(store);
    return store;
  };
  return {
    open,
    commit: (parents, changes, message = 'by hand') =>
      remote.objects.commit(
        { parents, changes: new Map(Object.entries(changes)), message, seconds: 1_800_000_000 },
        'Eve <eve@localhost>',
      ),
    setRef: async (ref, oid) => remote.move(ref, oid),
    ref: async (ref) => remote.refs.get(ref) ?? null,
    loseAnswer: async () => void remote.misfortunes.push('answer-lost'),
    loseRequest: async () => void remote.misfortunes.push('request-lost'),
    loseAnswerAndRemote: async () => {
      remote.misfortunes.push('answer-lost');
      const push = remote.push.bind(remote);
      remote.push = (moves) => {
        const result = push(moves);
        remote.unreachable = true;
        return result;
      };
    },
    setReachable: async (reachable) => {
      remote.unreachable = !reachable;
      Reflect.deleteProperty(remote, 'push');
    },
    close: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
}

export interface GitWorld extends World {
  folder: string;
  remote: string;
  hook(name: string, script: string | null): Promise<void>;
}

/** What worlds with a bare repository share: stores with mirrors beside it, and another's commits in it. */
export function onGit(options: { folder: string; gitDir: string; url: string; token?: string }) {
  const { folder, gitDir, url, token } = options;
  const writer = new FastImport(gitDir, 'eve', { name: 'Eve', email: 'eve@localhost' });
  const stores: Store[] = [];
  const open: World['open'] = async ({ clock = systemClock, random = systemRandom, folder: own } = {}) => {
    const store = await openGitStore({
      folder: own ?? join(folder, `mirror-${stores.length}`),
      remote: url,
      branch: 'signalbox',
      ...(token === undefined ? {} : { token: async () => token }),
      author: { name: 'Signalbox', email: 'signalbox@localhost' },
      clock,
      random,
      log: silentLog,
    });
    stores.push(store);
    return store;
  };
  const commit: World['commit'] = (parents, changes, message = 'by hand') =>
    writer.write({ parents, changes: new Map(Object.entries(changes)), message, seconds: 1_800_000_000 });
  const ref: World['ref'] = async (name) => {
    const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', name], { cwd: gitDir });
    return code === 0 ? stdout.trim() : null;
  };
  const closeStores = async () => {
    await Promise.all([...stores.map((store) => store.close()), writer.close()]);
  };
  return { open, commit, ref, closeStores };
}

/** A bare repository and mirrors beside it. `serve` may put a server in front of it. */
export async function gitWorld(
  serve?: (remote: string) => Promise<{ url: string; close(): Promise<void> }>,
): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  const remote = join(folder, 'remote.git');
  await run(folder, ['init', '-q', '--bare', remote]);
  const server = await serve?.(remote);
  const { open, commit, ref, closeStores } = onGit({ folder, gitDir: remote, url: server?.url ?? remote });
  const hookFile = (name: string) => join(remote, 'hooks', name);
  const hook = async (name: string, script: string | null) => {
    if (script === null) await rm(hookFile(name), { force: true });
    else await writeFile(hookFile(name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  // Git runs it once more when the refs have moved, before it answers; the parent is the server's side of the push.
  const onceMoved = (script: string) =>
    hook(
      'reference-transaction',
      `[ "$1" = committed ] || exit 0\ngrep -q ${stateRef} || exit 0\nrm "$0"\n${script}`,
    );
  return {
    folder,
    remote,
    hook,
    open,
    commit,
    ref,
    setRef: async (name, oid) =>
      void (await run(remote, oid === null ? ['update-ref', '-d', name] : ['update-ref', name, oid])),
    loseAnswer: () => onceMoved('kill -9 $PPID'),
    loseRequest: () => hook('pre-receive', 'rm "$0"\nkill -9 $PPID'),
    loseAnswerAndRemote: () => onceMoved(`mv ${remote} ${remote}.gone\nkill -9 $PPID`),
    setReachable: (reachable) =>
      rename(...((reachable ? [`${remote}.gone`, remote] : [remote, `${remote}.gone`]) as [string, string])),
    async close() {
      await closeStores();
      await server?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs git and wants it to succeed. */
export async function run(cwd: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await git(args, { cwd });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export { witnessRef };
