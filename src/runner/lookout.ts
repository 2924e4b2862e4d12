import { type Clock, sleep } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { closedAt, type Job, type RunnerStore, standingAt } from './job.ts';
import type { Brake } from './stop.ts';

/** When the head was last read and found to be this run's, in milliseconds on the clock. Shared with the watchdog. */
export interface Sighting {
  at: number;
}

/**
 * Looks at the head every `lookMs` until `until` aborts, and pulls the brake once it is not this run's any more
 * (rule 10). A head that cannot be read, or that was moved back, stops nothing here: truth cannot have moved through
 * us. The watchdog ends the agent once that lasts too long.
 */
export async function lookOut(watch: {
  store: RunnerStore;
  job: Job;
  brake: Brake;
  sighting: Sighting;
  clock: Clock;
  log: Log;
  lookMs: number;
  /** Whether a signal, by its digest, is one that the agent has just told a tool: its runner then sees to its end. */
  isReported?(digest: string): boolean;
  until: AbortSignal;
}): Promise<void> {
  const { store, job, brake, sighting, clock, log, until } = watch;
  for (;;) {
    await sleep(clock, watch.lookMs, until);
    if (until.aborted) return;
    const asked = clock.now();
    try {
      const snapshot = await store.read({ fresh: true });
      const standing = await standingAt(snapshot, job);
      const closed = standing.is === 'not-mine' ? await closedAt(snapshot, job) : null;
      if (until.aborted) return;
      const isOwnEnd = closed?.signal != null && watch.isReported?.(closed.signal) === true;
      if (standing.is === 'mine' || isOwnEnd) sighting.at = asked;
      if (standing.is === 'unknown')
        log.warn('the head does not tell whose the attempt is', { code: standing.code });
      if (standing.is === 'not-mine' && !isOwnEnd) {
        log.info("the attempt is not this run's any more", { ticket: job.ticket, code: standing.code });
        brake.pull('not-mine');
        return;
      }
    } catch (error) {
      log.warn('the head could not be read', { error: asError(error) });
    }
  }
}
