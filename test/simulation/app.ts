import { makeApp } from '../../src/app/app.ts';
import { Desks } from '../../src/app/desks.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeOperator } from '../../src/engine/operator.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { Chance } from './chance.ts';
import { intervals } from './config.ts';
import { simForge } from './forge.ts';
import type { Delivery, SimGitHub } from './github.ts';
import { Machine } from './machine.ts';
import { self, slug } from './names.ts';
import { simStore } from './store.ts';

type Handler = (event: { id: string; payload: unknown }) => Promise<void>;

/** One process of the app, from its door on: the real one, with every call over the network in our hands. */
export class SimApp {
  readonly machine: Machine;
  readonly #handlers = new Map<string, Handler>();

  constructor(github: SimGitHub, name: string, { chance, config }: { chance: Chance; config: Config }) {
    const machine = new Machine(github.schedule, name, self);
    this.machine = machine;
    const { clock } = machine;
    const forge = simForge(github, machine);
    const gatherMs = chance.pick([0, 10_000]); // the second is what the app has
    const desks = new Desks({
      operators: async () =>
        makeOperator({
          store: simStore(github, machine, chance),
          forge,
          config: async () => config,
          clock,
          random: chance,
          log: silentLog,
          gatherMs,
          installedAt: '2026-05-25T08:00:00Z',
        }),
      installations: async () => [{ id: 3, repositories: [{ id: 7, owner: 'acme', repo: 'desk' }] }],
      intervals,
      clock,
      log: silentLog,
    });
    const on = (name: string, handler: Handler) => void this.#handlers.set(name, handler);
    makeApp({ desks, slug, log: silentLog })({ on } as unknown as Parameters<ReturnType<typeof makeApp>>[0]);
    void desks.refresh();
  }

  deliver({ guid, name, payload }: Delivery): void {
    const handler = this.#handlers.get(name) ?? this.#handlers.get(name.split('.')[0] ?? '');
    // A delivery that failed is GitHub's to keep; nothing sends it again but a person.
    handler?.({ id: guid, payload }).catch(() => {});
  }
}
