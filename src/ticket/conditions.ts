import { areGreen } from './checks.ts';
import type { Condition } from './condition-format.ts';
import type { Circumstances } from './landing.ts';

/** Whether a condition holds. What cannot be (an agent that is not configured) never does: a slip of the pen starts nothing. */
export function holds(condition: Condition, here: Circumstances): boolean {
  const { view, now } = here;
  if ('until' in condition) return now >= Date.parse(condition.until);
  if ('after' in condition) return condition.after.every((id) => view.stateOf(id) === 'done');
  if ('idle' in condition) {
    const moment = idleFrom(condition, here);
    return moment !== null && now >= moment;
  }
  if ('checks' in condition) return areGreen(here.checks?.get(condition.checks));
  if ('desk' in condition) return !view.desk.paused && !view.desk.draining;
  if ('all' in condition) return condition.all.every((part) => holds(part, here));
  return condition.any.some((part) => holds(part, here));
}

export type Idle = Extract<Condition, { idle: string }>;

/** How many attempts of an agent are too many for it to count as idle. */
export function levelOf({ below = 1 }: Idle): number {
  return below;
}

/**
 * From when on (milliseconds) an agent will have run fewer than `below` attempts for `minutes`, if nothing of it starts
 * meanwhile; null where it runs as many, or can never be said to run fewer.
 */
export function idleFrom(condition: Idle, { view, config }: Circumstances): number | null {
  const { idle, minutes = 0 } = condition;
  const level = levelOf(condition);
  const profile = Object.hasOwn(config.agents, idle) ? config.agents[idle] : undefined;
  // Fewer than more than it ever runs always holds: whoever wrote that meant something else.
  if (!profile || level > profile.capacity || (view.occupied.get(idle) ?? 0) >= level) return null;
  return (minutes > 0 ? (view.lastRan(idle, level) ?? 0) : 0) + minutes * 60_000;
}

/** Moments (milliseconds) at which a condition, or a part of it, may come true by the clock alone. */
export function momentsOf(condition: Condition, here: Circumstances): number[] {
  if ('until' in condition) return [Date.parse(condition.until)];
  if ('idle' in condition) return [idleFrom(condition, here) ?? 0];
  return partsOf(condition).flatMap((part) => momentsOf(part, here));
}

/**
 * Whether a condition may cease to hold once another ticket starts. Such a one is asked again at the claim: two tickets
 * that wait for the same idle agent must not both start (rule 6).
 */
export function isPassing(condition: Condition): boolean {
  return 'idle' in condition || partsOf(condition).some(isPassing);
}

/** Branches whose checks a condition asks about. */
export function checkedIn(condition: Condition): string[] {
  return 'checks' in condition ? [condition.checks] : partsOf(condition).flatMap(checkedIn);
}

/**
 * What of a condition that holds is asked again at the claim; null where nothing is. What was seen of checks is known when
 * it comes due and at no other moment, so that part of it is settled then.
 */
export function askedAgain(condition: Condition, here: Circumstances): Condition | null {
  const left = settled(condition, here);
  return typeof left === 'object' && isPassing(left) ? left : null;
}

/** A condition with what it says of checks taken as it is now: what is left of it, or what it comes to. */
function settled(condition: Condition, here: Circumstances): Condition | boolean {
  if ('checks' in condition) return holds(condition, here);
  if (!('all' in condition || 'any' in condition)) return condition;
  const isAll = 'all' in condition;
  const parts = partsOf(condition).map((part) => settled(part, here));
  if (parts.includes(!isAll)) return !isAll;
  const left = parts.filter((part) => typeof part === 'object');
  const [first] = left;
  if (!first) return isAll;
  return left.length === 1 ? first : isAll ? { all: left } : { any: left };
}

/** Whether any part of a condition is a time that had come at `moment` (ISO): it would wake at once what is to wait. */
export function wasPast(condition: Condition, moment: string): boolean {
  if ('until' in condition) return condition.until <= moment;
  return partsOf(condition).some((part) => wasPast(part, moment));
}

/** Ids of the tickets a condition names. */
export function namedIn(condition: Condition): string[] {
  return 'after' in condition ? condition.after : partsOf(condition).flatMap(namedIn);
}

/** Ids of the tickets without whose end a condition cannot come true. */
export function requiredIn(condition: Condition): string[] {
  if ('after' in condition) return condition.after;
  if ('all' in condition) return condition.all.flatMap(requiredIn);
  if (!('any' in condition)) return [];
  const [first = [], ...others] = condition.any.map(requiredIn);
  return first.filter((id) => others.every((ids) => ids.includes(id)));
}

export function partsOf(condition: Condition): Condition[] {
  return 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
}
