import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { type Clock, sleep } from '../../src/base/clock.ts';
import { type Log, makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { startLocalGitHub } from '../../src/local/server.ts';
import type { OutboundSettings } from '../../src/outward/receivers.ts';
import type { Limits, Profile } from '../../src/ticket/config.ts';
import { serve } from '../../src/wire.ts';
import { manifest } from '../../src/wire-local.ts';
import { codeFiles } from './code-files.ts';
import { isAlive, type Login, Repository, repository } from './repository.ts';

export { type AgentFacts, isAlive, type Login, repository } from './repository.ts';

/*
 * A whole desk for a story: the embedded GitHub with one repository, the app in this process, agents as real processes.
 * Verbs change the world as people, agents and GitHub do; `until` waits for what must come of it.
 */

const [owner, repo] = ['acme', 'desk'];
const root = join(import.meta.dirname, '..', '..');

export interface WorldOptions {
  /** Lines added to the repository's config. */
  config?: string;
  /** Limits of the config that differ from what stories usually have. */
  limits?: Partial<Limits>;
  /** Further agent profiles, each with the story's agent: what differs from the defaults. */
  agents?: Record<string, Partial<Profile>>;
  /** Phases of the config, in YAML. */
  phases?: string;
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
  /** Who is told of each transition. */
  outbound?: OutboundSettings;
  /** The clock of GitHub and of the app; the machine's own unless told. Jobs have the machine's. */
  clock?: Clock;
  log?: Log;
}

/** What is left of a desk whose process was killed, and all that another needs to go on with it. */
export interface Remains {
  folder: string;
  port: number;
  credentials: { appId: number; privateKey: string; webhookSecret: string };
  tokens: [Login, string][];
}

export class World extends Repository {
  #app: { url: string; close(): Promise<void> } | null = null;
  #credentials!: Remains['credentials'];
  readonly #options: WorldOptions;
  readonly #clients = new Map<Login, Octokit>();
  #port = 0;

  constructor(options: WorldOptions = {}, folder?: string) {
    super(folder, options.clock);
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

  get remains(): Remains {
    return {
      folder: this.folder,
      port: this.#port,
      credentials: this.#credentials,
      tokens: [...this.tokens],
    };
  }

  /** The next start of a desk that was killed: its GitHub on the same folder and port, and its app. */
  static async resume({ folder, port, credentials, tokens }: Remains, options: WorldOptions): Promise<World> {
    const world = new World(options, folder);
    world.#port = port;
    world.#credentials = credentials;
    for (const [login, token] of tokens) world.tokens.set(login, token);
    try {
      await world.#startGitHub(options.cancelScale ?? 1);
      if (!options.noApp) await world.startApp();
    } catch (error) {
      await world.end();
      throw error;
    }
    return world;
  }

  async #begin(): Promise<void> {
    const { files = {}, state, before, cancelScale = 1 } = this.#options;
    // Agents have users of their own, and all of them tell here.
    mkdirSync(this.stories, { recursive: true });
    writeFileSync(join(this.stories, 'starts'), '');
    chmodSync(this.folder, 0o755);
    chmodSync(this.stories, 0o777);
    chmodSync(join(this.stories, 'starts'), 0o666);
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
    if (this.#options.noApp) return;
    await this.startApp();
    await this.until('the app has made its labels', () => this.#hasLabel('signalbox'));
  }

  async #hasLabel(name: string): Promise<boolean> {
    const { data } = await this.as('lucienne').rest.issues.listLabelsForRepo({ owner, repo, per_page: 100 });
    return data.some((label) => label.name === name);
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
      board: { oauth: this.github.admin.createClientSecret('signalbox'), metrics: 'everybody' },
      ...(this.#options.outbound ? { outbound: this.#options.outbound } : {}),
      intervals: this.#options.intervals ?? { head: 1_000, sweep: 10_000 },
      clock: this.clock,
      random: systemRandom,
      log: this.log,
    });
    this.github.admin.updateWebhookUrl('signalbox', `${app.url}/api/github/webhooks`);
    this.github.admin.updateCallbackUrls('signalbox', [`${app.url}/login/callback`]);
    this.#app = app;
    return app;
  }

  /** Where the app that was started last is, and its board. */
  get appUrl(): string {
    return this.#app?.url ?? '';
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
    for (const facts of this.told())
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

  /** Runs whose title begins so, newest first. */
  async runs(title?: string) {
    const { data } = await this.as('lucienne').rest.actions.listWorkflowRunsForRepo({
      owner,
      repo,
      per_page: 100,
    });
    return data.workflow_runs.filter((run) => title === undefined || run.display_title.startsWith(title));
  }
}
