import { isoSeconds } from '../base/clock.ts';
import { conditionWords } from './condition-words.ts';
import { decide } from './decide.ts';
import type { View } from './decision.ts';
import { afterFault, parentFault } from './dependencies.ts';
import { type Desk, formatVersion, openDesk, ticket as schema, type Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { phasesFault } from './phase-acts.ts';
import type { ReasonCode } from './reasons.ts';
import { type Request, type RequestKind, waking } from './requests.ts';
import { isOpen, stateWords } from './states.ts';

/** Who pushed a foreign commit, as the forge says, not as the commit says of itself. */
export interface Pusher {
  /** The commit they pushed, for the record. */
  commit: string;
  login: string;
  /** Whether they may write to the repository. Someone unknown, or a bot, may not. */
  mayWrite: boolean;
}

/** What becomes of a pushed change to a ticket: the ticket as it shall stand, and why it differs from what was pushed. */
export interface Admission {
  ticket: Ticket;
  /** The requests that the edit amounts to and that were carried out; none for a plain edit of text. */
  did: RequestKind[];
  /** What was put back, in words; empty where the edit stands as it is. */
  putBack: string[];
}

/** Fields that people edit at will; `state`, `hold`, `waiting` and `phases` are read as requests, all else is Signalbox's own record. */
const free: readonly (keyof Ticket)[] = [
  'title',
  'owner',
  'priority',
  'body',
  'budget',
  'not_before',
  'mirror',
  'after',
  'parent',
];
const asking: readonly (keyof Ticket)[] = ['state', 'hold', 'waiting', 'phases'];

/**
 * Judges an edit of a ticket file that somebody pushed past Signalbox. It must be an edit of people's own fields or
 * amount to rows of the table; all else is put back. Where the pusher may not write only what restricts stands.
 */
export function admitEdit(
  before: Ticket,
  after: Ticket,
  pusher: Pusher,
  { view, now, config }: Circumstances,
): Admission {
  const did: RequestKind[] = [];
  const putBack: string[] = [];
  let ticket = before;
  const requests = asRequests(before, after, pusher, now);
  for (const request of requests) {
    const decision = mayAsk(request, pusher) ? decide(ticket, request, view, now, config) : null;
    if (decision?.accepted) did.push(request.kind);
    else putBack.push(refused(request.kind, decision?.code ?? 'not-permitted'));
    ticket = (decision?.accepted && decision.ticket) || ticket;
  }
  if (requests.every(({ kind }) => kind === 'phases') && before.state !== after.state)
    putBack.push(`state ${stateWords(before.state)} to ${stateWords(after.state)} (no-row)`);
  if (did.includes('park') && after.waiting?.when && !pusher.mayWrite)
    putBack.push('what it would wait for (not-permitted)');
  const past = pusher.mayWrite && did.includes('park') ? after.waiting?.when : undefined;
  if (past && !ticket.waiting?.when)
    putBack.push(`what it would wait for (bad-condition): ${conditionWords(past)}, of which some is past`);
  if (did.includes('reopen') && after.state !== 'inbox')
    putBack.push(`state to ${stateWords(after.state)}: what was closed opens into the inbox`);
  if (did.includes('report') && ticket.state !== after.state)
    putBack.push(`state to ${stateWords(after.state)}: it waits, and only a release wakes it`);
  if (ticket.hold && !after.hold && !requests.some(wakes)) putBack.push(refused('release', 'held'));
  const circular = tied(ticket, before, after, view);
  putBack.push(...circular.values());
  const edits = editsOf(before, after).filter((field) => !circular.has(field));
  for (const field of ['mirror', 'owner'] as const)
    if (differs(before, after, field) && !edits.includes(field)) putBack.push(`${field}: ${settled[field]}`);
  if (pusher.mayWrite) ticket = keepPhase({ ...ticket, ...picked(after, edits) });
  else if (edits.length > 0) putBack.push(`${edits.join(', ')} (not-permitted)`);
  const own = (Object.keys(before) as (keyof Ticket)[]).filter(
    (field) =>
      ![...free, ...asking].includes(field) &&
      !(field === 'reports' && addedReports(before, after).length > 0) &&
      differs(before, after, field),
  );
  const forged = own.filter((field) => differs(ticket, after, field));
  if (forged.length > 0) putBack.push(`Signalbox's own fields: ${forged.join(', ')}`);
  return { ticket, did, putBack };
}

/**
 * Judges a ticket file that somebody added: as an edit of a ticket with the same text that lay in the inbox. So it is
 * born without a past, and waits or is `todo` only as its pusher may park or release it.
 */
export function admitNew(added: Ticket, pusher: Pusher, here: Circumstances): Admission {
  const bare = { ...added, after: [], parent: null };
  const circular = tied(bare, bare, added, here.view);
  const untied = free.filter((field) => !circular.has(field));
  const [first = added.phase] = Object.keys(here.config.phases);
  const chosen = isUnnamed(added, here.config) ? [first] : added.phases;
  const mayChoose = pusher.mayWrite && phasesFault(chosen, here.config.phases) === null;
  const phase = (mayChoose ? chosen[0] : undefined) ?? first;
  const birth = { created: added.created ?? isoSeconds(here.now), phase };
  const text = picked(added, ['id', ...untied]);
  const inbox = schema.parse({ format: formatVersion, ...text, ...birth, phases: [first] });
  return admitEdit(inbox, { ...added, ...birth, phases: chosen }, pusher, here);
}

/** Whether a new file names no phases, as far as one can tell: what the format puts there the config does not have. */
function isUnnamed({ phases }: Ticket, config: Circumstances['config']): boolean {
  return phases.length === 1 && phases[0] === 'dev' && !Object.hasOwn(config.phases, 'dev');
}

/**
 * Judges an edit of the desk's switches; null where there is no such file. Somebody who may write throws them both
 * ways, anybody else only on. What the desk itself remembers is nobody's to edit.
 */
export function admitDesk(
  before: Desk | null,
  after: Desk | null,
  pusher: Pusher,
  now: number,
): { desk: Desk | null; putBack: string[] } {
  if (!after)
    return { desk: before, putBack: before ? ['the switches are thrown, not deleted with their file'] : [] };
  const was = before ?? openDesk;
  const wanted = pusher.mayWrite
    ? { paused: after.paused, draining: after.draining, profiles: after.profiles }
    : {
        paused: was.paused || after.paused,
        draining: was.draining || after.draining,
        profiles: { ...after.profiles, ...was.profiles },
      };
  const isThrown = wanted.paused !== was.paused || wanted.draining !== was.draining;
  const thrown = isThrown ? { by: pusher.login, since: isoSeconds(now) } : {};
  const refusedAll = wanted.paused !== after.paused || wanted.draining !== after.draining;
  return { desk: { ...was, ...wanted, ...thrown }, putBack: refusedAll ? ['switches (not-permitted)'] : [] };
}

/** The fields of a ticket that are its people's. */
export function wordsOf(ticket: Ticket): Partial<Ticket> {
  return picked(ticket, free);
}

/** What changed from one version of a file to another, done to a third. */
export function rebase(from: Ticket, to: Ticket, onto: Ticket): Ticket {
  const fields = Object.keys(to) as (keyof Ticket)[];
  return {
    ...onto,
    ...picked(
      to,
      fields.filter((field) => differs(from, to, field)),
    ),
  };
}

/** What an edit names that a ticket may not wait for, or be a part of, field by field. */
function tied(ticket: Ticket, before: Ticket, after: Ticket, view: View): Map<keyof Ticket, string> {
  const faults = {
    after: differs(before, after, 'after') ? afterFault(ticket, after.after, view) : null,
    parent: differs(before, after, 'parent') ? parentFault(ticket, after.parent, view) : null,
  };
  const found = new Map<keyof Ticket, string>();
  for (const field of ['after', 'parent'] as const) {
    const fault = faults[field];
    if (fault) found.set(field, `${field} (${fault.refused}): ${fault.message}`);
  }
  return found;
}

/** The requests that a pushed change amounts to. Of a wake and a hold in one edit the hold comes last, and stands. */
function asRequests(before: Ticket, after: Ticket, pusher: Pusher, now: number): Request[] {
  const asked = { source: `push:${pusher.commit}`, at: isoSeconds(now), actor: pusher.login };
  const byState = ofState(before, after, pusher);
  const added = addedReports(before, after).map(
    ({ state, summary, link }) => ({ kind: 'report', state, summary, ...(link ? { link } : {}) }) as const,
  );
  // A state that is changed beside them is what they say.
  const said = added.length > 0 && byState?.kind === 'report' ? added : [byState ?? [], added].flat();
  const chosen = differs(before, after, 'phases') ? [{ kind: 'phases', phases: after.phases } as const] : [];
  const requests: Request[] = [...chosen, ...said].map((one) => ({ ...asked, ...one }));
  if (after.hold && (requests.some(wakes) || !before.hold)) requests.push({ ...asked, kind: 'hold' });
  // Elsewhere clearing the hold would wake the ticket, and its state does not say so.
  const runs = before.state === 'in_progress' || before.state === 'review';
  if (!byState && runs && before.hold && !after.hold) requests.push({ ...asked, kind: 'release' });
  return requests;
}

const wakes = ({ kind }: Request): boolean => waking.includes(kind);

type Asked =
  | { kind: 'release' | 'retry' | 'reopen' | 'approve' }
  | Pick<Extract<Request, { kind: 'park' }>, 'kind' | 'when' | 'reason'>
  | Pick<Extract<Request, { kind: 'report' }>, 'kind' | 'state' | 'summary' | 'link'>
  | { kind: 'cancel'; reason: string };

function ofState(before: Ticket, after: Ticket, { mayWrite }: Pusher): Asked | null {
  const reason = after.waiting?.reason ?? '';
  // A merge that brings an old copy back: it is open again, and no more than that.
  if (!isOpen(before.state)) return isOpen(after.state) ? { kind: 'reopen' } : null;
  if (after.state === 'waiting' && (before.state !== 'waiting' || differs(before, after, 'waiting'))) {
    // A condition wakes the ticket one day: from who may not release it the park alone counts.
    const when = mayWrite ? after.waiting?.when : undefined;
    return { kind: 'park', reason, ...(when ? { when } : {}) };
  }
  if (before.state === after.state) return null;
  const isElsewhere = before.mirror && (before.state === 'in_progress' || before.state === 'review');
  if (after.state === 'todo' && !isElsewhere)
    return { kind: before.state === 'blocked' ? 'retry' : 'release' };
  if (after.state === 'cancelled') return { kind: 'cancel', reason };
  if (before.mirror && after.state !== 'inbox' && after.state !== 'waiting')
    return { kind: 'report', state: after.state, summary: '' };
  if (after.state === 'done' && before.state === 'review') return { kind: 'approve' };
  return null;
}

/** Reports that somebody wrote below those that there were. */
function addedReports(before: Ticket, after: Ticket): Ticket['reports'] {
  const kept = after.reports.slice(0, before.reports.length);
  return JSON.stringify(kept) === JSON.stringify(before.reports)
    ? after.reports.slice(before.reports.length)
    : [];
}

/**
 * Of people's own fields those that changed and may. Where a ticket is worked is settled before anything of it was, and
 * whose it is not while it is in review: either edit would undo what keeps its gates.
 */
function editsOf(before: Ticket, after: Ticket): (keyof Ticket)[] {
  const { state, attempts } = before;
  const isUntouched = attempts.length === 0 && (state === 'inbox' || state === 'todo' || state === 'waiting');
  const may = { mirror: isUntouched, owner: state !== 'review' };
  return free.filter(
    (field) => differs(before, after, field) && !(field in may && !may[field as keyof typeof may]),
  );
}

const settled = {
  mirror: 'it was worked on, so where it is worked stays as it is',
  owner: 'it is in review, and its owner may not approve it: reject it first',
};

/** Anybody's restriction stands; the rest needs somebody who may write. */
function mayAsk(request: Request, pusher: Pusher): boolean {
  return request.kind === 'hold' || request.kind === 'park' || pusher.mayWrite;
}

const refused = (kind: RequestKind, code: ReasonCode): string => `${kind} (${code})`;

function picked(ticket: Ticket, fields: readonly (keyof Ticket)[]): Partial<Ticket> {
  return Object.fromEntries(fields.map((field) => [field, ticket[field]]));
}

function keepPhase(ticket: Ticket): Ticket {
  return ticket.phases.includes(ticket.phase)
    ? ticket
    : { ...ticket, phase: ticket.phases[0] ?? ticket.phase };
}

function differs(a: Ticket, b: Ticket, field: keyof Ticket): boolean {
  return JSON.stringify(a[field]) !== JSON.stringify(b[field]);
}
