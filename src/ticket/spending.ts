import type { Amounts, Budgets, Reported, Spent, Unit, Usage } from './budget-format.ts';
import { mostAmount, units } from './budget-format.ts';

/*
 * How spending is added up, and held against limits.
 */

/** What was spent when an attempt of so many minutes reported `usage`, or nothing. */
export function spentAfter(
  { minutes, reported }: Spent,
  of: { minutes: number; usage?: Usage | undefined },
): Spent {
  const both = { minutes: sum(minutes, of.minutes), reported: reportedAfter(reported, of) };
  return both.reported ? both : { minutes: both.minutes };
}

/** The same, where only what was reported came later. */
export function reportedAfter(
  before: Reported | undefined,
  { minutes, usage = {} }: { minutes: number; usage?: Usage | undefined },
): Reported | undefined {
  const after = { ...before };
  for (const unit of ['tokens', 'dollars'] as const) {
    const used = usage[unit];
    const was = after[unit] ?? { amount: 0, minutes: 0 };
    if (used !== undefined)
      after[unit] = { amount: sum(was.amount, used), minutes: sum(was.minutes, minutes) };
  }
  return Object.keys(after).length > 0 ? after : undefined;
}

/** How much counts as spent: what was reported, and for minutes in which nothing was, so much for each. */
export function amountOf(
  { minutes, reported }: Spent,
  unit: Unit,
  { unreported }: Pick<Budgets, 'unreported'>,
): number {
  if (unit === 'minutes') return minutes;
  const { amount, minutes: known } = reported?.[unit] ?? { amount: 0, minutes: 0 };
  const perMinute = unit === 'tokens' ? unreported.tokens_per_minute : unreported.dollars_per_minute;
  return rounded(amount + Math.max(0, minutes - known) * perMinute);
}

/** A limit, and what was spent of it. */
export interface Share {
  unit: Unit;
  spent: number;
  limit: number;
}

/** Of each unit that has a limit. */
export function sharesOf(spent: Spent, limits: Amounts, budgets: Pick<Budgets, 'unreported'>): Share[] {
  return units.flatMap((unit) => {
    const limit = limits[unit];
    return limit === undefined ? [] : { unit, limit, spent: amountOf(spent, unit, budgets) };
  });
}

/** From this part of a limit on people are warned. */
export const warnAt = 0.8;

/** `1,200 of 1,000 tokens`. */
export function shareWords({ unit, spent, limit }: Share): string {
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 });
  return `${number(spent)} of ${number(limit)} ${unit}`;
}

/** The lower of two limits, for each unit. */
export function lowerOf(one: Amounts, other: Amounts): Amounts {
  return bothOf(one, other, Math.min);
}

/** The higher of two, of units that `one` limits. */
export function higherOf(one: Amounts, other: Amounts): Amounts {
  const all = bothOf(one, other, Math.max);
  return Object.fromEntries(Object.entries(all).filter(([unit]) => one[unit as Unit] !== undefined));
}

function bothOf(one: Amounts, other: Amounts, choose: (a: number, b: number) => number): Amounts {
  const all = units.flatMap((unit) => {
    const [a, b] = [one[unit], other[unit]];
    const value = a === undefined ? b : b === undefined ? a : choose(a, b);
    return value === undefined ? [] : [[unit, value] as const];
  });
  return Object.fromEntries(all);
}

/** No more than a file holds: what one agent reports must not make what others add to it impossible to write. */
const sum = (one: number, other: number): number => Math.min(mostAmount, rounded(one + other));

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
