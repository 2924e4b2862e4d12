/** GitHub redelivers for three days; this is for doubles that come soon, and no more than a saving of work. */
const keptMax = 10_000;

/** Deliveries whose request is durable, by GUID. A redelivery has the GUID of its first delivery. */
export class Deliveries {
  readonly #done = new Set<string>();

  /**
   * Does the work of a delivery, unless it was done before. It is remembered only when the work succeeded: a
   * delivery that failed must be worked again when GitHub, or a person, sends it again.
   */
  async once(guid: string, work: () => Promise<void>): Promise<void> {
    if (this.#done.has(guid)) return;
    await work();
    this.#done.add(guid);
    for (const oldest of this.#done) {
      if (this.#done.size <= keptMax) break;
      this.#done.delete(oldest);
    }
  }
}
