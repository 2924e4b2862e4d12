import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../base/clock.ts';
import { killNow, tree } from './orphans.ts';

/** Milliseconds from SIGINT to SIGTERM and from there to the kill (GitHub's, documented under "workflow cancellation"). */
const sigintMs = 7_500;
const sigtermMs = 2_500;
/** How long output is waited for after the end of a process that left others holding its pipes. */
const drainMs = 1_000;
const longestLine = 64 * 1024;

export interface ProcessOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  onLine(line: string): void;
  clock: Clock;
  /** Multiplies the times of a cancel. */
  cancelScale: number;
}

export interface StepProcess {
  /** The entry process has ended: its exit code, or null where a signal ended it. */
  done: Promise<number | null>;
  /** SIGINT to the entry process alone, then SIGTERM to it, then the whole tree is killed. */
  cancel(): void;
  kill(): void;
  /** Stops reading what left-over processes still write. */
  release(): void;
}

/** Starts the entry process of a step, in a session and process group of its own. */
export function startProcess(options: ProcessOptions): StepProcess {
  const { clock, cancelScale } = options;
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  let ended = false;
  let callOff = () => {};
  let cancelled = false;
  const signal = (name: NodeJS.Signals) => pid !== undefined && !ended && killNow(pid, name);
  const kill = () => {
    if (pid !== undefined && !ended) for (const one of tree(pid)) killNow(one);
  };
  const streams = [child.stdout, child.stderr];
  const read = streams.map((stream) => readLines(stream, options.onLine));
  const done = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      ended = true;
      options.onLine(`##[error]${error.message}`);
      resolve(127);
    });
    child.once('exit', (code) => {
      ended = true;
      callOff();
      const stop = clock.after(drainMs, () => resolve(code));
      child.once('close', () => {
        stop();
        resolve(code);
      });
    });
  });
  return {
    done: done.finally(() => {
      for (const reader of read) reader.close();
    }),
    cancel() {
      if (cancelled) return;
      cancelled = true;
      signal('SIGINT');
      callOff = clock.after(sigintMs * cancelScale, () => {
        signal('SIGTERM');
        callOff = clock.after(sigtermMs * cancelScale, kill);
      });
    },
    kill,
    release: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}

/**
 * Hands over whole lines until closed; then goes on reading, for nobody, so that no writer is held up. A carriage return ends
 * a line, too, as it does for GitHub's runner.
 */
function readLines(stream: Readable, onLine: (line: string) => void): { close(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let closed = false;
  stream.on('data', (chunk: Buffer) => {
    if (closed) return;
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (rest.length > longestLine) {
      onLine(rest);
      rest = '';
    }
  });
  stream.on('error', () => {});
  return {
    close() {
      if (!closed && rest !== '') onLine(rest.replace(/\r$/, ''));
      closed = true;
    },
  };
}
