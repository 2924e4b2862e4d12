import { closeAttempt } from './attempts.ts';
import type { Refusal } from './decision.ts';
import type { Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import type { ReasonCode } from './reasons.ts';
import type { Request, RequestKind, RequestOf, RowName } from './requests.ts';

/*
 * What acts are made of.
 */

/** The next ticket, or a refusal. */
export type Act<R extends Request> = (ticket: Ticket, request: R, now: Circumstances) => Ticket | Refusal;

export type Acts = { [N in RowName]?: Act<N extends RequestKind ? RequestOf<N> : RequestOf<'signal'>> };

export const refuse = (refused: ReasonCode, message?: string): Refusal =>
  message === undefined ? { refused } : { refused, message };

/** The ticket with its open attempt, if there is one, closed by what is no word of its agent. */
export function close(
  ticket: Ticket,
  request: Request,
  { now }: Circumstances,
  outcome: 'parked' | 'cancelled' | 'interrupted' | 'lost' | 'undispatchable' | 'blocked' | 'quota',
  reason: string,
  agentGone = false,
): Ticket {
  const bundled = 'bundled' in request ? request.bundled : false;
  const usage = 'usage' in request ? request.usage : undefined;
  return closeAttempt(ticket, now, { outcome, by: request.actor, reason, agentGone, bundled, usage });
}
