import { type Clock, steady } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';

/** How a call ends: as it should, or with an error before or after it was carried out. */
export type Fate = 'well' | 'fails' | 'answer lost';

interface Call {
  machine: Machine;
  name: string;
  run(fate: Fate): Promise<void>;
}

interface Timer {
  /** Null for GitHub's own. */
  machine: Machine | null;
  at: number;
  fn: () => void;
}

/** Time, and everything under way: whoever holds this decides what happens next. */
export class Schedule {
  /** Milliseconds since the epoch. */
  now = Date.parse('2026-05-25T09:00:00Z');
  readonly calls: Call[] = [];
  timers: Timer[] = [];

  get nextTimer(): Timer | null {
    return this.timers.reduce<Timer | null>(
      (first, one) => (first && first.at <= one.at ? first : one),
      null,
    );
  }

  /** Something that GitHub does by itself after `ms` milliseconds. */
  after(ms: number, fn: () => void): void {
    this.timers.push({ machine: null, at: this.now + ms, fn });
  }

  /** Moves time on to the next timer and rings it. */
  ring(): void {
    const next = this.nextTimer;
    if (!next) return;
    this.timers = this.timers.filter((one) => one !== next);
    this.now = Math.max(this.now, next.at);
    next.fn();
  }

  /** Ends one call, and lets everything run that only waited for it. */
  async answer(call: Call, fate: Fate): Promise<void> {
    this.calls.splice(this.calls.indexOf(call), 1);
    await call.run(fate);
  }
}

/** Resolves when nothing goes on any more but for calls and timers: all that was promised meanwhile has run. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One process. Once it was killed nothing of it goes on: its calls are never answered, its timers never ring. */
export class Machine {
  readonly name: string;
  /** Who its calls are to GitHub. */
  readonly login: string;
  /** As the processes measure time. */
  readonly clock: Clock;
  readonly #schedule: Schedule;
  isAlive = true;
  /** Its processes stand still, all but the agent. */
  isWedged = false;
  /** Cut off from the network: every call fails. */
  isCutOff = false;
  /** By how many milliseconds its clock is ahead of the forge's. */
  skew = 0;
  /** An id of GitHub's from when it last looked at an issue: what has a higher one came later. */
  lookedAt = 0;

  constructor(schedule: Schedule, name: string, login: string) {
    this.name = name;
    this.login = login;
    this.#schedule = schedule;
    this.clock = steady({
      now: () => schedule.now + this.skew,
      after: (ms, fn) => {
        if (!this.isAlive || this.isWedged) return () => {};
        const timer = { machine: this, at: schedule.now + Math.max(0, ms), fn };
        schedule.timers.push(timer);
        return () => {
          schedule.timers = schedule.timers.filter((one) => one !== timer);
        };
      },
    });
  }

  /** A call over the network: `does` happens in one instant, some time later. */
  call<T>(name: string, does: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive || this.isWedged) return;
      const run = async (fate: Fate) => {
        const lost = () => reject(new SignalboxError('forge', 'unreachable', `${name}: the line is dead`));
        if (fate === 'fails' || this.isCutOff) return lost();
        try {
          const value = await does();
          if (fate === 'answer lost') return lost();
          resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      this.#schedule.calls.push({ machine: this, name, run });
    });
  }

  kill(): void {
    this.isAlive = false;
    this.#forget();
  }

  /** What runs the agent stands still: only who takes the machine away ends it. */
  wedge(): void {
    this.isWedged = true;
    this.#forget();
  }

  #forget(): void {
    const isOthers = (one: { machine: Machine | null }) => one.machine !== this;
    this.#schedule.calls.splice(0, Number.POSITIVE_INFINITY, ...this.#schedule.calls.filter(isOthers));
    this.#schedule.timers = this.#schedule.timers.filter(isOthers);
  }
}
