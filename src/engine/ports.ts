import type { Decision } from '../ticket/decision.ts';
import type { Request } from '../ticket/requests.ts';
import type { Comment, Run } from './forge-port.ts';
import type { Panel } from './panel.ts';

export type * from './forge-port.ts';
export type * from './judgements.ts';
export type * from './store-port.ts';

/*
 * What the engine needs of the world. Adapters live in `store/` (git) and `forge/` (GitHub); the rules never see
 * either. Failures of the world are `SignalboxError`s of kind `forge` (try again) or `config` (a person must act).
 */

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
  /** Somebody pushed to a branch of a ticket. */
  lookAtBranch(branch: string): Promise<void>;
  /** A commit was judged, or is about to be: looks at the checks that tickets ask about. */
  lookAtChecks(): Promise<void>;
  /** An issue was deleted or transferred away. */
  issueGone(number: number, how: 'deleted' | 'transferred', actor: string, at: string): Promise<void>;
  /** Everything: on start, on a timer, after any doubt. */
  sweep(): Promise<void>;
  /** Resolves when nothing is queued or being acted upon. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
