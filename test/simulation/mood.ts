import type { Chance } from './chance.ts';

/**
 * How one world differs from others: what happens often here never happens there. Worlds that leave things out get
 * deeper into what is left than worlds in which everything happens a little.
 */
export class Mood {
  readonly #chance: Chance;
  readonly #factors = new Map<string, number>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** `weights` as they are in this mood. */
  of<K extends string>(weights: Readonly<Record<K, number>>): Record<K, number> {
    const entries = Object.entries<number>(weights).map(([key, weight]) => [key, weight * this.#factor(key)]);
    return Object.fromEntries(entries) as Record<K, number>;
  }

  #factor(key: string): number {
    const factor = this.#factors.get(key) ?? this.#chance.pick([0, 0.3, 1, 1, 1, 3]);
    this.#factors.set(key, factor);
    return factor;
  }
}
