import { SignalboxError } from '../base/errors.ts';
import type { Store } from '../engine/ports.ts';
import { signalRefs, sweptRef, witnessRef } from '../ticket/paths.ts';
import type { Backend, CommitToWrite, LoggedCommit, PushResult, RefMove, Refs } from './backend.ts';
import { CommitStore, type CommitStoreOptions } from './commit-store.ts';
import { MemoryObjects } from './memory-objects.ts';
import { entryAt, readCommit } from './objects.ts';

/** What the next push meets: lost on its way there, lost on its way back, or a remote that cannot be reached. */
export type Misfortune = 'request-lost' | 'answer-lost' | 'unreachable';

/** A remote in memory. Any number of stores may be opened on one; refs may be moved by hand, as by a person's push. */
export class MemoryRemote {
  readonly objects = new MemoryObjects();
  readonly refs = new Map<string, string>();
  readonly stateRef: string;
  /** Each value every ref ever had, oldest first; null where it was removed. */
  readonly journal: { ref: string; oid: string | null }[] = [];
  /** Taken one for each push. */
  readonly misfortunes: Misfortune[] = [];
  /** Whether looks fail. */
  unreachable = false;

  constructor(branch = 'signalbox') {
    this.stateRef = `refs/heads/${branch}`;
  }

  move(ref: string, oid: string | null): void {
    if (oid === null) this.refs.delete(ref);
    else this.refs.set(ref, oid);
    this.journal.push({ ref, oid });
  }

  push(moves: readonly RefMove[]): PushResult {
    const misfortune = this.misfortunes.shift();
    if (misfortune === 'unreachable' || this.unreachable)
      return { kind: 'unreachable', words: 'no such host' };
    if (misfortune === 'request-lost') return { kind: 'unknown', words: 'the request was lost' };
    const now = (ref: string) => this.refs.get(ref) ?? null;
    if (moves.some(({ ref, from, to }) => now(ref) !== from || from === to))
      return { kind: 'raced', words: 'stale info' };
    for (const { ref, to } of moves) this.move(ref, to);
    return misfortune === 'answer-lost'
      ? { kind: 'unknown', words: 'the answer was lost' }
      : { kind: 'moved', words: '' };
  }
}

/** A store on a remote in memory, for tests and simulations: the very rules of the git store, without git. */
export function openMemoryStore(remote: MemoryRemote, options: CommitStoreOptions): Store {
  return new CommitStore(new MemoryBackend(remote), options);
}

/** What a store in memory needs of git. */
export class MemoryBackend implements Backend {
  readonly objects: MemoryObjects;
  readonly stateRef: string;
  readonly #remote: MemoryRemote;

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
    this.objects = remote.objects;
    this.stateRef = remote.stateRef;
  }

  async look(): Promise<Refs> {
    const { refs } = this.#remote;
    this.#reach();
    return {
      head: refs.get(this.stateRef) ?? null,
      witness: refs.get(witnessRef) ?? null,
      swept: refs.get(sweptRef) ?? null,
      signals: new Map([...refs].filter(([ref]) => ref.startsWith(signalRefs)).sort()),
    };
  }

  async lookAt(ref: string): Promise<string | null> {
    this.#reach();
    return this.#remote.refs.get(ref) ?? null;
  }

  async fetch(): Promise<void> {
    this.#reach();
  }

  write(commit: CommitToWrite): Promise<string> {
    return this.objects.commit(commit, 'Signalbox <signalbox@localhost>');
  }

  async push(moves: readonly RefMove[]): Promise<PushResult> {
    return this.#remote.push(moves);
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return (await this.objects.ancestors(commit)).has(ancestor);
  }

  async commitsBetween(from: string | null, to: string): Promise<string[]> {
    const known = await this.objects.ancestors(from);
    const commits: string[] = [];
    for (let next: string | undefined = to; next !== undefined && !known.has(next); ) {
      commits.unshift(next);
      next = (await readCommit(this.objects, next)).parents[0];
    }
    return commits;
  }

  async allBetween(from: string, to: string): Promise<string[]> {
    const known = new Set(await this.objects.ancestors(from));
    const commits: string[] = [];
    const walk = async (commit: string): Promise<void> => {
      if (known.has(commit)) return;
      known.add(commit);
      for (const parent of (await readCommit(this.objects, commit)).parents) await walk(parent);
      commits.push(commit);
    };
    await walk(to);
    return commits;
  }

  /** As `git log -- paths`: where a parent has the same files, the others are not followed. */
  async log(
    head: string,
    paths: readonly string[],
    id: string | null,
    limit: number,
  ): Promise<LoggedCommit[]> {
    const commits: LoggedCommit[] = [];
    for (let next: string | undefined = head; next !== undefined && commits.length < limit; ) {
      const { message, time, parents } = await readCommit(this.objects, next);
      const own = await this.#hashes(next, paths);
      const theirs = await Promise.all(parents.map((parent) => this.#hashes(parent, paths)));
      const same = theirs.indexOf(own);
      const touched = same < 0 && !(parents.length === 0 && own === paths.map(() => '').join());
      if (touched && isAbout(message, id)) commits.push({ commit: next, time, message });
      next = parents[Math.max(same, 0)];
    }
    return commits;
  }

  async close(): Promise<void> {}

  /** What a commit has at `paths`; each has something else where none are asked about. */
  async #hashes(commit: string, paths: readonly string[]): Promise<string> {
    if (paths.length === 0) return commit;
    const { tree } = await readCommit(this.objects, commit);
    const entries = await Promise.all(paths.map((path) => entryAt(this.objects, tree, path)));
    return entries.map((entry) => entry?.oid ?? '').join();
  }

  #reach(): void {
    if (this.#remote.unreachable) throw new SignalboxError('forge', 'unreachable', 'no such host');
  }
}

function isAbout(message: string, id: string | null): boolean {
  return message
    .split('\n')
    .some((line) => (id === null ? /^Ticket: /.test(line) : line === `Ticket: ${id}`));
}
