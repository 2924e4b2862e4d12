import type { Clock } from '../base/clock.ts';
import { isoSeconds } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Config } from '../ticket/config.ts';
import type { Ticket } from '../ticket/format.ts';
import type { Circumstances } from '../ticket/landing.ts';
import type { Checks } from './checks.ts';
import type { Writer } from './handle.ts';
import type { Forge, Snapshot, TicketFile } from './ports.ts';
import type { Seat } from './seat.ts';
import { momentAt, viewOf, type WorkingView } from './view.ts';

/** What every part of the operator works with. */
export interface Context {
  forge: Forge;
  /** The only way to the tickets, also for reading: what others pushed is judged before anything follows from it. */
  writer: Writer;
  config: () => Promise<Config>;
  /** Why its newest version is not in force; null where it is. */
  configBroken?: () => string | null;
  /** Its place among all repositories that the process serves, where it may not start as many as it can. */
  seat?: Seat;
  clock: Clock;
  random: Random;
  log: Log;
  /** When the app was installed (ISO), or the repository was first served: label events before it mean nothing to us. */
  installedAt: string;
  /** Comments this process knows to be answered though the ticket bears no mark of them. */
  answered: Set<number>;
  /** What this process saw of checks. */
  checks: Checks;
  /** Sees to it that the repository has the label of tickets, as one of ours. */
  ticketLabel(): Promise<void>;
  /** Asks for another look at a ticket's runs after `ms` milliseconds. */
  runsAgain(id: string, ms: number): void;
  /** Asks for another look at how a ticket is shown after `ms` milliseconds. */
  showAgain(id: string, ms: number): void;
  /** Reads an issue and carries out what is asked there; resolves when a reading that began after the call has ended. */
  readIssue(number: number): Promise<void>;
}

/** A ticket as it stands at the last known head, with the head. Archived tickets are found too. */
export async function present(
  { writer }: Pick<Context, 'writer'>,
  id: string,
  options: { fresh?: boolean; maxAgeMs?: number } = {},
): Promise<{ snapshot: Snapshot; file: TicketFile | null; ticket: Ticket | null }> {
  const snapshot = await writer.read(options);
  const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
  return { snapshot, file, ticket: file?.ticket ?? null };
}

/** The circumstances of the tickets `ids` at a head, for sentences and for the scheduler. */
export async function circumstances(
  { config, forge, checks }: Context,
  snapshot: Snapshot,
  ids: Iterable<string>,
): Promise<Circumstances & { view: WorkingView }> {
  return {
    view: await viewOf(snapshot, ids),
    now: momentAt(snapshot, forge.now()),
    config: await config(),
    checks: checks.seen,
  };
}

/** What a request of our own says of itself. */
export function own(
  { forge }: Pick<Context, 'forge'>,
  source: string,
): { source: string; at: string; actor: string } {
  return { source, at: isoSeconds(forge.now()), actor: 'signalbox' };
}

/** The run's title as the workflow's `run-name` writes it, and back. */
export function runTitle(id: string, attempt: number, phase: string): string {
  return `${id} #${attempt} ${phase}`;
}

export function readRunTitle(title: string): { id: string; attempt: number } | null {
  const match = /^([A-Za-z0-9-]+) #(\d{1,9})(?: |$)/.exec(title);
  return match ? { id: match[1] ?? '', attempt: Number(match[2]) } : null;
}
