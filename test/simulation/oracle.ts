import { silentLog } from '../../src/base/log.ts';
import type { Snapshot } from '../../src/engine/ports.ts';
import { CommitStore } from '../../src/store/commit-store.ts';
import { MemoryBackend } from '../../src/store/memory-store.ts';
import { readCommit } from '../../src/store/objects.ts';
import { readTicket } from '../../src/ticket/codec.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { witnessRef } from '../../src/ticket/paths.ts';
import { checkAgents, checkStart, Endings } from './alive.ts';
import { Conditions } from './due.ts';
import { self } from './names.ts';
import { checkDesk } from './one-each.ts';
import type { SimAgent } from './runner.ts';
import { Starts } from './starts.ts';
import { checkMessages } from './told.ts';
import { Violation } from './violation.ts';
import {
  endedMeanwhile,
  failuresMax,
  failuresOf,
  fits,
  goesOn,
  isAbout,
  isLifted,
  isYounger,
  latestOf,
  stops,
  told,
  wakes,
  working,
} from './words.ts';
import type { Asked, World } from './world.ts';

/**
 * Says after each step whether what must always hold still does. It knows what was asked and sees what was published;
 * it shares no rule with the product.
 */
export class Oracle {
  readonly #world: World;
  readonly #store: CommitStore;
  #head: string | null = null;
  /** The last head of our own. */
  #ours: string | null = null;
  #wasShut = false;
  /** Since when every call is answered at once, in milliseconds. */
  peaceSince = Number.POSITIVE_INFINITY;
  readonly #used = new Set<Asked>();
  /** Agents whose start was looked at. */
  readonly #begun = new Set<SimAgent>();
  #tickets = new Map<string, Ticket>();
  readonly conditions: Conditions;
  readonly #starts = new Starts();
  readonly #endings = new Endings();

  constructor(world: World) {
    this.#world = world;
    this.conditions = new Conditions(world);
    const clock = { now: () => world.schedule.now, after: () => () => {} };
    this.#store = new CommitStore(new MemoryBackend(world.github.remote), {
      clock,
      random: world.chance,
      log: silentLog,
    });
  }

  async check(): Promise<void> {
    checkAgents(this.#world, this.#endings, this.peaceSince);
    for (const agent of this.#world.agents) {
      if (!this.#begun.has(agent)) checkStart(this.#world, this.#tickets, agent);
      this.#begun.add(agent);
    }
    const { remote, pusher } = this.#world.github;
    const head = remote.refs.get(remote.stateRef) ?? null;
    if (head === this.#head) return;
    this.#head = head;
    // What others push is judged by what the next commit of our own makes of it.
    if (!pusher.endsWith('[bot]') || remote.refs.get(witnessRef) !== head) return;
    if (this.#ours !== null && head !== null && !(await remote.objects.ancestors(head)).has(this.#ours))
      throw new Violation('S7', `${pusher} builds on a head that was moved back`);
    this.#ours = head;
    const now = await this.tickets();
    this.conditions.next(now, (await this.read()).headTime);
    await this.#checkSwitches(now);
    await this.#count(head);
    for (const [id, ticket] of now) {
      const before = this.#tickets.get(id);
      if (JSON.stringify(ticket) === JSON.stringify(before)) continue;
      this.#world.tell(`${pusher}: ${id} ${told(before)} -> ${told(ticket)}`);
      this.#checkStep(before, ticket);
    }
    checkDesk(now.values(), this.#world.config);
    this.#endings.next(now.values(), this.#world.schedule.now);
    this.#tickets = now;
  }

  /** Tickets as Signalbox left them before this world began. */
  async publish(files: Record<string, string>, tickets: readonly Ticket[]): Promise<void> {
    const changes = new Map<string, string | null>(Object.entries(files));
    this.#world.github.pusher = self;
    await this.#store.swap(await this.read(), { subject: 'before', body: '', trailers: [], changes });
    this.#tickets = new Map(tickets.map((one) => [one.id, one]));
    this.conditions.next(this.#tickets, this.#world.schedule.now);
    this.#ours = this.#world.github.remote.refs.get(witnessRef) ?? null;
    this.#head = this.#world.github.remote.refs.get(this.#world.github.remote.stateRef) ?? null;
  }

  /** Somebody repairs a branch that was moved back, by hand. */
  async restore(): Promise<void> {
    const snapshot = await this.read();
    if (!snapshot.movedBack) return;
    this.#world.tell('lucienne restores the branch');
    this.#world.github.pusher = 'lucienne';
    await this.#store.restore(snapshot);
  }

  /** The ticket as it last stood by our own hand; all of them; and that of an issue. */
  last(id: string): Ticket | undefined {
    return this.#tickets.get(id);
  }

  lastAll(): Iterable<Ticket> {
    return this.#tickets.values();
  }

  lastOf(issue: number): Ticket | undefined {
    return [...this.#tickets.values()].find((ticket) => ticket.issue === issue);
  }

  async read(): Promise<Snapshot> {
    return this.#store.read({ fresh: true });
  }

  /** Every ticket at the head, archived ones too. */
  async tickets(): Promise<Map<string, Ticket>> {
    const snapshot = await this.read();
    const found = new Map<string, Ticket>();
    for (const { id, path, ticket } of snapshot.tickets.values()) {
      // One whose file is broken stands as what is kept of it: what was pushed before it broke may have counted.
      const kept = ticket ? null : readTicket(id, snapshot.kept.get(path) ?? '').ticket;
      const last = ticket ?? kept ?? this.#tickets.get(id);
      if (last) found.set(id, last);
    }
    // One that was pushed as closed may lie in the archive before it was ever seen open.
    const pushed = this.#world.asked.flatMap(({ ticket }) => ticket ?? []);
    for (const id of new Set([...this.#tickets.keys(), ...pushed])) {
      const archived = found.has(id) ? null : (await snapshot.archived(id))?.ticket;
      if (archived) found.set(id, archived);
    }
    return found;
  }

  /** What requests the newest commit carried out, in which state they met their tickets. */
  async #count(head: string | null): Promise<void> {
    if (head === null) return;
    const { message } = await readCommit(this.#world.github.remote.objects, head);
    for (const [, id = '', request = ''] of message.matchAll(
      /^Ticket: (\S+)\nTransition: (\w+)(?: [0-9a-f]{8})?: /gm,
    ))
      this.#world.coverage.meet(request, this.#tickets.get(id)?.state ?? 'none');
  }

  /** Nothing comes into todo while it is held, or while the desk is shut. */
  async #checkSwitches(tickets: ReadonlyMap<string, Ticket>): Promise<void> {
    const { paused, draining } = (await this.read()).desk;
    const isShut = paused || draining;
    for (const [id, { state, hold }] of tickets) {
      const isNew = state === 'todo' && this.#tickets.get(id)?.state !== 'todo';
      if (isNew && (hold || (isShut && this.#wasShut)))
        throw new Violation('S2', `${id} comes into todo, ${hold ? 'and is held' : 'and the desk is shut'}`);
    }
    this.#wasShut = isShut;
  }

  #checkStep(before: Ticket | undefined, after: Ticket): void {
    const { agents, config } = this.#world;
    const alive = agents.filter(({ ticket }) => ticket === after.id);
    if (working(after) && !working(before)) this.#checkWake(before, after);
    if (after.attempt && after.attempt.number !== before?.attempt?.number && alive.length > 0)
      throw new Violation(
        'S3',
        `${after.id} #${after.attempt.number} is claimed while #${alive[0]?.attempt} lives`,
      );
    for (const closed of after.attempts) {
      const earlier = before?.attempts.find(({ number }) => number === closed.number);
      if (!earlier) this.#checkClosing(before, after, closed.number);
      if (closed.stopped && !earlier?.stopped && alive.some(({ attempt }) => attempt === closed.number))
        throw new Violation('S4', `${after.id} #${closed.number} is said to be stopped, and lives`);
    }
    this.conditions.checkClaim(before, after);
    this.#starts.check(before, after, { now: this.#world.schedule.now, config });
    checkMessages(this.#world, before, after);
    const failures = failuresOf(after);
    if (failures > failuresMax(after, config, this.#world.asked))
      throw new Violation('S9', `${after.id} has failed ${failures} times, and is not blocked for good`);
  }

  #checkWake(before: Ticket | undefined, after: Ticket): void {
    const { asked: all } = this.#world;
    const when = before?.waiting?.when;
    const asked = all.filter((one) => isAbout(one, before ?? after) && fits(one, before));
    if ((when && 'desk' in when) || goesOn(before, after)) return;
    if (this.conditions.checkDue(before, after)) {
      // What is pushed leaves no mark.
      const isSeen = (one: Asked) =>
        one.mayAsk && (one.source in (before?.seen ?? {}) || (one.defers && one.source.startsWith('push')));
      const latest = latestOf(asked.filter((one) => one.kind === 'park' && isSeen(one)));
      if (latest.length > 0 && !latest.some(({ defers }) => defers) && !isLifted(latest, asked, before))
        throw new Violation('S2', `${after.id} came due, though it was parked for good at ${latest[0]?.at}`);
      return;
    }
    const isNew = (one: Asked) => this.#isNew(one, before, after);
    const wake = asked
      .filter((one) => wakes.includes(one.kind) && one.mayAsk && isNew(one))
      .sort((a, b) => (a.at < b.at ? 1 : -1))[0];
    const what = `${after.id} went from ${before?.state ?? 'nothing'} to ${after.state}`;
    if (!wake) throw new Violation(before ? 'S2' : 'S1', `${what}, and nobody who may asked for it`);
    this.#used.add(wake);
    const stop = asked.find(
      (one) =>
        stops.includes(one.kind) &&
        one.mayAsk &&
        one.source in after.seen &&
        !isYounger(wake, one) &&
        !isLifted([one], asked, before),
    );
    if (stop)
      throw new Violation('S2', `${what} by ${wake.source}, though ${stop.kind} ${stop.source} is not older`);
  }

  #checkClosing(before: Ticket | undefined, after: Ticket, number: number): void {
    const closed = after.attempts.find((one) => one.number === number);
    const { asked, said, cancelled, drained } = this.#world;
    if (!closed) return;
    const what = `${after.id} #${number} ended as ${closed.outcome} (${closed.by}: ${closed.reason})`;
    const stopped = asked.some(
      (one) =>
        isAbout(one, before ?? after) &&
        stops.includes(one.kind) &&
        one.mayAsk &&
        this.#isNew(one, before, after),
    );
    const pressed = closed.run !== null ? cancelled.has(closed.run.id) : cancelled.size > 0;
    if (['parked', 'cancelled'].includes(closed.outcome) && !stopped && !pressed && !drained)
      throw new Violation('S8', `${what}, and nobody asked for it`);
    const run = closed.run === null ? undefined : this.#world.github.runs.get(closed.run.id);
    const isPressed = run !== undefined && cancelled.has(run.id) && run.conclusion === 'cancelled';
    const isKnown = isPressed && run.run_attempt === 1 && !endedMeanwhile(closed, run);
    if (closed.outcome === 'lost' && isKnown && closed.by === 'signalbox')
      throw new Violation('S8', `${what}, though somebody pressed Cancel on its run`);
    if (closed.by === 'somebody in Actions' && after.state === 'todo')
      throw new Violation('S8', `${what} by a Cancel in Actions, and starts again`);
    if (!closed.signal) return;
    if (
      before?.attempt?.number !== number ||
      before.attempt.run?.id !== closed.run?.id ||
      before.state !== 'in_progress'
    )
      throw new Violation('S5', `${what} by a signal, and was not being executed`);
    if (!said.has(`${after.id} #${number} ${closed.outcome}`) && closed.outcome !== 'failed')
      throw new Violation('S5', `${what}, and its agent never said so`);
  }

  /** Carried out by this step. What was pushed or deleted leaves no mark in the ticket: it counts once for a wake. */
  #isNew(asked: Asked, before: Ticket | undefined, after: Ticket): boolean {
    if (/^push|^deleted/.test(asked.source)) return !this.#used.has(asked);
    return asked.source in after.seen && !(before && asked.source in before.seen);
  }
}
