import type { Ticket } from './format.ts';
import { isOpen, type State, stateWords } from './states.ts';

/*
 * Tickets that are parts of another. A part says whose it is; the whole keeps of its parts only how the closed ones
 * ended, so that nobody has to look through the archive for them.
 */

/** A part of a ticket. */
export interface Part {
  id: string;
  state: State;
}

/** The parts of a ticket: the open ones, which name it, and the closed ones, which it notes. By id. */
export function partsOf({ id, children }: Pick<Ticket, 'id' | 'children'>, open: Iterable<Ticket>): Part[] {
  const parts = new Map<string, State>(Object.entries(children));
  for (const one of open) if (one.parent === id) parts.set(one.id, one.state);
  const order = new Intl.Collator('en', { numeric: true });
  return [...parts].map(([part, state]) => ({ id: part, state })).sort((a, b) => order.compare(a.id, b.id));
}

/** A ticket with the note of how a part of it stands now; null where nothing is to be noted. */
export function withPart(whole: Ticket, { id, state }: Ticket): Ticket | null {
  const { [id]: noted, ...others } = whole.children;
  const ended = isOpen(state) ? undefined : (state as 'done' | 'cancelled');
  if (noted === ended) return null;
  return { ...whole, children: ended ? { ...others, [id]: ended } : others };
}

/** How many parts are listed, the open ones first. */
const listed = 20;

/** What is shown of the parts of a ticket: how many are done, the first of them, and how many more there are. */
export function partsShown(parts: readonly Part[]): { count: string; first: Part[]; more: number } {
  const done = parts.filter(({ state }) => state === 'done').length;
  const inOrder = [...parts].sort((a, b) => Number(isOpen(b.state)) - Number(isOpen(a.state)));
  return {
    count: `${done} of ${parts.length} done`,
    first: inOrder.slice(0, listed),
    more: Math.max(0, parts.length - listed),
  };
}

/** The same in lines; empty where there are none. */
export function partLines(parts: readonly Part[]): string[] {
  if (parts.length === 0) return [];
  const { count, first, more } = partsShown(parts);
  return [
    `Parts: ${count}.`,
    ...first.map(({ id, state }) => `- ${id}: ${stateWords(state)}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}
