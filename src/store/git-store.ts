import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Store } from '../engine/ports.ts';
import type { Backend, CommitToWrite, LoggedCommit, PushResult, RefMove, Refs } from './backend.ts';
import { CatFile } from './cat-file.ts';
import { CommitStore } from './commit-store.ts';
import { type Author, FastImport } from './fast-import.ts';
import { Maintenance } from './maintenance.ts';
import { Mirror } from './mirror.ts';

export interface GitStoreOptions {
  /** The mirror's own folder, empty or absent at first. Processes may share it. */
  folder: string;
  /** A URL without a login, or the path of a repository. */
  remote: string;
  /** The state branch, without `refs/heads/`. */
  branch: string;
  /** Asked before every request to the remote; never kept, never in an argument or a file. */
  token?: () => Promise<string>;
  /** Where there is no token: the environment in which git finds a person's own login. */
  login?: Record<string, string>;
  author: Author;
  /** The forge's: commits are dated by it. */
  clock: Pick<Clock, 'now'>;
  random: Random;
  log: Log;
  /** Reads what the mirror has, and asks the remote nothing: nothing can be written. */
  offline?: boolean;
  /** Milliseconds after which a request to the remote is given up. Default 60,000. */
  timeoutMs?: number;
}

/** The store over git. Asks nothing of the remote yet: the first read does. `close` ends the processes it keeps. */
export async function openGitStore(options: GitStoreOptions): Promise<Store> {
  const { folder, remote, branch, token, login, offline, timeoutMs = 60_000 } = options;
  const unique = `${process.pid}-${options.random.hex(4)}`;
  const mirror = await Mirror.open({ folder, remote, branch, token, login, offline, timeoutMs, unique });
  return new CommitStore(new GitBackend(mirror, unique, await mirror.packs(), options), options);
}

/** Packs that are let be. Each commit is one, and each fetch. */
const packsAtOnce = 100;

/** Objects by kept processes, everything else by a git command each. */
class GitBackend implements Backend {
  readonly objects: CatFile;
  readonly stateRef: string;
  readonly #mirror: Mirror;
  readonly #writer: FastImport;
  readonly #maintenance: Maintenance;
  #packs: number;

  constructor(mirror: Mirror, unique: string, packs: number, { author, log }: GitStoreOptions) {
    this.#packs = packs;
    this.#mirror = mirror;
    this.stateRef = mirror.stateRef;
    this.objects = new CatFile(mirror.folder);
    this.#writer = new FastImport(mirror.folder, unique, author);
    this.#maintenance = new Maintenance(mirror.folder, log);
  }

  look(): Promise<Refs> {
    return this.#mirror.look();
  }

  lookAt(ref: string): Promise<string | null> {
    return this.#mirror.lookAt(ref);
  }

  fetch(refs: Refs, all?: boolean): Promise<void> {
    this.#packs++;
    return this.#mirror.fetch(refs, all);
  }

  async write(commit: CommitToWrite): Promise<string> {
    if (++this.#packs > packsAtOnce) {
      this.#packs = 0;
      await this.#writer.close(); // it keeps its packs from tidying, and grows with every object it wrote
      this.#maintenance.start();
    }
    return this.#writer.write(commit);
  }

  push(moves: readonly RefMove[]): Promise<PushResult> {
    return this.#mirror.push(moves);
  }

  isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return this.#mirror.isAncestor(ancestor, commit);
  }

  commitsBetween(from: string | null, to: string): Promise<string[]> {
    return this.#mirror.commitsBetween(from, to);
  }

  allBetween(from: string, to: string): Promise<string[]> {
    return this.#mirror.commitsBetween(from, to, '--topo-order');
  }

  log(head: string, paths: readonly string[], id: string | null, limit: number): Promise<LoggedCommit[]> {
    return this.#mirror.log(head, paths, id, limit);
  }

  async close(): Promise<void> {
    await Promise.all([this.objects.close(), this.#writer.close(), this.#maintenance.close()]);
  }
}
