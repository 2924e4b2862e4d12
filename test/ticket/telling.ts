import { decide } from '../../src/ticket/decide.ts';
import type { Decision, View } from '../../src/ticket/decision.ts';
import type { Request, RowName } from '../../src/ticket/requests.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import type { Ticket } from './types.ts';

/** What the rules say to one request, at noon unless told. */
export function ask(ticket: Ticket, request: Request, facts: Partial<View> = {}, now = noon): Decision {
  return decide(ticket, request, view(facts), now, config);
}

/** The ticket when the requests were told one by one, each decided on what the one before left. */
export function told(ticket: Ticket, ...requests: Request[]): Ticket {
  return requests.reduce((current, request) => ask(current, request).ticket ?? current, ticket);
}

/** Somebody's `name`, made `seconds` after noon. The source is the identity of the event on the forge. */
export function by(source: string, name: RowName, seconds: number, over: Partial<Request> = {}): Request {
  return aRequest(name, { source, at: at(seconds), ...over } as Partial<Request>);
}

export const claim = aRequest('claim');
export const executing = ticketIn('in_progress');
