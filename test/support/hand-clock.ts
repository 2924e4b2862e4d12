import type { Clock } from '../../src/base/clock.ts';

interface Timer {
  due: number;
  fn: () => void;
}

/** A clock that a test drives by hand. */
export class HandClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.#now + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** When the next timer is due; null where nobody waits. */
  get next(): number | null {
    return this.#timers.length > 0 ? Math.min(...this.#timers.map(({ due }) => due)) : null;
  }

  /** Time goes by, to `to`: all that falls due meanwhile is called, each at its own time. */
  async until(to: number): Promise<void> {
    await settled();
    for (let due = this.next; due !== null && due <= to; due = this.next) {
      this.#now = Math.max(this.#now, due);
      const timer = this.#timers.find((one) => one.due === due);
      this.#timers = this.#timers.filter((one) => one !== timer);
      timer?.fn();
      await settled();
    }
    this.#now = to;
  }
}

/** Whatever can go on without the clock has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await null;
}
