// Stryker disable StringLiteral: words for people, not rules
import { isoSeconds } from '../base/clock.ts';
import { checkWords } from './checks.ts';
import type { Condition } from './condition-format.ts';
import { holds, type Idle, idleFrom, levelOf, partsOf } from './conditions.ts';
import { waitsForItself } from './dependencies.ts';
import type { Circumstances } from './landing.ts';
import { standing } from './states.ts';
import { timeWords } from './times.ts';

/** A condition in words. */
export function conditionWords(condition: Condition): string {
  if ('until' in condition) return `until ${timeWords(condition.until, condition.zone)}`;
  if ('after' in condition)
    return `after ${condition.after.join(', ')} ${condition.after.length > 1 ? 'are' : 'is'} done`;
  if ('idle' in condition) return idleWords(condition);
  if ('checks' in condition) return `when the checks of ${condition.checks} are green`;
  if ('desk' in condition) return 'when the desk is open again';
  return partsOf(condition)
    .map(partWords)
    .join('all' in condition ? ' and ' : ' or ');
}

/** A part with parts of its own stands in brackets. */
function partWords(part: Condition): string {
  return partsOf(part).length > 1 ? `(${conditionWords(part)})` : conditionWords(part);
}

function idleWords(condition: Idle): string {
  const { idle, minutes = 0 } = condition;
  const level = levelOf(condition);
  const lasting = minutes > 0 ? ` for ${minutes} minute${minutes === 1 ? '' : 's'}` : '';
  return level === 1 ? `when ${idle} is idle${lasting}` : `when fewer than ${level} of ${idle} run${lasting}`;
}

/** What keeps a condition from holding, part by part as things stand; empty where it holds. */
export function unmetWords(condition: Condition, here: Circumstances): string[] {
  if (holds(condition, here)) return [];
  const { view } = here;
  if ('until' in condition) return [`${timeWords(condition.until, condition.zone)} has not come`];
  if ('after' in condition)
    return condition.after.flatMap((id) => {
      const state = view.stateOf(id);
      return state === 'done' ? [] : state ? `${id} is ${standing(state)}` : `there is no ${id}`;
    });
  if ('idle' in condition) return [busyWords(condition, here)];
  if ('checks' in condition) return [checkWords(condition.checks, here.checks?.get(condition.checks))];
  if ('desk' in condition) return [`the desk is ${view.desk.draining ? 'draining' : 'paused'}`];
  return partsOf(condition).flatMap((part) => unmetWords(part, here));
}

function busyWords(condition: Idle, here: Circumstances): string {
  const { idle } = condition;
  const [fault] = idleFaults(condition, here);
  if (fault) return fault;
  const from = idleFrom(condition, here);
  if (from !== null && Number.isFinite(from))
    return `it will be so at ${isoSeconds(from)}, if ${idle} starts nothing before`;
  return `${idle} works or still stops ${[...(here.view.occupants.get(idle) ?? [])].join(', ')}`;
}

/**
 * What of a condition of the ticket `id` can never come true as things stand, part by part. It is said at once, and the
 * ticket waits on: it wakes nothing.
 */
export function conditionFaults(condition: Condition, id: string, here: Circumstances): string[] {
  if ('idle' in condition) return idleFaults(condition, here);
  if ('checks' in condition) return branchFaults(condition.checks, here);
  if ('after' in condition) {
    const circle = waitsForItself(id, condition.after, here.view);
    return [...neverDone(condition.after, here), ...(circle ? [`${circle} wait for each other`] : [])];
  }
  return partsOf(condition).flatMap((part) => conditionFaults(part, id, here));
}

function branchFaults(branch: string, { checks }: Circumstances): string[] {
  const seen = checks?.get(branch);
  return seen && seen.commit === null && seen.fault === undefined ? [`there is no branch ${branch}`] : [];
}

function idleFaults(condition: Idle, { config }: Circumstances): string[] {
  const { idle } = condition;
  const profile = Object.hasOwn(config.agents, idle) ? config.agents[idle] : undefined;
  if (!profile) return [`there is no agent ${idle}`];
  return levelOf(condition) > profile.capacity
    ? [`${idle} never runs more than ${profile.capacity} at a time`]
    : [];
}

/** The same in sentences. */
export function faultWords(condition: Condition, id: string, here: Circumstances): string[] {
  return conditionFaults(condition, id, here).map((fault) => {
    const [first = '', ...others] = fault;
    const isName = !fault.startsWith('there');
    return `${isName ? first : first.toUpperCase()}${others.join('')}, so this never comes true.`;
  });
}

/** Of the tickets `ids` those that will not be done as things stand, and why. */
export function neverDone(ids: readonly string[], { view }: Circumstances): string[] {
  return ids.flatMap((id) => {
    const state = view.stateOf(id);
    if (state === undefined) return `there is no ticket ${id}`;
    return state === 'cancelled' ? `${id} is cancelled` : [];
  });
}
