import type { Log } from '../base/log.ts';
import type { Config } from '../ticket/config.ts';
import { isJudged } from '../ticket/paths.ts';
import { Bench } from './bench.ts';
import type { Snapshot, Store } from './ports.ts';
import { alongHistory, type Judge } from './pushes.ts';
import { momentAt } from './view.ts';

export interface AdmissionOptions {
  store: Store;
  config: () => Promise<Config>;
  /** Milliseconds, by the forge's clock. */
  now: () => number;
  log: Log;
  judge: Judge;
}

/**
 * Judges the foreign commits on a head before anything is decided on it, push by push, each by what its own pusher may
 * do. What stands, and what was put back and why, is recorded in one commit on top. Answers the head to decide on, or
 * null where it was overtaken: read again.
 */
export async function admitForeign(snapshot: Snapshot, options: AdmissionOptions): Promise<Snapshot | null> {
  const { store, log } = options;
  const { head, witness } = snapshot;
  if (head === null || head === witness || snapshot.movedBack) return snapshot;
  const commits = witness === null ? [head] : await store.commitsBetween(witness, head);
  if (!(await touchOurs(store, witness, commits))) return snapshot;
  const config = await options.config();
  const now = momentAt(snapshot, options.now());
  const bench = new Bench(snapshot, { config, now, judged: await filesAt(store, snapshot), log });
  for (const { before, after, pusher } of alongHistory(await options.judge(snapshot), new Set(commits))) {
    const changes = (await store.diff(before, after)).filter(({ path }) => isJudged(path));
    // By path, so that the archive comes before the tickets that may have been taken from it.
    for (const change of changes.sort((a, b) => a.path.localeCompare(b.path)))
      await bench.admit(change, pusher);
  }
  const swap = await store.swap(snapshot, await bench.close());
  if (swap.status === 'stale') return null;
  for (const { ticket, actor, code, reason } of bench.refused)
    log.warn('a pushed change did not stand', { ticket, actor, code, reason });
  return swap.snapshot;
}

/** Reads files as they were at the witness, before anything that is yet to be judged. */
async function filesAt(store: Store, { head, witness, file }: Snapshot): Promise<Snapshot['file']> {
  const changes = head === null ? [] : await store.diff(witness, head);
  const before = new Map(changes.map((change) => [change.path, change.before]));
  return async (path) => (before.has(path) ? (before.get(path) ?? null) : file(path));
}

async function touchOurs(store: Store, from: string | null, commits: readonly string[]): Promise<boolean> {
  let before = from;
  for (const commit of commits) {
    if ((await store.diff(before, commit)).some(({ path }) => isJudged(path))) return true;
    before = commit;
  }
  return false;
}
