import { isoSeconds } from '../base/clock.ts';
import type { SeenChecks } from './checks.ts';
import type { Condition } from './condition-format.ts';
import type { Config } from './config.ts';
import type { View } from './decision.ts';
import type { Ticket, Waiting } from './format.ts';
import { unmetGates } from './gates.ts';
import { isPersons, unknownPhase } from './phases.ts';
import { reviewAgain } from './reviews.ts';

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
    const when = onceOpen(ticket.start_when);
    return landWaiting(free, now, { kind: 'deferred', when, reason, by: 'signalbox' });
  }
  return free;
}

/** Until the desk is open, and what was to hold at the claim holds then. */
function onceOpen(start: Condition | null): Condition {
  const open: Condition = { desk: 'open' };
  if (!start) return open;
  const parts = 'all' in start ? start.all : [start];
  const isAsked = parts.some((one) => 'desk' in one);
  return isAsked ? start : { all: [open, start] };
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

/** After an accepted completion: where its gates are met at once, the next phase, unless its agent asks for a look. */
export function landCompleted(ticket: Ticket, now: Circumstances, asksLook = false): Ticket {
  const fresh: Ticket = { ...ticket, state: 'todo', gates: [] };
  const halted = landHalted(fresh, now);
  if (halted) return halted;
  return asksLook || unmetGates(fresh, now.config).length > 0 ? landReview(fresh) : landNextPhase(fresh, now);
}

/** After a phase all of whose gates are met. */
export function landNextPhase(ticket: Ticket, now: Circumstances): Ticket {
  const halted = landHalted(ticket, now);
  if (halted) return halted;
  const next = phaseAfter(ticket);
  if (next === undefined) return landClosed(ticket, 'done');
  const entered = entering(ticket, next);
  return landUnknown(entered, now) ?? landTodo(entered, now);
}

/**
 * Why nothing goes on from the phase in hand: the config does not have it, or a review that was passed before speaks of
 * other work than there is by now, and comes first. Null where it goes on.
 */
function landHalted(ticket: Ticket, now: Circumstances): Ticket | null {
  const unknown = landUnknown(ticket, now);
  if (unknown) return unknown;
  const back = reviewAgain(ticket, now.config);
  if (!back) return null;
  const again = entering(ticket, back.phase);
  return back.by === null
    ? landTodo(again, now)
    : oneMoreRound(again, now, `${back.by} changed what was approved.`);
}

/** Blocked where the config does not have the phase in hand: past it a review or a sign-off would be lost. */
function landUnknown(ticket: Ticket, now: Circumstances): Ticket | null {
  const fault = unknownPhase(now.config.phases, ticket.phase);
  return fault === null ? null : landBlocked(ticket, now.now, 'bad-phase', fault);
}

/** Sent back once more, where that may be; else blocked, and a person decides (S9). */
export function oneMoreRound(ticket: Ticket, now: Circumstances, why: string): Ticket {
  const { rounds = 0, granted_rounds: granted = 0 } = ticket.lifetime;
  if (rounds < now.config.limits.rounds + granted)
    return landTodo({ ...ticket, lifetime: { ...ticket.lifetime, rounds: rounds + 1 } }, now);
  const reason = `${why} It was sent back ${rounds} times before, as often as it may be.`;
  return landBlocked(ticket, now.now, 'rounds-exhausted', reason);
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
