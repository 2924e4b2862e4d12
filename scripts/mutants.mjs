// Shows that the simulation can fail: plants each fault of test/faults/*.patch that has a line `Seeds: N` in a copy of the
// project, and expects a violation within the first N seeds.
//
// usage: npm run simulate:mutants [-- --json FILE] [-- --try N] [NAME...]
//   --try N   tries every fault with N seeds, whether it names any or not: to learn which the simulation sees
//   NAME      part of a patch's file name
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { drop, leave, makeCopy, run } from './copies.mjs';

const atOnce = 2;
const limitMs = 10 * 60_000;
const project = process.cwd();

/** Plants one fault and lives through its seeds. */
async function hunt({ name, path, seeds }) {
  const folder = await makeCopy(project);
  const began = performance.now();
  try {
    const applied = await run('git', ['apply', '--whitespace=nowarn', path], { cwd: folder });
    if (applied.status !== 0) return { name, found: null, words: 'the patch does not apply' };
    const args = ['scripts/simulate.mjs', '--seeds', String(seeds), '--jobs', '1'];
    const { status, output } = await run('node', args, { cwd: folder, limitMs });
    const seconds = Math.round((performance.now() - began) / 1000);
    const found = status === 1 ? Number(/--seed (\d+) /.exec(output)?.[1] ?? 0) || null : null;
    const words = found
      ? (/^(?:S\d+|it broke): .*$/m.exec(output)?.[0] ?? '')
      : output.trim().split('\n').at(-1);
    return { name, seeds, found, seconds, words };
  } finally {
    drop(folder);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, try: { type: 'string' } },
  });
  const faults = readdirSync(join(project, 'test/faults'))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
    .flatMap((file) => {
      const path = join(project, 'test/faults', file);
      const named = /^Seeds: (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
      const seeds = Number(values.try ?? named ?? 0);
      return seeds > 0 ? [{ name: basename(file, '.patch'), path, seeds }] : [];
    });
  if (faults.length === 0) throw new Error('no such fault with a line `Seeds: N` in test/faults');
  const results = [];
  const waiting = [...faults];
  const worker = async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const result = await hunt(fault);
      results.push(result);
      const how = result.found ? `found by seed ${result.found}` : `NOT found by ${fault.seeds} seeds`;
      console.log(`${fault.name}: ${how} (${result.seconds} s): ${result.words}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const found = results.filter((one) => one.found).length;
  console.log(`\n${results.length} faults planted: ${found} found, ${results.length - found} not found`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return found === results.length ? 0 : 1;
}

main().then(leave, (error) => {
  console.error(error.message);
  leave(1);
});
