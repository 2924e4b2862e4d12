import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, sleep, systemClock } from '../../src/base/clock.ts';
import type { HistoryEntry } from '../../src/engine/ports.ts';
import type { LocalGitHub } from '../../src/local/server.ts';
import { readTransitions } from '../../src/store/message.ts';
import { readTicket } from '../../src/ticket/codec.ts';
import type { Signal, Ticket } from '../../src/ticket/format.ts';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';

export const repository = 'acme/desk';

/** How many times longer things may take because the machine is busy with other things: 1 to 4. */
export const slowness = (): number => Math.min(4, Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));

/** Seconds until something counts as never happening. */
const patience = (): number => 30 * slowness();

/** `lucienne` is admin, `elmar` may triage, `visitor` may read; `wilma` may write. */
export type Login = 'lucienne' | 'elmar' | 'visitor' | 'wilma';

export interface AgentFacts {
  pids: { pid: number; start: string }[];
  /** Attempts (`MC-1-2`) of which any process lived when this one began. */
  met: string[];
  prompt: string;
  /** Commit that its work tree was at. */
  head: string;
  env: Record<string, string>;
  cwd: string;
}

/** Files to be pushed: a text, a change of the text that is there, or null to delete. */
type Pushed = Record<string, string | null | ((text: string) => string)>;

/** What a story sees and does in the repository, of agents, and how it waits: a part of the world (world.ts). */
export class Repository {
  github!: LocalGitHub;
  readonly folder: string;
  /** Where agents tell of themselves. */
  readonly stories: string;
  readonly clock: Clock;
  readonly tokens = new Map<Login, string>();
  readonly records: Record<string, unknown>[] = [];
  readonly #files = new Map<string, string | null>();

  /** @param folder where everything lies; a new one unless told otherwise */
  constructor(folder = mkdtempSync(join(tmpdir(), 'signalbox-story-')), clock: Clock = systemClock) {
    this.clock = clock;
    this.folder = folder;
    this.stories = join(folder, 'stories');
  }

  // ---- git ----

  #git(args: string[]): string {
    return execFileSync('git', ['--git-dir', this.github.admin.gitDir(repository), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 16 * 1024 * 1024,
    });
  }

  /** A file on a branch or at a commit; null where there is none. Waiting stories ask it often, so it asks git once. */
  file(path: string, at = 'signalbox'): string | null {
    const name = `${/^[0-9a-f]{40}$/.test(at) ? at : this.#tip(at)}:${path}`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const text = this.#orNull(['show', name]);
    if (!name.startsWith('null')) this.#files.set(name, text);
    return text;
  }

  /** The commit a branch or ref points at: of a loose ref without a process. */
  #tip(at: string): string | null {
    const full = at.startsWith('refs/') ? at : `refs/heads/${at}`;
    const loose = join(this.github.admin.gitDir(repository), full);
    return existsSync(loose) ? readFileSync(loose, 'utf8').trim() : this.ref(full);
  }

  #orNull(args: string[]): string | null {
    try {
      return this.#git(args);
    } catch {
      return null;
    }
  }

  files(at = 'signalbox'): string[] {
    return this.#git(['ls-tree', '-r', '--name-only', at]).trim().split('\n');
  }

  /** The ticket as it stands at a head of the state branch, open or archived; undefined where there is none. */
  ticket(id: string, at = 'signalbox'): Ticket | undefined {
    const text = this.file(ticketPath(id), at) ?? this.file(archivePath(id), at);
    return (text === null ? null : readTicket(id, text).ticket) ?? undefined;
  }

  /** Every ticket at the head, by its id: two git processes, however many there are. */
  allTickets(): Map<string, Ticket> {
    const paths = this.files().filter((path) => /^(tickets|archive)\//.test(path));
    const text = execFileSync(
      'git',
      ['--git-dir', this.github.admin.gitDir(repository), 'cat-file', '--batch'],
      {
        input: paths.map((path) => `signalbox:${path}\n`).join(''),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const found = new Map<string, Ticket>();
    for (const file of text.split(/^[0-9a-f]{40} blob \d+\n/m).slice(1)) {
      const id = /^id: (\S+)$/m.exec(file)?.[1] ?? '';
      const { ticket } = readTicket(id, file);
      if (ticket) found.set(id, ticket);
    }
    return found;
  }

  /** The states of a ticket at every value that the state branch ever had on the server, oldest first, runs of equals once. */
  everyState(id: string): string[] {
    const heads = this.github.admin.refHistory(repository, 'refs/heads/signalbox');
    const all = heads
      .filter(({ sha }) => !/^0+$/.test(sha))
      .map(({ sha }) => this.ticket(id, sha)?.state ?? 'absent');
    return all.filter((state, index) => state !== all[index - 1]);
  }

  /** Messages of the state branch's commits, newest first. */
  messages(): string[] {
    return this.#git(['log', '--format=%B%x00', 'signalbox'])
      .split('\0')
      .map((message) => message.trim())
      .filter(Boolean);
  }

  /** What the state branch's commits did to a ticket, oldest first. */
  history(id: string): HistoryEntry[] {
    const commits = this.#git(['log', '--reverse', '--format=%H %cI%n%B%x00', 'signalbox']).split('\0');
    return commits.flatMap((text) => {
      const [, commit = '', at = '', message = ''] = /^\s*(\S+) (\S+)\n(.*)$/s.exec(text) ?? [];
      return readTransitions(message, id, commit, at);
    });
  }

  ref(name: string): string | null {
    return this.#orNull(['rev-parse', '--verify', '--quiet', name])?.trim() ?? null;
  }

  /** Pushes a commit to the state branch as a person (or an agent with push rights) would, over HTTP. */
  async pushState(files: Pushed, login: Login = 'lucienne', message = 'by hand'): Promise<void> {
    await this.push('signalbox', files, login, message);
  }

  /** Pushes a commit; where another came first, makes it again on top of that one, as people do. */
  async push(branch: string, files: Pushed, login: Login, message = 'by hand'): Promise<void> {
    const folder = mkdtempSync(join(this.folder, 'clone-'));
    const url = `${this.github.url.replace('://', `://${login}:${this.tokens.get(login)}@`)}/${repository}.git`;
    // Never in step with this process: the server it talks to lives here.
    const git = (...args: string[]) =>
      promisify(execFile)(
        'git',
        ['-c', `user.name=${login}`, '-c', `user.email=${login}@acme.invalid`, ...args],
        { cwd: folder },
      );
    await git('init', '--quiet', '--initial-branch', branch);
    for (let pushed = false; !pushed; ) {
      if (this.ref(`refs/heads/${branch}`)) {
        await git('fetch', '--quiet', url, branch);
        await git('reset', '--quiet', '--hard', 'FETCH_HEAD');
      }
      for (const [path, change] of Object.entries(files)) write(join(folder, path), change);
      await git('add', '--all', '--force');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      pushed = await git('push', '--quiet', url, `HEAD:refs/heads/${branch}`).then(
        () => true,
        (error) => {
          if (/fetch first|cannot lock ref|failed to update ref/.test(String(error))) return false;
          throw error;
        },
      );
    }
    rmSync(folder, { recursive: true, force: true });
  }

  // ---- agents ----

  /** What an agent told of itself when it began; undefined before. */
  agent(ticket: string, attempt = 1): AgentFacts | undefined {
    const file = join(this.stories, `${ticket}-${attempt}.json`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as AgentFacts) : undefined;
  }

  /** Lets a waiting agent end with these words. */
  say(ticket: string, attempt: number, words: string): void {
    const file = join(this.stories, `${ticket}-${attempt}.say`);
    writeFileSync(`${file}.new`, words);
    renameSync(`${file}.new`, file);
  }

  /** What all agents told. */
  *told(): Generator<AgentFacts> {
    if (!existsSync(this.stories)) return;
    for (const name of readdirSync(this.stories))
      if (name.endsWith('.json')) yield JSON.parse(readFileSync(join(this.stories, name), 'utf8'));
  }

  /** Every start of an agent, `MC-1-2` for the second attempt of MC-1, in order. */
  starts(ticket?: string): string[] {
    const file = join(this.stories, 'starts');
    const all = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    return all.filter((name) => ticket === undefined || name.startsWith(`${ticket}-`));
  }

  /** A signal file as an agent with push rights commits it. */
  signal(over: Partial<Signal> & Pick<Signal, 'ticket' | 'attempt'>): string {
    return `${JSON.stringify({ format: 1, kind: 'done', summary: 'done by file', ...over })}\n`;
  }

  // ---- waiting ----

  /** Waits for a condition; on the way out of patience it shows what the world looks like. */
  async until<T>(
    what: string,
    condition: () => T | Promise<T>,
    seconds = patience(),
  ): Promise<NonNullable<T>> {
    const begun = this.clock.now();
    const end = begun + seconds * 1000;
    for (;;) {
      const value = await condition();
      if (value) {
        if (process.env.STORY_TIMES)
          console.log(`${((this.clock.now() - end) / 1000 + seconds).toFixed(2)} s: ${what}`);
        return value as NonNullable<T>;
      }
      if (this.clock.now() > end) throw new Error(`never: ${what}\n${this.#picture()}`);
      // Asking is work for the server that the answer must come from: what takes long is asked more seldom.
      await sleep(this.clock, Math.min(250, 20 + (this.clock.now() - begun) / 10));
    }
  }

  async untilState(id: string, state: string, seconds = patience()): Promise<Ticket> {
    return this.until(
      `${id} is ${state}`,
      () => {
        const ticket = this.ticket(id);
        return ticket?.state === state ? ticket : undefined;
      },
      seconds,
    );
  }

  #picture(): string {
    const tickets = (this.ref('signalbox') ? this.files() : []).map(
      (path) => `--- ${path}\n${this.file(path)}`,
    );
    const log = this.records.slice(-25).map((record) => JSON.stringify(record));
    return [...tickets, ...log].join('\n').slice(0, 20_000);
  }
}

/** Whether a process still lives: by id and start time. A zombie that nobody has reaped yet is dead. */
export function isAlive({ pid, start }: { pid: number; start: string }): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === start;
  } catch {
    return false;
  }
}

function write(file: string, change: Pushed[string]): void {
  mkdirSync(dirname(file), { recursive: true });
  if (change === null) rmSync(file, { force: true });
  else writeFileSync(file, typeof change === 'string' ? change : change(readFileSync(file, 'utf8')));
}
