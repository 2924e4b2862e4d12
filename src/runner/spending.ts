import { type Clock, sleep } from '../base/clock.ts';
import type { Amounts, Usage } from '../ticket/budget-format.ts';
import { type Share, shareWords } from '../ticket/spending.ts';
import type { Brake } from './stop.ts';
import type { Meter } from './usage.ts';

/** Who watches what an agent uses. */
export interface Spending {
  /** How the limit that was reached is said; null where none was. */
  words(): string | null;
  callOff(): void;
}

/**
 * Ends the agent at the budget of its attempt: at its minutes by a timer, and at what it reports as soon as that is seen.
 * What it does not report counts by the minute once the attempt has ended, and stops nothing before.
 */
export function watchSpending(watch: {
  clock: Clock;
  brake: Brake;
  meter: Pick<Meter, 'read'>;
  limits: Amounts;
  /** When the attempt's time began, in milliseconds on the clock. */
  bound: number;
  everyMs: number;
}): Spending {
  const { clock, brake, meter, limits, bound, everyMs } = watch;
  const over = new AbortController();
  let reached: Share | null = null;
  const stop = (share: Share) => {
    reached = share;
    brake.pull('budget');
  };
  const { minutes } = limits;
  const inTime = minutes === undefined ? null : Math.max(0, bound + minutes * 60_000 - clock.now());
  const callOffTimer =
    minutes === undefined || inTime === null
      ? () => {}
      : clock.after(inTime, () => stop({ unit: 'minutes', spent: minutes, limit: minutes }));
  const look = async () => {
    for (;;) {
      await sleep(clock, everyMs, over.signal);
      if (over.signal.aborted) return;
      const share = overLimit(await meter.read(), limits);
      if (share) return stop(share);
    }
  };
  if (limits.tokens !== undefined || limits.dollars !== undefined) void look();
  return {
    words: () =>
      reached ? `The agent was stopped at its budget: it has used ${shareWords(reached)}.` : null,
    callOff() {
      over.abort();
      callOffTimer();
    },
  };
}

function overLimit(usage: Usage | undefined, limits: Amounts): Share | null {
  for (const unit of ['tokens', 'dollars'] as const) {
    const [spent, limit] = [usage?.[unit], limits[unit]];
    if (spent !== undefined && limit !== undefined && spent >= limit) return { unit, spent, limit };
  }
  return null;
}
