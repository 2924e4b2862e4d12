import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, sleep } from '../base/clock.ts';
import { splitLines } from './output.ts';
import { makeCensus, type Process, type Quarry } from './processes.ts';
import { type StopLimits, stopAll } from './stop.ts';
import type { AgentUser } from './user.ts';

/** How the agent's first process ended: by its exit status, by a signal, or it could not be started. */
export type AgentExit = { code: number } | { signal: string } | { fault: string };

export interface Agent {
  /** Settles when the first process has ended; others that it started may live on until `stop`. */
  exited: Promise<AgentExit>;
  /** The agent's processes that live now. Also remembers them, so that later none is lost track of. */
  census(): Process[];
  /** Ends everything the agent started and takes the last of its output. Returns what could not be ended. */
  stop(limits: StopLimits): Promise<Process[]>;
  /** The end of its standard output, at most `tailLength` characters: where a verdict stands. */
  spoken(): string;
  /** The end of standard output and standard error as they came: its last words. */
  printed(): string;
}

/** Characters of output kept in memory. A verdict is at its end. */
const tailLength = 256 * 1024;

/**
 * Names of variables that an agent inherits. Everything else (tokens, secrets, Actions' own files) stays out; a
 * profile adds what its agent needs by name. `RUNNER_TRACKING_ID` is no secret: by it the Actions runner ends
 * left-overs of a job whose own process was killed.
 */
const inherited = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TERM', 'RUNNER_TRACKING_ID'];

/**
 * The agent's environment: the inherited names, the profile's names, and what Signalbox itself tells it. A secret that the
 * repository does not have comes from Actions as an empty text: to a program that would be a login, and a wrong one.
 */
export function agentEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  told: Record<string, string>,
): Record<string, string> {
  const given = [...inherited, ...names].flatMap((name) => {
    const value = source[name];
    return value ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(given), ...told };
}

export interface AgentStart {
  /** Program and arguments. */
  command: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** Comes on its standard input. */
  prompt: string;
  quarry: Omit<Quarry, 'root' | 'uid'>;
  /** The user that it runs as; null for ours. */
  user: AgentUser | null;
  clock: Clock;
  /** Blots out what nobody may see, in all that comes from it: before anything is cut, since half a secret is not known. */
  hide(text: string): string;
  /** Each line it prints, on either stream. */
  onLine(line: string): void;
}

/** Starts the agent in a session and process group of its own, so that a Ctrl-C or a cancel meets only us. */
export function startAgent(start: AgentStart): Agent {
  const { user, env, hide } = start;
  const [program = '', ...args] = user?.as(start.command, env) ?? start.command;
  const child = spawn(program, args, {
    env,
    cwd: start.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const spoken = tail();
  const printed = tail();
  const closed = [child.stdout, child.stderr].map(async (stream) => {
    const lines = splitLines(start.onLine, hide);
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      if (stream === child.stdout) spoken.add(text);
      printed.add(text);
      lines.write(text);
    });
    stream.on('error', () => {});
    await once(stream, 'close');
    lines.end();
  });
  const exited = new Promise<AgentExit>((resolve) => {
    child.once('error', (error) => resolve({ fault: error.message }));
    child.once('exit', (code, signal) => resolve(code === null ? { signal: signal ?? 'SIGKILL' } : { code }));
  });
  child.stdin.on('error', () => {}); // it need not read its prompt
  child.stdin.end(start.prompt);
  const census =
    child.pid === undefined
      ? () => []
      : makeCensus({ ...start.quarry, uid: user?.uid ?? null, root: child.pid });
  return {
    exited,
    census,
    async stop(limits) {
      const left = await stopAll(census, start.clock, limits, user?.send);
      // With every process gone the pipes are at their end; one that is left would hold them open for ever.
      await Promise.race([Promise.all(closed), sleep(start.clock, 1_000)]);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      return left;
    },
    spoken: () => hide(spoken.text()),
    printed: () => hide(printed.text()),
  };
}

/** The last `tailLength` characters of what is added. */
function tail(): { add(text: string): void; text(): string } {
  let kept = '';
  return {
    add(text) {
      kept += text;
      if (kept.length > 2 * tailLength) kept = kept.slice(-tailLength);
    },
    text: () => kept.slice(-tailLength),
  };
}
