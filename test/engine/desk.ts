import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeHandler, type Writer } from '../../src/engine/handle.ts';
import type { Forge, PermissionRole, Snapshot, Store } from '../../src/engine/ports.ts';
import { makeJudge } from '../../src/engine/pushes.ts';
import { readQuarantined, readTicket, writeTicket } from '../../src/ticket/codec.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import { type Ticket, ticket as ticketSchema } from '../../src/ticket/format.ts';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { memoryWorld, stateRef, type World, witnessRef } from '../store/worlds.ts';

/*
 * The writer on a store in memory, with people who push past it.
 */

/** `wilma` and `lucienne` may write, `elmar` may triage; who else pushes is nobody we know. */
const roles: Record<string, PermissionRole> = { lucienne: 'admin', wilma: 'write', elmar: 'triage' };

export const config = configSchema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'], capacity: 5 } },
  default_agent: 'luci',
});

export class Desk {
  readonly world: World;
  readonly store: Store;
  readonly writer: Writer;
  /** What the forge knows of pushes, newest first. */
  readonly activity: Awaited<ReturnType<Forge['pushes']>> = [];
  /** How often it was asked. */
  asked = 0;

  private constructor(world: World, store: Store) {
    this.world = world;
    this.store = store;
    const clock = hurried();
    const { now } = clock;
    const forge = {
      pushes: async () => {
        this.asked++;
        return this.activity;
      },
      permission: async (login: string) => roles[login] ?? 'none',
    };
    this.writer = makeHandler({
      store,
      config: async () => config,
      now,
      clock,
      log: silentLog,
      judge: makeJudge(forge, { branch: async () => 'signalbox', clock, now }),
    });
  }

  /** Where no desk was ever seen. */
  static async empty(): Promise<Desk> {
    const world = await memoryWorld();
    return new Desk(world, await world.open());
  }

  /** A desk with these tickets on it, all of them Signalbox's own work. */
  static async with(...tickets: Ticket[]): Promise<Desk> {
    const desk = await Desk.empty();
    const changes = new Map(tickets.map((one) => [placeOf(one), writeTicket(one)]));
    const trailers = tickets.map(({ id }) => ({ Ticket: id, Transition: 'made' }));
    await desk.store.swap(await desk.store.read(), { subject: 'desk', body: '', trailers, changes });
    return desk;
  }

  /** Somebody pushes a commit; `actor` null: the forge never learns who. */
  async push(
    actor: string | null,
    changes: Record<string, string | null>,
    message?: string,
  ): Promise<string> {
    const before = await this.world.ref(stateRef);
    const after = await this.world.commit(before === null ? [] : [before], changes, message);
    await this.world.setRef(stateRef, after);
    if (actor) this.activity.unshift({ before: before ?? '0'.repeat(40), after, actor });
    return after;
  }

  /** Somebody pushes a change of a ticket's fields, made in the text as it stands on the branch. */
  async edit(actor: string, id: string, edit: (ticket: Ticket) => Partial<Ticket>): Promise<void> {
    const text = await this.textAtHead(ticketPath(id));
    const { ticket } = readTicket(id, text ?? '');
    if (!ticket) throw new Error(`${id} cannot be read`);
    await this.push(actor, { [ticketPath(id)]: writeTicket({ ...ticket, ...edit(ticket) }, text ?? '') });
  }

  /** The judged head. */
  head(): Promise<Snapshot> {
    return this.writer.read({ fresh: true });
  }

  async ticket(id: string): Promise<Ticket | null> {
    const snapshot = await this.head();
    return (snapshot.tickets.get(id) ?? (await snapshot.archived(id)))?.ticket ?? null;
  }

  /** What did not stand, as it lies in quarantine: `MC-1 illegal-edit by elmar: …`. */
  async refused(): Promise<string[]> {
    const head = await this.head();
    const texts = await Promise.all(head.quarantine.map((path) => head.file(path)));
    const all = texts.flatMap((text) => readQuarantined(text ?? '').quarantined ?? []);
    return all.map(({ ticket, code, actor, reason }) => `${ticket} ${code} by ${actor}: ${reason}`).sort();
  }

  /** A file at the head, judged or not. */
  async textAtHead(path: string): Promise<string | null> {
    return (await this.store.read({ fresh: true })).file(path);
  }

  async refs(): Promise<{ head: string | null; witness: string | null }> {
    return { head: await this.world.ref(stateRef), witness: await this.world.ref(witnessRef) };
  }
}

export function aTicket(id: string, over: Partial<Ticket> = {}): Ticket {
  return ticketSchema.parse({
    format: 1,
    id,
    title: `Ticket ${id}`,
    created: '2026-05-25T09:00:00Z',
    ...over,
  });
}

function placeOf({ id, state }: Ticket): string {
  return state === 'done' || state === 'cancelled' ? archivePath(id) : ticketPath(id);
}

/** A clock on which nobody waits: time leaps to whatever is waited for. */
export function hurried(): Clock {
  let leapt = 0;
  return {
    now: () => systemClock.now() + leapt,
    after(ms, fn) {
      leapt += ms;
      queueMicrotask(fn);
      return () => {};
    },
  };
}
