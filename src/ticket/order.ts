import type { Obstacle } from './claim.ts';
import type { Config } from './config.ts';
import { priorities, type Ticket } from './format.ts';

/*
 * The order in which tickets are offered to agents. It is a total one, and the same for everybody who looks at the same
 * head in the same moment: rank, then age, then id.
 */

/** What the order of a ticket is made of. */
export interface Place {
  rank: number;
  created: string | null;
  id: string;
}

/**
 * A ticket's rank, 0 for the most urgent. It is the priority, and one up for each `raise_after_hours` that the ticket
 * has lain in todo: else a low one would wait for as long as others keep coming.
 */
export function rankOf(
  { priority, state, todo_since }: Pick<Ticket, 'priority' | 'state' | 'todo_since'>,
  { now, config }: { now: number; config: Pick<Config, 'limits'> },
): number {
  const rank = priorities.indexOf(priority);
  if (state !== 'todo' || todo_since === null) return rank;
  const waited = now - Date.parse(todo_since);
  return Math.max(0, rank - Math.max(0, Math.floor(waited / (config.limits.raise_after_hours * 3_600_000))));
}

/** Made once: each `localeCompare` with options would make its own. */
const byNumber = new Intl.Collator('en', { numeric: true });

export function byPlace(a: Place, b: Place): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const age = (a.created ?? '').localeCompare(b.created ?? '');
  return age !== 0 ? age : byNumber.compare(a.id, b.id);
}

/** Tickets in the order in which they are offered. */
export function inLine<T extends Ticket>(
  tickets: readonly T[],
  here: { now: number; config: Pick<Config, 'limits'> },
): T[] {
  const places = tickets.map((ticket) => ({ ticket, place: { ...ticket, rank: rankOf(ticket, here) } }));
  return places.sort((a, b) => byPlace(a.place, b.place)).map(({ ticket }) => ticket);
}

/** Obstacles that are gone as soon as something else ends: who stands in the way of one only by these waits in line. */
export const ofCapacity: readonly Obstacle['code'][] = ['no-capacity', 'desk-capacity', 'starts-per-hour'];

/** How many tickets are named. */
const named = 5;

/** `MC-2, MC-5 and 3 more`; empty where there are none. */
export function idsInWords(ids: readonly string[]): string {
  const more = ids.length > named ? ` and ${ids.length - named} more` : '';
  return `${ids.slice(0, named).join(', ')}${more}`;
}
