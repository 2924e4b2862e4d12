import type { Desk, Ticket } from '../ticket/format.ts';
import type { HistoryEntry } from '../ticket/journal.ts';
import type { Breakage } from '../ticket/yaml.ts';

export type { HistoryEntry };

/*
 * Where tickets live, as the engine needs it. The adapters are in `store/`; everybody gets this by way of `ports.ts`.
 */

/** A ticket file at one head. `ticket` is null where it is broken; then `broken` says how. */
export interface TicketFile {
  id: string;
  path: string;
  text: string;
  ticket: Ticket | null;
  broken: Breakage | null;
}

/** A signal that waits to be decided: a file on the state branch, or a runner's own ref. */
export interface PendingSignal {
  ticket: string;
  attempt: number;
  text: string;
  /** The file's path at the head, or the full name of the ref. */
  place: string;
  channel: 'file' | 'runner';
}

/** One consistent look at the state branch, the witness and the signal refs. Immutable. */
export interface Snapshot {
  /** Commit of the state branch; null before its first. */
  head: string | null;
  /** The last head that Signalbox itself published. */
  witness: string | null;
  /** When the head's commit was made, in milliseconds; 0 before the first. No decision may be dated earlier. */
  headTime: number;
  /** True where the head neither equals nor descends from the witness: nothing may be decided (rule 2). */
  movedBack: boolean;
  /** Open tickets, by id. */
  tickets: ReadonlyMap<string, TicketFile>;
  /** The switches in force; paused where `desk.yaml` is broken. */
  desk: Desk;
  deskBroken: Breakage | null;
  /** What counts of files that cannot be read, by their path. */
  kept: ReadonlyMap<string, string>;
  signals: readonly PendingSignal[];
  /** Paths of quarantine files. */
  quarantine: readonly string[];
  /** Text of any file at this head; null where there is none. */
  file(path: string): Promise<string | null>;
  /** What a whole sweep left done (`Store.markSwept`); null where none did, or this head does not descend from it. */
  swept(): Promise<Swept | null>;
  /** The archived ticket with this id, if there is one. */
  archived(id: string): Promise<TicketFile | null>;
}

/** Up to `head` everything was shown on GitHub, and up to `time` (milliseconds, the forge's clock) everything read there. */
export interface Swept {
  head: string;
  time: number;
}

export interface Trailers {
  [name: string]: string;
}

/** One commit to be made on a snapshot's head. */
export interface NewCommit {
  subject: string;
  body: string;
  /** One group for each transition in the commit; values are made single-line. `Change` is added by the store. */
  trailers: readonly Trailers[];
  /** Path to new text; null removes the file. */
  changes: ReadonlyMap<string, string | null>;
  /** Refs removed in the same atomic push (a consumed signal ref), each only if it still is what the snapshot saw. */
  dropRefs?: readonly string[];
}

/** `swapped`: the published head is now ours. `stale`: somebody was faster; read again and DECIDE again. */
export type Swap = { status: 'swapped'; snapshot: Snapshot } | { status: 'stale' };

/** A file that differs between two commits. */
export interface FileChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** Where tickets live. Every write is a compare-and-swap against the head that was read. */
export interface Store {
  /** The present state. `fresh` asks the remote; otherwise the last head known here is good enough (a swap tells). */
  read(options?: { fresh?: boolean }): Promise<Snapshot>;
  /** One commit, parent = `base.head`, published only if head and witness still are what `base` saw. */
  swap(base: Snapshot, commit: NewCommit): Promise<Swap>;
  /** What differs between two commits' trees. `from` null means the empty tree. */
  diff(from: string | null, to: string): Promise<FileChange[]>;
  /** Commits after `from` up to and with `to`, first parents, oldest first. */
  commitsBetween(from: string | null, to: string): Promise<string[]>;
  /** Puts the witness's tree back on top of a moved head, with both as parents: the one repair (rule 2). */
  restore(base: Snapshot): Promise<Swap>;
  /** Makes a runner's signal durable at `refs/signalbox/signal/<ID>/<attempt>`. Idempotent for the same text; a different text keeps the first and fails with `signal-exists`. */
  saveSignal(id: string, attempt: number, text: string): Promise<void>;
  /**
   * Leaves a mark for the next process; `head` is the present head of the branch or an older one. A mark that is ahead
   * of it stays. Fails with `push-refused` where the ref may not be pushed; where the push is lost, or overtaken, the
   * mark is only older than it might be.
   */
  markSwept(swept: Swept): Promise<void>;
  /** All commits that `to` has and `from` has not, those that were merged too, each after its parents; null where `to` does not descend from `from`. */
  trail(from: string, to: string): Promise<string[] | null>;
  /** The transitions that one commit recorded, in their order. */
  transitions(commit: string): Promise<HistoryEntry[]>;
  /** Up to which commit the receiver of this name was told; null where nobody began. Asks the remote. */
  told(name: string): Promise<string | null>;
  /** Moves that, from what it must be. False where it was moved by somebody else. Fails with `push-refused`. */
  moveTold(name: string, from: string | null, to: string): Promise<boolean>;
  /** Of one ticket, or of all (null). Newest first. */
  history(id: string | null, options?: { limit?: number }): Promise<HistoryEntry[]>;
  close(): Promise<void>;
}
