import { dayShares } from '../ticket/budgets.ts';
import { agentOf } from '../ticket/claim.ts';
import type { Config } from '../ticket/config.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import { inLine } from '../ticket/order.ts';
import { showBreakers } from './alarm.ts';
import type { Context } from './context.ts';
import type { Snapshot } from './ports.ts';
import { WorkingView } from './view.ts';

/** Tickets of a paused profile that are shown anew when its pause changes: those that would go first. */
const shownOfProfile = 20;

/** Sees which profiles are paused, and what follows from a change of that. A process that starts sees all of it as new. */
export class Profiles {
  readonly #context: Context;
  #last: Desk['profiles'] = {};
  #isTold = true;
  #isDayUsed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Tickets in todo that would start first on profiles whose pause is not as it was, or on a day whose budget is used up now: their issues show it. */
  see(snapshot: Snapshot, here: { now: number; config: Config }): string[] {
    const { tickets, desk } = snapshot;
    const was = this.#last;
    this.#last = desk.profiles;
    const names = new Set([...Object.keys(was), ...Object.keys(desk.profiles)]);
    const changed = [...names].filter(
      (name) => JSON.stringify(was[name]) !== JSON.stringify(desk.profiles[name]),
    );
    const isDayUsed = this.#isDayUsed;
    this.#isDayUsed = isUsedUp(snapshot, here);
    const isOtherDay = isDayUsed !== this.#isDayUsed;
    if (changed.length > 0) this.#isTold = false;
    if (changed.length === 0 && !isOtherDay) return [];
    const todo = [...tickets.values()].flatMap(({ ticket }) => (ticket?.state === 'todo' ? ticket : []));
    const first = (some: readonly Ticket[]) =>
      inLine(some, here)
        .slice(0, shownOfProfile)
        .map(({ id }) => id);
    const paused = changed.flatMap((name) =>
      first(todo.filter((ticket) => agentOf(ticket, here.config) === name)),
    );
    return isOtherDay ? [...paused, ...first(todo)] : paused;
  }

  /** Tells people of those that failures paused, and of those that are resumed. */
  async tell(): Promise<void> {
    if (this.#isTold) return;
    await showBreakers(this.#context, this.#last);
    this.#isTold = true;
  }
}

function isUsedUp(snapshot: Snapshot, here: { now: number; config: Config }): boolean {
  if (Object.keys(here.config.budgets.day).length === 0) return false;
  return dayShares(new WorkingView(snapshot), here).some(({ spent, limit }) => spent >= limit);
}
