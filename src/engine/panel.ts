import { isoSeconds } from '../base/clock.ts';
import { checkInWords } from '../ticket/check-in.ts';
import { readCommand } from '../ticket/commands.ts';
import type { Decision } from '../ticket/decision.ts';
import type { DeskFacts, Explanation } from '../ticket/explain.ts';
import type { Circumstances } from '../ticket/landing.ts';
import { workRef } from '../ticket/paths.ts';
import { reasons } from '../ticket/reasons.ts';
import { askTicket } from './asks.ts';
import { withBlockers } from './blockers.ts';
import { deskRequest, isOfDesk, neededFor, requestOf } from './commands.ts';
import { type Context, circumstances, present } from './context.ts';
import type { Dirty } from './dirty.ts';
import { refusal } from './draft.ts';
import { explainHere } from './explain.ts';
import { createTicket, type Wish, type Wisher } from './newcomer.ts';
import { may } from './people.ts';
import type { Forge, HistoryEntry, Snapshot, Store, TicketFile } from './ports.ts';
import type { Told } from './receivers.ts';
import type { Sights } from './sights.ts';
import { type BoundAttempt, lastSign } from './silence.ts';
import type { Tellers } from './tellers.ts';
import type { WorkingView } from './view.ts';

/*
 * One desk as a surface for people meets it: what stands there, what may be seen of GitHub beside it, and the one way to
 * ask something of a ticket.
 */

/** A judged head, with all that sentences about its tickets need. */
export interface Scene extends Circumstances, DeskFacts {
  snapshot: Snapshot;
  view: WorkingView;
}

/** A person who asks, by the name and id that GitHub gave them, and the identity of what they ask. */
export interface Asking {
  login: string;
  user: number;
  /** The same again is carried out once. */
  source: string;
  /** What they were shown of the ticket (`glanceOf`). */
  saw: string;
}

/** What a process did for its desk lately. Times and durations in milliseconds. */
export interface Health {
  sweeps: { count: number; failed: number; last: { at: number; ms: number; ok: boolean } | null };
  /** What waits or is being done, by the line it stands in. */
  queue: Readonly<Record<string, number>>;
  /** Those who are told of each transition. */
  told: readonly Told[];
}

export interface Panel {
  readonly forge: Pick<Forge, keyof Sights | 'now' | 'permission' | 'comments'>;
  history: Store['history'];
  /**
   * What commits after `from` up to and with `to` recorded, newest first; null where `to` does not descend from `from`, or
   * by more than `most` commits.
   */
  between(from: string, to: string, most: number): Promise<HistoryEntry[] | null>;
  look(): Promise<Scene>;
  /** The file of a ticket, open or archived. */
  file(id: string): Promise<TicketFile | null>;
  /** Why a ticket runs or not; null where there is no such ticket. */
  explain(id: string): Promise<Explanation | null>;
  /** When the run of an open attempt last gave a sign of life, in milliseconds. Costs two calls. */
  signOfLife(id: string, open: BoundAttempt): Promise<number>;
  /** What was said with the work that an open attempt saved last, and when (ISO); null where nothing was. Costs two calls. */
  lastWords(id: string, attempt: number): Promise<{ at: string; words: string } | null>;
  /** Asks what a comment of this person with these words would ask (`/park until monday`), their right first. */
  command(id: string, words: string, asking: Asking): Promise<Decision>;
  /** Makes a ticket as this person wishes, their right first. */
  create(wish: Wish, wisher: Wisher): Promise<{ id: string; decision: Decision }>;
  /** Calls `seen` whenever another head was seen; the answer ends that. */
  watch(seen: () => void): () => void;
  health(): Health;
}

/** Those who are told what happened on a desk, as it sees them. */
type Followers = Pick<Tellers, 'wake' | 'told'>;

type HistoryStore = Pick<Store, 'history' | 'trail' | 'transitions'>;

/** The panel that an operator shows. */
export class DeskPanel implements Panel {
  readonly #context: Context;
  readonly #store: HistoryStore;
  readonly #tellers: Followers | undefined;
  readonly #lines: () => readonly Pick<Dirty<never>, 'name' | 'size'>[];
  readonly #watchers = new Set<() => void>();
  #sweeps: Health['sweeps'] = { count: 0, failed: 0, last: null };

  constructor(
    context: Context,
    { store, tellers }: { store: HistoryStore; tellers?: Followers | undefined },
    lines: () => readonly Pick<Dirty<never>, 'name' | 'size'>[],
  ) {
    this.#context = context;
    this.#store = store;
    this.#tellers = tellers;
    this.#lines = lines;
  }

  get forge(): Panel['forge'] {
    return this.#context.forge;
  }

  history: Store['history'] = (id, options) => this.#store.history(id, options);

  async between(from: string, to: string, most: number): Promise<HistoryEntry[] | null> {
    const commits = await this.#store.trail(from, to);
    if (commits === null || commits.length > most) return null;
    const entries = await Promise.all(commits.map((commit) => this.#store.transitions(commit)));
    return entries.flat().reverse();
  }

  async look(): Promise<Scene> {
    const context = this.#context;
    const snapshot = await context.writer.read();
    const here = await circumstances(context, snapshot, snapshot.tickets.keys());
    const { movedBack, deskBroken } = snapshot;
    const configBroken = context.configBroken?.() ?? null;
    // Of a judged head; and whether the workflow is there is asked where one ticket is looked at (`explain`).
    const facts = { movedBack, deskBroken, configBroken, unjudged: false, lacksWorkflow: false };
    return { ...here, ...facts, snapshot };
  }

  async explain(id: string): Promise<Explanation | null> {
    return explainHere(this.#context, await this.#context.writer.read(), id);
  }

  async file(id: string): Promise<TicketFile | null> {
    return (await present(this.#context, id)).file;
  }

  signOfLife(id: string, open: BoundAttempt): Promise<number> {
    return lastSign(this.#context.forge, id, open);
  }

  async lastWords(id: string, attempt: number): Promise<{ at: string; words: string } | null> {
    const { forge } = this.#context;
    const work = await forge.ref(workRef(id, attempt));
    const saved = work === null ? null : await forge.commitWords(work);
    return saved && { at: saved.at, words: checkInWords(saved.message) };
  }

  async command(id: string, words: string, { login, user, source, saw }: Asking): Promise<Decision> {
    const context = this.#context;
    const now = context.forge.now();
    const command = readCommand(words, { now, zone: (await context.config()).time_zone });
    if (!command || command.name === 'status') return refused('bad-command');
    // As at the door for comments: a right first, whatever the words.
    const role = await context.forge.permission(login, user, { fresh: true });
    if (!may(role, neededFor(command))) return refused('not-permitted');
    if (command.name === 'error') return refusal('bad-command', command.message);
    const said = { source, at: isoSeconds(now), actor: login, saw };
    if (isOfDesk(command)) return context.writer.handleDesk(deskRequest(command, said));
    const { file, snapshot } = await present(context, id, { fresh: true });
    if (!file) return refused('no-such-ticket');
    if (!file.ticket) return refusal(file.broken?.code ?? 'bad-yaml', file.broken?.message ?? '');
    const asked = await withBlockers(context, { ticket: file.ticket, snapshot }, command);
    if (asked.name === 'error') return refusal('bad-command', asked.message);
    return askTicket(context, file.ticket, requestOf(asked, id, said, role), async () => {}).ask();
  }

  create(wish: Wish, wisher: Wisher): Promise<{ id: string; decision: Decision }> {
    return createTicket(this.#context, wish, wisher);
  }

  watch(seen: () => void): () => void {
    this.#watchers.add(seen);
    return () => this.#watchers.delete(seen);
  }

  /** To be called for each head that is seen. */
  headSeen(): void {
    for (const seen of this.#watchers) seen();
    this.#tellers?.wake();
  }

  /** Does a sweep, and remembers how it went. */
  async timed(sweep: () => Promise<void>): Promise<void> {
    const { clock } = this.#context;
    const began = clock.now();
    const note = (ok: boolean) => {
      const { count, failed } = this.#sweeps;
      const last = { at: clock.now(), ms: clock.now() - began, ok };
      this.#sweeps = { count: count + 1, failed: failed + (ok ? 0 : 1), last };
    };
    await sweep().then(
      () => note(true),
      (error) => {
        note(false);
        throw error;
      },
    );
  }

  health(): Health {
    const lines = this.#lines().map(({ name, size }) => [name, size]);
    const queue = { request: this.#context.writer.waiting, ...Object.fromEntries(lines) };
    return { sweeps: this.#sweeps, queue, told: this.#tellers?.told ?? [] };
  }
}

const refused = (code: Decision['code']): Decision => refusal(code, reasons[code]);
