import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoSeconds } from './base/clock.ts';
import { SignalboxError } from './base/errors.ts';
import { type Clone, openClone } from './cli/clone.ts';
import type { CloneDesk, CloneOptions } from './cli/clone-desk.ts';
import { makeHandler } from './engine/handle.ts';
import type { Judge } from './engine/pushes.ts';
import { openGitStore } from './store/git-store.ts';

/** Opens the state branch as the person whose clone it is, with the store that the app has too: no app, no token. */
export async function withStore<T>(
  clone: Clone,
  branch: string,
  { clock, random, log }: Pick<CloneOptions, 'clock' | 'random' | 'log'>,
  work: (store: Awaited<ReturnType<typeof openGitStore>>) => Promise<T>,
): Promise<T> {
  const { remote, login, author } = clone;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-clone-'));
  try {
    const at = { folder: join(folder, 'mirror.git'), remote, branch, login, author };
    const store = await openGitStore({ ...at, clock, random, log });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tickets of a clone's remote, asked as the app asks them: decided at the head, in a commit on that very head. */
export async function withDesk<T>(options: CloneOptions, work: (desk: CloneDesk) => Promise<T>): Promise<T> {
  const { clock, log } = options;
  const clone = await openClone(options.clone, options.remote);
  const { config } = await clone.settings();
  const branch = options.branch ?? config.branch;
  return withStore(clone, branch, options, async (store) => {
    // A person's clock may be slow by any time: nothing that follows on a head is said to be before it.
    let headTime = 0;
    const now = () => Math.max(clock.now(), headTime);
    const writer = makeHandler({ store, config: async () => config, now, clock, log, judge: cannotJudge });
    const source = () => `cli:${options.random.hex(8)}`;
    return work({
      remote: withoutLogin(clone.remote),
      branch,
      actor: clone.person,
      config,
      file: (path) => clone.file(path),
      now: () => clock.now(),
      async head() {
        const head = await writer.read({ fresh: true });
        headTime = head.headTime;
        if (!head.movedBack) return head;
        throw new SignalboxError('conflict', 'head-moved-back', 'the state branch was moved back', {
          hint: 'Mend it first: signalbox doctor --restore.',
        });
      },
      ask: (id, request) =>
        writer.handle(id, {
          ...request,
          source: source(),
          at: isoSeconds(now()),
          actor: clone.person,
        }),
      swap: (base, commit) => store.swap(base, commit),
      refs: (prefix) => clone.refs(prefix),
      dropRefs: (refs) => clone.dropRefs(refs),
    });
  });
}

/** Who pushed what only GitHub tells, and only an app or a job may ask it. */
export const cannotJudge: Judge = async () => {
  throw new SignalboxError('conflict', 'not-judged', 'somebody pushed to the state branch just now', {
    hint: 'The app looks at that first: see that it runs, and try again in a moment.',
  });
};

export function withoutLogin(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
