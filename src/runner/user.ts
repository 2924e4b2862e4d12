import { execFile, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { onLinux, type Process, processesOf } from './processes.ts';
import { type Send, stopAll } from './stop.ts';

/**
 * A user of the agent's own, so that the kernel keeps it from what is the job's: an agent of the same user reads the
 * token in the environment of any git that the runner starts, and may signal the runner. A job has it to itself:
 * whatever runs under it is this job's agent, however it hides.
 */
export interface AgentUser {
  name: string;
  uid: number;
  /** An empty folder, for the agent's tree and home. */
  folder: string;
  /** An empty folder of ours that it can read. */
  aside: string;
  /** Hands over to it what the runner made in the folder. */
  give(): Promise<void>;
  /** Makes one file its own. */
  own(path: string): Promise<void>;
  /** Makes what it left in the folder readable to the runner. */
  takeBack(): Promise<void>;
  /** What to start, with the environment `env`, so that `command` runs as this user with just that. */
  as(command: readonly string[], env: Record<string, string>): readonly string[];
  send: Send;
  /** Removes the folder; the user itself stays for later jobs. */
  release(): Promise<void>;
}

/** Concurrent jobs on one machine, more than any has. */
const mostJobs = 64;

const base = '/var/lib/signalbox';

const run = promisify(execFile);

/** What only root may do, by itself or through `sudo`. */
type Privilege = readonly string[];

/**
 * Takes a user that no other job of this machine has, and makes it where there is none. Null where that cannot be:
 * neither root nor `sudo` without a password, or no Linux. Then the agent has to run as the user of the job.
 */
export async function takeUser(
  clock: Clock,
  log: Log,
  { bySudo = true }: { bySudo?: boolean } = {},
): Promise<AgentUser | null> {
  const privilege = await privileged(bySudo);
  if (!privilege) return null;
  for (let number = 1; number <= mostJobs; number++) {
    const name = `signalbox-agent-${number}`;
    const lock = await lockOf(name);
    if (!lock) continue;
    try {
      const user = await ready(name, privilege, lock);
      const limits = { killAfterMs: 0, hurriedMs: 0, giveUpMs: 2_000, hurry: new AbortController().signal };
      // Of a job that was killed, since its lock is gone. What does not end occupies the user.
      const left = await stopAll(() => processesOf(user.uid), clock, limits, user.send);
      if (left.length === 0) return user;
      lock.close();
    } catch (thrown) {
      log.warn('the agent gets no user of its own', { name, error: asError(thrown) });
      lock.close();
      return null;
    }
  }
  return null;
}

async function privileged(bySudo: boolean): Promise<Privilege | null> {
  if (!onLinux) return null;
  if (process.getuid?.() === 0) return [];
  if (!bySudo) return null;
  const sudo = ['sudo', '-n'];
  return await rooted(sudo, 'true').then(
    () => sudo,
    () => null,
  );
}

async function rooted(privilege: Privilege, ...command: string[]): Promise<string> {
  const [program = '', ...args] = [...privilege, ...command];
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin` };
  return (await run(program, args, { env })).stdout.trim();
}

/** A name in the kernel's own list of sockets: it is free again in the moment its process ends, however it ends. */
function lockOf(name: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((caller) => caller.destroy());
    server.once('error', () => resolve(null));
    server.listen({ path: `\0${name}` }, () => resolve(server.unref()));
  });
}

async function ready(name: string, privilege: Privilege, lock: Server): Promise<AgentUser> {
  const asRoot = (...command: string[]) => rooted(privilege, ...command);
  const id = (which: string) => asRoot('id', which, name);
  const made = [
    'useradd',
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ];
  const uid = Number(await id('-u').catch(() => asRoot(...made).then(() => id('-u'))));
  const gid = Number(await id('-g'));
  const folder = join(base, name);
  const aside = `${folder}.aside`;
  const [ownUid, ownGid] = [String(process.getuid?.()), String(process.getgid?.())];
  await asRoot('rm', '-rf', '--', folder, aside);
  await asRoot('install', '-d', '-m', '0755', base);
  await asRoot('install', '-d', '-m', '0755', '-o', ownUid, '-g', ownGid, aside);
  await asRoot('install', '-d', '-m', '0750', '-o', ownUid, '-g', ownGid, folder);
  const viaSudo = privilege.length > 0;
  const as: AgentUser['as'] = (command, env) => {
    if (!viaSudo) return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...command];
    // By argv, which everybody may read, only what sudo would set itself.
    const own = ['PATH', 'HOME'].flatMap((key) => (env[key] === undefined ? [] : [`${key}=${env[key]}`]));
    const kept = `--preserve-env=${Object.keys(env).join(',')}`;
    return ['sudo', '-n', '-u', name, kept, '--', 'env', ...own, ...command];
  };
  return {
    name,
    uid,
    folder,
    aside,
    as,
    // The group stays the runner's, which so reads what the agent does not lock away.
    give: async () => void (await asRoot('chown', '-hR', `${uid}:${ownGid}`, folder)),
    own: async (path) => void (await asRoot('chown', '-h', `${uid}:${ownGid}`, path)),
    async takeBack() {
      if (!viaSudo) return; // root reads everything
      // As the user itself: what root does to a tree of links the agent could turn against others. Nobody else comes in.
      const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
      const script = 'chmod g+rx "$0" && chmod -R a+rX "$0/tree"';
      const [program = '', ...args] = as(['sh', '-c', script, folder], env);
      await run(program, args, { env, cwd: '/' });
    },
    send(to: readonly Process[], signal: NodeJS.Signals) {
      // As the user itself, so that it reaches nobody else's; the kill goes to all at one stroke, which no fork escapes.
      const pids = signal === 'SIGKILL' ? ['-1'] : to.map(({ pid }) => String(pid));
      const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
      const script = ['sh', '-c', 'kill -s "$@"', 'kill', signal.slice('SIG'.length), '--', ...pids];
      const [program = '', ...args] = as(script, env);
      spawnSync(program, args, { env, cwd: '/', stdio: 'ignore' });
    },
    async release() {
      await asRoot('rm', '-rf', '--', folder, aside);
      lock.close();
    },
  };
}
