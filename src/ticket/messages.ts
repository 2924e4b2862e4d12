import { isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import { sha256 } from '../base/random.ts';
import type { Refusal } from './decision.ts';
import type { Message, Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import type { RequestOf } from './requests.ts';

/*
 * What people say to whoever works a ticket. A message waits in the ticket until an agent was given it: by its prompt,
 * or as it asks for messages while it works. Nothing is put before a busy agent.
 */

/** So many messages a ticket holds. Old ones that were delivered make room. */
const most = 200;

/** Messages that no agent was given yet, oldest first. */
export function undelivered({ messages }: Pick<Ticket, 'messages'>): Message[] {
  return messages.filter(({ delivered }) => delivered === undefined);
}

/** The ticket with what a request says as one more message. */
export function withMessage(
  ticket: Ticket,
  { source, actor, at }: { source: string; actor: string; at: string },
  text: string,
): Ticket | Refusal {
  const before = ticket.messages.length < most ? ticket : withoutOldest(ticket, 1);
  if (!before) return { refused: 'messages-full' };
  return { ...ticket, messages: [...before.messages, { id: source, by: actor, at, text }] };
}

/** Without `count` of the messages that were delivered, the oldest of them; null where none was. */
function withoutOldest(ticket: Ticket, count: number): Ticket | null {
  const old = ticket.messages.filter((one) => one.delivered !== undefined).slice(0, count);
  return old.length > 0 ? { ...ticket, messages: ticket.messages.filter((one) => !old.includes(one)) } : null;
}

/**
 * Writes a ticket; where its file has no room for it, without the older half of its delivered messages, and so on
 * until it has. @throws what `write` throws
 */
export function writeInRoom(
  ticket: Ticket,
  write: (ticket: Ticket) => string,
): { ticket: Ticket; text: string } {
  try {
    return { ticket, text: write(ticket) };
  } catch (thrown) {
    const isTooLarge = thrown instanceof SignalboxError && thrown.code === 'too-large';
    const count = ticket.messages.length - undelivered(ticket).length;
    const less = isTooLarge ? withoutOldest(ticket, Math.ceil(count / 2)) : null;
    if (!less) throw thrown;
    return writeInRoom(less, write);
  }
}

/**
 * Messages that the agent of the bound attempt was given, by the word of whoever holds its run's key. It is said after
 * they were handed over: who dies in between has them handed over once more, and none counts as delivered that no
 * agent saw.
 */
export function delivered(
  ticket: Ticket,
  { attempt, key, ids }: RequestOf<'delivered'>,
  { now }: Circumstances,
): Ticket | Refusal {
  const open = ticket.attempt;
  if (open?.number !== attempt) {
    const isClosed = ticket.attempts.some(({ number }) => number === attempt);
    return { refused: isClosed ? 'attempt-closed' : 'unknown-attempt' };
  }
  if (!open.run) return { refused: 'not-bound' };
  if (sha256(key) !== open.run.key_sha256) return { refused: 'wrong-key' };
  const given = undelivered(ticket).filter(({ id }) => ids.includes(id));
  if (given.length === 0) return { refused: 'already-so' };
  const mark = { attempt, at: isoSeconds(now) };
  const messages = ticket.messages.map((one) => (given.includes(one) ? { ...one, delivered: mark } : one));
  return { ...ticket, messages };
}

/**
 * Whether an interrupt made at `at` stops something: a run of an attempt that is no younger. One that no run has taken up
 * yet is told by its prompt, and one that began later was never meant.
 */
export function isInterruptible({ attempt }: Pick<Ticket, 'attempt'>, at: string): boolean {
  return attempt?.run != null && attempt.claimed <= at;
}
