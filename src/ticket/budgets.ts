import type { Amounts, Spent } from './budget-format.ts';
import { units } from './budget-format.ts';
import { type Config, deadlineGraceSeconds } from './config.ts';
import type { View } from './decision.ts';
import type { ClosedAttempt, Desk, Ticket } from './format.ts';
import type { RequestOf } from './requests.ts';
import {
  amountOf,
  higherOf,
  lowerOf,
  reportedAfter,
  type Share,
  sharesOf,
  shareWords,
  spentAfter,
  warnAt,
} from './spending.ts';
import { isOpen } from './states.ts';

/*
 * Budgets: of an attempt, of a ticket over its lifetime, of a repository in a day. The runner ends an attempt at its own limit; what the
 * rules say here stands at the head: what may still be claimed, and the end of an attempt whose runner did not end it.
 */

interface Here {
  now: number;
  config: Config;
}

/** What a ticket may spend in its lifetime: the lower of the config's and its own, and what a release granted beyond. */
export function ticketLimits({ budget, lifetime }: Ticket, { budgets }: Config): Amounts {
  const { at: _, ...granted } = lifetime.grant ?? {};
  return higherOf(lowerOf(budgets.ticket, budget ?? {}), granted);
}

/** What the attempt to come, or in hand, may spend: its own limit, and no more than is left of the ticket's. */
export function attemptLimits(ticket: Ticket, config: Config): Amounts {
  const { budgets } = config;
  const left = sharesOf(ticket.lifetime, ticketLimits(ticket, config), budgets).map(
    ({ unit, limit, spent }) => [unit, Math.max(limit - spent, 0.001)] as const,
  );
  return lowerOf(budgets.attempt, Object.fromEntries(left));
}

/** The limit that the ticket has reached; null where it may go on. Of an attempt in hand its minutes count, once its runner had its time to end it. */
export function spentUp(ticket: Ticket, here: Here): Share | null {
  const { config } = here;
  const late = ticket.attempt ? runningMinutes(ticket, here) - deadlineGraceSeconds(config) / 60 : 0;
  const open = Math.max(0, late);
  const all = sharesOf(
    { ...ticket.lifetime, minutes: ticket.lifetime.minutes + open },
    ticketLimits(ticket, config),
    config.budgets,
  );
  const own = ticket.attempt
    ? sharesOf({ minutes: open }, { minutes: config.budgets.attempt.minutes }, config.budgets)
    : [];
  return [...all, ...own].find(({ spent, limit }) => spent >= limit) ?? null;
}

/** Minutes of the attempt in hand. */
function runningMinutes({ attempt }: Ticket, { now }: Here): number {
  return attempt?.run ? Math.max(0, now - Date.parse(attempt.run.started)) / 60_000 : 0;
}

/** When most of a limit of a ticket was spent, in milliseconds, and of which; null where none nears. */
export function nearLimit(ticket: Ticket, config: Config): { at: number; share: Share } | null {
  const { attempt, attempts, state, lifetime } = ticket;
  if (!isOpen(state) || state === 'blocked') return null;
  const ended = Date.parse(attempts.at(-1)?.ended ?? ticket.created ?? '') || 0;
  const started = attempt?.run ? Date.parse(attempt.run.started) : null;
  const found = sharesOf(lifetime, ticketLimits(ticket, config), config.budgets).flatMap((share) => {
    const missing = warnAt * share.limit - share.spent;
    if (missing <= 0) return [{ at: ended, share }];
    if (share.unit !== 'minutes' || started === null) return [];
    return [{ at: started + missing * 60_000, share: { ...share, spent: warnAt * share.limit } }];
  });
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** What a release grants: as much as an attempt may spend, or, where that has no limit, as the ticket may, beyond what is spent. */
export function grantBeyond(ticket: Ticket, config: Config): Amounts {
  const limits = ticketLimits(ticket, config);
  const all = units.flatMap((unit) => {
    const limit = limits[unit];
    if (limit === undefined) return [];
    const worth =
      config.budgets.attempt[unit] ?? lowerOf(config.budgets.ticket, ticket.budget ?? {})[unit] ?? limit;
    return [[unit, amountOf(ticket.lifetime, unit, config.budgets) + worth] as const];
  });
  return Object.fromEntries(all);
}

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** When the day of `now` ends, in milliseconds. */
export function dayEnd(now: number): number {
  return Date.parse(dayOf(now)) + 24 * 3_600_000;
}

/** What the repository has spent on the day of `now`: what ended on it, and what runs, since it began. */
function daySpent(view: Pick<View, 'desk' | 'running'>, now: number): Spent {
  const { desk } = view;
  const ended: Spent = desk.spent?.day === dayOf(now) ? desk.spent : { minutes: 0 };
  const from = Date.parse(dayOf(now));
  const open = view
    .running()
    .map((started) => Math.max(0, now - Math.max(from, Date.parse(started))) / 60_000);
  return { ...ended, minutes: ended.minutes + open.reduce((sum, one) => sum + one, 0) };
}

/** Limits of the day with what is spent of them. */
export function dayShares(view: Pick<View, 'desk' | 'running'>, { now, config }: Here): Share[] {
  return sharesOf(daySpent(view, now), config.budgets.day, config.budgets);
}

/** The desk after an attempt ended: counted only where somebody limits the day, so that a desk without budgets stays as it is. */
export function dayAfter(desk: Desk, closed: ClosedAttempt, { now, config }: Here): Desk {
  if (Object.keys(config.budgets.day).length === 0 || closed.run === null) return desk;
  const day = dayOf(now);
  const before: Spent = desk.spent?.day === day ? desk.spent : { minutes: 0 };
  const of = { minutes: minutesOn(day, closed), usage: closed.usage };
  return { ...desk, spent: { day, ...spentAfter(before, of) } };
}

/** The desk after a runner told what its attempt had used only when it stopped: known of minutes that were counted with its end. */
export function dayTold(
  desk: Desk,
  before: Ticket | undefined,
  { attempt, usage }: Pick<RequestOf<'stopped'>, 'attempt' | 'usage'>,
): Desk {
  const { spent } = desk;
  const closed = before?.attempts.find(({ number }) => number === attempt);
  if (!spent || !closed?.run || closed.usage || !usage || dayOf(Date.parse(closed.ended)) !== spent.day)
    return desk;
  const reported = reportedAfter(spent.reported, { minutes: minutesOn(spent.day, closed), usage });
  return { ...desk, spent: { ...spent, ...(reported ? { reported } : {}) } };
}

/** Minutes of an attempt on the day that it ended on. */
function minutesOn(day: string, { started, ended }: Pick<ClosedAttempt, 'started' | 'ended'>): number {
  const from = Math.max(Date.parse(day), Date.parse(started));
  return Math.max(0, Date.parse(ended) - from) / 60_000;
}

export const budgetWords = (id: string, share: Share): string => `${id} has used ${shareWords(share)}.`;
