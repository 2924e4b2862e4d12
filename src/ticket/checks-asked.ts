import { checkedIn } from './conditions.ts';
import type { Ticket } from './format.ts';

/** Branches about whose checks a ticket asks. */
export function checksAskedBy({ state, waiting }: Ticket): string[] {
  return state === 'waiting' && waiting?.when ? checkedIn(waiting.when) : [];
}
