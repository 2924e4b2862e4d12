import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** One attempt to deliver an event to the app's webhook. All attempts of one event have its GUID. */
export interface DeliveryAttempt {
  id: number;
  guid: string;
  /** In milliseconds, by GitHub's clock. */
  at: number;
  /** Whether the app answered that it took the event. */
  ok: boolean;
  /** True where it was asked for, after the first. */
  again: boolean;
}

/** The delivery log that GitHub keeps for the app. */
export interface DeliveryLog {
  /** A page of it, newest first, from where `cursor` points; `older` points to the next, and is null at the end. */
  deliveries(cursor: string | null): Promise<{ attempts: DeliveryAttempt[]; older: string | null }>;
  /** Has the event of an attempt sent once more. */
  redeliver(id: number): Promise<void>;
}

/** How long GitHub keeps deliveries, in milliseconds: three days. */
const keptMs = 3 * 24 * 3600_000;
/** An attempt may be shown later than one that began after it, by so many milliseconds. */
const overlapMs = 10 * 60_000;
/** Attempts of one event in all: what has failed as often will fail again, and the sweep has found what it told. */
const attemptsMax = 5;
/** Before the third attempt of an event, in milliseconds; four times as long before each that follows. */
const patienceMs = 4 * 60_000;
/** What is asked for in one pass: after an outage the door is not to be stormed. */
const atOnce = 50;
/** 10,000 attempts in one pass. */
const pagesMax = 100;

/** What became of events whose first delivery failed. */
export interface DeliveryNumbers {
  /** Not taken yet. */
  failing: number;
  /** Asked for once more. */
  again: number;
  /** Taken after they had failed. */
  recovered: number;
  givenUp: number;
}

interface Failed {
  /** The newest attempt. */
  id: number;
  first: number;
  last: number;
  attempts: number;
  /** Those that this process asked for. */
  asked: number;
}

/**
 * GitHub sends a webhook once. A pass reads what is new in the delivery log and has sent again what was never taken.
 * What it remembers is only a saving: a process that starts reads three days, and counts the attempts there.
 */
export class Redelivery {
  readonly #github: DeliveryLog;
  readonly #clock: Clock;
  readonly #log: Log;
  /** When the newest attempt that was read was made. */
  #readTo = Number.NEGATIVE_INFINITY;
  /** Attempts that were read, as far back as the next pass may read again: id to time. */
  readonly #known = new Map<number, number>();
  /** Events of which no attempt was taken, by GUID. */
  readonly #failed = new Map<string, Failed>();
  #passing: Promise<void> | null = null;
  readonly #numbers = { again: 0, recovered: 0, givenUp: 0 };
  #isClosed = false;

  constructor(options: { github: DeliveryLog; clock: Clock; log: Log }) {
    this.#github = options.github;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Since this process began. */
  get numbers(): DeliveryNumbers {
    return { failing: this.#failed.size, ...this.#numbers };
  }

  /** Reads what is new, and has sent again what is due. */
  pass(): Promise<void> {
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = null;
    });
    return this.#passing;
  }

  /** Asks for nothing more, and waits for a pass that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#passing?.catch(() => {});
  }

  async #pass(): Promise<void> {
    const attempts = await this.#readNew();
    const taken = new Set(attempts.flatMap(({ ok, guid }) => (ok ? guid : [])));
    for (const guid of taken) if (this.#failed.delete(guid)) this.#numbers.recovered += 1;
    for (const attempt of attempts) if (!taken.has(attempt.guid)) this.#note(attempt);
    const now = this.#clock.now();
    for (const [guid, { first }] of this.#failed) if (first < now - keptMs) this.#failed.delete(guid);
    const due = [...this.#failed].filter(([, failed]) => now >= failed.last + waitMs(failed));
    for (const [guid, failed] of due.toSorted(([, a], [, b]) => a.first - b.first).slice(0, atOnce))
      if (!this.#isClosed) await this.#sendAgain(guid, failed);
  }

  /** Attempts that no pass has read, oldest first. */
  async #readNew(): Promise<DeliveryAttempt[]> {
    const from = Math.max(this.#clock.now() - keptMs, this.#readTo - overlapMs);
    const found: DeliveryAttempt[] = [];
    let cursor: string | null = null;
    for (let pages = 1; pages <= pagesMax; pages++) {
      const page = await this.#github.deliveries(cursor);
      found.push(...page.attempts.filter(({ id, at }) => at >= from && !this.#known.has(id)));
      cursor = page.older;
      if (cursor === null || page.attempts.some(({ at }) => at < from)) break;
    }
    for (const { id, at } of found) {
      this.#known.set(id, at);
      this.#readTo = Math.max(this.#readTo, at);
    }
    for (const [id, at] of this.#known) if (at < this.#readTo - overlapMs) this.#known.delete(id);
    return found.toSorted((a, b) => a.at - b.at || a.id - b.id);
  }

  #note({ id, guid, at, again }: DeliveryAttempt): void {
    const known = this.#failed.get(guid);
    // A repetition of what is not known to have failed is one of an event that was taken, or given up.
    if (!known && again) return;
    const { first = at, attempts = 0, asked = 0, last = at } = known ?? {};
    this.#failed.set(guid, { id, first, last: Math.max(last, at), attempts: attempts + 1, asked });
  }

  async #sendAgain(guid: string, failed: Failed): Promise<void> {
    const facts = { delivery: guid, attempts: attemptsOf(failed) };
    if (attemptsOf(failed) >= attemptsMax) {
      this.#failed.delete(guid);
      this.#numbers.givenUp += 1;
      this.#log.warn('a delivery was given up: it is found by the sweep', facts);
      return;
    }
    // Counted before the answer: one that never comes would be waited for at each pass, and all others with it.
    this.#failed.set(guid, { ...failed, asked: failed.asked + 1, last: this.#clock.now() });
    try {
      await this.#github.redeliver(failed.id);
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.kind !== 'config') throw error;
      this.#failed.delete(guid);
      this.#log.warn('a delivery cannot be sent again', { ...facts, error });
      return;
    }
    this.#numbers.again += 1;
    this.#log.info('a delivery that failed is sent again', facts);
  }
}

/** Attempts of an event so far; one that was asked for may not be in the log yet, or never will be. */
const attemptsOf = ({ attempts, asked }: Failed): number => Math.max(attempts, asked + 1);

function waitMs(failed: Failed): number {
  const repeated = attemptsOf(failed) - 1;
  return repeated === 0 ? 0 : patienceMs * 4 ** (repeated - 1);
}
