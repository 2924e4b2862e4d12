import type { Clock } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Panel } from '../engine/panel.ts';
import type { Attempt, Ticket } from '../ticket/format.ts';

/** A runner saves its work every three minutes; a sign is asked for again after so many milliseconds. */
const goodForMs = 60_000;

interface Sign {
  claim: string;
  /** When it was asked for. */
  asked: number;
  at: number;
}

/**
 * Signs of life of the runs that people look at. Asked of GitHub in the background, two calls for a run and a minute, and
 * only while somebody looks.
 */
export class Signs {
  readonly #panel: Panel;
  readonly #ports: { clock: Clock; log: Log };
  readonly #heard: () => void;
  readonly #known = new Map<string, Sign>();

  /** @param heard is told when a sign differs from the one that was known */
  constructor(panel: Panel, ports: { clock: Clock; log: Log }, heard: () => void) {
    this.#panel = panel;
    this.#ports = ports;
    this.#heard = heard;
  }

  of(id: string, attempt: number): number | undefined {
    return this.#known.get(`${id} ${attempt}`)?.at;
  }

  /** Asks after every run that is bound, where what is known of it has grown old. */
  follow(tickets: readonly Ticket[]): void {
    const now = this.#ports.clock.now();
    const live = new Set<string>();
    for (const { id, attempt } of tickets) {
      if (!attempt?.run) continue;
      const key = `${id} ${attempt.number}`;
      live.add(key);
      const known = this.#known.get(key);
      if (known?.claim === attempt.claim && now - known.asked < goodForMs) continue;
      const at = known?.claim === attempt.claim ? known.at : Date.parse(attempt.run.started);
      this.#known.set(key, { claim: attempt.claim, asked: now, at });
      void this.#ask(key, id, { ...attempt, run: attempt.run });
    }
    for (const key of this.#known.keys()) if (!live.has(key)) this.#known.delete(key);
  }

  async #ask(key: string, id: string, open: Attempt & { run: NonNullable<Attempt['run']> }): Promise<void> {
    try {
      const at = await this.#panel.signOfLife(id, open);
      const known = this.#known.get(key);
      if (!known || known.claim !== open.claim || known.at === at) return;
      this.#known.set(key, { ...known, at });
      this.#heard();
    } catch (error) {
      this.#ports.log.debug('a sign of life cannot be asked for', { ticket: id, error: asError(error) });
    }
  }
}
