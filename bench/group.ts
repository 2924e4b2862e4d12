import { type Bench, counter, type Measurement } from './bench.ts';
import { compare, type Row, timed } from './measure.ts';
import { openOurs } from './ours.ts';

/** Changes asked all at once, which become one commit, against as many that wait for each other. All are pushed. */
export const group: Measurement = { name: 'group', run };

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const age = quick ? { archived: 500, open: 50 } : { archived: 10_000, open: 1_000 };
  const count = quick ? 10 : 100;
  const what = `a group of ${count} changes against ${count} single ones, with the push`;
  say(what);
  const ours = await openOurs(fixtures.place('mirror'), await fixtures.remote(age));
  const next = counter(age.open);
  const numbers = () => Array.from({ length: count }, next);
  for (const number of numbers().slice(0, 10)) await ours.change(number);
  const row = await compare(
    { measurement: what, target: { atLeast: 10 } },
    [
      { name: 'all at once', run: () => timed(count, () => Promise.all(numbers().map(ours.change))) },
      {
        name: 'one after another',
        run: () =>
          timed(count, async () => {
            for (const number of numbers()) await ours.change(number);
          }),
      },
    ],
    { rounds },
  );
  await ours.close();
  return [row];
}
