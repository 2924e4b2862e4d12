// Lives through seeds of the simulated desk (test/simulation) until one breaks what must always hold, or all are done.
//
// usage: npm run simulate -- [--seed N] [--seeds COUNT] [--steps N] [--jobs N] [--json FILE]
//   --seed   the first one (1); a failure is had again by its number and its steps
//   --seeds  how many; without it the simulation goes on until it is stopped
//   --steps  things that happen before the world is left in peace (300)
//
//   --json   writes what was met, how often: each request, in each state, near each trouble
//
// Exit status 1 at the first violation, with the shortest story that the seed has; and where so many seeds that it should
// have met everything never met some request in some state near some trouble.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    steps: { type: 'string', default: '300' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} is a whole number, and not "${values[name]}"`);
  process.exit(2);
};
const [first, steps, jobs] = [number('seed'), number('steps'), Math.max(1, number('jobs'))];
const until = values.seeds === undefined ? Number.MAX_SAFE_INTEGER : first + number('seeds');

const outfile = './dist/simulate.mjs';
await build({
  entryPoints: ['test/simulation/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});

const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;
let lived = 0;
/** What is to be met, and how often it was: `park todo: an app died`. */
let cells = [];
const met = new Map();
/** So many seeds of 300 steps meet every cell. */
const enough = 20_000;
const progress = setInterval(() => console.log(`${lived} seeds, ${seconds()} s`), 10_000);

function end(violation) {
  clearInterval(progress);
  const missed = cells.filter((cell) => !met.has(cell));
  if (values.json) {
    const counts = Object.fromEntries([...met].sort());
    const facts = { seeds: lived, steps, seconds: seconds(), violation, missed, met: counts };
    writeFileSync(values.json, `${JSON.stringify(facts, null, 2)}\n`);
  }
  if (violation) {
    console.log(violation.story.join('\n'));
    const again = `npm run simulate -- --seed ${violation.seed} --seeds 1 --steps ${violation.steps}`;
    console.log(`\n${violation.violation}\nAgain: ${again}`);
  }
  const isBlind = lived >= enough && missed.length > 0;
  if (isBlind) console.log(`Never met:\n${missed.join('\n')}`);
  const requests = [...met.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${requests} requests near troubles met ${cells.length - missed.length} of ${cells.length} cells (request, state, trouble)`,
  );
  console.log(
    `${lived} seeds of ${steps} steps in ${seconds()} s: ${violation ? 'a violation' : 'no violation'}`,
  );
  process.exit(violation || isBlind ? 1 : 0);
}

/** Milliseconds that a seed, with the shrinking of its story, may take: one that takes longer goes round for ever. */
const longest = 120_000;

const workers = Array.from({ length: Math.min(jobs, until - first) }, (_, index) => {
  const worker = new Worker(outfile, { workerData: { seed: first + index, every: jobs, until, steps } });
  let [seed, watch] = [first + index, null];
  const wait = () => {
    clearTimeout(watch);
    const words = `S9: it goes on for longer than ${longest / 1000} s`;
    watch = setTimeout(() => end({ seed, steps, violation: words, story: [] }), longest);
  };
  wait();
  worker.on('message', (result) => {
    if (result.cells) {
      cells = result.cells;
      return;
    }
    lived += 1;
    seed = result.seed + jobs;
    wait();
    for (const [cell, count] of result.met) met.set(cell, (met.get(cell) ?? 0) + count);
    if (result.violation !== null) end(result);
  });
  return new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve)).finally(() =>
    clearTimeout(watch),
  );
});
process.on('SIGINT', () => end(null));
await Promise.all(workers);
end(null);
