import { isoSeconds } from '../base/clock.ts';
import type { Usage } from './budget-format.ts';
import type { Config } from './config.ts';
import type { Attempt, ClosedAttempt, Outcome, Ticket } from './format.ts';
import type { Said } from './said.ts';
import { reportedAfter, spentAfter } from './spending.ts';

export interface Closing {
  outcome: Outcome;
  by: string;
  reason: string;
  /** Digest of the accepted signal. */
  signal?: string;
  /** Commit that it named as its work. */
  work?: string | undefined;
  /** Whether its work could not be pushed and is an artifact of the run. */
  bundled?: boolean | undefined;
  /** What else the signal said. */
  said?: Said;
  /** What its agent reported to have used. */
  usage?: Usage | undefined;
  /** Whether the closing itself proves that nothing of the agent lives. */
  agentGone: boolean;
}

/**
 * The ticket with its open attempt closed. A bound attempt stays `stopped: null` (still being stopped) unless the
 * closing proves the agent gone (rule 11); an unbound one never started an agent, since the gate refuses a closed claim.
 */
export function closeAttempt(ticket: Ticket, now: number, closing: Closing): Ticket {
  const open = ticket.attempt;
  if (!open) return ticket;
  const ended = isoSeconds(now);
  const closed: ClosedAttempt = {
    number: open.number,
    claim: open.claim,
    phase: open.phase,
    agent: open.agent,
    ...(open.commit === undefined ? {} : { commit: open.commit }),
    run: open.run,
    outcome: closing.outcome,
    by: closing.by,
    reason: closing.reason,
    signal: closing.signal ?? null,
    work: closing.work,
    ...(closing.bundled ? { bundled: true } : {}),
    ...(closing.said ? { said: closing.said } : {}),
    ...(closing.usage ? { usage: closing.usage } : {}),
    started: open.run?.started ?? open.claimed,
    ended,
    stopped: open.run && !closing.agentGone ? null : ended,
  };
  const spent = spentAfter(ticket.lifetime, { minutes: minutesOf(open, now), usage: closing.usage });
  return {
    ...ticket,
    attempt: null,
    attempts: [...ticket.attempts, closed],
    lifetime: { ...ticket.lifetime, ...spent },
  };
}

/** Minutes that a run was bound to it, to the hundredth. */
function minutesOf({ run }: Pick<Attempt, 'run'>, end: number): number {
  return run ? Math.round(Math.max(0, end - Date.parse(run.started)) / 600) / 100 : 0;
}

/** A closed attempt of a ticket was seen to have ended; what its agent had used its runner says only now. */
export function stoppedAt(
  ticket: Ticket,
  {
    number,
    now,
    bundled,
    usage,
  }: { number: number; now: number; bundled: boolean; usage: Usage | undefined },
): Ticket {
  const closed = ticket.attempts.find((one) => one.number === number);
  if (!closed) return ticket;
  const news = usage && !closed.usage ? { usage } : {};
  const minutes = minutesOf(closed, Date.parse(closed.ended));
  const reported = news.usage && reportedAfter(ticket.lifetime.reported, { minutes, usage });
  const stopped = { ...closed, stopped: isoSeconds(now), ...(bundled ? { bundled: true } : {}), ...news };
  return {
    ...ticket,
    attempts: ticket.attempts.map((one) => (one === closed ? stopped : one)),
    lifetime: { ...ticket.lifetime, ...(reported ? { reported } : {}) },
  };
}

/** Closed attempts whose run was not yet seen to end: the durable "stopping". */
export function stopping(ticket: Ticket): ClosedAttempt[] {
  return ticket.attempts.filter((attempt) => attempt.stopped === null);
}

/**
 * When the run of a closed attempt is asked to end, in milliseconds: at once; but one whose own signal closed it ends by
 * itself, and has work to save, so it gets the time for that.
 */
export function stopFrom({ ended, signal }: ClosedAttempt, { limits }: Config): number {
  const leave = signal === null ? 0 : limits.end_after_seconds + limits.finish_seconds;
  return Date.parse(ended) + leave * 1000;
}

/** The number of the next attempt: one more than the highest ever (rule 7). */
export function nextNumber(ticket: Ticket): number {
  return 1 + Math.max(0, ticket.attempt?.number ?? 0, ...ticket.attempts.map((attempt) => attempt.number));
}

/** Agent profiles this ticket occupies: its open attempt's, and each one still being stopped. */
export function occupiedBy(ticket: Ticket): string[] {
  const open: (Attempt | ClosedAttempt)[] = ticket.attempt ? [ticket.attempt] : [];
  return [...open, ...stopping(ticket)].map((attempt) => attempt.agent);
}

/** An attempt as its completion was accepted: from its run, or by a person out of quarantine. */
export function acceptedLast({ attempts }: Pick<Ticket, 'attempts'>): ClosedAttempt | undefined {
  const completes = (kind: string) => kind === 'done' || kind === 'review';
  const all = attempts.flatMap((attempt) => {
    const { signal, outcome, accepted, ended } = attempt;
    const byRun = signal !== null && completes(outcome) ? [{ at: ended, attempt }] : [];
    if (!accepted || !completes(accepted.kind)) return byRun;
    const { summary: reason, work, said, at } = accepted;
    return [...byRun, { at, attempt: { ...attempt, reason, work, said } }];
  });
  return all.reduce<(typeof all)[number] | undefined>(
    (last, one) => (last && last.at > one.at ? last : one),
    undefined,
  )?.attempt;
}
