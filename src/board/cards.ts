import { isoSeconds } from '../base/clock.ts';
import type { Scene } from '../engine/panel.ts';
import type { TicketFile } from '../engine/ports.ts';
import { stopping } from '../ticket/attempts.ts';
import { readTicket } from '../ticket/codec.ts';
import { explain } from '../ticket/explain.ts';
import type { Ticket } from '../ticket/format.ts';
import { priorities } from '../ticket/format.ts';
import { byPlace, rankOf } from '../ticket/order.ts';
import type { State } from '../ticket/states.ts';

/*
 * What a card shows of a ticket, as plain facts: whoever looks, the card is the same, so it is made once for all.
 */

export interface Card {
  id: string;
  title: string;
  /** The column it stands in. */
  state: State;
  owner: string | null;
  priority: Ticket['priority'];
  /** Where it stands among those that wait, 0 for the most urgent. */
  rank: number;
  phase: string | null;
  /** Of several. */
  phases: number;
  hold: boolean;
  /** Its file cannot be read: nothing can be asked of it. */
  isBroken: boolean;
  created: string | null;
  /** Why it stands where it stands, in a line. */
  note: string;
  code: string | null;
  /** Since when that is so. */
  since: string | null;
  run: { agent: string; attempt: number; started: string; bound: boolean; sign: string | null } | null;
  /** The attempt that is being stopped. */
  stopping: number | null;
}

/** When the run of a ticket's attempt gave its last sign of life (milliseconds), as far as it is known. */
export type SignOf = (id: string, attempt: number) => number | undefined;

/** The card of an open ticket, or of a closed one. One whose file cannot be read stands where it stood when it could. */
export function cardOf(file: TicketFile, scene: Scene, signOf: SignOf): Card {
  const ticket = file.ticket ?? readTicket(file.id, scene.snapshot.kept.get(file.path) ?? '').ticket;
  if (!ticket) return brokenCard(file);
  const { id, title, state, owner, priority, phases, hold, created, attempt } = ticket;
  const [stopped] = stopping(ticket);
  const sign = attempt?.run ? signOf(id, attempt.number) : undefined;
  return {
    id,
    title,
    state,
    owner,
    priority,
    rank: rankOf(ticket, scene),
    phase: phases.length > 1 ? ticket.phase : null,
    phases: phases.length,
    hold,
    isBroken: file.broken !== null,
    created,
    ...short(noteOf(file, file.broken ? { ...ticket, state: 'waiting' } : ticket, scene)),
    run: attempt && {
      agent: attempt.agent,
      attempt: attempt.number,
      started: attempt.run?.started ?? attempt.claimed,
      bound: attempt.run !== null,
      sign:
        attempt.run && sign !== undefined && sign > Date.parse(attempt.run.started) + 1000
          ? isoSeconds(sign)
          : null,
    },
    stopping: stopped?.number ?? null,
  };
}

function brokenCard({ id, broken }: TicketFile): Card {
  return {
    id,
    title: 'Its file cannot be read',
    state: 'blocked',
    owner: null,
    priority: 'normal',
    rank: priorities.indexOf('normal'),
    phase: null,
    phases: 1,
    hold: false,
    isBroken: true,
    created: null,
    note: broken?.message ?? '',
    code: broken?.code ?? 'bad-yaml',
    since: null,
    run: null,
    stopping: null,
  };
}

type Note = Pick<Card, 'note' | 'code' | 'since'>;

/** The nearest reason why it is not worked; of what people look at themselves what was said last. */
function noteOf(
  file: TicketFile,
  { state, attempts }: Pick<Ticket, 'state' | 'attempts'>,
  scene: Scene,
): Note {
  const last = attempts.at(-1);
  switch (state) {
    case 'inbox':
    case 'in_progress':
      return note('');
    case 'review':
      return { ...note(last?.accepted?.summary ?? last?.reason ?? ''), since: last?.ended ?? null };
    case 'done':
    case 'cancelled':
      return { ...note(last?.reason ?? ''), since: file.ticket && closedAt(file.ticket) };
    default: {
      const { reasons, next } = explain(file, { ...scene, configBroken: null });
      const [reason] = reasons;
      return reason ? { note: untold(reason), code: reason.code, since: reason.since } : note(next);
    }
  }
}

/** Without the word that the code beside it says already. */
function untold({ code, message }: { code: string; message: string }): string {
  const [first = ''] = message.split(/[ :]/);
  return first.toLowerCase() === code ? message.slice(first.length).replace(/^[ :]+/, '') : message;
}

/** A card has room for a few lines; the ticket's page has all of it. */
const noteMax = 150;

function short({ note: text, ...rest }: Note): Note {
  const line = text.replace(/\s+/g, ' ').trim();
  const isLong = line.length > noteMax;
  return { ...rest, note: isLong ? `${line.slice(0, noteMax).replace(/\p{Surrogate}$/u, '')}…` : line };
}

const note = (text: string): Note => ({ note: text, code: null, since: null });

/** When a closed ticket was last worked or asked anything, as near as its file tells. */
export function closedAt({ attempts, seen, created }: Ticket): string | null {
  const times = [attempts.at(-1)?.ended, attempts.at(-1)?.accepted?.at, ...Object.values(seen)];
  return (
    times
      .flatMap((time) => time ?? [])
      .sort()
      .at(-1) ?? created
  );
}

/** As columns list them: the most urgent first; of those that are closed, and reviewed, the latest first. */
export function inOrder(cards: readonly Card[]): Card[] {
  return [...cards].sort((a, b) => {
    const isClosed = a.state === 'done' || a.state === 'cancelled';
    return isClosed ? (b.since ?? '').localeCompare(a.since ?? '') : byPlace(a, b);
  });
}

/** What people look for on the board; it is in the address. */
export interface Filter {
  q: string;
  owner: string;
  priority: string;
}

export function readFilter(query: (name: string) => string | undefined): Filter {
  const word = (name: string) => (query(name) ?? '').trim().slice(0, 200);
  const priority = word('priority');
  return {
    q: word('q'),
    owner: word('owner'),
    priority: priorities.find((one) => one === priority) ?? '',
  };
}

/** Whether a card is to be seen; `owner` `-` stands for tickets without one. */
export function isShown({ id, title, owner, priority, note: why }: Card, filter: Filter): boolean {
  if (filter.priority && priority !== filter.priority) return false;
  if (filter.owner && (owner ?? '-') !== filter.owner) return false;
  const text = `${id} ${title} ${owner ?? ''} ${why}`.toLowerCase();
  return filter.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
