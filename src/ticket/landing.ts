import { isoSeconds } from '../base/clock.ts';
import type { SeenChecks } from './checks.ts';
import type { Condition } from './condition-format.ts';
import type { Config } from './config.ts';
import type { View } from './decision.ts';
import type { Ticket, Waiting } from './format.ts';
import { unmetGates } from './gates.ts';
import { isPersons } from './phases.ts';
import { voidPhase } from './reviews.ts';

/** What every landing may look at. */
export interface Circumstances {
  view: View;
  /** Milliseconds since the epoch, by the forge's clock. */
  now: number;
  config: Config;
  /** What was seen of checks; absent where nobody looked, as in a clone. */
  checks?: SeenChecks | undefined;
}

/**
 * The one door into `todo`. A person's phase is no agent's to take: it lands in `review`. Held, or with the desk's
 * switches thrown, the ticket lands in `waiting` instead: as parked where a person holds it, and until the desk is open
 * again where only the desk stops it.
 */
export function landTodo(ticket: Ticket, { view, now, config }: Circumstances): Ticket {
  if (isPersons(config.phases, ticket.phase)) return landReview(ticket);
  const since = isoSeconds(now);
  const free: Ticket = { ...ticket, state: 'todo', waiting: null, blocked: null, todo_since: since };
  if (ticket.hold) return landWaiting(free, now, { kind: 'parked', reason: 'held', by: 'signalbox' });
  if (view.desk.paused || view.desk.draining) {
    const reason = view.desk.draining ? 'the desk is draining' : 'the desk is paused';
    return landWaiting(free, now, { kind: 'deferred', when: { desk: 'open' }, reason, by: 'signalbox' });
  }
  return free;
}

/** In `waiting`. A condition makes it deferred; without one it never comes due. */
export function landWaiting(
  ticket: Ticket,
  now: number,
  waiting: {
    kind: Waiting['kind'];
    when?: Condition;
    question?: string;
    options?: string[];
    reason: string;
    by: string;
    outside?: true;
  },
): Ticket {
  return {
    ...ticket,
    state: 'waiting',
    blocked: null,
    start_when: null,
    woken: null,
    waiting: { ...waiting, since: isoSeconds(now) },
  };
}

/** In `blocked`, with what stops it. */
export function landBlocked(ticket: Ticket, now: number, code: string, reason: string): Ticket {
  return {
    ...ticket,
    state: 'blocked',
    waiting: null,
    start_when: null,
    blocked: { code, reason, since: isoSeconds(now) },
  };
}

/** What follows after the phase in hand; undefined after the last. */
export function phaseAfter(ticket: Ticket): string | undefined {
  return ticket.phases[ticket.phases.indexOf(ticket.phase) + 1];
}

/** In another phase, or in the same once more: nothing that was said of its work before counts for it. */
export function entering(ticket: Ticket, phase: string): Ticket {
  return { ...ticket, phase, gates: [], not_before: null };
}

/**
 * After an accepted completion: where its gates are met at once, the next phase. A review that was passed before and
 * speaks of another commit than the present head comes first.
 */
export function landCompleted(ticket: Ticket, now: Circumstances): Ticket {
  const back = voidPhase(ticket, now.config);
  if (back !== undefined) return landTodo(entering(ticket, back), now);
  const fresh: Ticket = { ...ticket, state: 'todo', gates: [] };
  return unmetGates(fresh, now.config).length > 0 ? landReview(fresh) : landNextPhase(fresh, now);
}

/** After a phase all of whose gates are met. */
export function landNextPhase(ticket: Ticket, now: Circumstances): Ticket {
  const next = phaseAfter(ticket);
  return next === undefined ? landClosed(ticket, 'done') : landTodo(entering(ticket, next), now);
}

/** With its gates open, whatever was said of it before. */
export function landReview(ticket: Ticket): Ticket {
  return {
    ...ticket,
    state: 'review',
    waiting: null,
    blocked: null,
    start_when: null,
    woken: null,
    not_before: null,
    gates: [],
  };
}

export function landClosed(ticket: Ticket, state: 'done' | 'cancelled'): Ticket {
  return { ...ticket, state, hold: false, waiting: null, blocked: null, start_when: null, not_before: null };
}

/**
 * After an attempt that failed or was lost: todo with a back-off that doubles, while the ticket's lifetime retries
 * last, else blocked. The counter is never reset; a release from blocked only adds to what is granted.
 */
export function landRetry(ticket: Ticket, now: Circumstances, why: string): Ticket {
  const { limits } = now.config;
  const { retries, granted } = ticket.lifetime;
  if (retries >= limits.retries + granted) {
    return landBlocked(
      ticket,
      now.now,
      'retries-exhausted',
      `${why} It was attempt ${ticket.lifetime.attempts}, the last it may make by itself.`,
    );
  }
  const waitMs = limits.retry_after_seconds * 1000 * 2 ** Math.min(retries, 10);
  const again = {
    ...ticket,
    not_before: isoSeconds(now.now + waitMs),
    lifetime: { ...ticket.lifetime, retries: retries + 1 },
  };
  return landTodo(again, now);
}
