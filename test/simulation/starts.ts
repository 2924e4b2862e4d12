import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { Violation } from './violation.ts';
import { working } from './words.ts';

const hourMs = 3_600_000;

/** How often each ticket began within an hour: nothing is dispatched again and again for ever, whatever it costs. */
export class Starts {
  readonly #began = new Map<string, number[]>();

  /** A ticket went one step, at `now` (milliseconds). */
  check(before: Ticket | undefined, after: Ticket, { now, config }: { now: number; config: Config }): void {
    const { id, attempt } = after;
    // Somebody looked at it, and lets it start as often once more; where it is held or the desk is paused, once that is over.
    const { hold, waiting } = after;
    const isReleased =
      working(after) || 'desk' in (waiting?.when ?? {}) || (hold && waiting?.reason === 'held');
    if (before?.blocked?.code === 'breaker-starts' && isReleased) this.#began.delete(id);
    if (!attempt || attempt.number === before?.attempt?.number) return;
    const recent = [...(this.#began.get(id) ?? []), now].filter((at) => at > now - hourMs);
    this.#began.set(id, recent);
    const most = config.limits.ticket_starts_per_hour;
    if (recent.length > most)
      throw new Violation(
        'S9',
        `${id} starts ${recent.length} times within an hour, and ${most} are allowed`,
      );
  }
}
