import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { Clock } from './base/clock.ts';
import { SignalboxError } from './base/errors.ts';
import { git, gitLogin } from './base/git.ts';
import type { Log } from './base/log.ts';
import type { Random } from './base/random.ts';
import type { LocalDesk } from './cli/guide.ts';
import { defaultBranchFiles, type Files, stateBranchFiles } from './cli/seed.ts';
import type { Permissions } from './local/host.ts';
import { type LocalGitHub, startLocalGitHub } from './local/server.ts';
import type { OutboundSettings } from './outward/receivers.ts';
import type { Ticket } from './ticket/format.ts';
import { serve } from './wire.ts';
import { packageFiles } from './wire-init.ts';

export interface LocalDeskOptions {
  /** Address and port of the app. */
  host: string;
  port: number;
  githubPort: number;
  dataFolder: string;
  /** A repository (`owner/name`) to have beside the seeded one, with nothing but a README. */
  repository?: string | undefined;
  outbound?: OutboundSettings;
  /** Where the package's sample tickets and workflow are. */
  packageFolder: string;
  clock: Clock;
  random: Random;
  log: Log;
  /** As of `serve`. */
  capacity?: number | undefined;
  watch?: (ticket: Ticket) => void;
}

export interface RunningDesk {
  desk: LocalDesk;
  /** Ends the app, the embedded GitHub and every agent. */
  close(): Promise<void>;
}

const repository = 'acme/desk';
const branch = 'signalbox';

/** What is kept of the first start, readable by its owner alone. */
interface Kept {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  tokens: LocalDesk['tokens'];
}

/** The whole of Signalbox on one machine: the embedded GitHub with a seeded repository, and the app that serves it. */
export async function startLocalDesk(options: LocalDeskOptions): Promise<RunningDesk> {
  const dataFolder = resolve(options.dataFolder);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  dropUnfinished(dataFolder);
  const { clock, random, log } = options;
  const github = await startLocalGitHub({
    dataFolder: join(dataFolder, 'github'),
    port: options.githubPort,
    clock,
    random,
    log,
    runnerEnvironment: { SIGNALBOX_SUDO: 'never' },
  }).catch((cause) => {
    throw listenError(cause, options.githubPort);
  });
  try {
    const kept = await keptOrMade(github, dataFolder, options);
    if (options.repository) await addRepository(github, options.repository, kept.tokens.lucienne);
    const app = await serve({
      ...options,
      ...kept,
      apiUrl: github.api,
      webUrl: github.url,
      ...(options.outbound ? { outbound: options.outbound } : {}),
      board: { oauth: github.admin.createClientSecret('signalbox'), metrics: 'everybody' },
      dataFolder: join(dataFolder, 'app'),
      paced: false,
    });
    github.admin.updateWebhookUrl('signalbox', `${app.url}/api/github/webhooks`);
    github.admin.updateCallbackUrls('signalbox', [`${app.url}/login/callback`]);
    const clone = `${github.url}/${repository}.git`;
    const { url, api } = github;
    const desk: LocalDesk = {
      app: { url: app.url },
      github: { url, api },
      repository,
      branch,
      clone,
      tokens: kept.tokens,
    };
    write(join(dataFolder, 'local.json'), desk);
    const close = async () => {
      await app.close();
      await github.close();
    };
    return { desk, close };
  } catch (error) {
    await github.close();
    throw error;
  }
}

function listenError(cause: NodeJS.ErrnoException, port: number): unknown {
  if (cause.code !== 'EADDRINUSE') return cause;
  const hint = 'Choose another with --github-port, or 0 for a free one.';
  return new SignalboxError('config', 'cannot-listen', `port ${port} is taken`, { hint, cause });
}

const secretsFile = (dataFolder: string): string => join(dataFolder, 'secrets.json');

/** A set-up that was killed on its way is done again from nothing: nobody has had its tokens yet. */
function dropUnfinished(dataFolder: string): void {
  if (existsSync(secretsFile(dataFolder))) return;
  for (const part of ['github', 'app']) rmSync(join(dataFolder, part), { recursive: true, force: true });
}

/** Sets the embedded GitHub up at the first start. The file of secrets comes last: it says that all the rest is there. */
async function keptOrMade(github: LocalGitHub, dataFolder: string, options: LocalDeskOptions): Promise<Kept> {
  const file = secretsFile(dataFolder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  const { admin } = github;
  const tokens = {
    lucienne: admin.createUser('lucienne'),
    elmar: admin.createUser('elmar'),
    visitor: admin.createUser('visitor'),
  };
  await admin.createRepository(repository, { defaultBranch: 'main', description: 'A desk of tickets' });
  allowPeople(github, repository);
  const clone = `${github.url}/${repository}.git`;
  const from = packageFiles(options.packageFolder);
  await pushOrphan(clone, tokens.lucienne, 'main', defaultBranchFiles(from));
  await pushOrphan(clone, tokens.lucienne, branch, stateBranchFiles(from));
  const webhookSecret = options.random.hex(32);
  const asks = manifest(options.packageFolder);
  const app = await admin.createApp({ slug: 'signalbox', owner: 'acme', webhookSecret, ...asks });
  admin.installApp('signalbox', repository);
  const kept: Kept = { appId: app.id, privateKey: app.privateKey, webhookSecret, tokens };
  write(file, kept);
  return kept;
}

function allowPeople({ admin }: LocalGitHub, fullName: string): void {
  admin.setPermission(fullName, 'lucienne', 'admin');
  admin.setPermission(fullName, 'elmar', 'triage');
  admin.setPermission(fullName, 'visitor', 'read');
}

/** A repository as teams have them before they set Signalbox up, with the app installed. Each step is left out where it is done. */
async function addRepository(github: LocalGitHub, fullName: string, token: string): Promise<void> {
  const { admin } = github;
  if (!admin.hasRepository(fullName)) await admin.createRepository(fullName, { defaultBranch: 'main' });
  allowPeople(github, fullName);
  admin.installApp('signalbox', fullName);
  if (admin.refHistory(fullName, 'refs/heads/main').length > 0) return;
  const readme = { 'README.md': `# ${fullName}\n` };
  await pushOrphan(`${github.url}/${fullName}.git`, token, 'main', readme);
}

/** Events and permissions are the manifest's: the embedded GitHub grants what github.com would, and no more. */
export function manifest(packageFolder: string): { events: string[]; permissions: Permissions } {
  const { default_events, default_permissions } = parseYaml(
    readFileSync(join(packageFolder, 'app.yml'), 'utf8'),
  );
  return { events: default_events, permissions: default_permissions };
}

/** Pushes files as a branch without a past, as a person would. */
async function pushOrphan(clone: string, token: string, name: string, files: Files): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-seed-'));
  const run = async (...args: string[]) => {
    const author = { GIT_AUTHOR_NAME: 'Lucienne', GIT_AUTHOR_EMAIL: 'lucienne@acme.invalid' };
    const committer = { GIT_COMMITTER_NAME: 'Lucienne', GIT_COMMITTER_EMAIL: 'lucienne@acme.invalid' };
    const env = { ...author, ...committer, ...gitLogin(clone, token) };
    const { code, stderr } = await git(args, { cwd: folder, env });
    if (code !== 0) throw new SignalboxError('bug', 'seed-failed', `git ${args[0]}: ${stderr.trim()}`);
  };
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    await run('init', '--quiet', '--initial-branch', name);
    await run('add', '--all', '--force');
    await run('commit', '--quiet', '--message', `${name}: first files`);
    await run('push', '--quiet', '--force', clone, `${name}:${name}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
