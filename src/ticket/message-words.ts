// Stryker disable StringLiteral: words for people, not rules
import type { Message, Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { undelivered } from './messages.ts';
import { whatMirrors } from './outside-words.ts';
import { waitingWords } from './park-words.ts';
import { closedUnmerged } from './pull-words.ts';
import { harmless, quoteWords } from './quotes.ts';
import type { ReasonCode } from './reasons.ts';
import type { Request } from './requests.ts';
import { standing } from './states.ts';

/*
 * What people are told of what they said to an agent: whether it waits, is queued for one that works, or interrupts it.
 */

/** What a request did, and what is wrong with that, as whoever asked is told; null where the ticket's state says it all. */
export function whatHappened(
  before: Ticket,
  after: Ticket,
  request: Request,
  here: Circumstances,
): { words: string; code: ReasonCode } | null {
  const words = toldWords(before, after, request);
  if (words !== null) return { words, code: 'ok' };
  return waitingWords(before, after, request, here);
}

function toldWords(before: Ticket, after: Ticket, request: Request): string | null {
  const { kind } = request;
  if (kind === 'answer') return answered(before, after);
  if (kind === 'unmerged') return closedUnmerged(before, after);
  if (kind !== 'tell' && kind !== 'interrupt') return whatMirrors(before, after, request);
  const open = before.attempt;
  if (open && !after.attempt) {
    const next =
      after.state === 'todo'
        ? 'The next attempt begins with this message, once the run was seen to end.'
        : `${after.id} is ${standing(after.state)} now; the next attempt begins with this message.`;
    return `Interrupted: attempt ${open.number} is being stopped. ${next}`;
  }
  const isLate = kind === 'interrupt' && open?.run ? ', which began after this was said,' : '';
  if (!open)
    return `Waiting: nothing of ${after.id} is at work${kind === 'interrupt' ? ', so nothing is interrupted' : ''}. The next attempt is given the message.`;
  if (!open.run) return `Queued: attempt ${open.number} is about to start, and its prompt has the message.`;
  return `Queued: attempt ${open.number}${isLate} is not interrupted. Its agent gets the message when it asks for messages next, or else the next attempt does.`;
}

function answered({ waiting }: Ticket, after: Ticket): string {
  return waiting?.kind === 'question'
    ? `Answered: ${after.id} is ${standing(after.state)}, and the next attempt is given the answer.`
    : `Kept: ${after.id} was ${waiting?.kind ?? 'parked'} since it asked, and waits on. The next attempt is given the answer.`;
}

/** How many messages of each sort are listed. */
const listed = { undelivered: 10, delivered: 5 };

/** Messages of a ticket, and what became of each: what was not delivered first. */
export function messageLines(ticket: Ticket): string[] {
  const open = undelivered(ticket);
  const given = ticket.messages.filter(({ delivered }) => delivered !== undefined);
  if (open.length + given.length === 0) return [];
  const more = open.length - listed.undelivered;
  return [
    '',
    'Messages:',
    ...open.slice(0, listed.undelivered).map((one) => `- not delivered yet: ${messageWords(one)}`),
    ...(more > 0 ? [`- and ${more} more that ${more === 1 ? 'was' : 'were'} not delivered yet`] : []),
    ...given
      .slice(-listed.delivered)
      .map(
        (one) => `- given to attempt ${one.delivered?.attempt} at ${one.delivered?.at}: ${messageWords(one)}`,
      ),
    '',
  ];
}

/** Messages that an attempt's agent was given, in short. */
export function givenTo({ messages }: Ticket, attempt: number): string[] {
  const given = messages.filter(({ delivered }) => delivered?.attempt === attempt);
  if (given.length === 0) return [];
  return [`- Messages it was given: ${given.map(({ by, at }) => `${harmless(by)} at ${at}`).join(', ')}`];
}

function messageWords({ by, at, text }: Message): string {
  return `${harmless(by)} at ${at}: ${harmless(quoteWords(text))}`;
}
