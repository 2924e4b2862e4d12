import { acceptedLast } from './attempts.ts';
import type { Config } from './config.ts';
import type { ClosedAttempt, Ticket } from './format.ts';
import { backFrom, isReviewing } from './phases.ts';

/*
 * Reviews by agents. A verdict is of one commit: the head of the ticket branch that its attempt was claimed for. Where
 * the branch has moved since it counts no more, whoever moved it, and the ticket goes back to be reviewed again.
 */

/** The head of the ticket branch that was seen last; null where there is none. */
export function headOf({ branch }: Pick<Ticket, 'branch'>): string | null {
  return branch?.commit ?? null;
}

/** Whether anything that a ticket goes through speaks of one commit: then its branch is looked at. */
export function looksAtCommits({ phases: order }: Pick<Ticket, 'phases'>, { phases }: Config): boolean {
  return order.some((one) => isReviewing(phases, one) || (phases[one]?.gate ?? []).length > 0);
}

/** Whether the branch was seen since the latest accepted work was shown there: else its head is not what is to be judged. */
export function isShown({ branch, attempts }: Pick<Ticket, 'branch' | 'attempts'>): boolean {
  return branch !== null && branch.work === (acceptedLast({ attempts })?.work ?? null);
}

/** Whether an attempt did some of the work, and did not judge it. */
function hasWorked({ outcome, accepted }: ClosedAttempt): boolean {
  const completes = (kind: string | undefined) => kind === 'done' || kind === 'review';
  return completes(outcome) || completes(accepted?.kind);
}

/** Profiles whose work a review of this ticket judges. */
export function authorsOf({ attempts, branch }: Pick<Ticket, 'attempts' | 'branch'>): Set<string> {
  const workers = attempts.filter(hasWorked).map(({ agent }) => agent);
  return new Set([...workers, ...(branch ? [branch.by] : [])]);
}

/** Approvals by agents that speak of another commit than the present head. */
export function voidApprovals(ticket: Pick<Ticket, 'attempts' | 'branch'>): ClosedAttempt[] {
  if (ticket.branch === null) return [];
  return ticket.attempts.filter(
    ({ outcome, commit }) => outcome === 'approved' && (commit ?? null) !== headOf(ticket),
  );
}

/** The first reviewing phase, up to the one in hand, whose latest approval speaks of another commit than the present head. */
export function voidPhase(ticket: Ticket, { phases }: Config): string | undefined {
  const { phases: order, phase, attempts } = ticket;
  const passed = order.slice(0, order.indexOf(phase) + 1);
  const isVoid = voidApprovals(ticket);
  return passed.find((one) => {
    const last = attempts.findLast((each) => each.phase === one && each.outcome === 'approved');
    return isReviewing(phases, one) && last !== undefined && isVoid.includes(last);
  });
}

/**
 * The review to be passed again before anything goes on, and whose new work asks for it: an agent that completes a later
 * phase with work that is not shown yet. `by` is null where the branch moved. Null where every review still counts.
 */
export function reviewAgain(ticket: Ticket, config: Config): { phase: string; by: string | null } | null {
  const isVoid = voidPhase(ticket, config);
  if (isVoid !== undefined) return { phase: isVoid, by: null };
  const last = acceptedLast(ticket);
  const work = last?.work ?? null;
  if (!last || work === null || work === headOf(ticket) || isShown(ticket)) return null;
  const { phases: order, phase, attempts } = ticket;
  const passed = order
    .slice(0, order.indexOf(phase))
    .find(
      (one) =>
        isReviewing(config.phases, one) &&
        attempts.some((each) => each.phase === one && each.outcome === 'approved'),
    );
  return passed === undefined ? null : { phase: passed, by: last.agent };
}

/** The rejection whose findings are still to be seen to; undefined once the work was done again, or approved. */
export function sentBackBy({ attempts }: Pick<Ticket, 'attempts'>): ClosedAttempt | undefined {
  const last = attempts.findLast(
    (one) => hasWorked(one) || one.outcome === 'rejected' || one.outcome === 'approved',
  );
  return last?.outcome === 'rejected' ? last : undefined;
}

/** Where a rejection leads that an agent said. */
export function rejectedTo(ticket: Ticket, named: string | undefined, { phases }: Config): string {
  return named ?? backFrom(phases, ticket, ticket.phase);
}
