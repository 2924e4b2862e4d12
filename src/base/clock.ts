/**
 * Time as a port. Nothing outside `base` may call `Date.now` or `setTimeout`: a test drives the clock by
 * hand, the simulation jumps it.
 */
export interface Clock {
  /** The present moment, in milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms` milliseconds; the returned function calls it off. */
  after(ms: number, fn: () => void): () => void;
}

/** The longest wait of one of the machine's timers: it fires at once where it is told to wait longer. */
const longestMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers do not keep the process alive by themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      const step = Math.min(left, longestMs);
      timer = setTimeout(() => (left > step ? wait(left - step) : fn()), step);
      timer.unref();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};

/** A timer may ring so much early, in milliseconds, by the very clock that it was set by: no reason to move that. */
const earlyMs = 100;

/**
 * `clock` as far as it goes forward, for whatever measures how long something lasts. Where it is set back, time goes on
 * from where it was, and no wait has taken less than it took: a limit that was to end after a minute ends after one.
 * Where it is set forward, so is this one: a machine that slept is late, not early.
 */
export function steady(clock: Clock): Clock {
  let [ahead, latest] = [0, clock.now()];
  /** The present moment, which is not before `moment`. */
  const reach = (moment: number): number => {
    const short = moment - clock.now() - ahead;
    if (short > earlyMs) ahead += short;
    latest = Math.max(latest, clock.now() + ahead);
    return latest;
  };
  const now = () => reach(latest);
  return {
    now,
    after(ms, fn) {
      const due = now() + ms;
      return clock.after(ms, () => {
        reach(due);
        fn();
      });
    },
  };
}

/** Resolves after `ms` milliseconds on `clock`, or at once when `signal` aborts. It never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      callOff();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const callOff = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Keeps the process alive until `work` has ended, where it may wait for nothing but timers of `systemClock`. */
export function untilEnd<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 2 ** 30);
  return work.finally(() => clearInterval(timer));
}

/** An instant as tickets and trailers carry it: ISO 8601, UTC, whole seconds. `ms` since the epoch. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
