import { makeOperator } from '../src/engine/operator.ts';
import type { Forge, Operator } from '../src/engine/ports.ts';
import { openGitStore } from '../src/store/git-store.ts';
import type { Bench, Measurement } from './bench.ts';
import { branch } from './fixture.ts';
import { InstantForge } from './forge.ts';
import { compare, type Row, type Side, timed } from './measure.ts';
import { author, config, ports } from './ours.ts';

/** A sweep with nothing to do on a desk with a long past, against one with a short: the open tickets are as many. */
export const sweep: Measurement = { name: 'sweep', run };

/** Far fewer than there are open tickets. */
const callsMost = 10;

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const open = quick ? 50 : 1_000;
  const [few, many] = [100, quick ? 1_000 : 100_000];
  const what = `a sweep at ${many} archived against ${few}, ${open} open`;
  say(`${what}: opening`);
  const make = async (archived: number) =>
    SweptDesk.open(fixtures.place('mirror'), await fixtures.remote({ archived, open }), open);
  const [short, long] = [await make(few), await make(many)];
  const rows: Row[] = [];
  for (const { how, does } of [
    { how: 'of a process that sweeps all day', does: (desk: SweptDesk) => desk.again() },
    { how: 'the first of a process', does: (desk: SweptDesk) => desk.restarted() },
  ]) {
    say(`${what}: ${how}`);
    const side = (archived: number, desk: SweptDesk): Side => ({
      get name() {
        return `${archived} archived, ${desk.calls} calls`;
      },
      run: () => timed(1, () => does(desk)),
    });
    const turns = { rounds, times: quick ? 1 : 4, warmUp: 1 };
    const sides = [side(few, short), side(many, long)] as const;
    rows.push(await compare({ measurement: `${what}, ${how}`, target: { atMost: 2 } }, sides, turns));
    for (const { calls } of [short, long])
      if (calls > callsMost) throw new Error(`a sweep of ${open} open tickets made ${calls} calls`);
  }
  await Promise.all([short.close(), long.close()]);
  return rows;
}

/** A desk of which a whole sweep has shown and read everything. */
class SweptDesk {
  /** Of GitHub, in the last sweep. */
  calls = 0;
  readonly #make: () => Promise<Operator>;
  #operator: Operator;

  private constructor(make: (counts: SweptDesk) => Promise<Operator>, operator: Operator) {
    this.#make = () => make(this);
    this.#operator = operator;
  }

  static async open(folder: string, remote: string, open: number): Promise<SweptDesk> {
    const forge = new InstantForge(open).asForge();
    const make = async (counts?: SweptDesk) =>
      makeOperator({
        store: await openGitStore({ folder, remote, branch, author, ...ports }),
        forge: counted(forge, () => {
          if (counts) counts.calls++;
        }),
        config: async () => config,
        installedAt: '2026-05-25T00:00:00Z',
        ...ports,
      });
    const desk = new SweptDesk(make, await make());
    for (let sweeps = 0; sweeps < 3; sweeps++) await desk.again(); // the first changes tickets, the second marks that
    await desk.restarted();
    return desk;
  }

  async again(): Promise<void> {
    this.calls = 0;
    await this.#operator.sweep();
    await this.#operator.settled();
  }

  async restarted(): Promise<void> {
    await this.#operator.close();
    this.#operator = await this.#make();
    await this.again();
  }

  close(): Promise<void> {
    return this.#operator.close();
  }
}

/** Every call but a look at the clock is told. */
function counted(forge: Forge, called: () => void): Forge {
  return new Proxy(forge, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function' || name === 'now') return call;
      return (...words: unknown[]) => {
        called();
        return Reflect.apply(call, target, words);
      };
    },
  });
}
