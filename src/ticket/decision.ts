import type { Part } from './family.ts';
import type { Desk, Quarantined, Ticket } from './format.ts';
import type { ReasonCode } from './reasons.ts';
import type { State } from './states.ts';

/** What lies in quarantine at one head; `kept` is null where the file cannot be read. */
export interface Entry {
  path: string;
  attempt: number;
  digest: string;
  kept: Quarantined | null;
}

/** Why a row that fits the state does not apply all the same. */
export interface Refusal {
  refused: ReasonCode;
  message?: string;
}

/** Pure facts of one head beyond the ticket itself: all that a rule may look at. */
export interface View {
  desk: Desk;
  /** Attempts that occupy an agent: open ones, and closed ones whose run was not yet seen to end. By profile. */
  occupied: ReadonlyMap<string, number>;
  /** The tickets whose attempts these are, by profile. */
  occupants: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * When an agent last ran `level` attempts at the same time, in milliseconds: infinity where it does, or did right up to
   * this commit; null where that is longer ago than anybody asks.
   */
  lastRan(agent: string, level: number): number | null;
  /** The tickets that must be done before this one can start (`needsOf`). */
  needs(id: string): readonly string[];
  /** The ticket that this one is a part of. */
  parentOf(id: string): string | null;
  /** The parts of a ticket, closed ones included. */
  partsOf(ticket: Pick<Ticket, 'id' | 'children'>): readonly Part[];
  /** The state of any ticket, archived ones included; undefined where there is none. */
  stateOf(id: string): State | undefined;
  /** When the runs of open attempts began (ISO). */
  running(): readonly string[];
  /** Whether a ticket's file is so full that a stop might find no room in it after another attempt. */
  isFull(id: string): boolean;
  /** Which ticket an issue belongs to. */
  ticketOf(issue: number): string | undefined;
  /** What lies in a ticket's folder of the quarantine, as far as it is asked about. */
  quarantined(id: string): readonly Entry[];
}

/** What the rules say to one request. Data: nothing has happened yet. */
export interface Decision {
  accepted: boolean;
  /** `ok`, or why not; of what was done all the same, what is wrong with it. Stable, the same on every surface. */
  code: ReasonCode;
  /** The same for people: what it means here and what they can do. */
  message: string;
  /** The message says more than that it was done: whoever asked by a comment is answered by one. */
  isNews?: true;
  /** The ticket as it is to be written; null where nothing is to be written. A refusal may still leave a mark in `seen`. */
  ticket: Ticket | null;
  /** A refused signal, to be kept whole in the same commit. */
  quarantine: Quarantined | null;
  /** A file of the quarantine that goes in the same commit. */
  consumed?: string | null;
  /** A refusal that decides nothing, since the head or the file cannot be read: what was asked waits until it can. */
  undecided?: true;
  /** What the history calls it: `park: in_progress -> waiting`. */
  transition: string;
}
