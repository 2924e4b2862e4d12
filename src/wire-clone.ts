import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoSeconds } from './base/clock.ts';
import { SignalboxError } from './base/errors.ts';
import { type Clone, openClone } from './cli/clone.ts';
import type { CloneDesk, CloneOptions } from './cli/clone-desk.ts';
import { type Known, keyOf, readKnown, writeKnown } from './cli/known.ts';
import { makeHandler } from './engine/handle.ts';
import type { Judge } from './engine/pushes.ts';
import { openGitStore } from './store/git-store.ts';

type Ports = Pick<CloneOptions, 'clock' | 'random' | 'log'>;

/**
 * Opens the state branch as the person whose clone it is, with the store that the app has too: no app, no token. Its
 * mirror is kept in the clone's git directory, so that the next command is faster and can do without the network.
 */
export async function withStore<T>(
  clone: Clone,
  { branch, offline = false }: { branch: string; offline?: boolean },
  { clock, random, log }: Ports,
  work: (store: Awaited<ReturnType<typeof openGitStore>>) => Promise<T>,
): Promise<T> {
  const { remote, login, author } = clone;
  const { folder, leave } = await placeOf(clone, `${keyOf(remote, branch)}.git`);
  try {
    const store = await openGitStore({ folder, remote, branch, login, author, offline, clock, random, log });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await leave();
  }
}

/** Where a mirror is kept; for a clone that cannot be written to, a folder that is not. */
async function placeOf({ keep }: Clone, name: string): Promise<{ folder: string; leave(): Promise<void> }> {
  try {
    await mkdir(keep, { recursive: true });
    return { folder: join(keep, name), leave: async () => {} };
  } catch {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-clone-'));
    return { folder: join(folder, name), leave: () => rm(folder, { recursive: true, force: true }) };
  }
}

/** The tickets of a clone's remote, asked as the app asks them: decided at the head, in a commit on that very head. */
export async function withDesk<T>(options: CloneOptions, work: (desk: CloneDesk) => Promise<T>): Promise<T> {
  const { clock, log } = options;
  const clone = await openClone(options.clone, options.remote);
  const remote = withoutLogin(clone.remote);
  const { config, broken, looked } = await settingsOf(clone, options);
  const branch = options.branch ?? config.branch;
  const asOf = looked ? (looked[branch] ?? null) : null;
  if (looked && asOf === null) throw neverLooked();
  const began = isoSeconds(clock.now());
  return withStore(clone, { branch, offline: asOf !== null }, options, async (store) => {
    // A person's clock may be slow by any time: nothing that follows on a head is said to be before it.
    let headTime = 0;
    const now = () => Math.max(clock.now(), headTime);
    const writer = makeHandler({ store, config: async () => config, now, clock, log, judge: cannotJudge });
    const own = () => ({
      source: `cli:${options.random.hex(8)}`,
      at: isoSeconds(now()),
      actor: clone.person,
    });
    const done = await work({
      remote,
      branch,
      actor: clone.person,
      asOf,
      config,
      configBroken: broken,
      file: (path) => clone.file(path),
      now: () => clock.now(),
      look: () => store.read({ fresh: true }),
      async head() {
        const head = await writer.read({ fresh: true });
        headTime = head.headTime;
        if (!head.movedBack) return head;
        throw new SignalboxError('conflict', 'head-moved-back', 'the state branch was moved back', {
          hint: 'Mend it first: signalbox doctor --restore.',
        });
      },
      ask: (id, request) => writer.handle(id, { ...request, ...own() }),
      askDesk: (request) => writer.handleDesk(request),
      own,
      swap: (base, commit) => store.swap(base, commit),
      history: (id, limit) => store.history(id, { limit }),
      trail: (from, to) => store.trail(from, to),
      transitions: (commit) => store.transitions(commit),
      refs: (prefix) => clone.refs(prefix),
      dropRefs: (refs) => clone.dropRefs(refs),
    });
    if (asOf === null) await writeKnown(clone.keep, remote, { config, broken, looked: { [branch]: began } });
    return done;
  });
}

/** What the default branch says; with `looked`, what the clone last knew of it, without asking the remote. */
async function settingsOf(
  clone: Clone,
  { offline = 'never' }: CloneOptions,
): Promise<Omit<Known, 'looked'> & Partial<Pick<Known, 'looked'>>> {
  const known = () => readKnown(clone.keep, withoutLogin(clone.remote));
  if (offline === 'always') {
    const last = await known();
    if (last) return last;
    throw neverLooked();
  }
  try {
    return await clone.settings();
  } catch (error) {
    const isGone = error instanceof SignalboxError && error.code === 'unreachable';
    const last = isGone && offline === 'if-gone' ? await known() : null;
    if (last) return last;
    throw error;
  }
}

const neverLooked = () =>
  new SignalboxError('user', 'never-looked', 'this clone has not seen the tickets yet', {
    hint: 'Look once with the network there.',
  });

/** Who pushed what only GitHub tells, and only an app or a job may ask it. */
export const cannotJudge: Judge = async () => {
  throw new SignalboxError('conflict', 'not-judged', 'somebody pushed to the state branch just now', {
    hint: 'The app looks at that first: see that it runs, and try again in a moment.',
  });
};

export function withoutLogin(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/]*@/i, '$1');
}
