import { asError } from '../base/errors.ts';
import type { Config } from '../ticket/config.ts';
import type { Receiver, Receivers, Told } from './receivers.ts';
import { Teller, type TellerOptions } from './teller.ts';

export interface TellersOptions extends TellerOptions {
  receivers: Receivers;
  config: () => Promise<Config>;
}

/** Everybody who is told of one repository's transitions, each by itself: none waits for another. */
export class Tellers {
  readonly #options: TellersOptions;
  readonly #tellers = new Map<string, Teller>();
  #faulty: readonly Told[] = [];
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: TellersOptions) {
    this.#options = options;
  }

  /** There may be something new to tell, or somebody new to be told. It waits for nothing. */
  wake(): void {
    if (this.#isClosed) return;
    for (const teller of this.#tellers.values()) teller.wake();
    this.#looking ??= this.#look()
      .catch((error) => this.#options.log.warn('who is to be told cannot be read', { error: asError(error) }))
      .finally(() => {
        this.#looking = null;
      });
  }

  /** How far each of them is. */
  get told(): readonly Told[] {
    return [...[...this.#tellers.values()].map(({ told }) => told), ...this.#faulty];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking;
    await Promise.all([...this.#tellers.values()].map((teller) => teller.close()));
  }

  async #look(): Promise<void> {
    const { config, receivers, log } = this.#options;
    const all = receivers.of(await config());
    const wanted = new Map(all.filter(({ fault }) => fault === null).map((one) => [one.name, one]));
    for (const [name, teller] of this.#tellers) {
      if (wanted.get(name) === teller.receiver) continue;
      this.#tellers.delete(name);
      await teller.close(); // before another of its name begins where it ends
    }
    for (const [name, receiver] of wanted)
      if (!this.#isClosed && !this.#tellers.has(name))
        this.#tellers.set(name, new Teller(receiver, this.#options));
    const faulty = all.filter(({ fault }) => fault !== null);
    for (const { name, fault } of faulty)
      if (!this.#faulty.some((known) => known.name === name && known.failure?.why === fault))
        log.warn('a receiver cannot be told', { receiver: name, why: fault });
    this.#faulty = faulty.map((one) => this.#faultyTold(one));
  }

  #faultyTold({ name, host, fault }: Receiver): Told {
    const known = this.#faulty.find((told) => told.name === name)?.failure;
    const at = known?.why === fault ? known.at : this.#options.clock.now();
    const failure = { at, why: fault ?? '', count: 1 };
    return { name, host, behind: 0, since: null, last: null, failure, taken: 0 };
  }
}
