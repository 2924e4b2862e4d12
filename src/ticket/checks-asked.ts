import { checkedIn } from './conditions.ts';
import type { Config } from './config.ts';
import type { Ticket } from './format.ts';
import { unmetGates } from './gates.ts';
import { gateName } from './phases.ts';
import { headOf } from './reviews.ts';

/** Branches, or a commit, about whose checks a ticket asks: those of its condition, or the head that its gate waits for. */
export function checksAskedBy(ticket: Ticket, config: Config): string[] {
  const { state, waiting } = ticket;
  if (state === 'waiting' && waiting?.when) return checkedIn(waiting.when);
  const open = openChecks(ticket, config);
  return open ? [open.head] : [];
}

/** What a ticket in review waits for to be green at its head; null where it waits for none. Of all checks `names` is null. */
export function openChecks(
  ticket: Ticket,
  config: Config,
): { head: string; names: readonly string[] | null } | null {
  const head = headOf(ticket);
  if (ticket.state !== 'review' || head === null) return null;
  const gate = unmetGates(ticket, config).find((one) => gateName(one) === 'checks');
  if (gate === undefined) return null;
  return { head, names: typeof gate === 'object' && 'checks' in gate ? gate.checks : null };
}
