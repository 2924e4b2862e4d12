import { MemoryRemote } from '../../src/store/memory-store.ts';

/** A remote that tells of every ref that is moved. */
export class WatchedRemote extends MemoryRemote {
  readonly #moved: (ref: string, before: string | null, after: string | null) => void;

  constructor(moved: (ref: string, before: string | null, after: string | null) => void) {
    super();
    this.#moved = moved;
  }

  override move(ref: string, oid: string | null): void {
    const before = this.refs.get(ref) ?? null;
    super.move(ref, oid);
    this.#moved(ref, before, oid);
  }
}
