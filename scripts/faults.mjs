// Shows that the tests can fail: plants each fault of test/faults/*.patch in a copy of the project and expects the
// tests that it names to go red. A patch is a unified diff with a few lines above it:
//
//   What is broken, in a sentence.
//   Red: test/ticket/stories.test.ts > a late park takes effect
//
// usage: node scripts/faults.mjs [--quick] [--tested] [--json FILE] [NAME...]
//   NAME       part of a patch's file name
//   --quick    leaves out the faults that only a story on a whole desk, or another long test, shows
//   --tested   does not run the named tests without a fault first: all tests are run beside this, and must be green
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { drop, leave, makeCopy, run } from './copies.mjs';

/** More than there are cores, since each waits for files as well. */
const atOnce = 3;
/** For one run of the named tests, and for all of them together before any fault is planted. */
const limitMs = 4 * 60_000;
const allLimitMs = 15 * 60_000;
const project = process.cwd();
const long = JSON.parse(readFileSync(new URL('../test/long.json', import.meta.url), 'utf8'));
process.env.TESTS = 'all'; // a fault may name a test that `npm test` leaves out

/** @typedef {{ file: string, name: string }} Named a test file, and part of a test's full name */
/** @typedef {{ name: string, path: string, what: string, red: Named[], seen: boolean }} Fault */
/** @typedef {{ fault: string, outcome: 'caught' | 'survived' | 'error', message: string, seconds: number }} Verdict */

/** @returns {Fault} */
function readFault(path) {
  const [head = ''] = readFileSync(path, 'utf8').split(/^(?=diff --git |--- )/m);
  const red = [...head.matchAll(/^Red: (\S+) > (.+)$/gm)].map(([, file, name]) => ({
    file,
    name: name.trim().replaceAll(' > ', ' '),
  }));
  // One that only the simulation sees is for `npm run simulate:mutants`.
  const seen = /^Seeds: /m.test(head);
  return { name: basename(path, '.patch'), path, what: head.split('\n')[0] ?? '', red, seen };
}

/**
 * Runs the named tests. @param {Named[]} named
 * @returns {Promise<(one: Named) => 'passed' | 'failed' | 'missing'>} how a named test ended
 */
async function test(folder, named, endAfterMs) {
  const report = join(folder, 'report.json');
  const pattern = [...new Set(named.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))].join(
    '|',
  );
  const files = [...new Set(named.map(({ file }) => file))];
  const args = ['run', ...files, '-t', `(${pattern})`, '--reporter=json', `--outputFile=${report}`];
  const env = files.some(runsAction) ? {} : { ACTION: 'as-committed' };
  const ran = await run('node_modules/.bin/vitest', args, { cwd: folder, env, limitMs: endAfterMs });
  if (ran.status === null) throw new Error(`the tests did not end within ${endAfterMs / 60_000} minutes`);
  const { testResults } = readReport(report, ran.output);
  if (testResults.length === 0) throw new Error(`no test was run:\n${ran.output}`);
  return ({ file, name }) => {
    const found = testResults
      .filter((result) => result.name.endsWith(`/${file}`))
      .flatMap((result) => result.assertionResults)
      .filter(({ fullName, status }) => fullName.includes(name) && ['passed', 'failed'].includes(status));
    if (found.length === 0) return 'missing';
    return found.some(({ status }) => status === 'failed') ? 'failed' : 'passed';
  };
}

/** Whether it starts a whole desk, or is one of the tests that `npm test` leaves out. */
function isLong(file) {
  const isListed = long.some(
    (one) => one === file || (one.endsWith('/**') && file.startsWith(one.slice(0, -2))),
  );
  return isListed || file.startsWith('test/stories/');
}

/** Whether a test may start the action, as built from the sources; those of the rules, and of what decides, start none. */
const runsAction = (file) => !/^test\/(ticket|engine|store|forge|board|app|outward)\//.test(file);

function readReport(path, output) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Error(`the tests could not be run:\n${output}`);
  }
}

/** Every named test must pass before a fault is planted: a test that is red anyway catches nothing. */
async function unreliable(faults) {
  const named = [...new Map(faults.flatMap(({ red }) => red).map((one) => [list([one]), one])).values()];
  if (named.length === 0) return [];
  const folder = await makeCopy(project);
  try {
    const ended = await test(folder, named, allLimitMs);
    return named.flatMap((one) => {
      const how = ended(one);
      if (how === 'passed') return [];
      return [
        {
          ...one,
          why: how === 'missing' ? 'there is no such test, or it does not run' : 'is red without the fault',
        },
      ];
    });
  } finally {
    drop(folder);
  }
}

/** @param {Fault} fault @returns {Promise<{ outcome: Verdict['outcome'], message: string }>} */
async function plant(fault) {
  const folder = await makeCopy(project);
  try {
    const applied = await run('git', ['apply', '--whitespace=nowarn', fault.path], { cwd: folder });
    if (applied.status !== 0) throw new Error(`the patch does not apply: ${applied.output.trim()}`);
    const ended = await test(folder, fault.red, limitMs);
    const green = fault.red.filter((one) => ended(one) === 'passed');
    const missing = fault.red.filter((one) => ended(one) === 'missing');
    if (missing.length > 0) throw new Error(`did not run with the fault: ${list(missing)}`);
    if (green.length > 0) return { outcome: 'survived', message: `still green: ${list(green)}` };
    return { outcome: 'caught', message: list(fault.red) };
  } finally {
    drop(folder);
  }
}

const list = (named) => named.map(({ file, name }) => `${file} > ${name}`).join('; ');

/** @returns {Promise<Verdict>} */
async function judge(fault, bad) {
  const started = performance.now();
  const verdict = await judged(fault, bad).catch((error) => ({ outcome: 'error', message: error.message }));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(`${verdict.outcome.padEnd(8)}  ${fault.name} (${seconds} s): ${fault.what}`);
  if (verdict.outcome !== 'caught')
    console.log(`          ${verdict.message.replaceAll('\n', '\n          ')}`);
  return { fault: fault.name, ...verdict, seconds };
}

async function judged(fault, bad) {
  if (fault.red.length === 0)
    throw new Error('the patch names no test: write `Red: FILE > NAME` above the diff');
  const own = bad.filter(({ file, name }) => fault.red.some((one) => one.file === file && one.name === name));
  if (own.length > 0)
    throw new Error(own.map(({ file, name, why }) => `${file} > ${name}: ${why}`).join('\n'));
  // With real agents it may be chance whether the fault meets its moment: it is given a few.
  const tries = fault.red.some(({ file }) => /^test\/(stories|runner)\//.test(file)) ? 3 : 1;
  let verdict = await plant(fault);
  for (let again = 1; again < tries && verdict.outcome === 'survived'; again++) verdict = await plant(fault);
  return verdict;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean' }, tested: { type: 'boolean' } },
  });
  const faults = readdirSync(join(project, 'test/faults'))
    .filter((name) => name.endsWith('.patch'))
    .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
    .sort()
    .map((name) => readFault(join(project, 'test/faults', name)))
    .filter(({ red, seen }) => red.length > 0 || !seen)
    .filter(({ red }) => !values.quick || red.every(({ file }) => !isLong(file)));
  if (faults.length === 0) throw new Error('no such fault in test/faults');
  const bad = values.tested
    ? []
    : await unreliable(faults).catch((error) => {
        throw new Error(`Without any fault: ${error.message}`);
      });
  const waiting = [...faults];
  const verdicts = [];
  const worker = async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) verdicts.push(await judge(fault, bad));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const count = (outcome) => verdicts.filter((verdict) => verdict.outcome === outcome).length;
  console.log(
    `\n${verdicts.length} faults planted: ${count('caught')} caught, ${count('survived')} survived, ${count('error')} in error`,
  );
  if (values.json) writeFileSync(values.json, `${JSON.stringify(verdicts, null, 2)}\n`);
  return count('caught') === verdicts.length ? 0 : 1;
}

main().then(leave, (error) => {
  console.error(error.message);
  leave(1);
});
