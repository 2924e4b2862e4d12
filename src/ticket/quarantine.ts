import { isoSeconds } from '../base/clock.ts';
import { stopping } from './attempts.ts';
import type { Entry, Refusal, View } from './decision.ts';
import type { ClosedAttempt, Signal, Ticket } from './format.ts';
import { type Circumstances, landCompleted, landWaiting } from './landing.ts';
import type { Request, RequestOf } from './requests.ts';
import { saidOf } from './said.ts';

/*
 * Quarantine is a place, not a bin: what lies there is decided again by a person, or thrown away by one.
 */

type Asked = RequestOf<'accept'> | RequestOf<'discard'>;

/** What a person may name an entry by: its digest, or so much of its beginning. */
export const entryName = /^[0-9a-f]{8,64}$/;

/** The entry that a request names, of those that lie at the head. */
export function entryOf({ ticket, digest }: Asked, view: View): Entry | Refusal {
  const named = entryName.test(digest)
    ? view.quarantined(ticket).filter((entry) => entry.digest.startsWith(digest))
    : [];
  const [entry, other] = named;
  if (other) return { refused: 'ambiguous-entry' };
  return entry ?? { refused: 'no-such-entry' };
}

/**
 * A refused signal, decided again at the present head by a person: it counts as it would have from its run. Neither its
 * key nor a stop that came before it matters any more, since a person who has read it decides.
 */
export function accept(ticket: Ticket, request: RequestOf<'accept'>, now: Circumstances): Ticket | Refusal {
  const entry = entryOf(request, now.view);
  if ('refused' in entry) return isAccepted(ticket, request.digest) ? { refused: 'already-so' } : entry;
  const signal = readable(entry, ticket.id);
  if (!signal) return { refused: 'not-acceptable' };
  if (ticket.attempt || stopping(ticket).length > 0) return { refused: 'run-not-ended' };
  const spoken = ticket.attempts.find(({ number }) => number === entry.attempt);
  if (!spoken) return { refused: 'unknown-attempt' };
  if (spoken.phase !== ticket.phase) {
    const message = `It is of phase ${spoken.phase}, and ${ticket.id} is in ${ticket.phase}.`;
    return { refused: 'other-phase', message };
  }
  const { kind, summary, work } = signal;
  const said = saidOf(signal);
  const at = isoSeconds(now.now);
  const details = said ? { said } : {};
  const accepted = { kind, summary, work, ...details, digest: entry.digest, by: request.actor, at };
  const former = spoken.accepted; // an attempt keeps one: that the other had its answer stays known (rule 16)
  const settled: Ticket = {
    ...ticket,
    seen: former ? { ...ticket.seen, [former.digest]: former.at } : ticket.seen,
    not_before: null,
    start_when: null,
    attempts: ticket.attempts.map((one) => (one === spoken ? { ...one, accepted } : one)),
  };
  if (kind === 'done' || kind === 'review') return landCompleted(settled, now, kind === 'review');
  const waits = ticket.hold ? 'parked' : 'question';
  const options = said?.options ? { options: said.options } : {};
  const asks = { kind: waits, question: summary, ...options, reason: summary, by: request.actor } as const;
  return landWaiting(settled, now.now, asks);
}

/** The signal of an entry that may be accepted: one of this ticket that could be read, and says more than that it failed. */
function readable({ kept, attempt }: Entry, id: string): (Signal & { kind: Accepted['kind'] }) | null {
  if (!kept || kept.channel === 'push' || 'unreadable' in kept.signal) return null;
  const { kind, ticket } = kept.signal;
  if (ticket !== id || kept.signal.attempt !== attempt) return null; // put there under another's name
  // A late verdict is of a commit that may be the head no more, and another review costs little.
  if (kind !== 'done' && kind !== 'review' && kind !== 'question') return null;
  return { ...kept.signal, kind };
}

type Accepted = NonNullable<ClosedAttempt['accepted']>;

function isAccepted({ attempts }: Ticket, digest: string): boolean {
  return entryName.test(digest) && attempts.some(({ accepted }) => accepted?.digest.startsWith(digest));
}

/** An entry is thrown away; the ticket remembers it for as long as the same may come again. */
export function discard(
  ticket: Ticket,
  request: RequestOf<'discard'>,
  { view, now }: Circumstances,
): Ticket | Refusal {
  const entry = entryOf(request, view);
  if ('refused' in entry) return entry;
  return { ...ticket, seen: { ...ticket.seen, [entry.digest]: isoSeconds(now) } };
}

/** The file that goes with the request, where it is carried out. */
export function consumedBy(request: Request, view: View): string | null {
  if (request.kind !== 'accept' && request.kind !== 'discard') return null;
  const entry = entryOf(request, view);
  return 'refused' in entry ? null : entry.path;
}
