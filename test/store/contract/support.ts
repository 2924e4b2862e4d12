import type { Clock } from '../../../src/base/clock.ts';
import type { NewCommit, Snapshot, Store } from '../../../src/engine/ports.ts';
import { writeTicket } from '../../../src/ticket/codec.ts';
import { ticket } from '../../../src/ticket/format.ts';
import type { World } from '../worlds.ts';

export function ticketText(id: string, title = 'A ticket'): string {
  return writeTicket(ticket.parse({ format: 1, id, title }));
}

/** A commit that writes `files`. */
export function change(files: Record<string, string | null>, over: Partial<NewCommit> = {}): NewCommit {
  return { subject: 'a change', body: '', trailers: [], changes: new Map(Object.entries(files)), ...over };
}

/** A clock that stands still. */
export const stopped: Clock = { now: () => Date.parse('2026-05-25T12:00:00Z'), after: () => () => {} };

/** Swaps on `base`, by default the last known head, and wants to win. */
export async function swapped(store: Store, commit: NewCommit, base?: Snapshot): Promise<Snapshot> {
  const swap = await store.swap(base ?? (await store.read()), commit);
  if (swap.status !== 'swapped') throw new Error('stale');
  return swap.snapshot;
}

export type Start = () => Promise<World>;
export type RefsNow = () => Promise<{ head: string | null; witness: string | null }>;
