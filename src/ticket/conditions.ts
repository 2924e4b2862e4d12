import type { Config } from './config.ts';
import type { Condition } from './format.ts';
import type { Circumstances } from './landing.ts';
import { stateWords } from './states.ts';

/** Whether a condition holds. An agent that is not configured is never idle: a slip of the pen starts nothing. */
export function holds(condition: Condition, here: Circumstances): boolean {
  const { view, now, config } = here;
  if ('until' in condition) return now >= Date.parse(condition.until);
  if ('after' in condition) return condition.after.every((id) => view.stateOf(id) === 'done');
  if ('idle' in condition)
    return Object.hasOwn(config.agents, condition.idle) && (view.occupied.get(condition.idle) ?? 0) === 0;
  if ('desk' in condition) return !view.desk.paused && !view.desk.draining;
  if ('all' in condition) return condition.all.every((part) => holds(part, here));
  return condition.any.some((part) => holds(part, here));
}

/** What keeps a condition from holding, part by part as things stand; empty where it holds. */
export function unmetWords(condition: Condition, here: Circumstances): string[] {
  if (holds(condition, here)) return [];
  const { view } = here;
  if ('until' in condition) return [`${condition.until} has not come`];
  if ('after' in condition)
    return condition.after.flatMap((id) => {
      const state = view.stateOf(id);
      return state === 'done' ? [] : state ? `${id} is ${stateWords(state)}` : `there is no ${id}`;
    });
  if ('idle' in condition) {
    const ids = [...(view.occupants.get(condition.idle) ?? [])];
    return [
      ids.length > 0
        ? `${condition.idle} works or still stops ${ids.join(', ')}`
        : `there is no agent ${condition.idle}`,
    ];
  }
  if ('desk' in condition) return [`the desk is ${view.desk.draining ? 'draining' : 'paused'}`];
  return partsOf(condition).flatMap((part) => unmetWords(part, here));
}

/** Agents a condition names that are not configured. */
export function unknownAgents(condition: Condition, config: Config): string[] {
  if ('idle' in condition) return Object.hasOwn(config.agents, condition.idle) ? [] : [condition.idle];
  return partsOf(condition).flatMap((part) => unknownAgents(part, config));
}

/**
 * Whether a condition may cease to hold once another ticket starts. Such a one is asked again at the claim: two tickets
 * that wait for the same idle agent must not both start (rule 6).
 */
export function isPassing(condition: Condition): boolean {
  return 'idle' in condition || partsOf(condition).some(isPassing);
}

/** Ids of the tickets a condition names. */
export function namedIn(condition: Condition): string[] {
  return 'after' in condition ? condition.after : partsOf(condition).flatMap(namedIn);
}

function partsOf(condition: Condition): Condition[] {
  return 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
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
