/** So many jobs at once; the rest wait in line. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `start` when a slot is free, perhaps at once; the returned function takes the request back. */
  request(start: () => void): () => void {
    if (this.#free > 0) {
      this.#free -= 1;
      start();
      return () => {};
    }
    this.#waiting.add(start);
    return () => this.#waiting.delete(start);
  }

  release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
