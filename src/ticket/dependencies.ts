import { requiredIn } from './conditions.ts';
import type { Refusal, View } from './decision.ts';
import type { Ticket } from './format.ts';
import { isOpen, stateWords } from './states.ts';

/*
 * Tickets that must be done before another may start, and tickets that are parts of another. Neither may come round to
 * itself: the ticket would wait for ever.
 */

/** Ids of the tickets that must be done before this one can start: those it names, and those its condition cannot do without. */
export function needsOf({ state, after, waiting, start_when }: Ticket): string[] {
  if (!isOpen(state)) return [];
  const conditions = [waiting?.when, start_when].flatMap((when) => when ?? []);
  return [...after, ...conditions.flatMap(requiredIn)];
}

/** The tickets that it names and that are not done, as things stand: an agent takes it once there are none. */
export function blockersOf({ after }: Pick<Ticket, 'after'>, view: Pick<View, 'stateOf'>): string[] {
  return after.filter((id) => view.stateOf(id) !== 'done');
}

/** The same in words: `MC-2 (in progress), MC-3 (not there)`. */
export function blockerWords(ticket: Pick<Ticket, 'after'>, view: Pick<View, 'stateOf'>): string {
  return blockersOf(ticket, view)
    .map((id) => `${id} (${stateWords(view.stateOf(id) ?? 'not there')})`)
    .join(', ');
}

/** Why a ticket may not wait for just these others from now on; null where it may. */
export function afterFault(
  { id, state, after: before }: Ticket,
  after: readonly string[],
  view: View,
): Refusal | null {
  if (state === 'in_progress' && after.some((one) => !before.includes(one)))
    return {
      refused: 'running',
      message: `An attempt works on ${id}. Stop it in the same breath: \`/after ${after.join(', ')} and park\`.`,
    };
  const circle = waitsForItself(id, after, view);
  return circle === null ? null : { refused: 'circle', message: `${circle} would wait for each other.` };
}

/** Why a ticket may not be a part of `parent`; null where it may. */
export function parentFault({ id }: Pick<Ticket, 'id'>, parent: string | null, view: View): Refusal | null {
  const above = (one: string) => [view.parentOf(one)].flatMap((next) => next ?? []);
  const circle = parent === null ? null : circleOf(id, [parent], above);
  return circle === null ? null : { refused: 'circle', message: `${circle} would be parts of each other.` };
}

/** The circle that closes where the ticket `id` waits for these others, the first found: `MC-1 -> MC-2 -> MC-1`. */
export function waitsForItself(
  id: string,
  others: readonly string[],
  view: Pick<View, 'needs'>,
): string | null {
  return circleOf(id, others, (one) => view.needs(one));
}

function circleOf(
  id: string,
  first: readonly string[],
  nextOf: (id: string) => readonly string[],
): string | null {
  const paths = first.map((next) => [id, next]);
  const seen = new Set<string>();
  for (let path = paths.shift(); path; path = paths.shift()) {
    const at = path.at(-1) ?? '';
    if (at === id) return path.join(' -> ');
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of nextOf(at)) paths.push([...path, next]);
  }
  return null;
}
