// Lives through seeds of the simulated desk (test/simulation) until one breaks what must always hold, or all are done.
//
// usage: npm run simulate -- [--seed N] [--seeds COUNT] [--steps N] [--jobs N] [--json FILE]
//   --seed   the first one (1); a failure is had again by its number and its steps
//   --seeds  how many; without it the simulation goes on until it is stopped
//   --steps  things that happen before the world is left in peace (300)
//
// Exit status 1 at the first violation, with the shortest story that the seed has.
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
const progress = setInterval(() => console.log(`${lived} seeds, ${seconds()} s`), 10_000);

function end(violation) {
  clearInterval(progress);
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify({ seeds: lived, steps, seconds: seconds(), violation }, null, 2)}\n`,
    );
  if (violation) {
    console.log(violation.story.join('\n'));
    console.log(
      `\n${violation.violation}\nAgain: npm run simulate -- --seed ${violation.seed} --seeds 1 --steps ${violation.steps}`,
    );
  }
  console.log(
    `${lived} seeds of ${steps} steps in ${seconds()} s: ${violation ? 'a violation' : 'no violation'}`,
  );
  process.exit(violation ? 1 : 0);
}

const workers = Array.from({ length: Math.min(jobs, until - first) }, (_, index) => {
  const worker = new Worker(outfile, { workerData: { seed: first + index, every: jobs, until, steps } });
  worker.on('message', (result) => {
    lived += 1;
    if (result.violation !== null) end(result);
  });
  return new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));
});
process.on('SIGINT', () => end(null));
await Promise.all(workers);
end(null);
