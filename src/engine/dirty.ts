import type { Clock } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/**
 * A set of things to look at again, not a queue: asked twice is looked at once, and always after the last asking. What
 * fails is looked at again after a back-off; what a person must mend first is left until something asks again, or the
 * next sweep does, so that one hopeless thing (a deleted issue) holds up nothing.
 */
export class Dirty<K> {
  readonly #waiting = new Set<K>();
  readonly #active = new Set<K>();
  readonly #timers = new Map<K, { at: number; callOff: () => void }>();
  readonly #failures = new Map<K, number>();
  /** What failed hopelessly when it was looked at last. */
  readonly #left = new Set<K>();
  readonly #askers = new Map<K, { resolve(): void; reject(error: Error): void }[]>();
  #idle: (() => void)[] = [];
  #closed = false;
  readonly #look: (key: K) => Promise<void>;
  readonly #options: { clock: Clock; log: Log; atOnce: number; name: string };

  constructor(
    look: (key: K) => Promise<void>,
    options: { clock: Clock; log: Log; atOnce: number; name: string },
  ) {
    this.#look = look;
    this.#options = options;
  }

  add(key: K): void {
    if (this.#closed) return;
    this.#timers.get(key)?.callOff();
    this.#timers.delete(key);
    this.#left.delete(key);
    this.#waiting.add(key);
    this.#next();
  }

  /** Adds `key` and waits for a look that begins after this call; rejects where that look fails, or none will come. */
  async ask(key: K): Promise<void> {
    if (this.#closed) throw closing();
    const answer = new Promise<void>((resolve, reject) => {
      this.#askers.set(key, [...(this.#askers.get(key) ?? []), { resolve, reject }]);
    });
    this.add(key);
    await answer;
  }

  /** Adds `key` after `ms` milliseconds, unless it is added sooner: of several times the earliest counts. */
  later(key: K, ms: number): void {
    if (this.#closed || this.#waiting.has(key)) return;
    const { clock } = this.#options;
    const at = clock.now() + ms;
    const timer = this.#timers.get(key);
    if (timer && timer.at <= at) return;
    timer?.callOff();
    this.#timers.set(key, { at, callOff: clock.after(ms, () => this.add(key)) });
  }

  /** Adds `key`, unless a look at it is due already. */
  unlessDue(key: K): void {
    if (!this.#timers.has(key)) this.add(key);
  }

  /** Adds what was left: a person may have mended it. */
  addLeft(): void {
    for (const key of [...this.#left]) this.add(key);
  }

  get name(): string {
    return this.#options.name;
  }

  /** How much waits or is being looked at. */
  get size(): number {
    return this.#waiting.size + this.#active.size;
  }

  get isIdle(): boolean {
    return this.size === 0;
  }

  /** Whether everything ended well when it was looked at last. */
  get isWell(): boolean {
    return this.#failures.size === 0;
  }

  /** Resolves when nothing waits and nothing is looked at; what waits for a timer does not count. */
  async idle(): Promise<void> {
    if (this.isIdle) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { callOff } of this.#timers.values()) callOff();
    this.#waiting.clear();
    for (const { reject } of [...this.#askers.values()].flat()) reject(closing());
    this.#askers.clear();
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#options.atOnce) return;
      if (this.#active.has(key)) continue; // looked at again when the present look is over
      this.#waiting.delete(key);
      this.#active.add(key);
      void this.#run(key);
    }
  }

  async #run(key: K): Promise<void> {
    const askers = this.#askers.get(key) ?? [];
    this.#askers.delete(key);
    try {
      await this.#look(key);
      this.#failures.delete(key);
      for (const { resolve } of askers) resolve();
    } catch (thrown) {
      this.#failed(key, asError(thrown));
      for (const { reject } of askers) reject(asError(thrown));
    }
    this.#active.delete(key);
    this.#next();
    if (!this.isIdle) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #failed(key: K, error: Error): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const hopeless = error instanceof SignalboxError && error.kind === 'config';
    this.#options.log.warn('a look failed', { of: this.#options.name, key, failures, hopeless, error });
    if (hopeless) this.#left.add(key);
    else this.later(key, Math.min(60_000, 500 * 2 ** Math.min(failures, 7)));
  }
}

const closing = () => new Error('closing');
