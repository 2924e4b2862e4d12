import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sleep, systemClock } from '../../src/base/clock.ts';

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
