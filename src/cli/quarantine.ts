import { SignalboxError } from '../base/errors.ts';
import type { Snapshot } from '../engine/ports.ts';
import { entriesOf } from '../engine/quarantine.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Quarantined } from '../ticket/format.ts';
import { parseQuarantinePath } from '../ticket/paths.ts';
import { entryName } from '../ticket/quarantine.ts';
import { reasons } from '../ticket/reasons.ts';
import type { CloneDesk } from './clone-desk.ts';

/** What lies in quarantine: what `signalbox quarantine list --json` prints of each. */
export interface Item {
  /** `_` where what was said names no possible ticket. */
  ticket: string;
  attempt: number;
  digest: string;
  path: string;
  /** Null where the file cannot be read. */
  kept: Quarantined | null;
}

/** What lies in quarantine, oldest first; `ticket` for one ticket alone. */
export async function listItems(snapshot: Snapshot, ticket?: string): Promise<Item[]> {
  const entries = await entriesOf(snapshot, (id) => ticket === undefined || id === ticket);
  const items = entries.map((entry) => ({ ticket: parseQuarantinePath(entry.path)?.id ?? '_', ...entry }));
  return items.sort((a, b) => (a.kept?.at ?? '').localeCompare(b.kept?.at ?? ''));
}

/** The one item of all tickets that a person means. @throws SignalboxError `user` */
export async function itemNamed(snapshot: Snapshot, named: string): Promise<Item> {
  const digest = named.toLowerCase();
  if (!entryName.test(digest)) {
    const hint = 'Give its digest, or at least 8 characters of it: signalbox quarantine list.';
    throw new SignalboxError('user', 'bad-digest', `"${named}" is no digest`, { hint });
  }
  const [item, other] = (await listItems(snapshot)).filter((one) => one.digest.startsWith(digest));
  if (!item) throw new SignalboxError('user', 'no-such-entry', `nothing in quarantine begins with ${digest}`);
  if (other) throw new SignalboxError('user', 'ambiguous-entry', reasons['ambiguous-entry']);
  return item;
}

/** Accepts or discards what a person names. What the rules refuse is an answer, not an error. */
export async function settle(
  desk: CloneDesk,
  kind: 'accept' | 'discard',
  named: string,
): Promise<{ item: Item; decision: Decision }> {
  const item = await itemNamed(await desk.head(), named);
  const { ticket, digest } = item;
  return { item, decision: await desk.ask(ticket, { kind, ticket, digest }) };
}
