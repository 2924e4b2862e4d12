import { type Clock, isoSeconds, sleep } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Happening, happeningOf } from '../ticket/journal.ts';
import type { HistoryEntry, Snapshot, Store } from './ports.ts';
import type { Receiver, Receivers, Told } from './receivers.ts';

export interface TellerOptions {
  store: Pick<Store, 'read' | 'trail' | 'transitions' | 'told' | 'moveTold'>;
  receivers: Pick<Receivers, 'send'>;
  /** `owner/name`, and the state branch. */
  where: { repository: string; branch: string };
  /** Milliseconds between two moves of one cursor. */
  moveEveryMs: number;
  clock: Clock;
  log: Log;
}

/** The longest that is waited before something is tried again, in milliseconds. */
const slowestMs = 5 * 60_000;
/** Of how many tickets something is sent at the same time. */
const atOnce = 8;

/**
 * Tells one receiver of each transition. What is to be told are the commits after its cursor, a ref that moves when a
 * commit was told whole; so any process goes on where another ended, and what was told between two moves of the cursor is
 * told again (at least once). A commit comes after the one before, and what one commit recorded of a ticket one after
 * another, so that of each ticket everything comes in order.
 */
export class Teller {
  readonly receiver: Receiver;
  readonly #options: TellerOptions;
  readonly #end = new AbortController();
  /** Aborted to look at once, whatever is waited for. */
  #bell = new AbortController();
  #isWoken = false;
  /** Up to where it was told, and up to where the ref says so; undefined before the first look. */
  #cursor: string | undefined;
  #moved: string | undefined;
  #movedAt = Number.NEGATIVE_INFINITY;
  /** Ids of transitions of the commit in hand that were taken. */
  readonly #taken = new Set<string>();
  readonly #told: Told;
  readonly #running: Promise<void>;

  constructor(receiver: Receiver, options: TellerOptions) {
    const { name, host } = receiver;
    this.receiver = receiver;
    this.#options = options;
    this.#told = { name, host, behind: 0, since: null, last: null, failure: null, taken: 0 };
    this.#running = this.#run();
  }

  get told(): Told {
    return { ...this.#told };
  }

  /** There may be something new. */
  wake(): void {
    this.#isWoken = true;
    if (this.#told.failure === null) this.#bell.abort(); // one that fails is not asked oftener for that
  }

  /** Sends nothing more, and leaves the cursor where it is by now. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#bell.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#isWoken = false;
      const isDone = await this.#round().catch((error) => this.#failed(asError(error).message));
      // Each commit that was told begins the count anew.
      await this.#pause(isDone ? this.#untilMove() : backoffMs(this.#told.failure?.count ?? 1));
    }
    await this.#moveOnce(); // else what was told is told again
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isWoken && this.#told.failure === null) return;
    this.#bell = new AbortController();
    const either = AbortSignal.any([this.#bell.signal, this.#end.signal]);
    await sleep(this.#options.clock, ms, either);
  }

  /** Whether all that there was is told. */
  async #round(): Promise<boolean> {
    const { store } = this.#options;
    if (this.#told.failure) await this.#rejoin();
    const trail =
      (await this.#ahead(await store.read())) ?? (await this.#ahead(await store.read({ fresh: true })));
    if (!trail) return this.#beginAnew();
    for (const [index, commit] of trail.entries()) {
      if (this.#end.signal.aborted) return false;
      if (!(await this.#tell(commit, trail.length - index))) return false;
      this.#cursor = commit;
      this.#taken.clear();
      this.#note({ behind: trail.length - index - 1, failure: null });
      if (this.#untilMove() === 0) await this.#move();
    }
    this.#note({ behind: 0, since: null, failure: null });
    if (this.#untilMove() === 0) await this.#move();
    return true;
  }

  /**
   * The commits to be told at a head; null where the cursor is not among those before it. That is what Signalbox published
   * last: of a head that moved back nobody is told, and of what people pushed once it was judged.
   */
  async #ahead({ witness, movedBack }: Snapshot): Promise<string[] | null> {
    if (witness === null || movedBack) return [];
    this.#cursor ??= await this.#begin(witness);
    return this.#options.store.trail(this.#cursor, witness);
  }

  /** A receiver is told what comes, and not what was. */
  async #begin(witness: string): Promise<string> {
    const { store } = this.#options;
    const name = this.receiver.name;
    const there = await store.told(name);
    const at = there ?? ((await store.moveTold(name, null, witness)) ? witness : await store.told(name));
    if (at === null) throw new Error('where it is cannot be kept');
    this.#moved = at;
    return at;
  }

  /** The branch was replaced: what it was told is no part of it, and nothing says what of this is news. */
  async #beginAnew(): Promise<boolean> {
    const { log, store } = this.#options;
    const { witness } = await store.read();
    const receiver = this.receiver.name;
    const there = await store.told(receiver);
    if (witness === null) return true;
    if (there === this.#moved) {
      const facts = { receiver, from: this.#cursor, to: witness };
      log.warn(
        'the history of the state branch was replaced: a receiver is told what comes from here on',
        facts,
      );
      if (!(await store.moveTold(receiver, there ?? null, witness))) return false;
    }
    this.#cursor = this.#moved = undefined; // there, or where another process has begun
    return true;
  }

  /**
   * After a failure, and where the cursor was moved by another process: that may have told it more meanwhile. One that is
   * behind has nothing told again that is known to be told. One that somebody deleted begins anew.
   */
  async #rejoin(): Promise<void> {
    const { store } = this.#options;
    const there = await store.told(this.receiver.name).catch(() => this.#moved ?? null);
    if (there === (this.#moved ?? null)) return;
    const isAhead = there && this.#cursor && (await store.trail(this.#cursor, there).catch(() => null));
    this.#moved = there ?? undefined;
    if (isAhead || there === null) this.#cursor = this.#moved;
  }

  /** Tells what one commit recorded. Whether all of it was taken. */
  async #tell(commit: string, behind: number): Promise<boolean> {
    const { store, where } = this.#options;
    const entries = await store.transitions(commit);
    const [first] = entries;
    this.#note({ behind, since: first ? Date.parse(first.at) : this.#told.since });
    const open = entries.filter((entry) => !this.#taken.has(idOf(entry)));
    const tickets = byTicket(open.map((entry) => happeningOf(entry, where)));
    for (let from = 0; from < tickets.length; from += atOnce) {
      const some = tickets.slice(from, from + atOnce).map((one) => this.#sendInOrder(one));
      const faults = (await Promise.all(some)).filter((fault) => fault !== null);
      const [fault] = faults;
      if (fault !== undefined) return this.#failed(fault);
    }
    return true;
  }

  /** Of one ticket. What was not taken keeps back what comes after it. */
  async #sendInOrder(happenings: readonly Happening[]): Promise<string | null> {
    for (const happening of happenings) {
      const fault = await this.#send(happening);
      if (fault !== null) return fault;
    }
    return null;
  }

  async #send(happening: Happening): Promise<string | null> {
    const { receivers, clock } = this.#options;
    const delivery = { id: happening.id, event: 'transition', body: JSON.stringify(happening) };
    const fault = await receivers.send(this.receiver, delivery, this.#end.signal);
    if (fault !== null) return fault;
    this.#taken.add(happening.id);
    this.#note({ last: clock.now(), taken: this.#told.taken + 1 });
    return null;
  }

  #failed(why: string): false {
    if (this.#end.signal.aborted) return false;
    const { clock, log } = this.#options;
    const count = (this.#told.failure?.count ?? 0) + 1;
    this.#note({ failure: { at: clock.now(), why, count } });
    if (count === 1 || count % 20 === 0) {
      const { name, since } = this.#told;
      log.warn('a receiver could not be told', {
        receiver: name,
        why,
        count,
        since: since && isoSeconds(since),
      });
    }
    return false;
  }

  /** Milliseconds until the cursor may be moved; as long as one likes where it need not be. */
  #untilMove(): number {
    if (this.#cursor === this.#moved) return slowestMs;
    return Math.max(0, this.#movedAt + this.#options.moveEveryMs - this.#options.clock.now());
  }

  /** Moves the cursor; where another process moved it meanwhile, ours is moved next time, or follows. */
  async #move(): Promise<void> {
    const { store, clock } = this.#options;
    const [from, to] = [this.#moved, this.#cursor];
    if (from === undefined || to === undefined || from === to) return;
    this.#movedAt = clock.now();
    if (await store.moveTold(this.receiver.name, from, to)) {
      this.#moved = to;
      return;
    }
    await this.#rejoin();
  }

  async #moveOnce(): Promise<void> {
    await this.#move().catch((error) =>
      this.#options.log.debug('a cursor could not be moved', {
        receiver: this.receiver.name,
        error: asError(error),
      }),
    );
  }

  #note(what: Partial<Told>): void {
    Object.assign(this.#told, what);
  }
}

const idOf = ({ commit, number }: HistoryEntry): string => `${commit}.${number}`;

/** An admission records of one ticket what was pushed and what of it was put back, all in one commit. */
function byTicket(happenings: readonly Happening[]): Happening[][] {
  const tickets = new Map<string, Happening[]>();
  for (const one of happenings) tickets.set(one.ticket, [...(tickets.get(one.ticket) ?? []), one]);
  return [...tickets.values()];
}

const backoffMs = (failures: number): number => Math.min(slowestMs, 1_000 * 2 ** Math.min(failures - 1, 10));
