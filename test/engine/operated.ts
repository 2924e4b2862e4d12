import { type Clock, isoSeconds, systemClock } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import { makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeOperator } from '../../src/engine/operator.ts';
import type { Forge, Operator, Store, Swept } from '../../src/engine/ports.ts';
import type { Seat } from '../../src/engine/seat.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { Desk, Ticket } from '../../src/ticket/format.ts';
import { archivePath, sweptRef, ticketPath } from '../../src/ticket/paths.ts';
import { memoryWorld, stateRef, type World } from '../store/worlds.ts';
import { config } from './desk.ts';
import { MemoryForge } from './memory-forge.ts';

/*
 * The whole engine on a store and a forge in memory. The forge sends no hooks and no timer fires: a test says when
 * somebody looks.
 */
export class OperatedDesk {
  operator: Operator;
  /** Calls of the forge by the present process: their names. */
  readonly calls: string[] = [];
  /** What was logged as a warning or worse. */
  readonly said: string[] = [];
  readonly forge: MemoryForge;
  /** Why the newest config is not in force. */
  configBroken: string | null = null;
  readonly #world: World;
  readonly #store: Store;
  readonly #time: { leapt: number };
  readonly #begin: () => Operator;

  private constructor(world: World, store: Store, settings: Config, installedDaysAgo: number, seat?: Seat) {
    const time = { leapt: 0 };
    const clock: Clock = { now: () => systemClock.now() + time.leapt, after: () => () => {} };
    this.#world = world;
    this.#store = store;
    this.#time = time;
    this.forge = new MemoryForge(() => isoSeconds(clock.now()));
    this.#begin = () =>
      makeOperator({
        store,
        forge: counted(this.forge, this.calls),
        config: async () => settings,
        configBroken: () => this.configBroken,
        clock,
        random: systemRandom,
        log: makeLog('warn', (line) => this.said.push(line)),
        ...(seat ? { seat } : {}),
        installedAt: isoSeconds(systemClock.now() - installedDaysAgo * 24 * 3600_000),
      });
    this.operator = this.#begin();
  }

  /** Another process of the app, which knows nothing of what this one did. */
  restart(): void {
    this.calls.length = 0;
    this.operator = this.#begin();
  }

  /** The commit that the mark of a sweep is, and what it says. */
  async mark(): Promise<{ commit: string | null; swept: Swept | null }> {
    const snapshot = await this.#store.read({ fresh: true });
    return { commit: await this.#world.ref(sweptRef), swept: await snapshot.swept() };
  }

  /** The server lets nobody move the mark any more. */
  refuseMarks(): void {
    this.#store.markSwept = async () => {
      throw new SignalboxError('config', 'push-refused', 'hook declined');
    };
  }

  static async start(settings: Config = config, installedDaysAgo = 0.5, seat?: Seat): Promise<OperatedDesk> {
    const world = await memoryWorld();
    return new OperatedDesk(world, await world.open(), settings, installedDaysAgo, seat);
  }

  /** A ticket that an issue was made of, as it was labelled. */
  async born(author: string, issue?: Parameters<MemoryForge['open']>[1]): Promise<number> {
    const number = this.forge.open(author, issue);
    await this.look(number);
    this.later();
    return number;
  }

  /** Tickets as Signalbox would have written them. */
  async put(...tickets: Ticket[]): Promise<void> {
    const changes = new Map(tickets.map((one) => [ticketPath(one.id), writeTicket(one)]));
    await this.#store.swap(await this.#store.read({ fresh: true }), {
      subject: 'put',
      body: '',
      trailers: [],
      changes,
    });
  }

  /** Closed tickets, each as its last transition left it. */
  async close(...tickets: Ticket[]): Promise<void> {
    for (const one of tickets)
      await this.#store.swap(await this.#store.read({ fresh: true }), {
        subject: `close ${one.id}`,
        body: '',
        trailers: [
          { Ticket: one.id, Transition: `done: in_progress -> ${one.state}`, Actor: 'attempt 1', Cause: 'x' },
        ],
        changes: new Map([[archivePath(one.id), writeTicket(one)]]),
      });
  }

  /** Somebody pushes a ticket's file. */
  push(actor: string, ticket: Ticket): Promise<void> {
    return this.pushText(actor, ticketPath(ticket.id), writeTicket(ticket));
  }

  async pushText(actor: string, path: string, text: string): Promise<void> {
    await this.pushUnseen(actor, path, text);
    await this.operator.lookAtHead();
    await this.operator.settled();
  }

  /** A runner makes its verdict durable, and is not there any more to hand it in. */
  signal(id: string, attempt: number, text: string): Promise<void> {
    return this.#store.saveSignal(id, attempt, text);
  }

  /** Somebody pushes a file, and nobody is told. */
  async pushUnseen(actor: string, path: string, text: string): Promise<void> {
    const before = await this.#world.ref(stateRef);
    const after = await this.#world.commit(before === null ? [] : [before], { [path]: text });
    await this.#world.setRef(stateRef, after);
    this.forge.activity.unshift({ before: before ?? '0'.repeat(40), after, actor });
  }

  /** Somebody puts another branch in the place of the state branch; `actor` null: GitHub does not tell who. */
  async moveBack(actor: string | null = 'lucienne'): Promise<void> {
    const before = await this.#world.ref(stateRef);
    const after = await this.#world.commit([], { README: 'mine' });
    await this.#world.setRef(stateRef, after);
    if (actor) this.forge.activity.unshift({ before: before ?? '0'.repeat(40), after, actor });
  }

  /** Somebody repairs it. */
  async restore(): Promise<void> {
    await this.#store.restore(await this.#store.read({ fresh: true }));
  }

  /** The state branch is looked at; answers what failed. */
  async lookAtHead(): Promise<Error | null> {
    return this.#ended(this.operator.lookAtHead());
  }

  /** Reads an issue as after a hook; answers what failed. */
  async look(issue: number): Promise<Error | null> {
    return this.#ended(this.operator.lookAtIssue(issue));
  }

  async sweep(): Promise<Error | null> {
    return this.#ended(this.operator.sweep());
  }

  async ticket(id: string): Promise<Ticket | null> {
    const snapshot = await this.#store.read({ fresh: true });
    return (snapshot.tickets.get(id) ?? (await snapshot.archived(id)))?.ticket ?? null;
  }

  /** Paths of what lies in quarantine. */
  async quarantine(): Promise<readonly string[]> {
    return (await this.#store.read({ fresh: true })).quarantine;
  }

  /** A file as it stands; empty where there is none. */
  async textAtHead(path: string): Promise<string> {
    return (await (await this.#store.read({ fresh: true })).file(path)) ?? '';
  }

  history(id: string): ReturnType<Store['history']> {
    return this.#store.history(id);
  }

  async desk(): Promise<Desk> {
    return (await this.#store.read({ fresh: true })).desk;
  }

  /** Time goes by: what is asked from now on is later than what was asked before. */
  later(ms = 2000): void {
    this.#time.leapt += ms;
  }

  /** Now, as a ticket writes it. */
  get now(): string {
    return isoSeconds(this.forge.now());
  }

  async #ended(work: Promise<void>): Promise<Error | null> {
    const failure = await work.then(
      () => null,
      (error: Error) => error,
    );
    await this.operator.settled();
    return failure;
  }
}

/** A forge whose calls are noted by name; its clock is no call. */
function counted(forge: MemoryForge, calls: string[]): Forge {
  return new Proxy<Forge>(forge, {
    get(_target, name) {
      const call: unknown = Reflect.get(forge, name);
      if (typeof call !== 'function') return call;
      return (...words: unknown[]) => {
        if (name !== 'now') calls.push(String(name));
        return Reflect.apply(call, forge, words);
      };
    },
  });
}
