import { isoSeconds } from '../base/clock.ts';
import { sha256 } from '../base/random.ts';
import type { Config } from './config.ts';
import { type ClosedAttempt, formatVersion, type Quarantined, type Signal, type Ticket } from './format.ts';
import { isReviewing } from './phases.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import type { RequestOf } from './requests.ts';
import { plain } from './said.ts';

/**
 * Identity of a signal whatever channel brings it: ticket, attempt, its verdict, its words and whose key it shows. Not
 * its details, which not every channel can carry. The same signal seen again gets the same answer (rule 16).
 */
export function signalDigest({ ticket, attempt, kind, summary, key }: Signal): string {
  return sha256(JSON.stringify([ticket, attempt, kind, wordsOf(summary), sha256(key)]));
}

/** The words of a signal as every channel brings them: no control characters, and far below the limit of its file. */
export function wordsOf(text: string): string {
  const most = 20_000;
  const clean = plain(text.replaceAll('\r\n', '\n')).trim();
  return clean.length <= most ? clean : `${clean.slice(0, most).replace(/\p{Surrogate}$/u, '')}\n[cut]`;
}

/** Digest of a title and a body as mirrored: tells a person's edit of the issue from an old mirror. */
export function textDigest(title: string, body: string): string {
  return sha256(JSON.stringify([title, body.replaceAll('\r\n', '\n').trim()]));
}

/** The digest of a signal request, readable or not. */
export function requestDigest({ signal, text, attempt }: RequestOf<'signal'>): string {
  return signal ? signalDigest(signal) : sha256(`${attempt}\n${text}`);
}

/**
 * Why a signal may not count at this head; undefined where it may (rule 10: executing, this attempt, bound to that run
 * and `run_attempt`, with its key). The caller commits the answer on the very head that was looked at.
 */
export function signalFault(signal: Signal | null, ticket: Ticket | undefined): ReasonCode | undefined {
  if (!signal) return 'bad-signal';
  if (!ticket) return 'no-such-ticket';
  if (signal.ticket !== ticket.id) return 'bad-signal';
  const open = ticket.attempt;
  if (open?.number !== signal.attempt) {
    return ticket.attempts.some(({ number }) => number === signal.attempt)
      ? 'attempt-closed'
      : 'unknown-attempt';
  }
  if (ticket.state !== 'in_progress') return 'not-executing';
  if (!open.run) return 'not-bound';
  if (signal.run && (signal.run.id !== open.run.id || signal.run.run_attempt !== open.run.run_attempt))
    return 'other-run';
  if (sha256(signal.key) !== open.run.key_sha256) return 'wrong-key';
  return undefined;
}

type Claim = Pick<Signal, 'kind' | 'work' | 'unchanged' | 'no_commit' | 'phase'>;

/**
 * Why a completion may not count though its run may speak. Where its phase needs a commit it has to name work that adds
 * one, or to say why there is none; where it reviews it has to be a verdict, and elsewhere it may not be one.
 */
export function claimFault(
  { kind, work, unchanged, no_commit, phase: back }: Claim,
  { phase, phases: order }: Pick<Ticket, 'phase' | 'phases'>,
  { phases }: Config,
): ReasonCode | undefined {
  const isVerdict = kind === 'approved' || kind === 'rejected';
  if (isVerdict && !isReviewing(phases, phase)) return 'not-reviewing';
  if (!isVerdict && (kind === 'done' || kind === 'review') && isReviewing(phases, phase))
    return 'needs-verdict';
  const earlier = order.slice(0, order.indexOf(phase));
  if (kind === 'rejected' && back !== undefined && !earlier.includes(back)) return 'bad-phase';
  const needs = kind === 'done' && phases[phase]?.needs === 'commit';
  return needs && (work === undefined || unchanged) && !no_commit?.trim() ? 'needs-commit' : undefined;
}

/** The answer a signal got before, if it is known: accepted ones are remembered by the closed attempt. */
export function wasAccepted(ticket: Ticket | undefined, digest: string): boolean {
  const isIt = ({ signal, accepted }: ClosedAttempt) => signal === digest || accepted?.digest === digest;
  return ticket?.attempts.some(isIt) ?? false;
}

/** Whether a signal came out of quarantine by a person's discard. */
export function wasDiscarded(ticket: Ticket | undefined, digest: string): boolean {
  return ticket !== undefined && Object.hasOwn(ticket.seen, digest);
}

/** What is kept of a refused signal: everything but its key, which is burnt by being shown. */
export function quarantineEntry(
  request: RequestOf<'signal'>,
  { ticket, code, now }: { ticket: Ticket | undefined; code: ReasonCode; now: number },
): Quarantined {
  const { signal, text } = request;
  return {
    format: formatVersion,
    ticket: request.ticket,
    attempt: request.attempt,
    digest: requestDigest(request),
    code,
    reason: reasons[code],
    state: ticket?.state ?? 'none',
    channel: request.channel,
    actor: request.actor,
    at: isoSeconds(now),
    signal: signal ? { ...signal, key: '' } : { unreadable: cut(text) },
  };
}

/** So much of a text that a file surely holds it, however it is escaped. The whole stays in the branch's history. */
export function cut(text: string, most = 16 * 1024): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/\p{Surrogate}$/u, '')}\n[cut]`;
}
