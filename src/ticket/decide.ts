import { isoSeconds } from '../base/clock.ts';
import { act } from './acts.ts';
import type { Config } from './config.ts';
import type { Decision, View } from './decision.ts';
import { afterFault, parentFault } from './dependencies.ts';
import { formatVersion, ticket as schema, type Ticket } from './format.ts';
import { unseen } from './glance.ts';
import { type Circumstances, landWaiting } from './landing.ts';
import { whatHappened } from './message-words.ts';
import { conditionLeft, earlyWords, parked } from './park-words.ts';
import { phasesFault } from './phase-acts.ts';
import { consumedBy, entryOf } from './quarantine.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import { outdatesRelease, type Request, type RequestOf, rowName, waking } from './requests.ts';
import { quarantineEntry, requestDigest, signalFault, wasAccepted, wasDiscarded } from './signals.ts';
import { isOpen, standing } from './states.ts';
import { rowFor } from './table.ts';

/** How long a ticket remembers a request, in milliseconds (30 days). An older request is refused, never revived. */
export const memoryMs = 30 * 24 * 3600 * 1000;

/** Whether the mark of a request made at `at` (ISO) may be forgotten: nobody can say any more if it was carried out. */
export function isTooOld(at: string, now: number): boolean {
  return Date.parse(at) < now - memoryMs;
}

/**
 * The interlocking: what `request` does to `ticket` at one head. Pure. The answer counts only if it is committed on the
 * very head that `ticket` and `view` were read at; on any other head it must be asked again.
 *
 * @param ticket undefined where the head has no such ticket
 * @param now milliseconds since the epoch, by the forge's clock, never before the parent commit
 */
export function decide(
  ticket: Ticket | undefined,
  request: Request,
  view: View,
  now: number,
  config: Config,
): Decision {
  const circumstances = { view, now, config };
  if (request.kind === 'signal') return decideSignal(ticket, request, circumstances);
  if (request.kind === 'create') return create(ticket, request, circumstances);
  if (!ticket)
    return request.kind === 'discard' ? discardStray(request, view) : refusal('no-such-ticket', request);
  if (isPersonal(request)) {
    if (Object.hasOwn(ticket.seen, request.source)) return refusal('already-handled', request);
    if (isTooOld(request.at, now)) return refusal('too-old', request);
    if (isSuperseded(ticket, request)) return refusal('superseded', request, remember(ticket, request, now));
    const missed = unseen(ticket, request);
    if (missed) return refusal(missed.code, request, remember(ticket, request, now), missed.message);
  }
  const row = rowFor(rowName(request), ticket.state);
  const result = row ? act(row.request, ticket, request, circumstances) : noRow(ticket, request);
  if ('refused' in result) {
    const kept = isPersonal(request) ? remember(ticket, request, now) : null;
    return refusal(result.refused, request, kept, result.message);
  }
  const decision = accepted(ticket, remember(result, request, now), request, circumstances);
  return { ...decision, consumed: consumedBy(request, view) };
}

/** What was said for a ticket that never was has no ticket to remember it. */
function discardStray(request: RequestOf<'discard'>, view: View): Decision {
  const entry = entryOf(request, view);
  if ('refused' in entry) return refusal(entry.refused, request);
  return {
    accepted: true,
    code: 'ok',
    message: 'It is discarded.',
    ticket: null,
    quarantine: null,
    consumed: entry.path,
    transition: requestWords(request),
  };
}

/**
 * Requests of people (an issue's event, a comment, a form, a review, a merged pull request): remembered by their source, so that a
 * redelivery or a left-over label does nothing.
 */
function isPersonal(request: Request): boolean {
  return /^([ecpr]\d+|b[0-9a-f]{24})$/.test(request.source);
}

/**
 * A request that is not younger than the latest park, hold or cancel, and would undo some of it: one that wakes, or a
 * deferral of a ticket that was parked for good. The restrictive one wins (rule 4, S2).
 */
function isSuperseded({ restricted_at, waiting }: Ticket, request: Request): boolean {
  const defers = request.kind === 'park' && request.when !== undefined;
  const loosens = waking.includes(request.kind) || (defers && waiting?.kind === 'parked');
  return loosens && restricted_at !== null && request.at <= restricted_at;
}

/** Marks the request as carried out, forgets those too old to come again, and dates the latest restriction. */
function remember(ticket: Ticket, request: Request, now: number): Ticket {
  const outdates = outdatesRelease.includes(request.kind) && (ticket.restricted_at ?? '') < request.at;
  const marked = outdates ? { ...ticket, restricted_at: request.at } : ticket;
  if (!isPersonal(request)) return marked;
  const horizon = isoSeconds(now - memoryMs - 24 * 3600 * 1000);
  const kept = Object.entries(ticket.seen).filter(([, at]) => at > horizon);
  return { ...marked, seen: Object.fromEntries([...kept, [request.source, request.at]]) };
}

function decideSignal(
  ticket: Ticket | undefined,
  request: RequestOf<'signal'>,
  circumstances: Circumstances,
): Decision {
  if (ticket && wasAccepted(ticket, requestDigest(request))) {
    return {
      accepted: true,
      code: 'ok',
      message: 'This signal was accepted before.',
      ticket: null,
      quarantine: null,
      transition: 'known',
    };
  }
  if (wasDiscarded(ticket, requestDigest(request))) return refusal('other-fate', request);
  const fault = signalFault(request.signal, ticket);
  const result =
    ticket && !fault ? act(rowName(request), ticket, request, circumstances) : { refused: fault ?? 'no-row' };
  if (!('refused' in result) && ticket) return accepted(ticket, result, request, circumstances);
  const code = 'refused' in result ? result.refused : 'no-row';
  const quarantine = quarantineEntry(request, { ticket, code, now: circumstances.now });
  return { ...refusal(code, request), quarantine };
}

function create(
  existing: Ticket | undefined,
  request: RequestOf<'create'>,
  { view, now, config }: Circumstances,
): Decision {
  if (existing) return refusal('ticket-exists', request);
  const taken = request.issue === null ? undefined : view.ticketOf(request.issue);
  if (taken !== undefined)
    return refusal('issue-taken', request, null, `Issue #${request.issue} belongs to ${taken}.`);
  const phases = request.phases ?? [Object.keys(config.phases)[0] ?? 'dev'];
  const unknown = request.phases && phasesFault(phases, config.phases);
  if (unknown) return refusal('bad-phase', request, null, unknown);
  const { data: born } = schema.safeParse({
    format: formatVersion,
    id: request.id,
    title: request.title,
    body: request.body,
    issue: request.issue,
    owner: request.owner,
    priority: request.priority ?? 'normal',
    mirror: request.mirror ?? false,
    created: request.at,
    phases,
    phase: phases[0],
    after: request.after ?? [],
    parent: request.parent ?? null,
    hold: request.hold,
    seen: request.answered,
    mirrored: request.mirrored,
  });
  if (!born)
    return refusal('bad-field', request, null, 'Its title or its text is empty or too long for a ticket.');
  const fault = afterFault(born, born.after, view) ?? parentFault(born, born.parent, view);
  if (fault) return refusal(fault.refused, request, null, fault.message);
  const stop = request.park ?? (request.hold ? { by: request.actor, reason: 'held' } : null);
  const asked = Object.values(request.answered).sort().at(-1) ?? request.at;
  const made = stop ? { ...bornWaiting(born, stop, { now, at: request.at }), restricted_at: asked } : born;
  const parks = request.park && { ...request.park, at: request.at };
  const told = parks && parked(made, parks, { view, now, config });
  return {
    accepted: true,
    code: told?.code ?? 'ok',
    message: told?.words ?? `${made.id} is ${standing(made.state)}.`,
    ticket: made,
    quarantine: null,
    transition: `create -> ${made.state}`,
  };
}

function bornWaiting(
  ticket: Ticket,
  stop: NonNullable<RequestOf<'create'>['park']>,
  { now, at }: { now: number; at: string },
): Ticket {
  const when = conditionLeft(ticket, { ...stop, at });
  const kind = when ? 'deferred' : 'parked';
  return landWaiting(ticket, now, {
    kind,
    ...(when ? { when } : {}),
    reason: stop.reason,
    by: stop.by,
  });
}

function accepted(before: Ticket, after: Ticket, request: Request, here: Circumstances): Decision {
  const name = requestWords(request);
  const states = before.state === after.state ? after.state : `${before.state} -> ${after.state}`;
  const stands = `${after.id} is ${standing(after.state)}${after.hold ? ' and held' : ''}.`;
  const told = whatHappened(before, after, request, here);
  const changed = JSON.stringify(before) !== JSON.stringify(after);
  return {
    accepted: true,
    code: told?.code ?? 'ok',
    message: told?.words ?? stands,
    ...(told ? { isNews: true } : {}),
    ticket: changed ? after : null,
    quarantine: null,
    transition: `${name}: ${states}${earlyWords(before, request)}`,
  };
}

/** Requests about an attempt in hand. */
const ofAttempt: readonly Request['kind'][] = ['bind', 'delivered', 'lost', 'quota', 'stopped_by_person'];

/** As the history names it; of what was taken out of quarantine so much that it is found there. */
function requestWords(request: Request): string {
  const isOfEntry = request.kind === 'accept' || request.kind === 'discard';
  return isOfEntry ? `${request.kind} ${request.digest.slice(0, 8)}` : rowName(request);
}

function noRow(ticket: Ticket, request: Request): { refused: ReasonCode; message: string } {
  const code = ofAttempt.includes(request.kind) ? 'not-executing' : 'no-row';
  return {
    refused: code,
    message: `${ticket.id} is ${standing(ticket.state)}; ${rowName(request).replaceAll('_', ' ')} does not apply.${isOpen(ticket.state) ? '' : ' A reopening puts it into the inbox.'}`,
  };
}

function refusal(
  code: ReasonCode,
  request: Request,
  ticket: Ticket | null = null,
  message: string = reasons[code],
): Decision {
  return {
    accepted: false,
    code,
    message,
    ticket,
    quarantine: null,
    transition: `${rowName(request)} refused: ${code}`,
  };
}
