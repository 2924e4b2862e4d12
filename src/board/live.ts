import type { Clock } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Panel, Scene } from '../engine/panel.ts';
import type { TicketFile } from '../engine/ports.ts';
import { isTicketId } from '../ticket/paths.ts';
import { isOpen } from '../ticket/states.ts';
import { type Card, cardOf } from './cards.ts';
import { closedMax, type Deck } from './deck.ts';
import { Signs } from './signs.ts';
import { topOf } from './top.ts';

/** Changes that come together are shown together: milliseconds. */
const gatherMs = 100;
/** Times pass without a commit: a back-off ends, a pause is over. Milliseconds. */
const lookAgainMs = 15_000;
/** Transitions, or commits since the last look, that are looked through for tickets that were closed lately. */
const historyMax = 300;

interface Ports {
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * What everybody who looks at one desk sees. Its deck is made once for all of them, and only while somebody looks; it is
 * nothing but the head, so that any number of windows, and of processes, agree.
 */
export class Live {
  readonly #panel: Panel;
  readonly #ports: Ports;
  readonly #signs: Signs;
  readonly #boot: string;
  readonly #watchers = new Set<(deck: Deck) => void>();
  #count = 0;
  #deck: Deck | null = null;
  /** What the deck says, to tell whether another one differs. */
  #said = '';
  #making: Promise<Deck> | null = null;
  /** Tickets that were closed lately; null before anybody looked. */
  #closed: string[] | null = null;
  /** The head that was looked at last, and what was open there. */
  #head: string | null = null;
  #open: ReadonlySet<string> = new Set();
  #stopWatching = () => {};
  #callOff = () => {};

  constructor(panel: Panel, ports: Ports) {
    this.#panel = panel;
    this.#ports = ports;
    this.#boot = ports.random.hex(4);
    this.#signs = new Signs(panel, ports, () => this.#look());
  }

  get panel(): Panel {
    return this.#panel;
  }

  /** The deck of the present head. */
  deck(): Promise<Deck> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  /** Calls `show` with each deck that differs from the one before; the answer ends that. */
  watch(show: (deck: Deck) => void): () => void {
    if (this.#watchers.size === 0) {
      this.#stopWatching = this.#panel.watch(() => this.#lookIn(gatherMs));
      this.#lookIn(lookAgainMs);
    }
    this.#watchers.add(show);
    return () => {
      this.#watchers.delete(show);
      if (this.#watchers.size > 0) return;
      this.#stopWatching();
      this.#callOff();
    };
  }

  #lookIn(ms: number): void {
    this.#callOff();
    this.#callOff = this.#ports.clock.after(ms, () => {
      this.#lookIn(lookAgainMs);
      this.#look();
    });
  }

  #look(): void {
    if (this.#watchers.size === 0) return;
    this.deck().catch((error) => this.#ports.log.warn('the board cannot be made', { error: asError(error) }));
  }

  async #make(): Promise<Deck> {
    const scene = await this.#panel.look();
    const closed = await this.#closedFiles(scene);
    this.#signs.follow(scene.view.all());
    const signOf = (id: string, attempt: number) => this.#signs.of(id, attempt);
    const files = [...scene.snapshot.tickets.values(), ...closed];
    const cards: readonly Card[] = files.map((file) => cardOf(file, scene, signOf));
    const top = topOf(scene);
    const said = JSON.stringify([cards, top]);
    if (this.#deck && said === this.#said) {
      this.#deck = { ...this.#deck, scene };
      return this.#deck;
    }
    const deck = { version: `${this.#boot}-${++this.#count}`, scene, cards, top };
    this.#said = said;
    this.#deck = deck;
    for (const show of [...this.#watchers]) show(deck);
    return deck;
  }

  /** Files of tickets closed lately: those that the history names, and those that are not among the open any more. */
  async #closedFiles({ snapshot }: Scene): Promise<TicketFile[]> {
    const { tickets, head } = snapshot;
    const since = await this.#closedSince(head);
    const left = [...this.#open].filter((id) => !tickets.has(id));
    const ids = [...new Set([...since, ...left, ...(this.#closed ?? [])])].filter((id) => !tickets.has(id));
    const files = await Promise.all(ids.slice(0, closedMax * 2).map((id) => snapshot.archived(id)));
    const closed = files.flatMap((file) => (file?.ticket && !isOpen(file.ticket.state) ? [file] : []));
    this.#head = head;
    this.#open = new Set(tickets.keys());
    this.#closed = closed.map(({ id }) => id);
    return closed;
  }

  /** Tickets that were closed since the last look, the latest first: one may come and go while nobody looks. */
  async #closedSince(head: string | null): Promise<string[]> {
    if (head === null || head === this.#head) return [];
    const panel = this.#panel;
    const since = this.#head && (await panel.between(this.#head, head, historyMax));
    const entries = since || (await panel.history(null, { limit: historyMax }));
    const closing = entries.filter(
      ({ ticket, transition }) => isTicketId(ticket) && /-> (done|cancelled)$/.test(transition),
    );
    return [...new Set(closing.map(({ ticket }) => ticket))];
  }
}
