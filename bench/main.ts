import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { isoSeconds, systemClock } from '../src/base/clock.ts';
import { git } from '../src/base/git.ts';
import type { Bench } from './bench.ts';
import { board } from './board.ts';
import { Fixtures } from './fixture.ts';
import { group } from './group.ts';
import type { Row } from './measure.ts';
import { oneChange } from './one-change.ts';
import { sweep } from './sweep.ts';
import { table } from './table.ts';
import { webhooks } from './webhooks.ts';
import { writers } from './writers.ts';
import { years } from './years.ts';

const measurements = [oneChange, years, sweep, group, webhooks, writers, board];
const usage = `usage: npm run bench -- [--quick] [--json FILE] [NAME...]

Ratios of two ways of doing the same, both in one run, in turns: medians of five. Five minutes on two quiet cores.
NAME: ${measurements.map(({ name }) => name).join(', ')}
--quick: whether it runs at all; small desks, one round, and figures that mean nothing
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const chosen = measurements.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (values.help || chosen.length === 0) return void process.stdout.write(usage);
  const quick = values.quick === true;
  const fixtures = await Fixtures.make();
  const begun = performance.now();
  const say = (progress: string) =>
    process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${progress}\n`);
  const machine = await describe();
  const rows: Row[] = [];
  try {
    const bench: Bench = { fixtures, rounds: quick ? 1 : 5, quick, say };
    for (const measurement of chosen) rows.push(...(await measurement.run(bench)));
    if (quick) for (const row of rows) Object.assign(row, { target: null, met: null }); // its figures judge nothing
  } finally {
    await fixtures.remove();
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(`\n${table(rows)}\n${machine.words}, ${seconds} s\n`);
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ ...machine, seconds, quick, rows }, null, 2)}\n`);
}

async function describe() {
  const { stdout } = await git(['--version'], { cwd: '.' });
  const [cores, load = 0] = [availableParallelism(), loadavg()[0]];
  const versions = { node: process.version, git: stdout.trim().replace('git version ', '') };
  const words = `${cores} cores, load ${load.toFixed(1)} at the start, Node ${versions.node}, git ${versions.git}`;
  return { at: isoSeconds(systemClock.now()), cores, load, ...versions, words };
}

await main();
