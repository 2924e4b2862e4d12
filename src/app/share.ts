import type { Clock } from '../base/clock.ts';
import type { Seat } from '../engine/seat.ts';

/** What one repository has and wants, as it last said. */
interface Holder {
  name: string;
  occupied: number;
  wants: number;
  /** When it said so; null before the first time. In milliseconds, as all times here. */
  saidAt: number | null;
  joinedAt: number;
  /** Counts up with every start of any repository: who started least recently has the lowest. */
  lastStart: number;
}

/** What a repository wants counts for so long: each looks at its head more often, unless it is stuck. */
const wantsForMs = 30_000;
/** For so long after one joined, all wait to hear what it works already. */
const hearMs = 15_000;

/**
 * Shares a number of attempts among the repositories that one process serves. A free place goes to the one that started
 * least recently of those that want one, so that none waits for more than one start of each other. Other processes share
 * theirs: what is in use there of the same repositories counts here, too, since it stands at their heads.
 */
export class Share {
  readonly #capacity: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #holders = new Set<Holder>();
  #starts = 0;

  constructor(capacity: number, clock: Pick<Clock, 'now'>) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  join(name: string): Seat {
    const now = this.#clock.now();
    const holder: Holder = { name, occupied: 0, wants: 0, saidAt: null, joinedAt: now, lastStart: 0 };
    this.#holders.add(holder);
    return {
      starts: ({ occupied, wants }) => {
        Object.assign(holder, { occupied, wants, saidAt: this.#clock.now() });
        return this.#given(holder);
      },
      full: () => {
        const occupied = this.#occupied;
        return occupied >= this.#capacity ? { occupied, capacity: this.#capacity } : null;
      },
      leave: () => {
        this.#holders.delete(holder);
      },
    };
  }

  get #occupied(): number {
    return [...this.#holders].reduce((sum, { occupied }) => sum + occupied, 0);
  }

  /** Gives out all free places in turn, and takes those of `mine`; the others take theirs when they look. */
  #given(mine: Holder): number {
    const now = this.#clock.now();
    const all = [...this.#holders];
    const isUnheard = ({ saidAt, joinedAt }: Holder) => saidAt === null && now < joinedAt + hearMs;
    if (all.some(isUnheard)) return 0;
    const wanting = all
      .filter(({ wants, saidAt }) => wants > 0 && saidAt !== null && now < saidAt + wantsForMs)
      .map((holder) => ({ holder, turn: holder.lastStart, left: holder.wants }));
    let given = 0;
    let next = this.#starts;
    for (let free = this.#capacity - this.#occupied; free > 0; free--) {
      const [first] = wanting
        .filter(({ left }) => left > 0)
        .sort((a, b) => a.turn - b.turn || (a.holder.name < b.holder.name ? -1 : 1));
      if (!first) break;
      first.turn = ++next;
      first.left--;
      if (first.holder === mine) given++;
    }
    // Until it has looked at the head that they make: so many are as good as started.
    if (given > 0) {
      this.#starts += given;
      Object.assign(mine, {
        occupied: mine.occupied + given,
        wants: mine.wants - given,
        lastStart: this.#starts,
      });
    }
    return given;
  }
}
