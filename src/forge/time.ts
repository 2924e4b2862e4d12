import type { Clock } from '../base/clock.ts';

/** A sample that took longer than this says too little about where on the way the server wrote its Date. */
const slowMs = 2_000;

/**
 * The forge's clock as its `Date` headers show it. They are cut to whole seconds, so the sample that is furthest
 * ahead is the nearest to the truth; only one that is far behind (a clock was set) replaces it.
 */
export class ForgeTime {
  readonly #clock: Clock;
  #offsetMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch; our own clock where nothing was heard yet. */
  now(): number {
    return this.#clock.now() + (this.#offsetMs ?? 0);
  }

  /** Takes the Date header of an answer that came now, to a request sent at `sent` (our clock, milliseconds). */
  heard(date: string | undefined, sent: number): void {
    const theirs = Date.parse(date ?? '');
    const now = this.#clock.now();
    if (Number.isNaN(theirs) || (this.#offsetMs !== null && now - sent > slowMs)) return;
    const offset = theirs - now;
    if (this.#offsetMs === null || offset > this.#offsetMs || this.#offsetMs - offset > slowMs)
      this.#offsetMs = offset;
  }
}
