import { isoSeconds } from '../base/clock.ts';
import { memoryMs } from '../ticket/decide.ts';
import type { Context } from './context.ts';
import { isSame } from './labels.ts';
import type { Snapshot } from './ports.ts';

/** What GitHub lists may be a little behind, and so may its clock: two sweeps overlap by so many milliseconds. */
const overlapMs = 120_000;

/**
 * The issues that a sweep reads: those of tickets that changed since the last one, and those that are missing where
 * every open ticket's issue is listed (closed, without its label, deleted, moved away). The first sweep of a process
 * reads all that is listed, and takes as changed what a ticket can still remember: nobody may have seen it.
 *
 * @param sweptAt when the last sweep of this process began, in milliseconds by the forge's clock; null for none
 */
export async function issuesToRead(
  { forge, config }: Context,
  snapshot: Snapshot,
  sweptAt: number | null,
): Promise<Set<number>> {
  const { labels } = await config();
  const since = isoSeconds(sweptAt === null ? forge.now() - memoryMs : sweptAt - overlapMs);
  const [listed, changed] = await Promise.all([
    forge.issuesLabelled(labels.ticket),
    forge.issuesSince(since),
  ]);
  const linked = new Set([...snapshot.tickets.values()].flatMap(({ ticket }) => ticket?.issue ?? []));
  const isTickets = (label: string) => isSame(label, labels.ticket) || label.startsWith(labels.state_prefix);
  const numbers = new Set(listed.map(({ number }) => number));
  return new Set([
    ...(sweptAt === null ? numbers : []),
    ...[...linked].filter((number) => !numbers.has(number)),
    ...changed
      .filter((issue) => linked.has(issue.number) || issue.labels.some(isTickets))
      .map(({ number }) => number),
  ]);
}
