import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface GitOptions {
  /** Working directory; for a bare repository its own folder. */
  cwd: string;
  /** Written to standard input, which is then closed. */
  input?: string | Buffer;
  /** Added to the clean environment of `gitEnvironment`. */
  env?: Record<string, string>;
  /** Milliseconds after which git is killed. Default 60,000. */
  timeoutMs?: number;
}

export interface GitResult {
  /** Exit code; -1 where git was killed (time limit). */
  code: number;
  stdout: string;
  stderr: string;
}

const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];
/** Variables that say how the network is reached and whom to trust there: where they are set, git needs them. */
export const wayOut: readonly string[] = [
  ...proxies,
  ...proxies.map((name) => name.toUpperCase()),
  ...['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE'],
];

/**
 * The environment git runs in: nothing of the person's own configuration, no prompts, no `GIT_*` from outside
 * (a hook or a CI job sets them) but the way out, and English messages, since `stale info` and the like are read by us.
 */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const out = wayOut.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(out),
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: process.env.HOME ?? '/',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...extra,
  };
}

/**
 * Environment that makes git send `token` as the password of a basic login, to `url`'s host only. The token
 * stays out of argv (visible in `ps`) and out of `.git/config`.
 */
export function gitLogin(url: string, token: string): Record<string, string> {
  if (!/^https?:/.test(url)) return {};
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

/** Runs one git command. It never rejects for git's own exit code: the caller reads `code`. */
export async function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  return spawnCommand(['git', ...args], options, gitEnvironment(options.env));
}

/** The same by a command of the caller's that runs git, in an environment that is all the caller's. */
export async function spawnCommand(
  [program = '', ...args]: readonly string[],
  options: Omit<GitOptions, 'env'>,
  env: Record<string, string>,
): Promise<GitResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: Math.ceil(options.timeoutMs ?? 60_000), // node takes no fraction
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // git may exit before it has read everything; its exit code tells
  child.stdin.end(options.input ?? '');
  // What git had started may hold the pipes for as long as it likes; of a git that was killed nothing more is to come.
  child.on('exit', (_, signal) => {
    if (signal === null) return;
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    code: code ?? -1,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}
