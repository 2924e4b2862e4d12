import { occupiedBy } from '../ticket/attempts.ts';
import { readTicket } from '../ticket/codec.ts';
import { namedIn } from '../ticket/conditions.ts';
import type { Entry, View } from '../ticket/decision.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import type { State } from '../ticket/states.ts';
import { isFull } from '../ticket/yaml.ts';
import type { Snapshot } from './ports.ts';

/** By more than this, in milliseconds, no clock of ours is wrong: a commit dated later was dated so by its author. */
const clockErrorMs = 10 * 60_000;

/** When a decision on this head is made (milliseconds): `now`, and never before the head, whose clock may be ahead. */
export function momentAt({ headTime }: Snapshot, now: number): number {
  return headTime > now + clockErrorMs ? now : Math.max(now, headTime);
}

/** The view of a head for deciding about the tickets `ids`: what their conditions name may lie in the archive. */
export async function viewOf(
  snapshot: Snapshot,
  ids: Iterable<string>,
  entries?: ReadonlyMap<string, readonly Entry[]>,
): Promise<WorkingView> {
  const archived = new Map<string, State>();
  for (const id of ids) {
    const ticket = snapshot.tickets.get(id)?.ticket;
    for (const other of [ticket?.waiting?.when, ticket?.start_when].flatMap((when) =>
      when ? namedIn(when) : [],
    )) {
      const file = snapshot.tickets.has(other) ? null : await snapshot.archived(other);
      if (file?.ticket) archived.set(other, file.ticket.state);
    }
  }
  return new WorkingView(snapshot, archived, entries);
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
  readonly #archived: ReadonlyMap<string, State>;
  readonly #byIssue = new Map<number, string>();
  readonly #entries: ReadonlyMap<string, readonly Entry[]>;

  constructor(
    snapshot: Snapshot,
    archived: ReadonlyMap<string, State> = new Map(),
    entries: ReadonlyMap<string, readonly Entry[]> = new Map(),
  ) {
    this.desk = snapshot.desk;
    this.#entries = entries;
    this.#archived = archived;
    this.#files = snapshot.tickets;
    for (const { id, path, ticket } of snapshot.tickets.values()) {
      if (ticket) this.set(ticket);
      else this.#occupy(readTicket(id, snapshot.kept.get(path) ?? '').ticket, 1);
    }
  }

  /** Puts the next state of a ticket in the place of its present one. */
  set(ticket: Ticket): void {
    const before = this.#tickets.get(ticket.id);
    this.#occupy(before, -1);
    this.#occupy(ticket, 1);
    this.#tickets.set(ticket.id, ticket);
    if (ticket.issue !== null) this.#byIssue.set(ticket.issue, ticket.id);
  }

  get(id: string): Ticket | undefined {
    return this.#tickets.get(id);
  }

  all(): Ticket[] {
    return [...this.#tickets.values()];
  }

  stateOf(id: string): State | undefined {
    return this.#tickets.get(id)?.state ?? this.#archived.get(id);
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

  /** A ticket whose file cannot be read occupies its agents like any other: they go on. */
  #occupy(ticket: Ticket | null | undefined, by: number): void {
    if (!ticket) return;
    for (const agent of occupiedBy(ticket)) {
      this.occupied.set(agent, (this.occupied.get(agent) ?? 0) + by);
      const ids = this.occupants.get(agent) ?? new Set();
      if (by > 0) ids.add(ticket.id);
      else ids.delete(ticket.id);
      this.occupants.set(agent, ids);
    }
  }
}
