import { type Bench, counter, type Measurement } from './bench.ts';
import { compare, type Row, type Side, timed } from './measure.ts';
import { type Ours, openLocally, openOurs } from './ours.ts';

/** One change on a desk with a long past against one on a desk with a short one: the open tickets are as many. */
export const years: Measurement = { name: 'years', run };

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const open = quick ? 50 : 1_000;
  const [few, many] = [100, quick ? 1_000 : 100_000];
  const what = `one change at ${many} archived against ${few}`;
  say(`${what}: opening`);
  const next = counter(open);
  const side = (archived: number, { change }: Ours): Side => ({
    name: `${archived} archived`,
    run: () => timed(1, () => change(next())),
  });
  const locally = async (archived: number) => openLocally(await fixtures.remote({ archived, open }));
  const published = async (archived: number) =>
    openOurs(fixtures.place('mirror'), await fixtures.remote({ archived, open }));
  const turns = { rounds, times: quick ? 1 : 8, warmUp: quick ? 1 : 12 };
  const rows: Row[] = [];
  for (const { how, target, make } of [
    { how: 'the commit alone', target: { atMost: 1.5 }, make: locally },
    { how: 'with the push to a bare repository by path', target: null, make: published },
  ]) {
    const [short, long] = [await make(few), await make(many)];
    say(`${what}: ${how}`);
    rows.push(
      await compare({ measurement: `${what}, ${how}`, target }, [side(few, short), side(many, long)], turns),
    );
    await Promise.all([short.close(), long.close()]);
  }
  return rows;
}
