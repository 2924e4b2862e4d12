import { type Clock, sleep } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Limits } from '../ticket/config.ts';
import type { Job, RunnerStore } from './job.ts';
import { lookOut } from './lookout.ts';
import type { Brake } from './stop.ts';
import { watchdog } from './watchdog.ts';

/**
 * Everything that goes on beside an agent: the look-out, the watchdog, the job's own cancel, the regular saving of its
 * work, and the census that keeps its processes known. Returns how to end it all.
 */
export function watched(watch: {
  store: RunnerStore;
  job: Job;
  brake: Brake;
  clock: Clock;
  log: Log;
  limits: Limits;
  endBy: number;
  saveEveryMs: number;
  isReported?(digest: string): boolean;
  checkIn(): Promise<unknown>;
  census(): unknown;
  interrupted: AbortSignal;
}): () => void {
  const { brake, clock, log, limits, interrupted } = watch;
  const over = new AbortController();
  const until = over.signal;
  const sighting = { at: clock.now() };
  const lookMs = limits.look_seconds * 1000;
  const cancel = () => brake.pull('cancelled');
  if (interrupted.aborted) cancel();
  interrupted.addEventListener('abort', cancel, { once: true });
  void lookOut({ ...watch, sighting, lookMs, until });
  const callOff = watchdog({ ...watch, sighting, unreadableMs: limits.unreadable_seconds * 1000 });
  const regularly = async (everyMs: number, what: () => unknown) => {
    for (;;) {
      await sleep(clock, everyMs, until);
      if (until.aborted) return;
      try {
        await what();
      } catch (error) {
        log.warn('the work could not be saved this time', { error: asError(error) });
      }
    }
  };
  void regularly(watch.saveEveryMs, watch.checkIn);
  void regularly(Math.min(lookMs, 1_000), watch.census);
  return () => {
    over.abort();
    callOff();
    interrupted.removeEventListener('abort', cancel);
  };
}
