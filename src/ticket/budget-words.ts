// Stryker disable StringLiteral: words for people, not rules
import { isoSeconds } from '../base/clock.ts';
import { dayEnd, dayShares, nearLimit, ticketLimits } from './budgets.ts';
import type { Config } from './config.ts';
import type { View } from './decision.ts';
import type { Reason } from './explain.ts';
import type { Ticket } from './format.ts';
import { type Share, sharesOf, shareWords, warnAt } from './spending.ts';

/*
 * What people are told of a budget that is nearly used up.
 */

/** Of a ticket. */
export function nearWords(id: string, share: Share): string {
  return `${id} has used ${shareWords(share)}, ${Math.round(warnAt * 100)} % of its budget or more. At the limit what runs is stopped, its work is kept, and the ticket is blocked.`;
}

/** What a ticket has used of each of its limits, and what was reported besides: `12 of 60 minutes, 1,900 tokens`; null where nothing is to be said. */
export function usedWords(ticket: Ticket, config: Config): string | null {
  const { lifetime } = ticket;
  const shares = sharesOf(lifetime, ticketLimits(ticket, config), config.budgets);
  const limited = new Set(shares.map(({ unit }) => unit));
  const others = (['tokens', 'dollars'] as const).flatMap((unit) => {
    const said = lifetime.reported?.[unit];
    return said && !limited.has(unit) ? `${said.amount.toLocaleString('en')} ${unit}` : [];
  });
  const words = [...shares.map(shareWords), ...others];
  return words.length > 0 ? words.join(', ') : null;
}

/** Budgets of which most is used, of a ticket and of the day, as reasons that stop nothing yet. */
export function nearReasons(
  ticket: Ticket,
  here: { now: number; config: Config; view: Pick<View, 'desk' | 'running'> },
): Reason[] {
  const { now, config, view } = here;
  const near = nearLimit(ticket, config);
  const change =
    'Whoever keeps the config raises budgets; a ticket that is blocked by one is granted more by a retry.';
  const own: Reason[] =
    near && near.at <= now
      ? [
          {
            code: 'budget-near',
            message: nearWords(ticket.id, near.share),
            since: isoSeconds(near.at),
            change,
          },
        ]
      : [];
  const day = dayShares(view, here).find(({ spent, limit }) => spent >= warnAt * limit && spent < limit);
  if (!day) return own;
  const end = `By itself, at ${isoSeconds(dayEnd(now))}; or whoever keeps the config raises budgets.day.`;
  const message = `The repository has used ${shareWords(day)} of this day (UTC). At the limit nothing starts any more.`;
  return [...own, { code: 'budget-near', message, since: null, change: end }];
}

/** The same of the day alone, in a line for the board; null where it is far. */
export function dayLine(
  view: Pick<View, 'desk' | 'running'>,
  here: { now: number; config: Config },
): string | null {
  const day = dayShares(view, here).find(({ spent, limit }) => spent >= warnAt * limit);
  if (!day) return null;
  const isOver = day.spent >= day.limit;
  return `The repository has used ${shareWords(day)} of this day (UTC)${isOver ? ': nothing starts before midnight' : ''}.`;
}
