import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { memoryMs } from '../ticket/decide.ts';
import type { Snapshot, Store, Swept } from './ports.ts';

export interface MarkOptions {
  store: Pick<Store, 'markSwept'>;
  /** The forge's clock, in milliseconds. */
  now: () => number;
  /** Resolves when nothing is looked at any more; answers whether everything that was looked at ended well. */
  quiet: () => Promise<boolean>;
  log: Log;
}

/**
 * The mark that whole sweeps leave on the remote, so that the next process need not read and show everything again. One
 * that is too old costs reading and no more; one that is too new would hide what nobody has seen. So a sweep is
 * marked with the head and the time that it began at, and only once all it led to has ended well.
 */
export class Mark {
  readonly #options: MarkOptions;
  /** The last whole sweep that is not marked yet. */
  #swept: Swept | null = null;
  #marking: Promise<void> | null = null;
  #isRefusalTold = false;

  constructor(options: MarkOptions) {
    this.#options = options;
  }

  /** The mark by which a process that starts may go; null where it must read everything. */
  async find(snapshot: Snapshot): Promise<Swept | null> {
    const swept = snapshot.movedBack ? null : await snapshot.swept();
    const now = this.#options.now();
    // What tickets do not remember any more cannot be told from what is new; and of the future nobody knows.
    return swept && swept.time > now - memoryMs && swept.time <= now ? swept : null;
  }

  /** A whole sweep that began at `swept` found what it had to find; what it led to may be under way. */
  note(swept: Swept): void {
    this.#swept = swept;
    this.#marking ??= this.#mark().finally(() => {
      this.#marking = null;
    });
  }

  /** Resolves when nothing waits to be marked. */
  async idle(): Promise<void> {
    await this.#marking;
  }

  /** What is not marked yet never will be. */
  drop(): void {
    this.#swept = null;
  }

  async #mark(): Promise<void> {
    try {
      const isWell = await this.#options.quiet();
      const swept = this.#swept; // in the very turn in which all was quiet
      if (isWell && swept) await this.#options.store.markSwept(swept);
    } catch (error) {
      if (this.#isRefusalTold) return;
      this.#isRefusalTold = error instanceof SignalboxError && error.kind === 'config';
      const { log } = this.#options;
      if (this.#isRefusalTold) log.warn('sweeps cannot be marked: each start reads everything', { error });
      else log.debug('a sweep could not be marked', { error });
    }
  }
}
