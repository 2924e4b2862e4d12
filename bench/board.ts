import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Board } from '../src/board/board.tsx';
import { readFilter } from '../src/board/cards.ts';
import { changeOf, lanesOf, shownOf } from '../src/board/deck.ts';
import { Live } from '../src/board/live.ts';
import { makeOperator } from '../src/engine/operator.ts';
import type { Operator } from '../src/engine/ports.ts';
import { openGitStore } from '../src/store/git-store.ts';
import type { Bench, Measurement } from './bench.ts';
import { branch } from './fixture.ts';
import { InstantForge } from './forge.ts';
import { compare, type Row, type Side, timed } from './measure.ts';
import { author, config, ports } from './ours.ts';

/** The first page of a full board that a process makes, against that of an empty one: whole, over HTTP. */
export const board: Measurement = { name: 'board', run };

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const full = quick ? { archived: 1_000, open: 50 } : { archived: 100_000, open: 1_000 };
  const what = `the first page of a board with ${full.open} open and ${full.archived} archived against an empty one`;
  say(`${what}: opening`);
  const make = async (age: typeof full) =>
    ShownDesk.open(fixtures.place('mirror'), await fixtures.remote(age), age.open);
  const [empty, busy] = [await make({ archived: 0, open: 0 }), await make(full)];
  const side = (name: string, desk: ShownDesk): Side => ({
    get name() {
      return `${name}, ${desk.kilobytes} kB`;
    },
    run: () => desk.firstPage(),
  });
  say(what);
  const turns = { rounds, times: quick ? 1 : 10, warmUp: quick ? 1 : 10 };
  const page = await compare(
    { measurement: what, target: { atMost: 10 } },
    [side('empty', empty), side('full', busy)],
    turns,
  );
  const told = `a change of one card, told to a window, against the page anew, ${full.open} open`;
  say(told);
  const change = await busy.change();
  const update = await compare({ measurement: told, target: null }, [change, side('the page', busy)], turns);
  await Promise.all([empty.close(), busy.close()]);
  return [page, update];
}

/** A desk whose board is served by a process that has read its head, and has shown nothing yet. */
class ShownDesk {
  kilobytes = 0;
  readonly #operator: Operator;
  readonly #server: Server;

  private constructor(operator: Operator, server: Server) {
    this.#operator = operator;
    this.#server = server;
  }

  static async open(folder: string, remote: string, open: number): Promise<ShownDesk> {
    const operator = makeOperator({
      store: await openGitStore({ folder, remote, branch, author, ...ports }),
      forge: new InstantForge(open).asForge(),
      config: async () => config,
      installedAt: '2026-05-25T00:00:00Z',
      ...ports,
    });
    await operator.lookAtHead();
    await operator.settled();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ShownDesk(operator, server);
  }

  /** Milliseconds from the request until the page is there. */
  async firstPage(): Promise<number> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const { panel } = this.#operator;
    const fresh = new Board({
      url,
      webUrl: url,
      desks: () => [{ repository: { id: 1, owner: 'acme', repo: 'desk' }, panel: async () => panel }],
      deliveries: () => ({ failing: 0, again: 0, recovered: 0, givenUp: 0 }),
      signIn: { address: () => url, person: async () => ({ login: 'elmar', id: 1 }) },
      metrics: null,
      secret: 'a secret of the bench',
      ...ports,
    });
    this.#server.removeAllListeners('request').on('request', fresh.listener);
    const ms = await timed(1, async () => {
      const answer = await fetch(`${url}/acme/desk`);
      const text = await answer.text();
      if (answer.status !== 200)
        throw new Error(`the board answered ${answer.status}: ${text.slice(0, 500)}`);
      this.kilobytes = Math.round(text.length / 1000);
    });
    fresh.close();
    return ms;
  }

  /** What a window is told when one card of all differs: made out of two decks. */
  async change(): Promise<Side> {
    const filter = readFilter(() => undefined);
    const deck = await new Live(this.#operator.panel, ports).deck();
    const shown = shownOf(deck, filter);
    const [first] = lanesOf(deck, filter).flatMap(({ cards }) => cards);
    const next = {
      ...deck,
      cards: deck.cards.map((card) => (card === first ? { ...card, title: 'Another' } : card)),
    };
    return {
      name: 'the change',
      run: () =>
        timed(1, async () => {
          const { cards } = changeOf(shown, next, filter) ?? { cards: [] };
          if (cards.length !== 1) throw new Error(`${cards.length} cards are told of one that differs`);
        }),
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#operator.close();
  }
}
