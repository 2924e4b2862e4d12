import { type Bench, counter, type Measurement } from './bench.ts';
import { compare, type Row, timed } from './measure.ts';
import { type Ours, openOurs } from './ours.ts';

/** One writer that everybody asks against writers that race: each with a mirror of its own, reading and deciding again. */
export const writers: Measurement = { name: 'writers', run };

const producers = 8;

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const age = quick ? { archived: 500, open: 50 } : { archived: 10_000, open: 1_000 };
  const what = `${producers} producers through one queue against ${producers} racing writers`;
  say(`${what}: opening`);
  const remote = await fixtures.remote(age);
  const queue = await openOurs(fixtures.place('mirror'), await fixtures.remote(age));
  const racing: Ours[] = [];
  for (let writer = 0; writer < producers; writer++)
    racing.push(await openOurs(fixtures.place('mirror'), remote));
  const next = counter(age.open);
  say(what);
  const row = await compare(
    { measurement: what, target: { atLeast: 10 } },
    [
      { name: 'one queue', run: () => produce(Array(producers).fill(queue), quick ? 16 : 160, next) },
      { name: 'racing', run: () => produce(racing, quick ? 8 : 32, next) },
    ],
    { rounds, warmUp: quick ? 0 : 1 },
  );
  await Promise.all([queue, ...racing].map((each) => each.close()));
  return [row];
}

/** Every producer asks, waits for the answer and asks again, until `count` changes are made: milliseconds for each. */
function produce(asked: readonly Ours[], count: number, next: () => number): Promise<number> {
  let left = count;
  const producer = async (ours: Ours) => {
    while (left-- > 0) await persistent(ours, next());
  };
  return timed(count, () => Promise.all(asked.map(producer)));
}

/** A writer that lost a dozen races in a row gives up and says `busy`; its asker asks again. */
async function persistent({ change }: Ours, number: number): Promise<void> {
  for (;;) {
    try {
      await change(number);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'busy') throw error;
    }
  }
}
