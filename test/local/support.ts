import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { ProbotOctokit } from 'probot';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { GitResult } from '../../src/base/git.ts';
import { git, gitLogin } from '../../src/base/git.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { NewApp } from '../../src/local/admin.ts';
import type { ActionsService } from '../../src/local/host.ts';
import type { LocalGitHub, LocalGitHubOptions } from '../../src/local/server.ts';
import { startLocalGitHub } from '../../src/local/server.ts';

/** Actions that run nothing: the forge's own tests need none. */
export const noActions = (): ActionsService => ({
  controls: {} as ActionsService['controls'],
  pushed: () => {},
  mount: () => {},
  recover: async () => {},
  close: async () => {},
});

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-github-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A running embedded GitHub without Actions, closed when the test ends. */
export async function startForge(options: Partial<LocalGitHubOptions> = {}): Promise<LocalGitHub> {
  const github = await startLocalGitHub({
    dataFolder: options.dataFolder ?? temporaryFolder(),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    actions: noActions,
    ...options,
  });
  onTestFinished(() => github.close());
  return github;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Octokit as anybody would use it, with a token or with none. */
export const octokit = (github: { api: string }, token?: string): Octokit =>
  new Octokit({ baseUrl: github.api, log: quiet, ...(token ? { auth: token } : {}) });

/** Probot's Octokit without its brakes: as an app by JSON web token, or with an installation's token. */
export const AppOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  retry: { enabled: false },
  throttle: { enabled: false },
}));
export type AppApi = InstanceType<typeof AppOctokit>;

export function appOctokit(
  github: { api: string },
  app: { id: number; privateKey: string },
  installationId?: number,
): AppApi {
  const auth = { appId: app.id, privateKey: app.privateKey, ...(installationId ? { installationId } : {}) };
  return new AppOctokit({ baseUrl: github.api, log: quiet, auth });
}

export const desk = { owner: 'acme', repo: 'desk' };

export interface Desk {
  github: LocalGitHub;
  /** lucienne: admin, dora: write, elmar: triage, visitor: read (a public repository), stranger: not even that. */
  tokens: Record<Person, string>;
  as: Record<Person, Octokit>;
}

const people = ['lucienne', 'dora', 'elmar', 'visitor', 'stranger'] as const;
type Person = (typeof people)[number];

/** The repository acme/desk with a commit on main, and people of every rank. */
export async function makeDesk(
  options: Partial<LocalGitHubOptions> & { private?: boolean } = {},
): Promise<Desk> {
  const { private: secret = false, ...rest } = options;
  const github = await startForge(rest);
  await github.admin.createRepository('acme/desk', { private: secret });
  const entries = people.map((login) => [login, github.admin.createUser(login)] as const);
  const tokens = Object.fromEntries(entries) as Desk['tokens'];
  github.admin.setPermission('acme/desk', 'lucienne', 'admin');
  github.admin.setPermission('acme/desk', 'dora', 'write');
  github.admin.setPermission('acme/desk', 'elmar', 'triage');
  if (secret) github.admin.setPermission('acme/desk', 'visitor', 'read');
  await github.admin.commit('acme/desk', { files: { 'README.md': '# Desk\n' }, by: 'lucienne' });
  const as = Object.fromEntries(entries.map(([login, token]) => [login, octokit(github, token)]));
  return { github, tokens, as: as as Desk['as'] };
}

/** The fields that tests read; which of them are there depends on the event. */
interface Payload extends Record<string, unknown> {
  action?: string;
  ref: string;
  created: boolean;
  deleted: boolean;
  forced: boolean;
  commits: { message: string }[];
  issue: { title: string; labels: { name: string }[]; pull_request: { url: string }; user?: unknown };
  label: { name: string };
  sender: { login: string };
}

export interface Received {
  headers: IncomingHttpHeaders;
  event: string;
  guid: string;
  /** The body as it came, and parsed. */
  raw: string;
  payload: Payload;
}

/** An app's webhook address that writes down what comes. */
export interface Receiver {
  url: string;
  received: Received[];
  /** `event` or `event.action` of everything that came, in order. */
  names(): string[];
  /** Whether the body was signed with this secret. */
  signed(delivery: Received, secret: string): boolean;
  /** What it answers from now on; 0 stands for never. */
  answer: number;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const { headers } = request;
      const [event, guid] = [String(headers['x-github-event']), String(headers['x-github-delivery'])];
      received.push({ headers, event, guid, raw, payload: JSON.parse(raw) });
      if (receiver.answer > 0) response.writeHead(receiver.answer).end('thank you');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    names: () =>
      received.map(({ event, payload }) => (payload.action ? `${event}.${payload.action}` : event)),
    signed(delivery, secret) {
      const digest = createHmac('sha256', secret).update(delivery.raw).digest('hex');
      return delivery.headers['x-hub-signature-256'] === `sha256=${digest}`;
    },
    answer: 200,
  };
  return receiver;
}

export const allEvents = [
  'issues',
  'issue_comment',
  'push',
  'create',
  'delete',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'status',
  'check_run',
  'label',
  'repository',
];

/** An app of that slug, installed on acme/desk, whose webhooks go to `receiver`. */
export async function installedApp(
  github: LocalGitHub,
  receiver: Receiver | undefined,
  wish: Partial<NewApp> = {},
): Promise<{
  id: number;
  slug: string;
  privateKey: string;
  installationId: number;
  api: AppApi;
  own: AppApi;
}> {
  const app = await github.admin.createApp({
    slug: 'signalbox',
    owner: 'acme',
    events: allEvents,
    permissions: { issues: 'write', contents: 'write', pull_requests: 'write', checks: 'write' },
    webhookSecret: 'a secret of the hook',
    ...(receiver ? { webhookUrl: receiver.url } : {}),
    ...wish,
  });
  const installationId = github.admin.installApp(app.slug, 'acme/desk');
  const api = appOctokit(github, app, installationId);
  return { ...app, installationId, api, own: appOctokit(github, app) };
}

/** A clone of acme/desk in which git speaks as the owner of a token. */
export interface Clone {
  folder: string;
  git(...args: string[]): Promise<GitResult>;
  /** An empty commit on top of the present one (or of `parent`); answers its name. */
  commit(message: string, parent?: string): Promise<string>;
}

export async function clone(
  github: { url: string },
  token: string,
  repository = 'acme/desk',
): Promise<Clone> {
  const cwd = temporaryFolder();
  const author = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@x',
    GIT_COMMITTER_NAME: 'C',
    GIT_COMMITTER_EMAIL: 'c@x',
  };
  const env = { ...gitLogin(github.url, token), ...author };
  const run = (...args: string[]) => git(args, { cwd, env });
  const cloned = await run('clone', '-q', `${github.url}/${repository}.git`, '.');
  if (cloned.code !== 0) throw new Error(cloned.stderr);
  return {
    folder: cwd,
    git: run,
    async commit(message, parent) {
      if (parent) await run('reset', '-q', '--hard', parent);
      await run('commit', '-q', '--allow-empty', '-m', message);
      return (await run('rev-parse', 'HEAD')).stdout.trim();
    },
  };
}

/** The status and message of a refused call. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return { status, message: message.split(' - ')[0] ?? '' };
  }
  throw new Error('the call was not refused');
}
