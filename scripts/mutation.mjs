// Changes the code in thousands of small ways, and counts the changes that no fast test notices.
// usage: npm run mutation -- [--static] [ticket|engine|store|git|runner|src/… .ts …]
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const inRunner = ['gate', 'stop', 'processes', 'lookout', 'watchdog', 'judge'];
const overGit = ['cat-file', 'fast-import', 'git-store', 'maintenance', 'mirror', 'push'].map(
  (name) => `src/store/${name}.ts`,
);
/** What is mutated of each part, and how many of a hundred changes its tests must notice. */
const parts = {
  ticket: { mutate: ['src/ticket/**/*.ts'], least: 90 },
  engine: { mutate: ['src/engine/**/*.ts'], least: 80 },
  // What starts no git is held to the contract in memory alone: with git each change takes twenty times as long.
  store: { mutate: ['src/store/**/*.ts', ...overGit.map((file) => `!${file}`)], least: 80 },
  git: { mutate: overGit, least: 80 },
  runner: { mutate: inRunner.map((name) => `src/runner/${name}.ts`), least: 80 },
};

// What is made once, as a file is loaded, is changed only when asked for: each such change costs every test of the part.
const { values, positionals } = parseArgs({
  options: { static: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const asked = positionals.length > 0 ? positionals : Object.keys(parts);
const partOf = (name) =>
  overGit.includes(name) ? 'git' : (/^src\/(\w+)\/[\w-]+\.ts$/.exec(name)?.[1] ?? name);
const unknown = asked.filter((name) => !Object.hasOwn(parts, partOf(name)));
if (unknown.length > 0) {
  console.error(
    `neither a part nor a file of one: ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}`,
  );
  process.exit(2);
}

const folder = 'reports/mutation';
mkdirSync(folder, { recursive: true });
for (const part of new Set(asked.map(partOf))) await mutate(part);

async function mutate(part) {
  const files = asked.filter((name) => name !== part && partOf(name) === part);
  const { mutate, least } = parts[part];
  const to = `${folder}/${part}${files.length > 0 ? '-files' : ''}${values.static ? '-static' : ''}`;
  process.env.MUTATION = part;
  const mutants = await new Stryker({
    mutate: files.length > 0 ? files : mutate,
    ignoreStatic: !values.static,
    incrementalFile: `${to}.incremental.json`,
    jsonReporter: { fileName: `${to}.json` },
  }).runMutationTest();
  // The incremental file also knows what was asked for in earlier runs.
  const { text, score } = report(mutants.filter(({ fileName }) => isAsked(relative('.', fileName), files)));
  writeFileSync(`${to}.txt`, text);
  console.log(`${part}: ${score.toFixed(1)} % of at least ${least} %; ${to}.txt`);
  if (score < least) process.exitCode = 1;
}

function isAsked(file, files) {
  return files.length === 0 || files.includes(file);
}

/** The score of each file and of all, and under it every change that nobody noticed. */
function report(mutants) {
  const counted = mutants.filter(({ status }) => !['Ignored', 'CompileError'].includes(status));
  const files = [...new Set(counted.map(({ fileName }) => fileName))].sort();
  const rows = files.map((file) =>
    row(
      relative('.', file),
      counted.filter(({ fileName }) => fileName === file),
    ),
  );
  const missed = counted.filter((one) => !isNoticed(one)).map(change);
  const text = [...rows, row('all', counted), '', ...missed, ''].join('\n');
  return { text, score: scoreOf(counted) };
}

function row(name, mutants) {
  const noticed = mutants.filter(isNoticed).length;
  return `${scoreOf(mutants).toFixed(1).padStart(5)} %  ${noticed}/${mutants.length}  ${name}`;
}

function scoreOf(mutants) {
  return mutants.length === 0 ? 100 : (100 * mutants.filter(isNoticed).length) / mutants.length;
}

function isNoticed({ status }) {
  return status === 'Killed' || status === 'Timeout';
}

function change({ fileName, location, mutatorName, replacement, status }) {
  const { line, column } = location.start;
  const words = (replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100);
  return `${relative('.', fileName)}:${line}:${column} ${status} ${mutatorName}: ${words}`;
}
