import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { witnessRef } from '../ticket/paths.ts';
import type { Backend, Refs } from './backend.ts';
import { pushRefused } from './push-refused.ts';

/**
 * Remembers the witness. Without one a head is taken up as a new desk's, its tickets as somebody's plan; so where its ref
 * is deleted (as `git push --mirror` does with every ref that a clone has not) whoever saw it puts it back, and the head is
 * judged by it as before.
 */
export class Witnesses {
  readonly #backend: Backend;
  readonly #log: Log;
  #last: string | null = null;

  constructor(backend: Backend, log: Log) {
    this.#backend = backend;
    this.#log = log;
  }

  /** One of our own making was published. */
  saw(witness: string): void {
    this.#last = witness;
  }

  /** `refs` with a witness, where one was ever seen. */
  async kept(refs: Refs): Promise<Refs> {
    this.#last = refs.witness ?? this.#last;
    const to = this.#last;
    if (refs.witness !== null || to === null) return refs;
    this.#log.error('the witness was deleted, and is put back', { witness: to, head: refs.head });
    const result = await this.#backend.push([{ ref: witnessRef, from: null, to }]);
    if (result.kind === 'moved') return { ...refs, witness: to };
    if (result.kind === 'raced') return this.kept(await this.#backend.look());
    if (result.kind === 'refused') throw pushRefused(result.words, witnessRef);
    throw new SignalboxError('forge', 'unreachable', result.words);
  }
}
