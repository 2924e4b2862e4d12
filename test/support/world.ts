import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { type Clock, sleep, systemClock } from '../../src/base/clock.ts';
import { type Log, makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';
import { readTicket } from '../../src/ticket/codec.ts';
import type { Limits, Profile } from '../../src/ticket/config.ts';
import type { Signal, Ticket } from '../../src/ticket/format.ts';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { serve } from '../../src/wire.ts';
import { manifest } from '../../src/wire-local.ts';
import { codeFiles } from './code-files.ts';

/*
 * A whole desk for a story: the embedded GitHub with one repository, the app in this process, agents as real processes.
 * Verbs change the world as people, agents and GitHub do; `until` waits for what must come of it.
 */

export const repository = 'acme/desk';
const [owner, repo] = ['acme', 'desk'];
const root = join(import.meta.dirname, '..', '..');
/** Seconds until something counts as never happening: a machine may be busy with other things. */
const patience = 45;

/** `lucienne` is admin, `elmar` may triage, `visitor` may read; `wilma` may write. */
export type Login = 'lucienne' | 'elmar' | 'visitor' | 'wilma';

export interface WorldOptions {
  /** Lines added to the repository's config. */
  config?: string;
  /** Limits of the config that differ from what stories usually have. */
  limits?: Partial<Limits>;
  /** Further agent profiles, each with the story's agent: what differs from the defaults. */
  agents?: Record<string, Partial<Profile>>;
  /** Start without the app. */
  noApp?: boolean;
  /** Further files on the default branch; null leaves one out. */
  files?: Record<string, string | null>;
  /** First files of the state branch, pushed by lucienne. */
  state?: Record<string, string>;
  /** Before the app is installed: what the repository had before. */
  before?: (world: World) => Promise<void>;
  /** Milliseconds between two looks of the app at the head, and between two sweeps. */
  intervals?: { head: number; sweep: number };
  cancelScale?: number;
  log?: Log;
}

export interface AgentFacts {
  pids: { pid: number; start: string }[];
  /** Attempts (`MC-1-2`) of which any process lived when this one began. */
  met: string[];
  prompt: string;
  env: Record<string, string>;
  cwd: string;
}

export class World {
  github!: LocalGitHub;
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-story-'));
  /** Where agents tell of themselves. */
  readonly stories = join(this.folder, 'stories');
  readonly clock: Clock = systemClock;
  readonly tokens = new Map<Login, string>();
  readonly records: Record<string, unknown>[] = [];
  #app: { url: string; close(): Promise<void> } | null = null;
  #credentials!: { appId: number; privateKey: string; webhookSecret: string };
  readonly #options: WorldOptions;
  readonly #clients = new Map<Login, Octokit>();
  #port = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    try {
      await world.#begin();
    } catch (error) {
      await world.end();
      throw error;
    }
    return world;
  }

  async #begin(): Promise<void> {
    const { files = {}, state, before, cancelScale = 1 } = this.#options;
    mkdirSync(this.stories, { recursive: true });
    await this.#startGitHub(cancelScale);
    const { admin } = this.github;
    for (const login of ['lucienne', 'elmar', 'visitor', 'wilma'] as const)
      this.tokens.set(login, admin.createUser(login));
    await admin.createRepository(repository, { defaultBranch: 'main' });
    admin.setPermission(repository, 'lucienne', 'admin');
    admin.setPermission(repository, 'wilma', 'write');
    admin.setPermission(repository, 'elmar', 'triage');
    admin.setPermission(repository, 'visitor', 'read');
    await admin.commit(repository, {
      branch: 'main',
      by: 'lucienne',
      files: { ...codeFiles(this.#options), ...files },
      message: 'first',
    });
    if (state) await this.pushState(state);
    await before?.(this);
    const webhookSecret = systemRandom.hex(32);
    const app = await admin.createApp({ slug: 'signalbox', owner, webhookSecret, ...manifest(root) });
    this.#credentials = { appId: app.id, privateKey: app.privateKey, webhookSecret };
    admin.installApp('signalbox', repository);
    if (!this.#options.noApp) await this.startApp();
  }

  async #startGitHub(cancelScale: number): Promise<void> {
    this.github = await startLocalGitHub({
      dataFolder: join(this.folder, 'github'),
      port: this.#port,
      clock: this.clock,
      random: systemRandom,
      log: this.log,
      cancelScale,
      runnerEnvironment: { STORY_FOLDER: this.stories },
    });
    this.#port = Number(new URL(this.github.url).port);
  }

  /** Everything the parts log, for a failing story to show. */
  get log(): Log {
    if (this.#options.log) return this.#options.log;
    return makeLog('info', (line) => void this.records.push(JSON.parse(line)));
  }

  /** Starts the app (another of them, too) on its own folder; webhooks go to the one started last. */
  async startApp(name = 'app'): Promise<{ url: string; close(): Promise<void> }> {
    const app = await serve({
      ...this.#credentials,
      apiUrl: this.github.api,
      webUrl: this.github.url,
      port: 0,
      dataFolder: join(this.folder, name),
      paced: false,
      intervals: this.#options.intervals ?? { head: 1_000, sweep: 10_000 },
      clock: this.clock,
      random: systemRandom,
      log: this.log,
    });
    this.github.admin.updateWebhookUrl('signalbox', `${app.url}/api/github/webhooks`);
    this.#app = app;
    return app;
  }

  /** What a process of the app needs to start by itself, as `npm start` would take it. */
  get appEnvironment(): Record<string, string> {
    const { appId, privateKey, webhookSecret } = this.#credentials;
    return {
      APP_ID: String(appId),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: this.github.api,
      GITHUB_SERVER_URL: this.github.url,
    };
  }

  async stopApp(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    await app?.close();
  }

  async end(): Promise<void> {
    await this.stopApp();
    await this.github?.close();
    for (const facts of this.#told())
      for (const one of facts.pids) if (isAlive(one)) process.kill(one.pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  // ---- people ----

  as(login: Login): Octokit {
    const known = this.#clients.get(login);
    if (known) return known;
    const auth = this.tokens.get(login) ?? '';
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const client = new Octokit({ auth, baseUrl: this.github.api, log: quiet });
    this.#clients.set(login, client);
    return client;
  }

  async openIssue(
    issue: { title?: string; body?: string; labels?: string[] },
    login: Login = 'lucienne',
  ): Promise<number> {
    const { title = 'A ticket', body = '', labels = ['ticket'] } = issue;
    return (await this.as(login).rest.issues.create({ owner, repo, title, body, labels })).data.number;
  }

  async label(issue: number, label: string, login: Login = 'lucienne'): Promise<void> {
    await this.as(login).rest.issues.addLabels({ owner, repo, issue_number: issue, labels: [label] });
  }

  async comment(issue: number, body: string, login: Login = 'lucienne'): Promise<number> {
    return (await this.as(login).rest.issues.createComment({ owner, repo, issue_number: issue, body })).data
      .id;
  }

  async labels(issue: number): Promise<string[]> {
    const { data } = await this.as('lucienne').rest.issues.listLabelsOnIssue({
      owner,
      repo,
      issue_number: issue,
    });
    return data.map(({ name }) => name).sort();
  }

  /** Bodies of all comments, oldest first. */
  async comments(issue: number): Promise<string[]> {
    const { data } = await this.as('lucienne').rest.issues.listComments({
      owner,
      repo,
      issue_number: issue,
      per_page: 100,
    });
    return data.map(({ body }) => body ?? '');
  }

  /** Waits until GitHub's clock shows another second, so that what is asked next is later than what was asked before. */
  async nextSecond(): Promise<void> {
    const now = this.clock.now();
    await sleep(this.clock, 1001 - (now % 1000));
  }

  // ---- git ----

  #git(args: string[], input?: string): string {
    return execFileSync('git', ['--git-dir', this.github.admin.gitDir(repository), ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  /** A file on a branch or at a commit; null where there is none. */
  file(path: string, at = 'signalbox'): string | null {
    try {
      return this.#git(['show', `${at}:${path}`]);
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

  ref(name: string): string | null {
    try {
      return this.#git(['rev-parse', '--verify', '--quiet', name]).trim();
    } catch {
      return null;
    }
  }

  /** Pushes a commit to the state branch as a person (or an agent with push rights) would, over HTTP. Null deletes. */
  async pushState(
    files: Record<string, string | null>,
    login: Login = 'lucienne',
    message = 'by hand',
  ): Promise<void> {
    await this.push('signalbox', files, login, message);
  }

  async push(
    branch: string,
    files: Record<string, string | null>,
    login: Login,
    message = 'by hand',
  ): Promise<void> {
    const folder = mkdtempSync(join(this.folder, 'clone-'));
    const url = `${this.github.url.replace('://', `://${login}:${this.tokens.get(login)}@`)}/${repository}.git`;
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', `user.name=${login}`, '-c', `user.email=${login}@acme.invalid`, ...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      });
    git('init', '--quiet', '--initial-branch', branch);
    if (this.ref(`refs/heads/${branch}`)) {
      git('fetch', '--quiet', url, branch);
      git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (text === null) rmSync(join(folder, path), { force: true });
      else writeFileSync(join(folder, path), text);
    }
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '--message', message);
    await execAsync('git', ['push', '--quiet', url, `HEAD:refs/heads/${branch}`], folder);
    rmSync(folder, { recursive: true, force: true });
  }

  // ---- agents and runs ----

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

  *#told(): Generator<AgentFacts> {
    if (!existsSync(this.stories)) return;
    const names = execFileSync('ls', [this.stories], { encoding: 'utf8' }).split('\n');
    for (const name of names)
      if (name.endsWith('.json')) yield JSON.parse(readFileSync(join(this.stories, name), 'utf8'));
  }

  /** Every start of an agent, `MC-1-2` for the second attempt of MC-1, in order. */
  starts(ticket?: string): string[] {
    const file = join(this.stories, 'starts');
    const all = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return all.filter((name) => ticket === undefined || name.startsWith(`${ticket}-`));
  }

  async runs(title?: string) {
    const { data } = await this.as('lucienne').rest.actions.listWorkflowRunsForRepo({
      owner,
      repo,
      per_page: 100,
    });
    return data.workflow_runs.filter((run) => title === undefined || run.display_title.startsWith(title));
  }

  /** A signal file as an agent with push rights commits it. */
  signal(over: Partial<Signal> & Pick<Signal, 'ticket' | 'attempt'>): string {
    return `${JSON.stringify({ format: 1, kind: 'done', summary: 'done by file', ...over })}\n`;
  }

  // ---- waiting ----

  /** Waits for a condition; on the way out of patience it shows what the world looks like. */
  async until<T>(what: string, condition: () => T | Promise<T>, seconds = patience): Promise<NonNullable<T>> {
    const end = this.clock.now() + seconds * 1000;
    for (;;) {
      const value = await condition();
      if (value) {
        if (process.env.STORY_TIMES)
          console.log(`${((this.clock.now() - end) / 1000 + seconds).toFixed(2)} s: ${what}`);
        return value as NonNullable<T>;
      }
      if (this.clock.now() > end) throw new Error(`never: ${what}\n${this.#picture()}`);
      await sleep(this.clock, 25);
    }
  }

  async untilState(id: string, state: string, seconds = patience): Promise<Ticket> {
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

async function execAsync(program: string, args: string[], cwd: string): Promise<void> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  await promisify(execFile)(program, args, { cwd });
}
