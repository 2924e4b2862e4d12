import { stopping } from './attempts.ts';
import { isLive } from './claim.ts';
import type { ClosedAttempt, Outcome, Ticket } from './format.ts';
import { isOpen } from './states.ts';

/*
 * What follows from a ticket as it stands. Not a log of what happened: any process can work these out again after any
 * crash (rule 19).
 */

/** Outcomes after which people are owed the evidence of what was stopped. */
const stoppedOutcomes: readonly Outcome[] = [
  'parked',
  'cancelled',
  'interrupted',
  'lost',
  'merged',
  'blocked',
  'failed',
  'undispatchable',
  'quota',
];

export interface Wanted {
  /** An open attempt that no run has taken up: it wants a run. */
  dispatch: boolean;
  /** Closed attempts whose run is not known to have ended: each wants a cancel and a confirmation. */
  stop: ClosedAttempt[];
  /** Closed attempts that want their evidence told. */
  evidence: ClosedAttempt[];
  /** The accepted attempt whose work the ticket branch shall show; undefined where there is none. */
  publish: ClosedAttempt | undefined;
  /** Whether the issue shall be open or closed, and how. */
  issue: 'open' | 'completed' | 'not_planned';
}

export function wanted(ticket: Ticket): Wanted {
  const accepted = ticket.attempts.filter(
    ({ signal, outcome }) => signal !== null && (outcome === 'done' || outcome === 'review'),
  );
  return {
    dispatch: ticket.state === 'in_progress' && ticket.attempt?.run === null,
    stop: stopping(ticket),
    evidence: ticket.attempts.filter(
      (attempt) => attempt.stopped !== null && stoppedOutcomes.includes(attempt.outcome),
    ),
    publish: accepted.at(-1),
    issue:
      isOpen(ticket.state) || isLive(ticket) ? 'open' : ticket.state === 'done' ? 'completed' : 'not_planned',
  };
}
