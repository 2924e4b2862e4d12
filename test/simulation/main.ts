import { parentPort, workerData } from 'node:worker_threads';
import { cells } from './coverage.ts';
import { simulate } from './simulate.ts';

/*
 * One worker of `npm run simulate`: lives through its share of the seeds, and shrinks the story of those that fail.
 */

const { seed, every, until, steps } = workerData as Record<'seed' | 'every' | 'until' | 'steps', number>;

parentPort?.postMessage({ cells: cells() });
for (let one = seed; one < until; one += every) {
  const result = await simulate(one, steps);
  const shrunk = result.violation === null ? result : await shortest(one, steps);
  const { violation, story, steps: lived } = shrunk;
  parentPort?.postMessage({
    seed: one,
    violation,
    steps: lived,
    story: violation === null ? [] : story,
    met: result.met,
  });
}

/** The fewest steps after which this seed, left in peace, fails. */
async function shortest(failing: number, most: number) {
  let worst = await simulate(failing, most);
  for (let [low, high] = [0, most]; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    const result = await simulate(failing, middle);
    if (result.violation === null) low = middle + 1;
    else [worst, high] = [result, middle];
  }
  return worst;
}
