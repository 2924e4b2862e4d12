import type { Forge, Handler, Snapshot, Store } from '../engine/ports.ts';
import type { Attempt, ClosedAttempt, Ticket } from '../ticket/format.ts';
import type { ReasonCode } from '../ticket/reasons.ts';

/** What this run was started for, and who it is. Inputs come from the dispatch, the rest from Actions. */
export interface Job {
  ticket: string;
  attempt: number;
  claim: string;
  run: { id: number; run_attempt: number; url: string };
}

/** The parts of the ports that a runner needs. */
export type RunnerStore = Pick<Store, 'read' | 'saveSignal'>;
export type RunnerForge = Pick<Forge, 'issue' | 'events' | 'now'>;
export type { Handler };

/**
 * How the job stands at one head. `mine` is rule 10 to the letter: in progress, this attempt, this claim, bound to this
 * run and this `run_attempt`. `unknown`: this head cannot tell (moved back, or the file cannot be read).
 */
export type Standing =
  | { is: 'mine'; ticket: Ticket; attempt: Attempt }
  | { is: 'not-mine'; code: ReasonCode }
  | { is: 'unknown'; code: ReasonCode };

export async function standingAt(snapshot: Snapshot, job: Job): Promise<Standing> {
  if (snapshot.movedBack || snapshot.head === null) return { is: 'unknown', code: 'head-moved-back' };
  const file = snapshot.tickets.get(job.ticket);
  if (!file) {
    const archived = await snapshot.archived(job.ticket);
    return { is: 'not-mine', code: archived ? 'attempt-closed' : 'no-such-ticket' };
  }
  if (!file.ticket) return { is: 'unknown', code: file.broken?.code ?? 'bad-yaml' };
  const { ticket } = file;
  const open = ticket.attempt;
  if (open?.number !== job.attempt) return { is: 'not-mine', code: 'attempt-closed' };
  if (ticket.state !== 'in_progress') return { is: 'not-mine', code: 'not-executing' };
  if (open.claim !== job.claim) return { is: 'not-mine', code: 'other-claim' };
  if (!open.run) return { is: 'not-mine', code: 'not-bound' };
  if (open.run.id !== job.run.id || open.run.run_attempt !== job.run.run_attempt) {
    return { is: 'not-mine', code: 'other-run' };
  }
  return { is: 'mine', ticket, attempt: open };
}

/** This job's attempt once it is closed, null while it is open or where it never was this run's. */
export async function closedAt(snapshot: Snapshot, job: Job): Promise<ClosedAttempt | null> {
  const file = snapshot.tickets.get(job.ticket) ?? (await snapshot.archived(job.ticket));
  const closed = file?.ticket?.attempts.find(
    (one) =>
      one.number === job.attempt &&
      one.claim === job.claim &&
      one.run?.id === job.run.id &&
      one.run.run_attempt === job.run.run_attempt,
  );
  return closed ?? null;
}
