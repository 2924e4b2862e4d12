import { type Row, table } from '../../src/ticket/table.ts';

/*
 * What the simulation has met: each request of the table, in each state that permits it, near each trouble. What it never
 * meets it cannot judge.
 */

export const troubles = [
  'none',
  'a call failed',
  'a hint went wrong',
  'an app died',
  'a machine failed',
  'GitHub refused',
] as const;
export type Trouble = (typeof troubles)[number];

/** A request that comes so many things after a trouble is near it. */
const nearness = 60;

/** Rows that nothing asks for yet, or that no world here can bring about, and why. */
const left: Readonly<Record<string, string>> = {
  approved: 'met in the worlds where another agent judges, too seldom to be asked near each trouble',
  rejected: 'the same',
  decide: 'none of its phases asks for a decision',
  passed: 'no gate of this world waits for checks',
  phases: 'nobody there changes his mind about them',
  pushed: 'met in every state, in some of them too seldom to be asked near each trouble',
  'expire in_progress': 'no budget is spent here: its agents report nothing, and a question waits',
  report: 'no work of this world is done elsewhere',
  'stopped in_progress': 'no attempt is claimed while another of its ticket stops',
  'accept in_progress':
    'something of the ticket runs, so it is refused; where nothing does it is no longer in progress',
};

/** Every cell that enough seeds must meet: `park todo: an app died`. */
export function cells(): string[] {
  const rows = table.flatMap(({ request, from }: Row) => from.map((state) => `${request} ${state}`));
  return rows
    .filter((row) => left[row] === undefined && left[row.split(' ')[0] ?? ''] === undefined)
    .flatMap((row) => troubles.map((trouble) => `${row}: ${trouble}`));
}

/** What one world has met. */
export class Coverage {
  readonly met = new Map<string, number>();
  readonly #last = new Map<Trouble, number>();
  #now = 0;

  /** One more thing happened. */
  tick(): void {
    this.#now += 1;
  }

  trouble(kind: Trouble): void {
    this.#last.set(kind, this.#now);
  }

  /** A request was carried out on a ticket in a state. */
  meet(request: string, state: string): void {
    const near = troubles.filter((kind) => this.#now - (this.#last.get(kind) ?? -Infinity) <= nearness);
    for (const trouble of near.length > 0 ? near : (['none'] as const)) {
      const cell = `${request} ${state}: ${trouble}`;
      this.met.set(cell, (this.met.get(cell) ?? 0) + 1);
    }
  }
}
