import { agentOf } from '../ticket/claim.ts';
import type { Config } from '../ticket/config.ts';
import type { Desk } from '../ticket/format.ts';
import { inLine } from '../ticket/order.ts';
import { showBreakers } from './alarm.ts';
import type { Context } from './context.ts';
import type { Snapshot } from './ports.ts';

/** Tickets of a paused profile that are shown anew when its pause changes: those that would go first. */
const shownOfProfile = 20;

/** Sees which profiles are paused, and what follows from a change of that. A process that starts sees all of it as new. */
export class Profiles {
  readonly #context: Context;
  #last: Desk['profiles'] = {};
  #isTold = true;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Tickets in todo that would start first on profiles whose pause is not as it was: their issues show it. */
  see({ tickets, desk }: Snapshot, here: { now: number; config: Config }): string[] {
    const was = this.#last;
    this.#last = desk.profiles;
    const names = new Set([...Object.keys(was), ...Object.keys(desk.profiles)]);
    const changed = [...names].filter(
      (name) => JSON.stringify(was[name]) !== JSON.stringify(desk.profiles[name]),
    );
    if (changed.length === 0) return [];
    this.#isTold = false;
    const todo = [...tickets.values()].flatMap(({ ticket }) => (ticket?.state === 'todo' ? ticket : []));
    return changed.flatMap((name) => {
      const waiting = todo.filter((ticket) => agentOf(ticket, here.config) === name);
      return inLine(waiting, here)
        .slice(0, shownOfProfile)
        .map(({ id }) => id);
    });
  }

  /** Tells people of those that failures paused, and of those that are resumed. */
  async tell(): Promise<void> {
    if (this.#isTold) return;
    await showBreakers(this.#context, this.#last);
    this.#isTold = true;
  }
}
