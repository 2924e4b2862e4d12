import { isoSeconds } from '../base/clock.ts';
import type { Config } from './config.ts';
import type { ClosedAttempt, Desk, Outcome } from './format.ts';

/*
 * A profile whose attempts fail one after another, whatever the ticket, is broken itself: its login, its machine, its
 * model. It is paused before it has spent the retries of every ticket that waits for it.
 */

/** What counts as a failure of the profile, and what shows that it works. All else (a stop, a limit) says nothing of it. */
export const failed: readonly Outcome[] = ['failed', 'lost'];
export const worked: readonly Outcome[] = ['done', 'review', 'question', 'approved', 'rejected'];

/** The desk after an attempt closed: how many of its profile failed in a row, and the pause where those are too many. */
export function failuresAfter(
  desk: Desk,
  closed: Pick<ClosedAttempt, 'agent' | 'outcome' | 'run'>,
  { id, now, config }: { id: string; now: number; config: Config },
): Desk {
  const { agent, outcome, run } = closed;
  const { [agent]: before = 0, ...others } = desk.failures;
  if (worked.includes(outcome)) return before > 0 ? { ...desk, failures: others } : desk;
  if (!failed.includes(outcome) || run === null) return desk; // without a run it is a machine's that never came
  const count = before + 1;
  if (count < config.limits.failures_in_row) return { ...desk, failures: { ...others, [agent]: count } };
  // It begins anew: who resumes the profile has looked at it. A person's own pause stands.
  const paused = desk.profiles[agent];
  if (paused && paused.until === null) return { ...desk, failures: others };
  const reason = `${count} of its attempts failed in a row, the last of ${id}`;
  const entry = { until: null, reason, by: 'signalbox', since: isoSeconds(now), breaker: true };
  return { ...desk, failures: others, profiles: { ...desk.profiles, [agent]: entry } };
}
