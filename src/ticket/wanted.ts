import { acceptedLast, stopping } from './attempts.ts';
import { isLive } from './claim.ts';
import type { ClosedAttempt, Outcome, Ticket } from './format.ts';
import { isOpen } from './states.ts';

/*
 * What follows from a ticket as it stands. Not a log of what happened: any process can work these out again after any
 * crash (rule 19).
 */

/** Outcomes after which people are owed the evidence of what was stopped, or judged; of others they get what their signal brought. */
const stoppedOutcomes: readonly Outcome[] = [
  'parked',
  'cancelled',
  'interrupted',
  'lost',
  'merged',
  'blocked',
  'failed',
  'approved',
  'rejected',
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
  /** The attempt whose work was accepted last: the ticket branch shall show it; undefined where there is none. */
  publish: ClosedAttempt | undefined;
  /** Whether the issue shall be open or closed, and how. */
  issue: 'open' | 'completed' | 'not_planned';
}

export function wanted(ticket: Ticket): Wanted {
  return {
    dispatch: ticket.state === 'in_progress' && ticket.attempt?.run === null,
    stop: stopping(ticket),
    evidence: ticket.attempts.filter(
      ({ stopped, outcome, said }) =>
        stopped !== null && (stoppedOutcomes.includes(outcome) || said !== undefined),
    ),
    publish: acceptedLast(ticket),
    issue:
      isOpen(ticket.state) || isLive(ticket) ? 'open' : ticket.state === 'done' ? 'completed' : 'not_planned',
  };
}
