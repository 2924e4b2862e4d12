import type { Command } from 'commander';
import type { Clock } from '../base/clock.ts';
import { exitStatus, SignalboxError } from '../base/errors.ts';
import type { Log, LogLevel } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { HistoryEntry, NewCommit, Snapshot, Store, Swap } from '../engine/ports.ts';
import type { Config } from '../ticket/config.ts';
import type { Decision } from '../ticket/decision.ts';
import type { DeskRequest } from '../ticket/desk.ts';
import { isTicketId } from '../ticket/paths.ts';
import type { RequestOf } from '../ticket/requests.ts';
import type { spoken } from '../ticket/spoken.ts';
import type { Ending } from './guarded.ts';
import { moment, type Terminal } from './terminal.ts';

/*
 * What the commands share that work in a person's clone of the team's repository, with that person's own git login.
 */

export interface CloneOptions {
  /** A clone of the team's repository, or a folder in it. */
  clone: string;
  /** A remote of the clone, or an address. */
  remote: string;
  /** The state branch, where it is not the config that says it. */
  branch: string | undefined;
  /** Whether what the clone last knew may be read: never (the default), where the remote is gone, or it alone. */
  offline?: 'never' | 'if-gone' | 'always';
  clock: Clock;
  random: Random;
  log: Log;
}

/** What a person may ask from a clone. */
type Asked = { [K in AskedKind]: Omit<RequestOf<K>, keyof Own> }[AskedKind];
type AskedKind = 'create' | 'accept' | 'discard' | Exclude<OfTicket, 'status' | 'blockers'>;
type OfTicket = Extract<(typeof spoken)[number], { of: 'ticket' }>['name'];

interface Own {
  source: string;
  at: string;
  actor: string;
}

/** The tickets at a clone's remote. What is asked of them is asked as the person. */
export interface CloneDesk {
  /** Address of the repository, without a login. */
  remote: string;
  branch: string;
  /** The person, as git knows them. */
  actor: string;
  /** When the clone last looked (ISO), where this is what it knew then; null where the remote is asked. */
  asOf: string | null;
  config: Config;
  /** Why the newest config is not in force. */
  configBroken: string | null;
  /** By the person's own clock, in milliseconds. */
  now(): number;
  /** Text of a file on the default branch; null where there is none. */
  file(path: string): Promise<string | null>;
  /** The head as it is, judged or not: for reading alone. */
  look(): Promise<Snapshot>;
  /** The judged head. @throws SignalboxError `head-moved-back`, `not-judged` */
  head(): Promise<Snapshot>;
  ask(id: string, request: Asked): Promise<Decision>;
  askDesk(request: DeskRequest): Promise<Decision>;
  /** What a request of the person says of itself. */
  own(): Own;
  swap(base: Snapshot, commit: NewCommit): Promise<Swap>;
  /** Of one ticket, or of all (null); newest first. */
  history(id: string | null, limit: number): Promise<HistoryEntry[]>;
  trail: Store['trail'];
  transitions: Store['transitions'];
  /** Refs of the remote that begin so, with their commits. */
  refs(prefix: string): Promise<Map<string, string>>;
  /** Deletes refs that still are what was seen; answers those that went. */
  dropRefs(refs: ReadonlyMap<string, string>): Promise<string[]>;
}

export interface ClonePorts extends Ending {
  terminal: Terminal;
  withDesk<T>(options: CloneOptions, work: (desk: CloneDesk) => Promise<T>): Promise<T>;
  clock: Clock;
  random: Random;
  makeLog(level: LogLevel): Log;
  print(text: string): void;
  /** For what was cleaned (`printable`) before it was coloured. */
  printStyled(text: string): void;
}

export interface CloneFlags {
  clone: string;
  remote: string;
  branch?: string;
  json: boolean;
}

export const cloneStatuses =
  '1 not a clone, 2 usage, 3 config, or the push or login refused, 4 overtaken or the branch moved back,\n5 the remote does not answer';

/** The flags that say which tickets are meant. */
export function addCloneFlags(command: Command): Command {
  return command
    .option('--remote <name-or-url>', 'the remote to look at', 'origin')
    .option('--branch <name>', 'the state branch; default: what the config on the default branch says')
    .option('--clone <folder>', "a clone of the team's repository", '.')
    .option('--json', 'print a report for programs', false);
}

export function onDesk<T>(
  ports: ClonePorts,
  { clone, remote, branch }: CloneFlags,
  work: (desk: CloneDesk) => Promise<T>,
): Promise<T> {
  return patiently(ports, remote, { clone, remote, branch }, work);
}

export interface ReadFlags extends CloneFlags {
  offline: boolean;
}

/** The flags of what only reads: it does without the network. */
export function addReadFlags(command: Command): Command {
  return addCloneFlags(command).option('--offline', 'ask no remote: read what this clone last knew', false);
}

/** For reading alone. Where the remote is gone the desk is what the clone last knew of it, which is said. */
export function onReading<T>(
  ports: ClonePorts,
  { clone, remote, branch, offline }: ReadFlags,
  work: (desk: CloneDesk) => Promise<T>,
): Promise<T> {
  const where = { clone, remote, branch, offline: offline ? 'always' : 'if-gone' } as const;
  return patiently(ports, remote, where, (desk) => {
    if (desk.asOf) ports.printError(`offline: as of ${moment(desk.asOf, ports.clock.now())}`);
    return work(desk);
  });
}

/** Says that it goes on, where it takes long. */
async function patiently<T>(
  ports: ClonePorts,
  remote: string,
  where: Pick<CloneOptions, 'clone' | 'remote' | 'branch' | 'offline'>,
  work: (desk: CloneDesk) => Promise<T>,
): Promise<T> {
  const { clock, random } = ports;
  const isSeen = ports.terminal.columns !== null;
  const callOff = clock.after(patienceMs, () => isSeen && ports.printError(`asking ${remote} …`));
  try {
    return await ports.withDesk({ ...where, clock, random, log: ports.makeLog('error') }, work);
  } finally {
    callOff();
  }
}

/** How long nothing is said, in milliseconds. */
const patienceMs = 3_000;

/** Refusals that time mends. */
const passing: readonly string[] = ['head-moved-back', 'busy', 'run-not-ended'];

/** Exit status of what the rules refuse. */
export function refusedStatus(code: string): number {
  return exitStatus[passing.includes(code) ? 'conflict' : 'user'];
}

/** One object for programs, and nothing else on standard output. */
export function printJson(ports: ClonePorts, { remote, branch }: CloneDesk, found: object): void {
  ports.print(JSON.stringify({ format: 1, remote, branch, ...found }, null, 2));
}

/** The id that a person gives. @throws SignalboxError `user` */
export function ticketNamed(id: string): string {
  if (isTicketId(id)) return id;
  throw new SignalboxError('user', 'bad-id', `"${id}" is no ticket's id`, {
    hint: 'It is the name of a file in tickets/, like MC-4159: signalbox list.',
  });
}
