import { isoSeconds } from '../base/clock.ts';
import { refuse } from './act.ts';
import { beforeWork, closeBySignal, endedSince } from './closing.ts';
import type { Refusal } from './decision.ts';
import type { Ticket } from './format.ts';
import { gatesOf, metGate, stillMet, unmetGates } from './gates.ts';
import {
  type Circumstances,
  entering,
  landClosed,
  landCompleted,
  landNextPhase,
  landTodo,
  oneMoreRound,
  phaseAfter,
} from './landing.ts';
import { withMessage } from './messages.ts';
import { backFrom, type GateName, gateName, isReviewing, unknownPhase } from './phases.ts';
import { branchSeen, isBot, isOfOlderHead, isOwnWork, isPusherUnknown, unknownPusher } from './pushers.ts';
import { chosen } from './questions.ts';
import { quoteWords } from './quotes.ts';
import type { RequestOf } from './requests.ts';
import { headOf, isShown, rejectedTo, voidPhase } from './reviews.ts';
import { claimFault } from './signals.ts';

/*
 * How a ticket goes from phase to phase: what its agents say, what meets a gate, and what a push does to both.
 */

/** The agent of a working phase says that it is complete. */
export function done(ticket: Ticket, request: RequestOf<'signal'>, now: Circumstances): Ticket | Refusal {
  const fault = faultOf(ticket, request, now);
  return fault ? refuse(fault) : landCompleted(closeBySignal(ticket, request, now), now);
}

/** A reviewing agent approves the commit that it was given. Of another than the present head it is kept, and not counted. */
export const approved = done;

/** A reviewing agent sends the work back. Of another commit than the present head it does not count: that is reviewed anew. */
export function rejected(ticket: Ticket, request: RequestOf<'signal'>, now: Circumstances): Ticket | Refusal {
  const fault = faultOf(ticket, request, now);
  if (fault) return refuse(fault);
  const closed = closeBySignal(ticket, request, now);
  if ((ticket.attempt?.commit ?? null) !== headOf(ticket)) return landTodo(closed, now);
  const back = entering(closed, rejectedTo(ticket, request.signal?.phase, now.config));
  return oneMoreRound(back, now, `${request.actor} rejected it in ${ticket.phase}.`);
}

function faultOf(ticket: Ticket, { signal }: RequestOf<'signal'>, { config }: Circumstances) {
  return signal ? claimFault(signal, ticket, config) : undefined;
}

/** Somebody who may approves: one gate, of the work as it stands now. */
export function approve(ticket: Ticket, request: RequestOf<'approve'>, now: Circumstances): Ticket | Refusal {
  // One that names its commit says by itself what it is of.
  if (request.commit === undefined && endedSince(ticket, request.at)) return refuse('no-row', beforeWork);
  const absent = absentGate(ticket, 'person', now);
  if (absent) return absent;
  if (isOwnWork(ticket, request.actor)) return refuse('own-work');
  if (isOfOther(ticket, request)) return refuse('old-commit');
  if (ticket.branch !== null && !isShown(ticket)) return refuse('work-not-shown');
  if (isPusherUnknown(ticket)) return refuse('pusher-unknown');
  return meet(ticket, 'person', request, now);
}

/** Somebody answers the question of a gate with one of its options, by its number or in its words. */
export function decideGate(
  ticket: Ticket,
  request: RequestOf<'decide'>,
  now: Circumstances,
): Ticket | Refusal {
  if (endedSince(ticket, request.at)) return refuse('no-row', beforeWork);
  const absent = absentGate(ticket, 'decision', now);
  if (absent) return absent;
  const gate = gatesOf(ticket, now.config).find((one) => gateName(one) === 'decision');
  if (typeof gate !== 'object' || !('decision' in gate)) return refuse('no-such-gate');
  const { question, options } = gate.decision;
  const words = chosen({ options }, request.option)?.trim().toLowerCase();
  const choice = options.find((one) => one.toLowerCase() === words);
  if (choice === undefined)
    return refuse('no-such-option', `The options are: ${options.map((one) => quoteWords(one)).join(', ')}.`);
  const told = withMessage(ticket, request, `${question} ${choice}`);
  return 'refused' in told ? told : meet(told, 'decision', request, now, choice);
}

/** The forge says that checks are green at a commit. */
export function passed(ticket: Ticket, request: RequestOf<'passed'>, now: Circumstances): Ticket | Refusal {
  const absent = absentGate(ticket, 'checks', now);
  if (absent) return absent;
  const isHead = request.commit === headOf(ticket) && isShown(ticket);
  return isHead ? meet(ticket, 'checks', request, now) : refuse('old-commit');
}

/**
 * Its pull request was merged. In review that meets the gate `merged` and no other, unless the phase names none at all. A
 * ticket with nothing else left to do is done by it wherever it lies.
 */
export function merged(ticket: Ticket, request: RequestOf<'merged'>, now: Circumstances): Ticket | Refusal {
  const { phases } = now.config;
  const gates = phases[ticket.phase]?.gate ?? [];
  if (ticket.state === 'review' && gates.length > 0) {
    const absent = absentGate(ticket, 'merged', now);
    if (absent) return absent;
    const isNamed = request.commit !== undefined && ticket.branch !== null;
    if (isNamed && request.commit === headOf(ticket) && isShown(ticket))
      return meet(ticket, 'merged', request, now);
    if (endedSince(ticket, request.at)) return refuse('no-row', beforeWork);
    return isNamed ? refuse('old-commit') : meet(ticket, 'merged', request, now);
  }
  if (ticket.state === 'review')
    return endedSince(ticket, request.at) ? refuse('no-row', beforeWork) : landNextPhase(ticket, now);
  const unknown = unknownPhase(phases, ticket.phase);
  if (unknown !== null) return refuse('bad-phase', unknown);
  if (phaseAfter(ticket) !== undefined) return refuse('no-row', 'Phases are left to do.');
  const judges = isReviewing(phases, ticket.phase) || gates.some((gate) => gate !== 'merged');
  return judges ? refuse('no-row', `Phase ${ticket.phase} is left to do.`) : landClosed(ticket, 'done');
}

/**
 * The ticket branch has a head that was not seen before. What was said of another counts no more: gates are open again,
 * and a review that was passed is to be done again. What runs goes on, and is judged by it when it ends (S8).
 */
export function pushed(ticket: Ticket, request: RequestOf<'pushed'>, now: Circumstances): Ticket | Refusal {
  const { branch } = ticket;
  const commit = request.commit ?? branch?.commit ?? null; // one that was deleted after its merge says nothing new
  const seen = branchSeen(ticket, request, { commit, at: isoSeconds(now.now) });
  if (JSON.stringify(seen) === JSON.stringify(branch)) return refuse('already-so');
  const moved: Ticket = { ...ticket, branch: seen };
  if (branch && branch.commit === commit && branch.work === request.work) return moved; // who pushed it is known now
  const counted: Ticket = { ...moved, gates: stillMet(moved) };
  const back = ticket.attempt === null ? voidPhase(counted, now.config) : undefined;
  if (back === undefined || (back === ticket.phase && ticket.state !== 'review')) return counted;
  const again = entering(counted, back);
  if (ticket.state !== 'review' && ticket.state !== 'todo') return again;
  // Unless a person means it (to push there takes write access) it is one of the rounds that are bounded (S9).
  const isAgents = Object.hasOwn(now.config.agents, seen.by);
  const isPersons = !isAgents && !isBot(seen.by) && seen.by !== unknownPusher;
  return isPersons ? landTodo(again, now) : oneMoreRound(again, now, `${seen.by} changed what was approved.`);
}

/** A person sends the work back. */
export function reject(ticket: Ticket, request: RequestOf<'reject'>, now: Circumstances): Ticket | Refusal {
  if (request.commit === undefined && endedSince(ticket, request.at)) return refuse('no-row', beforeWork);
  if (isOfOther(ticket, request)) return refuse('old-commit');
  const phase = request.phase ?? backFrom(now.config.phases, ticket, ticket.phase);
  if (!ticket.phases.includes(phase))
    return refuse('bad-phase', `${ticket.id} has no phase ${quoteWords(phase)}.`);
  const told = withMessage(entering(ticket, phase), request, request.reason);
  if ('refused' in told) return told;
  // A stop that is not older counts, though it was read while the ticket was closed and found nothing to stop.
  const isStopped = ticket.restricted_at !== null && request.at <= ticket.restricted_at;
  return landTodo({ ...told, hold: told.hold || isStopped }, now);
}

/** Other phases, or another order. The one in hand stays, where it is among them; else it begins with the first. */
export function choosePhases(
  ticket: Ticket,
  { phases }: RequestOf<'phases'>,
  now: Circumstances,
): Ticket | Refusal {
  const fault = phasesFault(phases, now.config.phases);
  if (fault) return refuse('bad-phase', fault);
  if (JSON.stringify(phases) === JSON.stringify(ticket.phases)) return refuse('already-so');
  const chosen = [...phases];
  if (phases.includes(ticket.phase)) return { ...ticket, phases: chosen };
  if (ticket.state === 'review')
    return refuse('bad-phase', `${ticket.id} is in review of ${ticket.phase}: approve or reject it first.`);
  const first = entering({ ...ticket, phases: chosen }, phases[0] ?? ticket.phase);
  return ticket.state === 'todo' ? landTodo(first, now) : first;
}

/** Why a ticket may not have these phases; null where it may. */
export function phasesFault(
  chosen: readonly string[],
  known: Circumstances['config']['phases'],
): string | null {
  const names = Object.keys(known).join(', ');
  const unknown = chosen.find((one) => !Object.hasOwn(known, one));
  if (unknown !== undefined) return `There is no phase ${quoteWords(unknown)}. There are: ${names}.`;
  if (chosen.length === 0) return `A ticket has one phase at least, of: ${names}.`;
  return new Set(chosen).size < chosen.length ? 'Each phase stands there once.' : null;
}

/** Why an act meets no gate of the phase in hand; null where it may. */
function absentGate(ticket: Ticket, name: GateName, { config }: Circumstances): Refusal | null {
  if (metGate(ticket, name)) return refuse('already-so');
  if (gatesOf(ticket, config).some((gate) => gateName(gate) === name)) return null;
  const waits = unmetGates(ticket, config).map(gateName);
  return refuse('no-such-gate', `Phase ${ticket.phase} waits for: ${waits.join(', ')}.`);
}

function meet(
  ticket: Ticket,
  gate: GateName,
  { actor }: { actor: string },
  now: Circumstances,
  choice?: string,
): Ticket {
  const entry = { gate, by: actor, at: isoSeconds(now.now), commit: headOf(ticket) };
  const met = { ...ticket, gates: [...ticket.gates, choice === undefined ? entry : { ...entry, choice }] };
  return unmetGates(met, now.config).length > 0 ? met : landNextPhase(met, now);
}

/** Whether what somebody says of the work is of another head than the present one, or may be. */
function isOfOther(ticket: Ticket, request: RequestOf<'approve' | 'reject'>): boolean {
  const { commit } = request;
  return commit === undefined ? isOfOlderHead(ticket, request) : commit !== headOf(ticket);
}
