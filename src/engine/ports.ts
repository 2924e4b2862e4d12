import type { Decision } from '../ticket/decision.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import type { Request } from '../ticket/requests.ts';
import type { Breakage } from '../ticket/yaml.ts';
import type { Panel } from './panel.ts';
import type { Sights } from './sights.ts';

/*
 * What the engine needs of the world. Adapters live in `store/` (git) and `forge/` (GitHub); the rules never see
 * either. Failures of the world are `SignalboxError`s of kind `forge` (try again) or `config` (a person must act).
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

/** One transition of one ticket, read back from the trailers of a commit. */
export interface HistoryEntry {
  commit: string;
  at: string;
  ticket: string;
  transition: string;
  actor: string;
  cause: string;
  attempt: number | null;
}

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
  /** Of one ticket, or of all (null). Newest first. */
  history(id: string | null, options?: { limit?: number }): Promise<HistoryEntry[]>;
  close(): Promise<void>;
}

// ---- the forge ----

export type PermissionRole = 'admin' | 'write' | 'triage' | 'read' | 'none';

export interface Issue {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  /** `completed`, `not_planned`, `duplicate`, `reopened` or null. */
  state_reason: string | null;
  labels: string[];
  author: string;
  /** True where this app itself opened it. */
  ours: boolean;
  created: string;
  is_pull_request: boolean;
}

/** One of the issue events that mean something to us; `label` is empty for the last two. */
export interface IssueEvent {
  id: number;
  event: 'labeled' | 'unlabeled' | 'closed' | 'reopened';
  label: string;
  actor: string;
  /** True where this app itself did it. */
  ours: boolean;
  at: string;
}

export interface Comment {
  id: number;
  body: string;
  author: string;
  author_is_bot: boolean;
  /** True where this app itself wrote it. */
  ours: boolean;
  at: string;
}

export interface Run {
  id: number;
  run_attempt: number;
  /** `run-name` as evaluated: `MC-4159 #3 dev`. */
  title: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  url: string;
  created: string;
  /** When it was last seen to change; for a completed run, about when it ended. */
  updated: string;
}

/** A dispatch that can never succeed as things are: a person must act. */
export type DispatchRefusal = { code: 'no-workflow' | 'dispatch-refused'; message: string };

export interface PullRequest {
  number: number;
  title: string;
  body: string;
  /** Its branch, and the commit of it that is or was asked for. */
  head: string;
  head_sha: string;
  base: string;
  state: 'open' | 'closed';
  /** GitHub merges a pull request once at most. A list does not say who did: `ghost`. */
  merged: { at: string; by: string } | null;
  url: string;
}

/** What GitHub does for one repository. */
export interface Forge extends Sights {
  /** The forge's clock in milliseconds: its last Date header, moved on by ours. */
  now(): number;
  /** Text of a file on the default branch, or as it was at a commit; null where absent. */
  file(path: string, commit?: string): Promise<string | null>;
  /** Commits of the default branch that changed a file, newest first. */
  commitsOf(path: string, most: number): Promise<string[]>;
  /** `none` also for somebody else who has the name by now: one whose id is not `id`. `fresh`: as of now, not of seconds ago. */
  permission(login: string, id?: number, options?: { fresh: boolean }): Promise<PermissionRole>;

  /** `gone`: deleted (410) or never there; `moved`: transferred. */
  issue(number: number): Promise<Issue | 'gone' | 'moved'>;
  /** Open issues with a label; pull requests left out. */
  issuesLabelled(label: string): Promise<Issue[]>;
  /** Issues, open and closed, in which anything changed at or after `since` (ISO); pull requests left out. */
  issuesSince(since: string): Promise<Issue[]>;
  createIssue(title: string, body: string, labels: string[]): Promise<number>;
  updateIssue(
    number: number,
    change: { title?: string; body?: string; state?: 'open' | 'closed'; state_reason?: string },
  ): Promise<void>;
  /** Assigns people to an issue, besides those who are; who may not be assigned is left out without a word. */
  assign(number: number, logins: readonly string[]): Promise<void>;
  /** Labelled, unlabelled, closed, reopened: oldest first. */
  events(number: number): Promise<IssueEvent[]>;
  addLabels(number: number, labels: string[]): Promise<void>;
  /** Absent is fine. */
  removeLabel(number: number, label: string): Promise<void>;
  repositoryLabels(): Promise<string[]>;
  createLabel(name: string, color: string, description: string): Promise<void>;

  comments(number: number): Promise<Comment[]>;
  createComment(number: number, body: string): Promise<number>;
  updateComment(id: number, body: string): Promise<void>;
  deleteComment(id: number): Promise<void>;
  /** One reaction on a comment; again is fine. */
  react(comment: number, content: '+1' | '-1' | 'eyes' | 'confused'): Promise<void>;
  /** Whether this app has reacted to a comment. */
  hasReacted(comment: number): Promise<boolean>;

  /** Starts the workflow on the default branch. Exactly one POST, never repeated by the client. */
  dispatch(
    workflow: string,
    inputs: Record<string, string>,
  ): Promise<{ run: number | null } | { refused: DispatchRefusal }>;
  /** Runs of the workflow created at or after `since` (ISO), newest first. */
  runs(workflow: string, since: string): Promise<Run[]>;
  run(id: number): Promise<Run | null>;
  /** Asks for an end; true where GitHub took the request. Never queued behind other calls. */
  cancel(run: number): Promise<boolean>;
  forceCancel(run: number): Promise<boolean>;

  /** Commit of a branch or other full ref name; null where absent. */
  ref(name: string): Promise<string | null>;
  /** When a commit was made (ISO); null where there is none. */
  commitTime(sha: string): Promise<string | null>;
  /** Moves or creates a branch; fast-forward only. False where it would not be one. */
  moveBranch(branch: string, sha: string): Promise<boolean>;
  defaultBranch(): Promise<string>;
  /** True where `sha` adds commits to `base`: the default branch, unless named. */
  isAhead(sha: string, base?: string): Promise<boolean>;
  /** The open one of a branch of this repository, else its newest. */
  pullRequest(branch: string): Promise<PullRequest | null>;
  /** Those of branches of this repository in which anything changed at or after `since` (ISO). */
  pullRequestsSince(since: string): Promise<PullRequest[]>;
  /** Null for one of a fork, whose branch may have any name. */
  pullRequestNumbered(number: number): Promise<PullRequest | null>;
  openPullRequest(branch: string, title: string, body: string): Promise<PullRequest>;
  updatePullRequest(number: number, change: { title?: string; body?: string }): Promise<void>;

  /** Who pushed what to a ref, newest first (the repository's activity). */
  pushes(ref: string): Promise<{ before: string; after: string; actor: string }[]>;
}

// ---- what the engine offers ----

/** The one way to change a ticket, for every surface: read, decide, swap, and decide again where stale. */
export interface Handler {
  /** Decides `request` for the ticket at the present head and publishes the decision. Rejects only for failures of the world. */
  handle(id: string, request: Request): Promise<Decision>;
}

/** The whole engine of one repository, as the app uses it. Every method is a hint: safe to call any time, any number of times. */
export interface Operator extends Handler {
  readonly panel: Panel;
  /** An issue or a pull request may have changed: reads its labels and their events now, carries out what is new, then sets the effects right. */
  lookAtIssue(number: number): Promise<void>;
  /** A comment was written on an issue or on a ticket's pull request. */
  lookAtComment(issue: number, comment: Comment): Promise<void>;
  /** The state branch may have moved (push event, timer). */
  lookAtHead(): Promise<void>;
  /** A run of the workflow changed its status; `title` is its evaluated run-name. */
  lookAtRun(run: Run): Promise<void>;
  /** An issue was deleted or transferred away. */
  issueGone(number: number, how: 'deleted' | 'transferred', actor: string, at: string): Promise<void>;
  /** Everything: on start, on a timer, after any doubt. */
  sweep(): Promise<void>;
  /** Resolves when nothing is queued or being acted upon. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
