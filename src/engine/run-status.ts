import type { Attempt } from '../ticket/format.ts';
import type { Run } from './ports.ts';

/*
 * What Actions' word about a run means for the attempt that it is of.
 */

/** How long a run waits for a machine before GitHub cancels it, less what its clocks may differ by: milliseconds. */
const queueMs = 24 * 3600_000 - 5 * 60_000;

export const isAlive = ({ status }: Run): boolean => status !== 'completed';

/** Whether GitHub itself cancelled a run that no machine took for a day (docs.github.com, Actions limits: 24 hours); no person did. */
export function wasGivenUp({ created, updated }: Run, { run }: Attempt): boolean {
  return run === null && Date.parse(updated) - Date.parse(created) >= queueMs;
}

/** Whether the run that was bound is over: it ended, or was started again, which only what has ended can be. */
export function isOver(run: Run, bound: Attempt['run']): boolean {
  return run.status === 'completed' || run.run_attempt > (bound?.run_attempt ?? run.run_attempt);
}
