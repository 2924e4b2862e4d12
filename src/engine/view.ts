import { occupiedBy } from '../ticket/attempts.ts';
import { readTicket } from '../ticket/codec.ts';
import { namedIn } from '../ticket/conditions.ts';
import type { Entry, View } from '../ticket/decision.ts';
import { needsOf } from '../ticket/dependencies.ts';
import { type Part, partsOf } from '../ticket/family.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import type { State } from '../ticket/states.ts';
import { isFull } from '../ticket/yaml.ts';
import type { Snapshot, TicketFile } from './ports.ts';

/** By more than this, in milliseconds, no clock of ours is wrong: a commit dated later was dated so by its author. */
const clockErrorMs = 10 * 60_000;

/** When a decision on this head is made (milliseconds): `now`, and never before the head, whose clock may be ahead. */
export function momentAt({ headTime }: Snapshot, now: number): number {
  return headTime > now + clockErrorMs ? now : Math.max(now, headTime);
}

/** A ticket whose file is broken as it stood when it could be read last; null where it never could. */
export function keptTicket(
  { kept }: Pick<Snapshot, 'kept'>,
  { id, path }: Pick<TicketFile, 'id' | 'path'>,
): Ticket | null {
  return readTicket(id, kept.get(path) ?? '').ticket;
}

/**
 * The view of a head for deciding about the tickets `ids`. What they wait for, and what else is `named`, may lie in the
 * archive.
 */
export async function viewOf(
  snapshot: Snapshot,
  ids: Iterable<string>,
  {
    entries,
    named = [],
  }: { entries?: ReadonlyMap<string, readonly Entry[]>; named?: readonly string[] } = {},
): Promise<WorkingView> {
  const others = [...ids].flatMap((id) => namedBy(snapshot.tickets.get(id)?.ticket));
  return new WorkingView(snapshot, await archivedOf(snapshot, [...others, ...named]), entries);
}

/** Ids of the tickets that a ticket, or what is asked of one, waits for. */
export function namedBy(
  asking: Partial<Pick<Ticket, 'waiting' | 'start_when' | 'after'>> | null | undefined,
): string[] {
  const conditions = [asking?.waiting?.when, asking?.start_when].flatMap((when) => when ?? []);
  return [...(asking?.after ?? []), ...conditions.flatMap(namedIn)];
}

/** The states of those of the tickets `ids` that lie in the archive. */
export async function archivedOf(snapshot: Snapshot, ids: readonly string[]): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  for (const id of new Set(ids)) {
    const file = snapshot.tickets.has(id) ? null : await snapshot.archived(id);
    if (file?.ticket) states.set(id, file.ticket.state);
  }
  return states;
}

/**
 * The facts of one head as the rules see them, moved on as a group is decided: the second claim of a group sees the
 * first. `archived` are states of archived tickets that conditions name, `entries` what lies in quarantine
 * and is asked about (`viewOf`).
 */
export class WorkingView implements View {
  desk: Desk;
  readonly occupied = new Map<string, number>();
  readonly occupants = new Map<string, Set<string>>();
  readonly #files: Snapshot['tickets'];
  readonly #tickets = new Map<string, Ticket>();
  /** What ran at the head, as far as it is judged. */
  readonly began: Map<string, number>;
  readonly #archived: Map<string, State>;
  /** Tickets whose file cannot be read, as they are kept. */
  readonly #kept = new Map<string, Ticket>();
  readonly #byIssue = new Map<number, string>();
  readonly #entries: ReadonlyMap<string, readonly Entry[]>;

  constructor(
    snapshot: Snapshot,
    archived: ReadonlyMap<string, State> = new Map(),
    entries: ReadonlyMap<string, readonly Entry[]> = new Map(),
  ) {
    this.desk = snapshot.desk;
    this.#entries = entries;
    this.#archived = new Map(archived);
    this.#files = snapshot.tickets;
    for (const file of snapshot.tickets.values()) {
      const { id, ticket } = file;
      const kept = ticket ? null : keptTicket(snapshot, file);
      if (ticket) this.set(ticket);
      if (!kept) continue;
      this.#kept.set(id, kept);
      this.#occupy(kept, 1);
    }
    this.began = new Map(this.occupied);
  }

  /** Puts the next state of a ticket in the place of its present one. */
  set(ticket: Ticket): void {
    const before = this.#tickets.get(ticket.id);
    this.#occupy(before, -1);
    this.#occupy(ticket, 1);
    this.#tickets.set(ticket.id, ticket);
    if (ticket.issue !== null) this.#byIssue.set(ticket.issue, ticket.id);
  }

  /** Takes a ticket as it was before a push that is yet to be judged, or that there was none: what the push shows never ran. */
  putBefore(id: string, ticket: Ticket | null): void {
    const shown = this.#open(id);
    this.#occupy(shown, -1, this.began);
    this.#occupy(ticket, 1, this.began);
    this.#occupy(shown, -1);
    this.#kept.delete(id);
    this.#tickets.delete(id);
    if (ticket) this.set(ticket);
  }

  get(id: string): Ticket | undefined {
    return this.#tickets.get(id);
  }

  all(): Ticket[] {
    return [...this.#tickets.values()];
  }

  stateOf(id: string): State | undefined {
    return this.#open(id)?.state ?? this.#archived.get(id);
  }

  /** Takes in what lies in the archive. */
  addArchived(states: ReadonlyMap<string, State>): void {
    for (const [id, state] of states) this.#archived.set(id, state);
  }

  lastRan(agent: string, level: number): number | null {
    if ((this.began.get(agent) ?? 0) >= level) return Number.POSITIVE_INFINITY;
    const at = this.desk.last_ran[agent]?.[level - 1];
    return at === undefined ? null : Date.parse(at);
  }

  needs(id: string): readonly string[] {
    const ticket = this.#open(id);
    return ticket ? needsOf(ticket) : [];
  }

  parentOf(id: string): string | null {
    return this.#open(id)?.parent ?? null;
  }

  running(): string[] {
    return this.all().flatMap(({ attempt }) => attempt?.run?.started ?? []);
  }

  isFull(id: string): boolean {
    return isFull(this.#files.get(id)?.text ?? '');
  }

  ticketOf(issue: number): string | undefined {
    return this.#byIssue.get(issue);
  }

  quarantined(id: string): readonly Entry[] {
    return this.#entries.get(id) ?? [];
  }

  partsOf(ticket: Pick<Ticket, 'id' | 'children'>): Part[] {
    return partsOf(ticket, [...this.#tickets.values(), ...this.#kept.values()]);
  }

  #open(id: string): Ticket | undefined {
    return this.#tickets.get(id) ?? this.#kept.get(id);
  }

  /** A ticket whose file cannot be read occupies its agents like any other: they go on. */
  #occupy(ticket: Ticket | null | undefined, by: number, counts = this.occupied): void {
    if (!ticket) return;
    for (const agent of occupiedBy(ticket)) {
      counts.set(agent, (counts.get(agent) ?? 0) + by);
      if (counts !== this.occupied) continue;
      const ids = this.occupants.get(agent) ?? new Set();
      if (by > 0) ids.add(ticket.id);
      else ids.delete(ticket.id);
      this.occupants.set(agent, ids);
    }
  }
}
