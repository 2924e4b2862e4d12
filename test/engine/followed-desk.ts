import { expect } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { Store } from '../../src/engine/ports.ts';
import type { Receiver, Receivers } from '../../src/engine/receivers.ts';
import { Tellers } from '../../src/engine/tellers.ts';
import { MemoryRemote, openMemoryStore } from '../../src/store/memory-store.ts';
import { defaultConfig } from '../../src/ticket/config.ts';
import { happening } from '../../src/ticket/journal.ts';
import { ticketPath, toldRefs } from '../../src/ticket/paths.ts';
import { HandClock, settled } from '../support/hand-clock.ts';

/** When it begins. */
export const noon = Date.parse('2026-05-25T12:00:00Z');

export const named = (name: string): Receiver => ({ name, host: 'example.com', fault: null });

/** A state branch in memory, those who follow it, and a clock that is driven by hand. */
export class FollowedDesk {
  readonly clock = new HandClock(noon);
  readonly remote = new MemoryRemote();
  readonly warned: string[] = [];
  /** What each receiver took, in the order in which it came; `-` before what it turned away. */
  heard: Record<string, string[]> = {};
  /** What a receiver says to the next delivery. */
  moods: Record<string, (what: string) => string | null | Promise<string | null>> = {};
  receivers: Receiver[] = [named('audit')];
  store: Store;
  #seed = 1;

  private constructor() {
    this.store = this.open();
  }

  static async start(): Promise<FollowedDesk> {
    const desk = new FollowedDesk();
    await desk.publish('MC-1 create');
    return desk;
  }

  /** Another process's store. */
  open(): Store {
    const hex = (bytes: number) => (this.#seed++).toString(16).padStart(bytes * 2, '0');
    return openMemoryStore(this.remote, { clock: this.clock, random: { hex } as never, log: silentLog });
  }

  /** A process that tells. */
  teller(store: Store = this.store, moveEveryMs = 0): Tellers {
    const receivers: Receivers = {
      of: () => this.receivers,
      send: async ({ name }, { id, event, body }, signal) => {
        const told = happening.parse(JSON.parse(body));
        expect([event, told.id]).toEqual(['transition', id]);
        const what = `${told.ticket} ${told.request}`;
        const fault = signal.aborted ? 'ended' : await (this.moods[name]?.(what) ?? null);
        this.heard[name] = [...(this.heard[name] ?? []), fault === null ? what : `- ${what}`];
        return fault;
      },
    };
    return new Tellers({
      store,
      receivers,
      config: async () => defaultConfig,
      where: { repository: 'acme/desk', branch: 'signalbox' },
      moveEveryMs,
      clock: this.clock,
      log: { ...silentLog, warn: (message) => void this.warned.push(message) },
    });
  }

  /** A process that tells, and has begun. */
  async telling(store: Store = this.store, moveEveryMs = 0): Promise<Tellers> {
    const one = this.teller(store, moveEveryMs);
    one.wake();
    await this.going();
    return one;
  }

  /** Publishes transitions (`MC-1 park`), all in one commit. */
  async publish(...what: string[]): Promise<void> {
    const base = await this.store.read({ fresh: true });
    const swap = await this.store.swap(base, {
      subject: what.join(),
      body: '',
      changes: new Map(what.map((one) => [ticketPath(one.split(' ')[0] ?? ''), one])),
      trailers: what.map((one) => {
        const [id = '', request = ''] = one.split(' ');
        return { Ticket: id, Transition: `${request}: todo -> waiting`, Actor: 'elmar', Cause: 'e1' };
      }),
    });
    expect(swap.status).toBe('swapped');
  }

  /** Lets everything go on that can, and then for so long. */
  async going(ms = 0): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await settled();
      if (this.clock.now() >= end) return;
      await this.clock.until(Math.min(end, this.clock.next ?? end));
    }
  }

  /** What a receiver took, without what it turned away. */
  took(name: string): string[] {
    return (this.heard[name] ?? []).filter((what) => !what.startsWith('-'));
  }

  cursor(name: string): string | undefined {
    return this.remote.refs.get(`${toldRefs}${name}`);
  }

  get head(): string {
    return this.remote.refs.get(this.remote.stateRef) ?? '';
  }
}
