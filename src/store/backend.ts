import type { Objects } from './objects.ts';

/** The refs of one look at the remote, name to commit. Only those that Signalbox knows. */
export interface Refs {
  head: string | null;
  witness: string | null;
  /** The mark of the last whole sweep. */
  swept: string | null;
  /** Full ref name to commit. */
  signals: ReadonlyMap<string, string>;
}

/** One ref of a push: from what it must be (null: absent) to what it shall be (null: removed). */
export interface RefMove {
  ref: string;
  from: string | null;
  to: string | null;
}

/**
 * `moved`: every ref is where we put it, and we put it there. `raced`: somebody else was faster, nothing is changed.
 * `unknown`: no answer, or one that does not tell; only a look at the remote can. `refused`: a person must act.
 */
export interface PushResult {
  kind: 'moved' | 'raced' | 'unknown' | 'refused' | 'unreachable';
  /** What git said, for people and the log. */
  words: string;
}

/** A commit to be written. */
export interface CommitToWrite {
  parents: readonly string[];
  /** Root tree to start from where it is not the first parent's. */
  tree?: string;
  /** Path to new text; null removes the file. */
  changes: ReadonlyMap<string, string | null>;
  message: string;
  /** Since the epoch. */
  seconds: number;
}

/** A commit as the history needs it. `time` is in milliseconds. */
export interface LoggedCommit {
  commit: string;
  time: number;
  message: string;
}

/** What a store needs of git: objects here, refs over there. One over real git, one in memory. */
export interface Backend {
  readonly objects: Objects;
  /** Full name of the state branch. */
  readonly stateRef: string;
  /** The refs of the remote, now. Fails with `unreachable` or `remote-refused`. */
  look(): Promise<Refs>;
  /** Commit of any one ref of the remote, now. */
  lookAt(ref: string): Promise<string | null>;
  /** Brings the objects of `refs`. `all`: even those that seem to be here (some are damaged). */
  fetch(refs: Refs, all?: boolean): Promise<void>;
  /** Writes a commit here; nobody sees it before a push. One at a time. */
  write(commit: CommitToWrite): Promise<string>;
  /** Moves all refs or none, each only from where it must be. Never rejects for what the remote says. */
  push(moves: readonly RefMove[]): Promise<PushResult>;
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  /** First parents of `to` that `from` does not reach, oldest first. */
  commitsBetween(from: string | null, to: string): Promise<string[]>;
  /** All that `to` reaches and `from` does not, each after its parents. */
  allBetween(from: string, to: string): Promise<string[]>;
  /** Commits that touched one of `paths` (none: any) and have a trailer for ticket `id` (null: for any), newest first. */
  log(head: string, paths: readonly string[], id: string | null, limit: number): Promise<LoggedCommit[]>;
  close(): Promise<void>;
}
