import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, sleep, steady, systemClock } from '../../src/base/clock.ts';

// The machine's own timers, which take no more than 2^31-1 milliseconds and fire at once for more. Those of vitest do, too.

const dayMs = 24 * 3_600_000;

describe("the machine's clock", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('calls in its time, once, however far off that is', () => {
    for (const ms of [0, 1000, 2 ** 31 - 1, 2 ** 31, 60 * dayMs]) {
      const called = vi.fn();
      systemClock.after(ms, called);
      if (ms > 0) vi.advanceTimersByTime(ms - 1);
      expect(called).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(called).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(60 * dayMs);
      expect(called).toHaveBeenCalledOnce();
    }
  });

  test('is called off, also after the longest step of a timer', () => {
    const called = vi.fn();
    const callOff = systemClock.after(60 * dayMs, called);
    vi.advanceTimersByTime(50 * dayMs);
    callOff();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60 * dayMs);
    expect(called).not.toHaveBeenCalled();
  });

  test('is slept on for months', async () => {
    const woken = vi.fn();
    const slept = sleep(systemClock, 90 * dayMs).then(woken);
    await vi.advanceTimersByTimeAsync(89 * dayMs);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(dayMs);
    await slept;
  });
});

describe('a steady clock', () => {
  /** A clock that can be set, and whose timers ring when they are due, as the machine's do. */
  function settable() {
    let [passed, set] = [0, 0];
    let timers: { at: number; ring: () => void }[] = [];
    const clock: Clock = {
      now: () => passed + set,
      after: (ms, ring) => {
        const timer = { at: passed + ms, ring };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
    };
    const pass = (ms: number) => {
      passed += ms;
      const due = timers.filter(({ at }) => at <= passed);
      timers = timers.filter(({ at }) => at > passed);
      for (const { ring } of due) ring();
    };
    return { clock: steady(clock), pass, setBy: (ms: number) => (set += ms) };
  }

  test('goes on from where it was when it is set back', () => {
    const { clock, pass, setBy } = settable();
    pass(1_000);
    expect(clock.now()).toBe(1_000);
    setBy(-3_600_000);
    expect(clock.now()).toBe(1_000);
    pass(500);
    expect(clock.now()).toBe(1_500);
  });

  test('knows by its timers what passed before anybody saw that it was set back', () => {
    const { clock, pass, setBy } = settable();
    clock.after(60_000, () => {});
    pass(59_000);
    setBy(-3_600_000);
    pass(1_000);
    expect(clock.now()).toBe(60_000);
  });

  test('is set forward, and takes no timer that rings a little early for a clock that was set back', () => {
    const { clock, pass, setBy } = settable();
    setBy(3_600_000);
    expect(clock.now()).toBe(3_600_000);
    for (let times = 0; times < 1_000; times++) {
      clock.after(10, () => {});
      setBy(-1);
      pass(10);
    }
    expect(clock.now() - 3_600_000).toBeLessThan(10_000);
  });

  test('calls off what it was asked', () => {
    const { clock, pass } = settable();
    const called = vi.fn();
    clock.after(10, called)();
    pass(20);
    expect(called).not.toHaveBeenCalled();
  });
});
