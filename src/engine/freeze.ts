import { againMs } from '../ticket/calls.ts';
import { callOffAlarm, raiseAlarm } from './alarm.ts';
import type { Context } from './context.ts';
import type { Snapshot } from './ports.ts';

/** How long the alarm of a moved head waits for the forge to tell who moved it, in milliseconds. */
const moverPatienceMs = 20_000;

export interface FreezeOptions {
  /** Asks for another look at the head, soon: the alarm could not be raised yet. */
  lookAgain(): void;
  /** The head was restored, however soon: what was asked meanwhile was read by nobody. */
  thawed(): void;
}

/** A head that was moved back freezes the desk (rule 2): people are told, once, until somebody restores it. */
export class Freeze {
  readonly #context: Pick<Context, 'forge' | 'config' | 'log'>;
  readonly #options: FreezeOptions;
  /** When the head was first seen moved back; null where it is not. */
  #since: number | null = null;
  /** When people were called last; null where they were not. */
  #toldAt: number | null = null;

  constructor(context: Pick<Context, 'forge' | 'config' | 'log'>, options: FreezeOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Whether nothing may follow from this head. Raises the alarm for one that was moved back, and calls it off after. */
  async holds(snapshot: Snapshot): Promise<boolean> {
    if (snapshot.movedBack) await this.#freeze(snapshot);
    else await this.#thaw();
    return snapshot.movedBack;
  }

  async #freeze({ head, witness }: Snapshot): Promise<void> {
    const { forge, log } = this.#context;
    if (this.#toldAt !== null && forge.now() < this.#toldAt + againMs) return;
    if (this.#since === null) log.error('head-moved-back: the desk is frozen', { head, witness });
    this.#since ??= forge.now();
    const patient = forge.now() < this.#since + moverPatienceMs;
    // Not before it is told: an alarm that could not be raised is tried again.
    if (await raiseAlarm(this.#context, { head, witness }, patient)) this.#toldAt = forge.now();
    else this.#options.lookAgain();
  }

  async #thaw(): Promise<void> {
    if (this.#since === null) return;
    if (this.#toldAt !== null) await callOffAlarm(this.#context);
    this.#since = null;
    this.#toldAt = null;
    this.#options.thawed();
  }
}
