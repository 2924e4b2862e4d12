import { type Clock, sleep } from '../base/clock.ts';
import { onLinux, type Process, processOf } from './processes.ts';

/** Why a run's agent was stopped. Each run has at most one: the first cause wins. */
export type StopCause =
  /** The head says that the attempt is not this run's any more. */
  | 'not-mine'
  /** It reported by a tool, which ended its attempt, and did not end by itself. */
  | 'reported'
  /** It ran as long as its profile allows. */
  | 'time-limit'
  /** It used as much as its attempt may. */
  | 'budget'
  /** The head could not be read for too long. */
  | 'head-unreadable'
  /** Actions cancels the job (SIGINT, SIGTERM). */
  | 'cancelled';

/** What stops an agent: pulled once, by whoever is first. */
export interface Brake {
  readonly cause: StopCause | null;
  /** Aborts when the brake is pulled. */
  readonly signal: AbortSignal;
  pull(cause: StopCause): void;
}

export function makeBrake(): Brake {
  const controller = new AbortController();
  let cause: StopCause | null = null;
  return {
    get cause() {
      return cause;
    },
    signal: controller.signal,
    pull(next) {
      if (cause) return;
      cause = next;
      controller.abort();
    },
  };
}

export interface StopLimits {
  /** Milliseconds from SIGTERM to SIGKILL. */
  killAfterMs: number;
  /** Aborts when there is no time for that: then SIGKILL comes `hurriedMs` after SIGTERM. */
  hurry: AbortSignal;
  hurriedMs: number;
  /** Milliseconds of SIGKILL passes after which it is given up; a process in the kernel's hands may not end. */
  giveUpMs: number;
}

/** Sends a signal to each of these processes that still lives. */
export type Send = (to: readonly Process[], signal: NodeJS.Signals) => void;

/**
 * Ends every process that `census` finds: SIGTERM, then SIGKILL, and SIGKILL again until a pass finds none, since a
 * process may fork while it is looked for. Returns those that are left: none, where it worked.
 */
export async function stopAll(
  census: () => Process[],
  clock: Clock,
  { killAfterMs, hurry, hurriedMs, giveUpMs }: StopLimits,
  send: Send = sendEach,
): Promise<Process[]> {
  const begun = clock.now();
  const asked = new Set<string>();
  let left = census();
  const grace = () => (hurry.aborted ? Math.min(killAfterMs, hurriedMs) : killAfterMs);
  while (left.length > 0 && clock.now() - begun < grace()) {
    // Later found ones are asked too, but each only once: a second SIGTERM makes some programs give up their clean-up.
    const unasked = left.filter((one) => !asked.has(identity(one)));
    if (unasked.length > 0) send(unasked, 'SIGTERM');
    for (const one of unasked) asked.add(identity(one));
    await sleep(clock, Math.min(50, killAfterMs));
    left = census();
  }
  const killing = clock.now();
  while (left.length > 0 && clock.now() - killing < giveUpMs) {
    send(left, 'SIGKILL');
    await sleep(clock, 10);
    left = census();
  }
  return left;
}

const identity = (one: Process): string => `${one.pid} ${one.start}`;

function sendEach(to: readonly Process[], signal: NodeJS.Signals): void {
  for (const one of to) {
    if (onLinux && processOf(one.pid)?.start !== one.start) continue; // the pid is somebody else's by now
    try {
      process.kill(onLinux ? one.pid : -one.group, signal);
    } catch {
      // ended meanwhile
    }
  }
}
