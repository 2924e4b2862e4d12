import { type Clock, isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { FileChange, HistoryEntry, NewCommit, Snapshot, Store, Swap, Swept } from '../engine/ports.ts';
import { archivePath, quarantineOf, signalRef, sweptRef, ticketPath, witnessRef } from '../ticket/paths.ts';
import type { Backend, CommitToWrite, RefMove, Refs } from './backend.ts';
import { readTransitions, restoreMessage, signalMessage, sweptMessage, writeMessage } from './message.ts';
import { diffTrees, readCommit, readText } from './objects.ts';
import { pushRefused } from './push-refused.ts';
import { saidBeside, saveSignalIn } from './saved-signal.ts';
import { Serial } from './serial.ts';
import { type Look, SnapshotReader, signalFile } from './snapshot.ts';
import { moveToldIn, toldIn, trailOf } from './told.ts';
import { Witnesses } from './witness.ts';

/** How often a look is repeated where the remote moves, or looks torn, under it. */
const looks = 5;

export interface CommitStoreOptions {
  /** The forge's: commits are dated by it, and no decision is ever dated before the commit that it is made on. */
  clock: Pick<Clock, 'now'>;
  random: Random;
  log: Log;
}

/**
 * The store: what is published is a commit, its parent the head that was read, and the push a compare-and-swap. The
 * same over real git and in memory, so that both lose races and answers in the same way.
 */
export class CommitStore implements Store {
  readonly #backend: Backend;
  readonly #options: CommitStoreOptions;
  readonly #reader: SnapshotReader;
  readonly #serial = new Serial();
  readonly #witnesses: Witnesses;
  /** The last snapshot; null where it is known to be old. */
  #known: Look | null = null;
  /** A refresh that has not begun: whoever asks meanwhile shares it. */
  #refresh: Promise<Look> | null = null;

  constructor(backend: Backend, options: CommitStoreOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#witnesses = new Witnesses(backend, options.log);
    this.#reader = new SnapshotReader(backend.objects, (ancestor, commit) =>
      backend.isAncestor(ancestor, commit),
    );
  }

  async read({ fresh = false }: { fresh?: boolean } = {}): Promise<Snapshot> {
    if (!fresh && this.#known) return this.#known;
    this.#refresh ??= this.#serial.run(() => {
      this.#refresh = null;
      return this.#lookNow();
    });
    return this.#refresh;
  }

  async swap(base: Snapshot, commit: NewCommit): Promise<Swap> {
    const { refs } = looked(base);
    if (base.movedBack)
      throw new SignalboxError('conflict', 'head-moved-back', 'only a restore may follow a moved head');
    const drops = (commit.dropRefs ?? []).map((ref) => {
      const from = refs.signals.get(ref);
      if (from === undefined)
        throw new SignalboxError('bug', 'unknown-ref', `the snapshot did not see ${ref}`);
      return { ref, from, to: null };
    });
    const parents = base.head === null ? [] : [base.head];
    const message = writeMessage(commit, this.#options.random.hex(16));
    return this.#serial.run(() => this.#publish(base, { parents, changes: commit.changes, message }, drops));
  }

  /** What agents said on the moved head is kept: it is in no other place, and is decided like any signal. */
  async restore(base: Snapshot): Promise<Swap> {
    const { head, witness } = base;
    if (witness === null) throw new SignalboxError('user', 'no-witness', 'there is no witness to restore');
    if (!base.movedBack) throw new SignalboxError('user', 'not-moved-back', 'the head is where it should be');
    const { tree } = await readCommit(this.#backend.objects, witness);
    const message = writeMessage(restoreMessage(head, witness), this.#options.random.hex(16));
    const parents = head === null ? [witness] : [head, witness];
    const changes = head === null ? new Map() : await saidBeside(this, this.#backend, { witness, head });
    return this.#serial.run(() => this.#publish(base, { parents, tree, changes, message }, []));
  }

  async diff(from: string | null, to: string): Promise<FileChange[]> {
    const trees = [from, to].map(async (oid) =>
      oid === null ? null : (await readCommit(this.#backend.objects, oid)).tree,
    );
    const [before = null, after = null] = await Promise.all(trees);
    const text = async (oid: string | null) => (oid === null ? null : readText(this.#backend.objects, oid));
    const changes = await diffTrees(this.#backend.objects, before, after);
    return Promise.all(
      changes.map(async (each) => ({
        path: each.path,
        before: await text(each.before),
        after: await text(each.after),
      })),
    );
  }

  async commitsBetween(from: string | null, to: string): Promise<string[]> {
    if (from === to) return [];
    const { parents } = await readCommit(this.#backend.objects, to);
    if (from !== null && parents[0] === from) return [to]; // the usual, without a process
    return this.#backend.commitsBetween(from, to);
  }

  async saveSignal(id: string, attempt: number, text: string): Promise<void> {
    const message = writeMessage(signalMessage(id, attempt), this.#options.random.hex(16));
    const commit = { parents: [], changes: new Map([[signalFile, text]]), message };
    await this.#serial.run(async () =>
      saveSignalIn(this.#backend, signalRef(id, attempt), await this.#write(commit, 0), text),
    );
    this.#known = null;
  }

  async markSwept(swept: Swept): Promise<void> {
    await this.#serial.run(() => this.#markSwept(swept));
  }

  trail(from: string, to: string): Promise<string[] | null> {
    return trailOf(this.#backend, from, to);
  }

  async transitions(commit: string): Promise<HistoryEntry[]> {
    const { message, time } = await readCommit(this.#backend.objects, commit);
    return readTransitions(message, null, commit, isoSeconds(time));
  }

  told(name: string): Promise<string | null> {
    return toldIn(this.#backend, name);
  }

  moveTold(name: string, from: string | null, to: string): Promise<boolean> {
    return this.#serial.run(() => moveToldIn(this.#backend, name, from, to));
  }

  async history(id: string | null, { limit = 1000 }: { limit?: number } = {}): Promise<HistoryEntry[]> {
    const { head } = await this.read();
    if (head === null) return [];
    const paths = id === null ? [] : [ticketPath(id), archivePath(id), quarantineOf(id)];
    const commits = await this.#backend.log(head, paths, id, limit);
    return commits
      .flatMap(({ commit, time, message }) => readTransitions(message, id, commit, isoSeconds(time)))
      .slice(0, limit);
  }

  async close(): Promise<void> {
    await this.#serial.run(() => this.#backend.close());
  }

  /**
   * The remote as it is. Refs are listed one after another, so a look may fall between the halves of a push: a witness
   * ahead of its head looks moved back, one behind it makes our own commit look foreign. Where the two differ they are
   * believed when two looks in a row are the same.
   */
  async #lookNow(): Promise<Look> {
    let before: Refs | null = null;
    for (let round = 1; ; round++) {
      const refs = await this.#witnesses.kept(await this.#backend.look());
      if (this.#known && same(this.#known.refs, refs) && !this.#known.movedBack) return this.#known;
      const look = await this.#readFetched(refs, round);
      const isWhole = refs.head === refs.witness || (before !== null && same(before, refs));
      if (look && isWhole) return this.#keep(look);
      if (round >= looks)
        throw new SignalboxError('forge', 'unreachable', 'the remote moves faster than it can be read');
      before = refs;
    }
  }

  /** Null where the remote has moved on and the objects of `refs` cannot be had any more. */
  async #readFetched(refs: Refs, round: number): Promise<Look | null> {
    const oids = [refs.head, refs.witness, refs.swept, ...refs.signals.values()].filter(
      (oid) => oid !== null,
    );
    try {
      const present = await Promise.all(oids.map((oid) => this.#backend.objects.get(oid)));
      if (present.includes(null)) await this.#backend.fetch(refs);
      return await this.#reader.read(refs);
    } catch (thrown) {
      if (!isDamage(thrown) || round >= looks) throw thrown;
      if (round > 1) await this.#backend.fetch(refs, true);
      return null;
    }
  }

  #keep(look: Look): Look {
    this.#known = look;
    return look;
  }

  /** One commit on `base`, pushed with a lease on both the state branch and the witness (rule 1). */
  async #publish(base: Snapshot, commit: Omit<CommitToWrite, 'seconds'>, drops: RefMove[]): Promise<Swap> {
    const { refs } = looked(base);
    const oid = await this.#write(commit, base.headTime);
    const moves: RefMove[] = [
      { ref: this.#backend.stateRef, from: base.head, to: oid },
      { ref: witnessRef, from: base.witness, to: oid },
      ...drops,
    ];
    if (!(await this.#landed(oid, moves))) {
      this.#known = null;
      return { status: 'stale' };
    }
    this.#witnesses.saw(oid);
    const dropped = new Set(drops.map(({ ref }) => ref));
    const signals = new Map([...refs.signals].filter(([ref]) => !dropped.has(ref)));
    const snapshot = this.#keep(await this.#reader.read({ ...refs, head: oid, witness: oid, signals }));
    return { status: 'swapped', snapshot };
  }

  /** Whether our push, and not another's, put `oid` there. An answer that did not come is looked up. */
  async #landed(oid: string, moves: RefMove[]): Promise<boolean> {
    const result = await this.#backend.push(moves);
    if (result.kind === 'moved') return true;
    if (result.kind === 'raced') return false;
    if (result.kind === 'refused') throw pushRefused(result.words, ...moves.map(({ ref }) => ref));
    if (result.kind === 'unreachable') throw new SignalboxError('forge', 'unreachable', result.words);
    this.#options.log.warn('the answer to a push did not come', { words: result.words, commit: oid });
    try {
      const refs = await this.#backend.look();
      if (refs.head === null) return false;
      if (refs.head === oid) return true;
      await this.#backend.fetch(refs);
      return await this.#backend.isAncestor(oid, refs.head);
    } catch (cause) {
      this.#known = null;
      throw new SignalboxError(
        'forge',
        'answer-lost',
        `whether ${oid} was published is not known: ${result.words}`,
        { cause },
      );
    }
  }

  async #markSwept({ head, time }: Swept): Promise<void> {
    const look = this.#known ?? (await this.#lookNow());
    const { swept: from } = look.refs;
    const there = await look.swept();
    const isOver = there && there.time >= time && (await this.#backend.isAncestor(head, there.head));
    if (isOver) return;
    const message = writeMessage(sweptMessage, this.#options.random.hex(16));
    const commit = { parents: [head], changes: new Map(), message, seconds: Math.floor(time / 1000) };
    const oid = await this.#backend.write(commit);
    const result = await this.#backend.push([{ ref: sweptRef, from, to: oid }]);
    if (result.kind === 'refused') throw pushRefused(result.words, sweptRef);
    if (result.kind === 'moved') this.#keep(await this.#reader.read({ ...look.refs, swept: oid }));
  }

  /** No commit is dated before the one it was decided on, whatever our clock says. */
  #write(commit: Omit<CommitToWrite, 'seconds'>, notBefore: number): Promise<string> {
    const seconds = Math.floor(Math.max(this.#options.clock.now(), notBefore) / 1000);
    return this.#backend.write({ ...commit, seconds });
  }
}

function looked(base: Snapshot): Look {
  if ('refs' in base) return base as Look;
  throw new SignalboxError('bug', 'foreign-snapshot', 'a swap needs a snapshot of the same store');
}

/** What fetching everything again may mend. */
function isDamage(thrown: unknown): boolean {
  return thrown instanceof SignalboxError && ['object-missing', 'mirror-unreadable'].includes(thrown.code);
}

function same(one: Refs, other: Refs): boolean {
  if (one.head !== other.head || one.witness !== other.witness || one.swept !== other.swept) return false;
  if (one.signals.size !== other.signals.size) return false;
  return [...one.signals].every(([ref, oid]) => other.signals.get(ref) === oid);
}
