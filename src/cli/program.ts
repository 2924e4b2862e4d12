import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Clock } from '../base/clock.ts';
import type { Log, LogLevel } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Ticket } from '../ticket/format.ts';
import { addBoard, type BoardPorts } from './board-command.ts';
import { addCompletion } from './completion-command.ts';
import {
  type BoardSettings,
  type Credentials,
  neededCredentials,
  readBoard,
  readCapacity,
  readCredentials,
} from './credentials.ts';
import { addDeskWords } from './desk-command.ts';
import { addDoctor, type DoctorPorts } from './doctor-command.ts';
import { addEdit } from './edit-command.ts';
import { fail, guarded } from './guarded.ts';
import { guide, type LocalDesk, setupGuide } from './guide.ts';
import { addInit, type InitPorts } from './init-command.ts';
import { addJournal } from './journal-command.ts';
import { addTools } from './mcp-command.ts';
import { Narrator } from './narrator.ts';
import { addNew } from './new-command.ts';
import { type OutboundSettings, readOutbound } from './outbound.ts';
import { addPrompt } from './prompt-command.ts';
import { addPrune } from './prune-command.ts';
import { addQuarantine } from './quarantine-command.ts';
import { addReading } from './read-command.ts';
import { addRun, type RunPorts } from './run-command.ts';
import { addSignal, type SignalPorts } from './signal-command.ts';
import { addSpoken } from './speak-command.ts';
import { printable } from './terminal.ts';
import { addWatch, type WatchPorts } from './watch-command.ts';

interface Ports {
  clock: Clock;
  random: Random;
  log: Log;
}

/** What the command line is given: the world, and the compositions it may start. */
export type ProgramOptions = Omit<Program, 'printStyled'>;

interface Program extends BoardPorts, DoctorPorts, WatchPorts, SignalPorts, InitPorts, RunPorts {
  serve(options: Ports & ServeArguments): Promise<{ url: string; close(): Promise<void> }>;
  startLocalDesk(options: Ports & LocalArguments): Promise<{ desk: LocalDesk; close(): Promise<void> }>;
  environment: Record<string, string | undefined>;
  packageFolder: string;
}

interface ServeArguments {
  appId: number;
  privateKey: string;
  webhookSecret: string | undefined;
  apiUrl: string;
  webUrl: string;
  port: number;
  host: string;
  dataFolder: string;
  paced: boolean;
  board: BoardSettings;
  capacity: number | undefined;
  outbound: OutboundSettings;
}

interface LocalArguments {
  outbound: OutboundSettings;
  host: string;
  port: number;
  githubPort: number;
  dataFolder: string;
  packageFolder: string;
  repository: string | undefined;
  capacity: number | undefined;
  watch(ticket: Ticket): void;
}

interface StartFlags {
  port: number;
  host: string;
  data: string;
  log: LogLevel;
  githubPort?: number;
  repository?: string;
}

type Settings = Omit<StartFlags, 'log'> & Ports;

/** Exit status of a command line that is not understood; those of errors are in errors.ts. */
const usageStatus = 2;

/** Runs `signalbox <args>`. Resolves once it is done, or served. */
export async function runProgram(world: ProgramOptions, args: readonly string[]): Promise<void> {
  const options: Program = {
    ...world,
    printStyled: world.print,
    print: (text) => world.print(printable(text)),
    printError: (text) => world.printError(printable(text)),
  };
  try {
    await makeProgram(options).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    options.exit(error.exitCode === 0 ? 0 : usageStatus); // it has said what was wrong, or its help
  }
}

/** Every command, with what it does. */
export function makeProgram(options: Program): Command {
  const program = new Command('signalbox')
    .description('Tickets for coding agents, in git.')
    .configureOutput({ writeErr: (text) => options.printError(text.trimEnd()) })
    .version(versionOf(options.packageFolder), '-V, --version', 'say which Signalbox this is')
    .exitOverride()
    .showHelpAfterError('(--help says what there is.)');
  addStart(
    addLocal(program.command('start')),
    'serve github.com with APP_ID, PRIVATE_KEY and WEBHOOK_SECRET set; else an embedded GitHub',
    (flags) => start(options, flags, readCredentials(options.environment)),
    options,
  );
  addStart(
    program.command('serve'),
    'serve github.com, with APP_ID, PRIVATE_KEY and WEBHOOK_SECRET set',
    (flags) => start(options, flags, neededCredentials(options.environment)),
    options,
  );
  addInit(program, options);
  addDoctor(program, options);
  addQuarantine(program, options);
  addPrune(program, options);
  addReading(program, options);
  addWatch(program, options);
  addJournal(program, options);
  addBoard(program, options);
  addNew(program, options);
  addEdit(program, options);
  addSpoken(program, options);
  addDeskWords(program, options);
  addSignal(program, options);
  addPrompt(program, options);
  addTools(program, options);
  addRun(program, options);
  addCompletion(program, options);
  return program;
}

function versionOf(packageFolder: string): string {
  return JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version;
}

/** What only the embedded GitHub takes. */
function addLocal(command: Command): Command {
  return command
    .option('--github-port <port>', 'port of the embedded GitHub; 0 picks a free one', port, 3001)
    .option(
      '--repository <owner/name>',
      'have this repository there, too, with nothing but a README: to try `signalbox init`',
      fullName,
    );
}

function addStart(
  command: Command,
  description: string,
  run: (flags: StartFlags) => Promise<void>,
  options: Program,
): void {
  command
    .description(description)
    .option('--port <port>', 'port of the app; 0 picks a free one', port, 3000)
    .option('--host <address>', 'address the app listens on; 0.0.0.0 for all', '127.0.0.1')
    .option('--data <folder>', 'where everything is kept', '.signalbox')
    .option('--log <level>', 'debug, info, warn or error', level, 'warn')
    .addHelpText('after', `\nExample:\n  signalbox ${command.name()} --port 3000 --data .signalbox`)
    .action((flags: StartFlags) => guarded(options, () => run(flags)));
}

async function start(
  options: ProgramOptions,
  flags: StartFlags,
  credentials: Credentials | null,
): Promise<void> {
  const ports = { clock: options.clock, random: options.random, log: options.makeLog(flags.log) };
  const running = credentials
    ? await serveGitHub(options, { ...flags, ...ports, ...credentials })
    : await startLocal(options, { ...flags, ...ports });
  let stopping = false;
  options.onStop(() => {
    if (stopping) return;
    stopping = true;
    options.print('stopping …');
    running.close().then(
      () => options.exit(0),
      (error) => fail(options, error),
    );
  });
}

async function serveGitHub(options: ProgramOptions, given: Settings & Credentials) {
  const { GITHUB_API_URL, GITHUB_SERVER_URL } = options.environment;
  const app = await options.serve({
    ...given,
    apiUrl: GITHUB_API_URL ?? 'https://api.github.com',
    webUrl: GITHUB_SERVER_URL ?? 'https://github.com',
    dataFolder: given.data,
    paced: true,
    board: readBoard(options.environment),
    capacity: readCapacity(options.environment),
    outbound: readOutbound(options.environment),
  });
  options.print(`ready: ${app.url}/api/github/webhooks takes webhooks of app ${given.appId}`);
  return app;
}

async function startLocal(options: ProgramOptions, given: Settings) {
  options.print('No APP_ID is set: starting an embedded GitHub on this machine. Nothing leaves it.');
  const narrator = new Narrator(options.print);
  // The guide's commands need the number of an issue, which the sample ticket gets some moments after the start.
  let tellGuide = (_issue: number) => {};
  const sample = new Promise<number>((resolve) => {
    tellGuide = resolve;
  });
  const { clock, random, log, host, port: appPort, githubPort = 0 } = given;
  const running = await options.startLocalDesk({
    capacity: readCapacity(options.environment),
    clock,
    random,
    log,
    host,
    port: appPort,
    githubPort,
    dataFolder: given.data,
    packageFolder: options.packageFolder,
    repository: given.repository,
    outbound: readOutbound(options.environment),
    watch(ticket) {
      narrator.tell(ticket);
      if (ticket.id === sampleTicket && ticket.issue !== null) tellGuide(ticket.issue);
    },
  });
  const { desk } = running;
  options.print(
    `ready: the board is at ${desk.app.url}, the embedded GitHub at ${desk.github.url}, repository ${desk.repository}`,
  );
  void sample.then((issue) => {
    options.print(guide(desk, given.data, issue));
    if (given.repository) options.print(setupGuide(desk, given.repository, given.data));
  });
  return running;
}

/** The sample ticket that lies in the inbox: the one people are shown how to release. */
const sampleTicket = 'MC-4161';

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535');
  return value;
}

function fullName(text: string): string {
  if (/^[a-z\d][a-z\d-]*\/[\w-][\w.-]*$/i.test(text) && !text.endsWith('.git')) return text;
  throw new InvalidArgumentError('a repository is <owner>/<name>');
}

function level(text: string): LogLevel {
  const known = (['debug', 'info', 'warn', 'error'] as const).find((one) => one === text);
  if (!known) throw new InvalidArgumentError('one of debug, info, warn, error');
  return known;
}
