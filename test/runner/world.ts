import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { makeLog, silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { IssueEvent, Snapshot, TicketFile } from '../../src/engine/ports.ts';
import type { RunnerDeps } from '../../src/runner/attend.ts';
import type { Job } from '../../src/runner/job.ts';
import type { Outcome } from '../../src/runner/outcome.ts';
import { processOf } from '../../src/runner/processes.ts';
import { runAttempt } from '../../src/runner/run.ts';
import { type Config, config as configSchema } from '../../src/ticket/config.ts';
import { decide } from '../../src/ticket/decide.ts';
import type { Decision } from '../../src/ticket/decision.ts';
import { openDesk, type Ticket, ticket as ticketSchema } from '../../src/ticket/format.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { view } from '../ticket/fixtures.ts';

/** A run's whole world but GitHub: real git, real processes, the real rules; the desk is in memory. */
export interface World {
  folder: string;
  /** The code repository, bare. */
  code: string;
  job: Job;
  /** What happened, in order: `read` is left out. */
  happened: string[];
  log: string[];
  requests: Request[];
  labels: string[];
  events: IssueEvent[];
  ticket(): Ticket;
  setTicket(change: Partial<Ticket>): void;
  /** A request of somebody else, decided by the rules. */
  ask(request: Partial<Request> & { kind: Request['kind'] }): Decision;
  /** How the next reads of the head go. */
  reads: 'well' | 'fail' | 'never' | 'moved back' | 'broken';
  failedReads: number;
  /** Called before each request of the runner is decided. */
  before: (request: Request) => void;
  /** Called after each is decided; what it throws is what the runner hears instead of the answer. */
  after: (request: Request) => void;
  run(command: string[] | string, over?: Partial<RunnerDeps>): Promise<Outcome>;
  interrupt(): void;
  git(...args: string[]): Promise<string>;
  /** Text of a file in the agent's work as it was kept; null where there is none. */
  kept(path: string, attempt?: number): Promise<string | null>;
  close(): Promise<void>;
}

export const workRefOf = (attempt = 1): string => `refs/signalbox/work/MC-1/${attempt}`;

export async function makeWorld(limits: Record<string, number> = {}): Promise<World> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-runner-')));
  const code = join(folder, 'code.git');
  await git(['init', '--quiet', '--bare', '--initial-branch=main', code], { cwd: folder });
  const blob = await git(['hash-object', '-w', '--stdin'], { cwd: code, input: 'hello\n' });
  const tree = await git(['mktree'], { cwd: code, input: `100644 blob ${blob.stdout.trim()}\tREADME\n` });
  const env = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  const first = await git(['commit-tree', tree.stdout.trim(), '-m', 'first'], { cwd: code, env });
  await git(['update-ref', 'refs/heads/main', first.stdout.trim()], { cwd: code });

  const now = systemClock.now();
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  let ticket = ticketSchema.parse({
    format: 1,
    id: 'MC-1',
    title: 'Tidy the shed',
    body: 'Put the rake back.\nDONE: this line is in the ticket',
    issue: 7,
    state: 'in_progress',
    owner: 'luci',
    created: iso(now - 60_000),
    attempt: {
      number: 1,
      claim: 'claim-1',
      phase: 'dev',
      agent: 'luci',
      claimed: iso(now - 5_000),
      check_in_by: iso(now + 900_000),
      run: null,
    },
  });
  let settings = configOf(['true'], limits);
  const happened: string[] = [];
  const requests: Request[] = [];
  const log: string[] = [];
  let interrupted = new AbortController();
  const fileOf = (): TicketFile => ({
    id: 'MC-1',
    path: 'tickets/MC-1.yaml',
    text: '',
    ticket: world.reads === 'broken' ? null : structuredClone(ticket),
    broken: world.reads === 'broken' ? { code: 'bad-yaml', message: 'line 3' } : null,
  });
  const isOpen = () => ticket.state !== 'done' && ticket.state !== 'cancelled';

  const world: World = {
    folder,
    code,
    job: {
      ticket: 'MC-1',
      attempt: 1,
      claim: 'claim-1',
      run: { id: 990, run_attempt: 1, url: 'http://run/990' },
    },
    happened,
    log,
    requests,
    labels: [],
    events: [],
    ticket: () => ticket,
    setTicket: (change) => {
      ticket = { ...ticket, ...change };
    },
    ask: (request) =>
      decideNow({ source: 'e1', at: iso(systemClock.now()), actor: 'elmar', ...request } as Request),
    reads: 'well',
    failedReads: 0,
    before: () => {},
    after: () => {},
    async run(command, over = {}) {
      const config = over.config ?? configOf(command, limits);
      settings = config;
      const workFolder = mkdtempSync(join(folder, 'run-'));
      const deps: RunnerDeps = {
        store: { read, saveSignal },
        handler: { handle },
        forge: {
          now: () => systemClock.now(),
          issue: async (number) => ({
            number,
            title: ticket.title,
            body: '',
            state: 'open',
            state_reason: null,
            labels: [...world.labels],
            author: 'lucienne',
            ours: false,
            created: iso(now),
            is_pull_request: false,
          }),
          events: async () => [...world.events],
        },
        clock: systemClock,
        random: systemRandom,
        log: process.env.VERBOSE ? makeLog('debug', console.log) : silentLog,
        output: {
          line: (text) => {
            log.push(text);
            if (text.startsWith('signal of ')) happened.push('printed');
          },
        },
        config,
        remote: { url: code, token: null },
        user: null,
        workFolder,
        environment: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
        promptTemplate: async () => null,
        setup: null,
        toolProgram: null,
        interrupted: interrupted.signal,
        ...over,
      };
      return runAttempt(deps, world.job);
    },
    interrupt: () => interrupted.abort(),
    async git(...args) {
      const { stdout, stderr, code: status } = await git(args, { cwd: code });
      if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
      return stdout;
    },
    async kept(path, attempt = 1) {
      const { stdout, code: status } = await git(['show', `${workRefOf(attempt)}:${path}`], { cwd: code });
      return status === 0 ? stdout : null;
    },
    async close() {
      interrupted = new AbortController();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function read(): Promise<Snapshot> {
    if (world.reads === 'fail') {
      world.failedReads++;
      throw new Error('the head cannot be read');
    }
    if (world.reads === 'never') return new Promise(() => {});
    return {
      head: 'a'.repeat(40),
      witness: 'a'.repeat(40),
      headTime: 0,
      movedBack: world.reads === 'moved back',
      tickets: new Map(isOpen() ? [['MC-1', fileOf()]] : []),
      desk: openDesk,
      deskBroken: null,
      kept: new Map(),
      signals: [],
      quarantine: [],
      file: async () => null,
      swept: async () => null,
      archived: async (id) => (id === 'MC-1' && !isOpen() ? fileOf() : null),
    };
  }

  async function saveSignal(): Promise<void> {
    happened.push('durable');
  }

  async function handle(id: string, request: Request): Promise<Decision> {
    if (world.reads === 'fail') throw new Error('the head cannot be read');
    world.before(request);
    if (request.kind === 'signal') {
      const work = await git(['rev-parse', '--verify', '--quiet', workRefOf()], { cwd: code });
      if (work.code === 0) happened.push('work is there');
    }
    requests.push(request);
    happened.push(request.kind);
    const decision = decideNow(request, id);
    world.after(request);
    return decision;
  }

  function decideNow(request: Request, id = 'MC-1'): Decision {
    const decision = decide(id === 'MC-1' ? ticket : undefined, request, view(), systemClock.now(), settings);
    if (decision.ticket) ticket = decision.ticket;
    return decision;
  }

  return world;
}

/** A config whose agent `luci` runs `command`; a string is a shell script. Times are short, limits may be given. */
export function configOf(command: string[] | string, limits: Record<string, number>): Config {
  const { time_limit_minutes = 1, ...others } = limits;
  return configSchema.parse({
    format: 1,
    agents: {
      luci: { command: typeof command === 'string' ? ['sh', '-c', command] : command, time_limit_minutes },
    },
    limits: {
      look_seconds: 0.05,
      kill_after_seconds: 0.3,
      unreadable_seconds: 30,
      retry_after_seconds: 1,
      ...others,
    },
  });
}

/** Resolves when `test` holds; rejects, with `what`, when it does not within half a minute. */
export async function until(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
  const end = systemClock.now() + 30_000;
  while (!(await test())) {
    if (systemClock.now() > end) throw new Error(`never came: ${what}`);
    await new Promise<void>((resolve) => systemClock.after(10, resolve));
  }
}

/** A process remembered by pid and start time, as an agent's script wrote its pid into a file. */
export async function processIn(file: string): Promise<{ isAlive(): boolean; kill(): void }> {
  const read = () => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return '';
    }
  };
  await until(`a pid in ${file}`, () => read() !== '');
  const pid = Number(read());
  const born = processOf(pid);
  if (!born) throw new Error(`process ${pid} does not live`);
  const isAlive = () => processOf(pid)?.start === born.start;
  return { isAlive, kill: () => isAlive() && process.kill(pid, 'SIGKILL') };
}

/** Writes a script that node can run, into the world's folder. */
export function script(world: World, name: string, text: string): string {
  const path = join(world.folder, name);
  writeFileSync(path, text);
  return path;
}
