import type { Decision } from '../ticket/decision.ts';
import type { DeskRequest, ServeRequest } from '../ticket/desk.ts';
import { type Request, restrictive } from '../ticket/requests.ts';

/** A request that waits to be decided, with the promise of whoever asked. */
export type Item = {
  resolve(decision: Decision): void;
  reject(error: unknown): void;
} & ({ id: string; request: Request } | { id: null; request: DeskRequest | ServeRequest });

/** Requests that end an attempt for absence: a pending signal of it goes first (rule 15). */
const absence: readonly Request['kind'][] = ['lost', 'quota', 'stopped_by_person', 'expire'];

export function endsForAbsence(item: Item): boolean {
  return item.id !== null && absence.includes(item.request.kind);
}

/** Whether an item must be decided on a fresh look: signal refs move without the head, so only that shows them. */
export function needsFreshLook(item: Item): boolean {
  return endsForAbsence(item) || item.request.kind === 'signal';
}

/** Whether an item may not wait for others to gather: people's stops and interrupts, and a runner that stands at the gate. */
export function isUrgent(item: Item): boolean {
  const { kind } = item.request;
  return (
    item.id === null ||
    restrictive.includes(item.request.kind as Request['kind']) ||
    kind === 'bind' ||
    kind === 'interrupt' ||
    kind === 'signal'
  );
}

/**
 * Takes the next group out of the line: at most one request for each ticket (rule 8), the restrictive first, then by
 * the time they were made, so that a park read together with a release is decided before it.
 */
export function takeGroup(line: Item[], limit: number): Item[] {
  const inOrder = line
    .map((item, index) => ({ item, index }))
    .sort((a, b) => rank(a.item) - rank(b.item) || byTime(a.item, b.item) || a.index - b.index);
  const group: Item[] = [];
  const taken = new Set<string>();
  for (const { item } of inOrder) {
    const target = item.id ?? '';
    if (group.length >= limit || taken.has(target)) continue;
    taken.add(target);
    group.push(item);
  }
  for (const item of group) line.splice(line.indexOf(item), 1);
  return group;
}

function rank({ id, request }: Item): number {
  if (id === null) return 0;
  return restrictive.includes(request.kind) ? 1 : 2;
}

function byTime(a: Item, b: Item): number {
  return a.request.at.localeCompare(b.request.at);
}
