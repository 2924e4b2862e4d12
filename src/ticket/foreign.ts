import type { Config } from './config.ts';
import { decide } from './decide.ts';
import type { View } from './decision.ts';
import type { Ticket } from './format.ts';
import { landWaiting } from './landing.ts';
import type { Request } from './requests.ts';
import { stateWords } from './states.ts';

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
  /** The request that the edit amounts to, for the history; null for a plain edit of text. */
  request: Request | null;
  /** What was put back, in words; empty where the edit stands as it is. */
  putBack: string[];
}

/** Fields that people edit; everything else in the file is Signalbox's own record. */
const free = ['title', 'owner', 'priority', 'phases', 'body', 'not_before'] as const;

/**
 * Judges an edit of a ticket file that somebody pushed past Signalbox. It must be an edit of people's own fields or
 * amount to a row of the table; all else is put back. Where the pusher is unknown only what restricts stands.
 */
export function admitEdit(
  before: Ticket,
  after: Ticket,
  pusher: Pusher,
  view: View,
  now: number,
  config: Config,
): Admission {
  const putBack: string[] = [];
  const request = asRequest(before, after, pusher, now);
  const decision =
    request && mayAsk(request, pusher) ? decide(before, request, view, now, config) : undefined;
  const base = decision?.ticket ?? before;
  if ((before.state !== after.state || before.hold !== after.hold) && !decision?.accepted) {
    const change = `${stateWords(before.state)} to ${stateWords(after.state)}`;
    putBack.push(`state ${change}${decision ? ` (${decision.code})` : ''}`);
  }
  const edited = pusher.mayWrite ? { ...base, ...pick(after) } : base;
  if (!pusher.mayWrite && free.some((field) => differs(before, after, field)))
    putBack.push('text by an unknown pusher');
  const own = Object.keys(before) as (keyof Ticket)[];
  const touched = own.filter(
    (field) => !isPeoples(field) && differs(before, after, field) && differs(edited, after, field),
  );
  if (touched.length > 0) putBack.push(`Signalbox's own fields: ${touched.join(', ')}`);
  const ticket = keepPhase(edited);
  return { ticket, request: decision?.accepted ? request : null, putBack };
}

/**
 * Judges a ticket file that somebody added. It is born as itself where it waits or lies in the inbox; as `todo` only
 * from somebody who may release it. It cannot be born with a past.
 */
export function admitNew(added: Ticket, pusher: Pusher, nowIso: string): Admission {
  const putBack: string[] = [];
  const born: Ticket = {
    ...added,
    created: added.created ?? nowIso,
    attempt: null,
    attempts: [],
    seen: {},
    restricted_at: null,
    mirrored: null,
    issue: null,
    lifetime: { attempts: 0, retries: 0, granted: 0, minutes: 0 },
    blocked: null,
    released: null,
    phase: added.phases[0] ?? added.phase,
  };
  if (added.attempt || added.attempts.length > 0) putBack.push('attempts that never were');
  if (added.issue !== null) putBack.push('an issue number: Signalbox links issues itself');
  if (added.state === 'waiting') {
    const stop = added.waiting ?? {
      kind: 'parked' as const,
      reason: 'born waiting',
      by: pusher.login,
      since: nowIso,
    };
    return { ticket: { ...born, waiting: stop, restricted_at: nowIso }, request: null, putBack };
  }
  if (added.state === 'todo' && pusher.mayWrite && !added.hold) {
    return {
      ticket: { ...born, waiting: null, released: { by: pusher.login, at: nowIso } },
      request: null,
      putBack,
    };
  }
  if (added.hold) {
    const held = { kind: 'parked' as const, reason: 'held', by: pusher.login };
    return { ticket: landWaiting(born, Date.parse(nowIso), held), request: null, putBack };
  }
  if (added.state !== 'inbox') putBack.push(`born as ${stateWords(added.state)}`);
  return { ticket: { ...born, state: 'inbox', waiting: null }, request: null, putBack };
}

/** The request that a pushed change of state amounts to, if any. */
function asRequest(before: Ticket, after: Ticket, pusher: Pusher, now: number): Request | null {
  const at = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const asked = { source: `push:${pusher.commit}`, at, actor: pusher.login };
  const reason = after.waiting?.reason ?? '';
  if (after.state === 'waiting' && (before.state !== 'waiting' || differs(before, after, 'waiting'))) {
    return { ...asked, kind: 'park', reason, ...(after.waiting?.when ? { when: after.waiting.when } : {}) };
  }
  if (before.state === after.state) {
    if (after.hold === before.hold) return null;
    return after.hold ? { ...asked, kind: 'hold' } : { ...asked, kind: 'release' };
  }
  if (after.state === 'todo' && before.state === 'blocked') return { ...asked, kind: 'retry' };
  if (after.state === 'todo') return { ...asked, kind: 'release' };
  if (after.state === 'cancelled') return { ...asked, kind: 'cancel', reason };
  if (after.state === 'inbox') return { ...asked, kind: 'reopen' };
  if (after.state === 'done' && before.state === 'review') return { ...asked, kind: 'approve' };
  return null;
}

/** Anybody's restriction stands; the rest needs somebody who may write. */
function mayAsk(request: Request, pusher: Pusher): boolean {
  const restricts = request.kind === 'hold' || (request.kind === 'park' && request.when === undefined);
  return restricts || pusher.mayWrite;
}

function pick(ticket: Ticket): Pick<Ticket, (typeof free)[number]> {
  return Object.fromEntries(free.map((field) => [field, ticket[field]])) as Pick<
    Ticket,
    (typeof free)[number]
  >;
}

function isPeoples(field: keyof Ticket): boolean {
  return ['state', 'hold', 'waiting', ...free].includes(field);
}

function keepPhase(ticket: Ticket): Ticket {
  return ticket.phases.includes(ticket.phase)
    ? ticket
    : { ...ticket, phase: ticket.phases[0] ?? ticket.phase };
}

function differs(a: Ticket, b: Ticket, field: keyof Ticket): boolean {
  return JSON.stringify(a[field]) !== JSON.stringify(b[field]);
}
