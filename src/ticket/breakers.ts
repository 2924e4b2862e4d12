import { isoSeconds } from '../base/clock.ts';
import { budgetWords, grantBeyond, spentUp } from './budgets.ts';
import type { Config } from './config.ts';
import type { Ticket } from './format.ts';

/*
 * Breakers of a ticket itself: what has gone on for too long is blocked, and a person is called. Nothing of it is tried
 * again until somebody retries or releases the ticket, which grants it as much again.
 */

export interface LimitReached {
  code: 'breaker-starts' | 'budget';
  message: string;
}

const hourMs = 3_600_000;

/** Attempts of the ticket that began within the hour before `now`, and since it was last granted more (ISO). */
export function startsOf({ attempt, attempts, lifetime }: Ticket, now: number): string[] {
  const from = lifetime.grant?.at ?? '';
  const all = [...attempts.map(({ started }) => started), ...(attempt ? [attempt.claimed] : [])];
  return all.filter((at) => Date.parse(at) > now - hourMs && at >= from);
}

/** The limit of its own that the ticket has reached; null where it may start once more. */
export function limitReached(
  ticket: Ticket,
  { now, config }: { now: number; config: Config },
): LimitReached | null {
  const share = spentUp(ticket, { now, config });
  if (share) return { code: 'budget', message: budgetWords(ticket.id, share) };
  if (ticket.attempt) return null; // it was let start
  const most = config.limits.ticket_starts_per_hour;
  const starts = startsOf(ticket, now).length;
  if (starts < most) return null;
  const message = `${ticket.id} was started ${starts} times within an hour, and ${most} times are allowed.`;
  return { code: 'breaker-starts', message };
}

/** A ticket that is let out of `blocked`: with more of what ran out there. */
export function grantedRetry(ticket: Ticket, { now, config }: { now: number; config: Config }): Ticket {
  const { blocked, lifetime, state } = ticket;
  if (state !== 'blocked') return ticket;
  const { granted, granted_rounds = 0 } = lifetime;
  const more =
    blocked?.code === 'rounds-exhausted'
      ? { granted_rounds: granted_rounds + 1 }
      : { granted: granted + config.limits.granted_retries };
  const isLimit = blocked?.code === 'breaker-starts' || blocked?.code === 'budget';
  const grant = isLimit ? { grant: { at: isoSeconds(now), ...grantBeyond(ticket, config) } } : {};
  return { ...ticket, lifetime: { ...lifetime, ...more, ...grant } };
}
