import { readQuarantined } from '../ticket/codec.ts';
import type { Entry } from '../ticket/decision.ts';
import { parseQuarantinePath } from '../ticket/paths.ts';
import type { Snapshot } from './ports.ts';

/** What lies in quarantine at a head and is asked about by `requests`, by the ticket whose folder it is in. */
export async function entriesAsked(
  snapshot: Snapshot,
  requests: readonly { kind: string }[],
): Promise<Map<string, Entry[]>> {
  const found = new Map<string, Entry[]>();
  for (const request of requests) {
    if (!isOfEntry(request)) continue;
    const { ticket, digest } = request;
    found.set(ticket, await entriesOf(snapshot, (id, one) => id === ticket && one.startsWith(digest)));
  }
  return found;
}

/** What lies in quarantine at a head; `which` is asked before a file is read. */
export async function entriesOf(
  snapshot: Snapshot,
  which: (id: string, digest: string) => boolean = () => true,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const path of snapshot.quarantine) {
    const named = parseQuarantinePath(path);
    if (!named || !which(named.id, named.digest)) continue;
    const { attempt, digest } = named;
    const kept = readQuarantined((await snapshot.file(path)) ?? '').quarantined;
    entries.push({ path, attempt, digest, kept });
  }
  return entries;
}

function isOfEntry(request: { kind: string }): request is { kind: string; ticket: string; digest: string } {
  return request.kind === 'accept' || request.kind === 'discard';
}
