import type { View } from './decision.ts';
import type { Condition } from './format.ts';

/** Whether a condition holds in `view` at `now` (milliseconds since the epoch). */
export function holds(condition: Condition, view: View, now: number): boolean {
  if ('until' in condition) return now >= Date.parse(condition.until);
  if ('after' in condition) return condition.after.every((id) => view.stateOf(id) === 'done');
  if ('idle' in condition) return (view.occupied.get(condition.idle) ?? 0) === 0;
  if ('desk' in condition) return !view.desk.paused && !view.desk.draining;
  if ('all' in condition) return condition.all.every((part) => holds(part, view, now));
  return condition.any.some((part) => holds(part, view, now));
}

/**
 * Whether a condition may cease to hold once another ticket starts. Such a one is asked again at the claim: two tickets
 * that wait for the same idle agent must not both start (rule 6).
 */
export function isPassing(condition: Condition): boolean {
  if ('idle' in condition) return true;
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return parts.some(isPassing);
}

/** Ids of the tickets a condition names. */
export function namedIn(condition: Condition): string[] {
  if ('after' in condition) return condition.after;
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return parts.flatMap(namedIn);
}

/** A condition in words. */
export function conditionWords(condition: Condition): string {
  if ('until' in condition) return `until ${condition.until}`;
  if ('after' in condition)
    return `after ${condition.after.join(', ')} ${condition.after.length > 1 ? 'are' : 'is'} done`;
  if ('idle' in condition) return `when ${condition.idle} is idle`;
  if ('desk' in condition) return 'when the desk is open again';
  if ('all' in condition) return condition.all.map(conditionWords).join(' and ');
  return condition.any.map(conditionWords).join(' or ');
}
