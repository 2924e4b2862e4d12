import type { Command } from 'commander';
import type { Clock } from '../base/clock.ts';
import type { Log, LogLevel } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { NewCommit, Snapshot, Swap } from '../engine/ports.ts';
import type { Config } from '../ticket/config.ts';
import type { Decision } from '../ticket/decision.ts';
import type { RequestOf } from '../ticket/requests.ts';
import type { Ending } from './guarded.ts';

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
  clock: Clock;
  random: Random;
  log: Log;
}

/** What a person may ask from a clone. */
type Asked =
  | { [K in 'accept' | 'discard']: Pick<RequestOf<K>, 'kind' | 'ticket' | 'digest'> }['accept' | 'discard']
  | { [K in Saying]: Pick<RequestOf<K>, 'kind' | 'text'> }[Saying];
type Saying = 'tell' | 'interrupt' | 'answer';

/** The tickets at a clone's remote. What is asked of them is asked as the person. */
export interface CloneDesk {
  /** Address of the repository, without a login. */
  remote: string;
  branch: string;
  /** The person, as git knows them. */
  actor: string;
  config: Config;
  /** Text of a file on the default branch; null where there is none. */
  file(path: string): Promise<string | null>;
  /** By the person's own clock, in milliseconds. */
  now(): number;
  /** The judged head. @throws SignalboxError `head-moved-back`, `not-judged` */
  head(): Promise<Snapshot>;
  ask(id: string, request: Asked): Promise<Decision>;
  swap(base: Snapshot, commit: NewCommit): Promise<Swap>;
  /** Refs of the remote that begin so, with their commits. */
  refs(prefix: string): Promise<Map<string, string>>;
  /** Deletes refs that still are what was seen; answers those that went. */
  dropRefs(refs: ReadonlyMap<string, string>): Promise<string[]>;
}

export interface ClonePorts extends Ending {
  withDesk<T>(options: CloneOptions, work: (desk: CloneDesk) => Promise<T>): Promise<T>;
  clock: Clock;
  random: Random;
  makeLog(level: LogLevel): Log;
  print(text: string): void;
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
  const { clock, random } = ports;
  return ports.withDesk({ clone, remote, branch, clock, random, log: ports.makeLog('error') }, work);
}
