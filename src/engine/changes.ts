import { idOfArchivePath, parseQuarantinePath, ticketIdOf } from '../ticket/paths.ts';
import type { Snapshot, Store } from './ports.ts';

/**
 * Tickets that differ between two heads, and those that have such a one for a part: they show how it stands. From nothing: the
 * open ones alone, since the archive is history.
 */
export async function changedTickets(
  store: Store,
  from: string | null,
  { head, tickets }: Snapshot,
): Promise<Set<string>> {
  if (from === head) return new Set();
  if (from === null || head === null) return new Set(tickets.keys());
  const changes = await store.diff(from, head);
  const changed = new Set(
    changes.flatMap(
      ({ path }) => ticketIdOf(path) ?? idOfArchivePath(path) ?? parseQuarantinePath(path)?.id ?? [],
    ),
  );
  for (const id of [...changed]) {
    const parent = tickets.get(id)?.ticket?.parent;
    if (parent) changed.add(parent);
  }
  return changed;
}
