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
import { stateWords } from './states.ts';

/*
 * What people are told of a condition that they gave: as it was understood, with its time in UTC and in their zone; and
 * what of it can never come true.
 */

/** How conditions are written. */
const conditionForms =
  '`/park until 2026-06-01 9:00 Europe/Berlin`, `/park when luci is idle for 30 minutes`, `/park after MC-1 is done`, some of them joined by `and` or by `or`, or `/park` and a reason';

/** The condition that a park leaves; none where it could not be read, or a time of it was past when it was said. */
export function conditionLeft({ when, at }: { when?: Condition; at: string }): Condition | undefined {
  return when && !wasPast(when, at) ? when : undefined;
}

/** What a park did beyond stopping, and whether its condition is at fault; null where it gave none. */
export function parked(
  after: Ticket,
  { when, unread, at }: Pick<RequestOf<'park'>, 'when' | 'unread' | 'at'>,
  here: Circumstances,
): { words: string; isAtFault: boolean } | null {
  const stands = `${after.id} is ${stateWords(after.state)}`;
  if (!when && unread === undefined) return null;
  if (after.state !== 'waiting') {
    const words = `${stands} and held: nothing runs there that could wait for a condition, so none counts. A release lifts the hold.`;
    return { words, isAtFault: true };
  }
  const left = conditionLeft({ ...(when ? { when } : {}), at });
  const past = when && !left ? `${harmless(conditionWords(when))}: that is past.` : '';
  if (!left) {
    const words = `${stands}, and only a release wakes it: it has no condition. \`bad-condition\` ${unread ?? past} Write ${conditionForms}.`;
    return { words, isAtFault: true };
  }
  const faults = faultWords(left, after.id, here).map((words) => ` \`bad-condition\` ${harmless(words)}`);
  const words = `${stands} ${harmless(conditionWords(left))}.${faults.join('')}`;
  return { words: faults.length > 0 ? `${words} It waits on.` : words, isAtFault: faults.length > 0 };
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
    return early
      ? { words: `${after.id} is ${stateWords(after.state)}${harmless(early)}.`, code: 'ok' }
      : null;
  }
  if (request.kind === 'after') return named(after, here);
  if (request.kind !== 'park') return null;
  if (request.after) return parkedAfter(after, request.after, here);
  const told = parked(after, request, here);
  return told && { words: told.words, code: told.isAtFault ? 'bad-condition' : 'ok' };
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
  const stands = `${after.id} is ${stateWords(after.state)}${after.hold ? ' and held' : ''}.`;
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
