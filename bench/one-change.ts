import { type Bench, counter, type Measurement } from './bench.ts';
import { compare, type Row, type Side, timed } from './measure.ts';
import { openNaive } from './naive.ts';
import { openLocally, openOurs } from './ours.ts';

/** One change of one ticket against what one writes first: simple-git in a work tree. */
export const oneChange: Measurement = { name: 'one-change', run };

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const age = quick ? { archived: 500, open: 50 } : { archived: 10_000, open: 1_000 };
  const what = `one change at ${age.archived} archived and ${age.open} open`;
  say(`${what}: opening`);
  const local = await openLocally(await fixtures.remote(age));
  const published = await openOurs(fixtures.place('mirror'), await fixtures.remote(age));
  const naive = await openNaive(fixtures.place('tree'), await fixtures.remote(age));
  const plain = await openNaive(fixtures.place('tree'), await fixtures.remote(age), 'git');
  const next = counter(age.open);
  const side = (name: string, change: (number: number) => Promise<unknown>): Side => ({
    name,
    run: () => timed(1, () => change(next())),
  });
  const turns = { rounds, times: quick ? 1 : 6, warmUp: quick ? 1 : 12 };
  say(`${what}: the commit alone`);
  const alone = await compare(
    { measurement: `${what}, the commit alone`, target: { atLeast: 8 } },
    [
      side('Signalbox', (number) => local.change(number)),
      side('simple-git: add, commit', (number) => naive.change(number, false)),
    ],
    turns,
  );
  say(`${what}: with the push`);
  const pushed = await compare(
    { measurement: `${what}, with the push to a bare repository by path`, target: null },
    [
      side('Signalbox', (number) => published.change(number)),
      side('simple-git: add, commit, push', (number) => naive.change(number, true)),
    ],
    turns,
  );
  say(`${what}: git without simple-git`);
  const processes = await compare(
    { measurement: `${what}, the commit alone, without simple-git's waiting`, target: null },
    [
      side('Signalbox', (number) => local.change(number)),
      side('git add, git commit', (number) => plain.change(number, false)),
    ],
    { ...turns, warmUp: 1 },
  );
  await Promise.all([local.close(), published.close()]);
  return [alone, pushed, processes];
}
