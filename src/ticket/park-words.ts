// Stryker disable StringLiteral: words for people, not rules

import type { Condition } from './condition-format.ts';
import { conditionWords, faultWords, neverDone } from './condition-words.ts';
import { wasPast } from './conditions.ts';
import { blockerWords, waitsForItself } from './dependencies.ts';
import type { Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { harmless } from './quotes.ts';
import type { ReasonCode } from './reasons.ts';
import type { Request, RequestOf } from './requests.ts';
import { standing } from './states.ts';

/*
 * What people are told of a condition that they gave: as it was understood, with its time in UTC and in their zone; and
 * what of it can never come true.
 */

/** How conditions are written. */
const conditionForms =
  '`/park until 2026-06-01 9:00 Europe/Berlin`, `/park when luci is idle for 30 minutes`, `/park after MC-1 is done`, some of them joined by `and` or by `or`, or `/park` and a reason';

type Parking = Pick<RequestOf<'park'>, 'when' | 'by_triage' | 'at'>;

/** Whether a condition would release, one day, what nobody released yet, and whoever gave it may not release (S2). */
function wouldRelease({ released }: Pick<Ticket, 'released'>, { when, by_triage }: Parking): boolean {
  return when !== undefined && by_triage === true && released === null;
}

/**
 * The condition that a park leaves; none where it could not be read, a time of it was past when it was said, or whoever
 * gave it may not release the ticket.
 */
export function conditionLeft(ticket: Pick<Ticket, 'released'>, parking: Parking): Condition | undefined {
  const { when, at } = parking;
  return when && !wasPast(when, at) && !wouldRelease(ticket, parking) ? when : undefined;
}

/** What a park did beyond stopping, and what is wrong with its condition; null where it gave none. */
export function parked(
  after: Ticket,
  parking: Parking & Pick<RequestOf<'park'>, 'unread'>,
  here: Circumstances,
): { words: string; code: ReasonCode } | null {
  const { when, unread } = parking;
  const stands = `${after.id} is ${standing(after.state)}`;
  if (!when && unread === undefined) return null;
  if (after.state !== 'waiting') {
    const words = `${stands} and held: nothing runs there that could wait for a condition, so none counts. A release lifts the hold.`;
    return { words, code: 'bad-condition' };
  }
  if (when && wouldRelease(after, parking)) {
    const words = `${stands}, and only a release wakes it. \`not-permitted\` Nobody has released it yet, so its condition (${harmless(conditionWords(when))}) would: that needs write access to the repository. Ask somebody who has that to park it so, or to release it.`;
    return { words, code: 'not-permitted' };
  }
  const left = conditionLeft(after, parking);
  const past = when && !left ? `${harmless(conditionWords(when))}: that is past.` : '';
  if (!left) {
    const words = `${stands}, and only a release wakes it: it has no condition. \`bad-condition\` ${unread ?? past} Write ${conditionForms}.`;
    return { words, code: 'bad-condition' };
  }
  const faults = faultWords(left, after.id, here).map((words) => ` \`bad-condition\` ${harmless(words)}`);
  const words = `${stands} ${harmless(conditionWords(left))}.${faults.join('')}`;
  return faults.length > 0
    ? { words: `${words} It waits on.`, code: 'bad-condition' }
    : { words, code: 'ok' };
}

/** What was said of when a ticket goes on, and what of it can never be; null for any other request. */
export function waitingWords(
  before: Ticket,
  after: Ticket,
  request: Request,
  here: Circumstances,
): { words: string; code: ReasonCode } | null {
  if (request.kind === 'release') {
    const early = earlyWords(before, request);
    return early ? { words: `${after.id} is ${standing(after.state)}${harmless(early)}.`, code: 'ok' } : null;
  }
  if (request.kind === 'after') return named(after, here);
  if (request.kind !== 'park') return null;
  if (request.after) return parkedAfter(after, request.after, here);
  return parked(after, request, here);
}

/** That a release came before the ticket's own condition held. */
export function earlyWords({ state, waiting }: Ticket, { kind }: Request): string {
  const when = kind === 'release' && state === 'waiting' ? waiting?.when : undefined;
  return when ? `, before its time (${conditionWords(when)})` : '';
}

/** What a ticket waits for from now on. */
function named(after: Ticket, here: Circumstances): { words: string; code: ReasonCode } {
  const { id } = after;
  if (after.after.length === 0) return { words: `${id} waits for no other ticket.`, code: 'ok' };
  const left = blockerWords(after, here.view);
  const words = left
    ? `No agent takes ${id} before these are done: ${left}.`
    : `${id} waits for ${after.after.join(', ')}, done already.`;
  const faults = neverDone(after.after, here);
  if (faults.length === 0) return { words, code: 'ok' };
  return {
    words: `${words} \`bad-condition\` As things stand that never is: ${faults.join('; ')}.`,
    code: 'bad-condition',
  };
}

function parkedAfter(
  after: Ticket,
  ids: readonly string[],
  here: Circumstances,
): { words: string; code: ReasonCode } {
  const stands = `${after.id} is ${standing(after.state)}${after.hold ? ' and held' : ''}.`;
  const circle = waitsForItself(after.id, ids, here.view);
  if (circle !== null)
    return {
      words: `${stands} What it waits for stays as it was: \`circle\` ${circle} would wait for each other.`,
      code: 'circle',
    };
  const { words, code } = named(after, here);
  return { words: `${stands} ${words}`, code };
}

/** That its own condition released it, and nobody. */
export function wokenWords({ when, at }: NonNullable<Ticket['woken']>): string {
  return `Released by its own condition at ${at}: ${harmless(conditionWords(when))}.`;
}
