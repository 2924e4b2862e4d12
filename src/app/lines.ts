/**
 * Work in lines: one after another within a line, lines apart from each other. A piece of work that still waits
 * stands for every later one of the same name in its line, as all of them only ask to look at what is there.
 */
export class Lines {
  readonly #lines = new Map<string, Line>();

  /** Resolves when a `work` that STARTED after this call has ended; rejects as it does. */
  add(line: string, name: string, work: () => Promise<void>): Promise<void> {
    const mine = this.#lines.get(line) ?? { waiting: new Map(), tail: Promise.resolve() };
    const same = mine.waiting.get(name);
    if (same) return same;
    const done = mine.tail.then(() => {
      mine.waiting.delete(name);
      return work();
    });
    mine.waiting.set(name, done);
    const tail = done
      .catch(() => {})
      .then(() => {
        if (mine.tail === tail) this.#lines.delete(line);
      });
    mine.tail = tail;
    this.#lines.set(line, mine);
    return done;
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    while (this.#lines.size > 0) await Promise.all([...this.#lines.values()].map(({ tail }) => tail));
  }
}

interface Line {
  waiting: Map<string, Promise<void>>;
  tail: Promise<void>;
}
