import type { Config } from '../../src/ticket/config.ts';
import type { ClosedAttempt, Ticket } from '../../src/ticket/format.ts';
import type { Asked } from './world.ts';

/** What wakes a ticket, and what stops one. */
export const wakes: readonly string[] = ['release', 'retry', 'reopen', 'answer', 'reject', 'accept'];
export const stops: readonly string[] = ['park', 'hold', 'cancel'];

/** Whether an agent has it, or may. */
export const working = (ticket: Ticket | undefined): boolean =>
  ticket?.state === 'todo' || ticket?.state === 'in_progress';

/** A ticket in short, for a story. */
export function told(ticket: Ticket | undefined): string {
  if (!ticket) return 'nothing';
  const { state, attempt, attempts } = ticket;
  const closed = attempts.map(
    ({ number, outcome, stopped }) => `#${number} ${outcome}${stopped ? '' : ' (alive)'}`,
  );
  const open = attempt ? [`#${attempt.number} ${attempt.run ? `run ${attempt.run.id}` : 'unbound'}`] : [];
  return [state, ...(ticket.issue === null ? ['no issue'] : []), ...closed, ...open].join(', ');
}

/** An answer is one to a question, a retry of what is blocked; and so on. */
export function fits({ kind }: Asked, before: Ticket | undefined): boolean {
  if (kind === 'answer') return before?.waiting?.kind === 'question';
  if (kind === 'retry') return before?.state === 'blocked';
  if (kind === 'reject') return before?.state === 'review';
  return true;
}

/** Whether something was asked of this ticket. */
export const isAbout = (asked: Asked, { id, issue }: Ticket): boolean =>
  asked.ticket === id || (issue !== null && asked.issue === issue);

/** Whether a wake was asked after a stop. Events tell only the second; who pushes builds on what was there. */
export const isYounger = (wake: Asked, stop: Asked): boolean =>
  wake.at > stop.at || (wake.at === stop.at && wake.source.startsWith('push'));

/** Those of the latest moment. */
export function latestOf(all: readonly Asked[]): Asked[] {
  const last = all
    .map(({ at }) => at)
    .sort()
    .at(-1);
  return all.filter(({ at }) => at === last);
}

/** Whether a wake that was carried out before is younger than all these stops: what came later of older ones stops nothing. */
export function isLifted(
  these: readonly Asked[],
  asked: readonly Asked[],
  before: Ticket | undefined,
): boolean {
  return asked.some(
    (one) =>
      wakes.includes(one.kind) &&
      one.mayAsk &&
      one.source in (before?.seen ?? {}) &&
      these.every((stop) => isYounger(one, stop)),
  );
}

export const failuresOf = ({ attempts }: Ticket): number =>
  attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'lost').length;

/** A release from blocked starts one attempt more, and grants it one retry; a reopening and what is accepted start one, too. */
export function failuresMax(ticket: Ticket, { limits }: Config, asked: readonly Asked[]): number {
  const others = ['reopen', 'accept'];
  // Its issue may be deleted by now; what it has seen tells.
  const begunAnew = asked.filter((one) => others.includes(one.kind) && one.source in ticket.seen);
  return limits.retries + 1 + 2 * ticket.lifetime.granted + begunAnew.length;
}

/** Milliseconds from a look at a run to the commit of what was decided by it, with calls that wait in between. */
const lookMs = 60_000;

/** Whether a run ended after it was looked at for its attempt's time limit: nobody could know of that end yet. */
export function endedMeanwhile({ reason, ended }: ClosedAttempt, { updated }: { updated: string }): boolean {
  return /time limit/.test(reason) && Date.parse(ended) - Date.parse(updated) <= lookMs;
}

/** A ticket in review, held by nobody, goes on to its next phase, or back to a review that a push made void. */
export function goesOn(before: Ticket | undefined, after: Ticket): boolean {
  if (before?.state !== 'review' || before.hold || before.phases.length === 1) return false;
  return after.phase !== before.phase && after.messages.length === before.messages.length;
}
