import type { Clock } from '../base/clock.ts';
import { sleep } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import { readQuarantined, readSignal } from '../ticket/codec.ts';
import type { Decision } from '../ticket/decision.ts';
import type { DeskRequest, ServeRequest } from '../ticket/desk.ts';
import { deskPath, quarantinePath } from '../ticket/paths.ts';
import { reasons } from '../ticket/reasons.ts';
import type { Request, RequestOf } from '../ticket/requests.ts';
import { requestDigest } from '../ticket/signals.ts';
import { type AdmissionOptions, admitForeign } from './admission.ts';
import { Draft, refusal, undecided } from './draft.ts';
import type { Handler, PendingSignal, Snapshot, TicketFile } from './ports.ts';
import { entriesAsked } from './quarantine.ts';
import { momentAt, namedBy, viewOf } from './view.ts';
import { endsForAbsence, type Item, isUrgent, needsFreshLook, takeGroup } from './waiting-line.ts';

/** Requests decided in one commit at most. */
const groupLimit = 200;
/** How often a group is decided again on a newer head before its askers are told `busy`. */
const triesLimit = 12;

export interface HandlerOptions extends AdmissionOptions {
  clock: Clock;
  /** Milliseconds to let requests gather after a push, except urgent ones. Default 0: push at once. */
  gatherMs?: number;
  /** Told of every head this writer sees, published by it or by others, with the tickets whose state it may have changed. */
  onHead?: (snapshot: Snapshot, changed: readonly string[]) => void;
}

/** The writer of one repository in one process. */
export interface Writer extends Handler {
  handleDesk(request: DeskRequest | ServeRequest): Promise<Decision>;
  /**
   * The head with every foreign commit on it judged: nothing may be done on the word of one that is not. `fresh` asks
   * the remote; `maxAgeMs` asks it only where the last such head was not seen on the remote within so many
   * milliseconds; otherwise the last one known here is good enough.
   */
  read(options?: { fresh?: boolean; maxAgeMs?: number }): Promise<Snapshot>;
  /** How many requests wait. */
  readonly waiting: number;
  /** Resolves when the line is empty and nothing is being published. */
  idle(): Promise<void>;
}

/**
 * The one function that changes tickets: read, decide, swap; where the swap is stale read again and DECIDE again. All
 * requests that wait are decided in order on one head and published in one commit; one that throws fails alone.
 */
export function makeHandler(options: HandlerOptions): Writer {
  return new GroupWriter(options);
}

class GroupWriter implements Writer {
  readonly #options: HandlerOptions;
  readonly #line: Item[] = [];
  #working: Promise<void> | null = null;
  #lastPush = Number.NEGATIVE_INFINITY;
  #hurry = new AbortController();
  /** The last head that was judged or published here. */
  #known: Snapshot | null = null;
  /** When it was last seen to be the remote's head, on the clock. */
  #seenAt = Number.NEGATIVE_INFINITY;
  #judging: { head: string | null; done: Promise<Snapshot | null> } | null = null;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  handle(id: string, request: Request): Promise<Decision> {
    return new Promise((resolve, reject) => this.#enqueue({ id, request, resolve, reject }));
  }

  handleDesk(request: DeskRequest | ServeRequest): Promise<Decision> {
    return new Promise((resolve, reject) => this.#enqueue({ id: null, request, resolve, reject }));
  }

  async read({ fresh = false, maxAgeMs }: { fresh?: boolean; maxAgeMs?: number } = {}): Promise<Snapshot> {
    const age = this.#options.clock.now() - this.#seenAt;
    const isOld = fresh || (maxAgeMs !== undefined && age > maxAgeMs);
    return isOld || !this.#known ? this.#admitted(isOld) : this.#known;
  }

  get waiting(): number {
    return this.#line.length;
  }

  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  #enqueue(item: Item): void {
    this.#line.push(item);
    if (isUrgent(item)) this.#hurry.abort();
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    await null; // let everybody who asks in this turn join the group
    while (this.#line.length > 0) {
      await this.#gather();
      const group = takeGroup(this.#line, groupLimit);
      try {
        await this.#decide(group);
      } catch (error) {
        for (const item of group) item.reject(error);
      }
    }
    this.#working = null; // in the very turn that found the line empty, or who asks in the next would wait for nobody
  }

  async #gather(): Promise<void> {
    const { clock, gatherMs = 0 } = this.#options;
    const wait = this.#lastPush + gatherMs - clock.now();
    if (wait > 0 && !this.#line.some(isUrgent)) await sleep(clock, wait, this.#hurry.signal);
    this.#hurry = new AbortController();
  }

  async #decide(group: Item[]): Promise<void> {
    let fresh = group.some(needsFreshLook);
    for (let tries = 0; tries < triesLimit; tries++) {
      const snapshot = await this.#admitted(fresh);
      if (snapshot.movedBack) {
        for (const item of group) item.resolve(undecided('head-moved-back', reasons['head-moved-back']));
        return;
      }
      const answer = await this.#decideOn(snapshot, group);
      if (answer) return answer();
      fresh = true;
    }
    throw new SignalboxError('conflict', 'busy', reasons.busy, { hint: 'Ask again; nothing was changed.' });
  }

  /** The head with every foreign commit on it judged and, where needed, corrected. */
  async #admitted(fresh: boolean): Promise<Snapshot> {
    for (let tries = 0; tries < triesLimit; tries++) {
      const asked = this.#options.clock.now();
      const admitted = await this.#judged(await this.#options.store.read({ fresh: fresh || tries > 0 }));
      if (!admitted) continue;
      if (fresh || tries > 0) this.#seenAt = asked;
      const before = this.#known;
      const isNew = admitted.head !== before?.head || admitted.movedBack !== before.movedBack;
      this.#known = admitted;
      if (isNew) this.#options.onHead?.(admitted, []);
      return admitted;
    }
    throw new SignalboxError('conflict', 'busy', reasons.busy);
  }

  /** Several may look at once, and asking who pushed takes time: a head is judged once for all of them. */
  #judged(snapshot: Snapshot): Promise<Snapshot | null> {
    const { head, witness } = snapshot;
    if (head === witness || snapshot.movedBack) return Promise.resolve(snapshot);
    if (this.#judging && this.#judging.head === head) return this.#judging.done;
    const done = admitForeign(snapshot, this.#options).finally(() => {
      if (this.#judging?.done === done) this.#judging = null;
    });
    this.#judging = { head, done };
    return done;
  }

  /** Decides a group on one head and publishes it. Answers how to tell the askers, or null: decide again. */
  async #decideOn(snapshot: Snapshot, group: Item[]): Promise<(() => void) | null> {
    const { config, now, log } = this.#options;
    const files = await filesOf(snapshot, group);
    const view = await viewOf(
      snapshot,
      group.flatMap(({ id }) => id ?? []),
      {
        entries: await entriesAsked(
          snapshot,
          group.map(({ request }) => request),
        ),
        named: group.flatMap((item) => (item.id === null ? [] : namedIn(item.request))),
      },
    );
    const draft = new Draft(snapshot, view, {
      now: momentAt(snapshot, now()),
      config: await config(),
      earlier: await earlierAnswers(snapshot, group),
      deskText: await snapshot.file(deskPath),
      log,
    });
    const answers: (() => void)[] = [];
    let writesAll = true;
    for (const item of group) {
      const before = draft.size;
      try {
        const decision =
          item.id === null ? draft.askDesk(item.request) : decideOne(draft, snapshot, item, files);
        answers.push(decision ? () => item.resolve(decision) : () => this.#enqueue(item));
      } catch (error) {
        log.error('a request failed', { ticket: item.id, kind: item.request.kind, error: asError(error) });
        answers.push(() => item.reject(error));
      }
      writesAll &&= draft.size > before;
    }
    const isPublished = await this.#publish(snapshot, draft, { group, writesAll });
    if (!isPublished) return null;
    return () => {
      for (const answer of answers) answer();
    };
  }

  /** False where the head was not the head any more: nothing that was decided on it counts. */
  async #publish(
    snapshot: Snapshot,
    draft: Draft,
    { group, writesAll }: { group: Item[]; writesAll: boolean },
  ): Promise<boolean> {
    const { store, clock, onHead } = this.#options;
    if (!draft.isEmpty) {
      const swap = await store.swap(snapshot, draft.commit());
      if (swap.status === 'stale') return false;
      this.#known = swap.snapshot;
      this.#lastPush = clock.now();
      this.#seenAt = this.#lastPush;
      onHead?.(
        swap.snapshot,
        group.flatMap(({ id }) => id ?? []),
      );
      return true;
    }
    // No swap has checked that this head still is the head: a refusal must hold now, not once.
    return writesAll || (await store.read({ fresh: true })).head === snapshot.head;
  }
}

/** Decides a request, or the pending signal of the attempt it would end for absence (then null: it is asked again). */
function decideOne(
  draft: Draft,
  snapshot: Snapshot,
  item: Extract<Item, { id: string }>,
  files: ReadonlyMap<string, TicketFile>,
): Decision | null {
  const { id, request } = item;
  const file = files.get(id);
  const open = file?.ticket?.attempt?.number;
  const pending = snapshot.signals.find((signal) => signal.ticket === id && signal.attempt === open);
  if (pending && endsForAbsence(item)) {
    draft.ask(id, signalRequest(pending, request), file);
    return null;
  }
  return draft.ask(id, request, file);
}

/** Ids of the tickets that a request would have its ticket wait for. */
function namedIn(request: Request): string[] {
  if (request.kind === 'after' || request.kind === 'park' || request.kind === 'create') {
    const when =
      request.kind === 'create' ? request.park?.when : 'when' in request ? request.when : undefined;
    return namedBy({ after: request.after ?? [], start_when: when ?? null });
  }
  return [];
}

/** The request that a pending signal makes. */
export function signalRequest(pending: PendingSignal, asked: { at: string }): RequestOf<'signal'> {
  const { signal } = readSignal(pending.text);
  const { ticket, attempt, text, channel, place } = pending;
  return {
    kind: 'signal',
    signal,
    ticket,
    attempt,
    text,
    channel,
    source: place,
    at: asked.at,
    actor: `attempt ${attempt}`,
  };
}

async function filesOf(snapshot: Snapshot, group: Item[]): Promise<Map<string, TicketFile>> {
  const files = new Map<string, TicketFile>();
  for (const { id } of group) {
    if (id === null) continue;
    const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
    if (file) files.set(id, file);
  }
  return files;
}

async function earlierAnswers(snapshot: Snapshot, group: Item[]): Promise<Map<string, Decision>> {
  const answers = new Map<string, Decision>();
  for (const { id, request } of group) {
    if (id === null || request.kind !== 'signal') continue;
    const path = quarantinePath(request.ticket, request.attempt, requestDigest(request));
    const text = snapshot.quarantine.includes(path) ? await snapshot.file(path) : null;
    const kept = text === null ? null : readQuarantined(text).quarantined;
    // A claim that lacked its commit may be made again with it: that is no answer for good.
    if (text !== null && kept?.code !== 'needs-commit')
      answers.set(
        path,
        refusal((kept?.code ?? 'other-fate') as Decision['code'], kept?.reason ?? reasons['other-fate']),
      );
  }
  return answers;
}
