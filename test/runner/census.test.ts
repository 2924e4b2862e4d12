import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { makeCensus, onLinux, processesOf, processOf, type Quarry } from '../../src/runner/processes.ts';
import { stopAll } from '../../src/runner/stop.ts';
import { until } from './world.ts';

/*
 * Who belongs to an agent: each trait by itself, on real processes that have no other and only wait.
 */

const hasTerminals = spawnSync('script', ['--version']).status === 0;
const mark = 'mark-of-this-agent';
let folder: string;
let started: ChildProcess[] = [];
let pids: number[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'census-')));
  mkdirSync(join(folder, 'work'));
  mkdirSync(join(folder, 'work-of-another'));
  [started, pids] = [[], []];
});
afterEach(() => {
  for (const pid of pids) if (processOf(pid)) process.kill(pid, 'SIGKILL');
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A shell in a session of its own. What it starts writes its pid into a file of the folder. */
function shell(script: string, env: Record<string, string> = {}): number {
  const options = { cwd: '/', env: { PATH: process.env.PATH, ...env }, detached: true } as const;
  const child = spawn('sh', ['-c', script], { ...options, stdio: 'ignore' });
  started.push(child);
  if (!child.pid) throw new Error('no shell');
  return child.pid;
}

/** The pid that was written into a file of the folder, once it is there. */
async function pidIn(name: string): Promise<number> {
  const text = () => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : '');
  await until(`a pid in ${name}`, () => text() !== '');
  pids.push(Number(text()));
  return Number(text());
}

/** Starts one that waits, twice forked and in a session of its own, so that nobody is above it. */
const orphan = (name: string, cwd: string, env = '') =>
  `cd ${cwd}; (setsid env -i PATH=$PATH ${env} sh -c 'echo $$ > ${folder}/${name}; exec sleep 60' &); cd /`;

function census(over: Partial<Quarry> = {}) {
  const find = makeCensus({ root: 0, mark, folder: join(folder, 'work'), uid: null, ...over });
  return () => find().map(({ pid }) => pid);
}

describe.skipIf(!onLinux)('an agent’s processes', () => {
  test('its first one, and all below it, though they share nothing else with it', async () => {
    const root = shell(`setsid env -i sh -c 'echo $$ > ${folder}/child; exec sleep 60' & wait`);
    const child = await pidIn('child');
    expect(census({ root })().toSorted()).toEqual([root, child].toSorted());
    expect(census()()).toEqual([]);
  });

  test('one that was seen once, though all that it was known by is gone', async () => {
    const root = shell(
      `setsid env -i sh -c 'echo $$ > ${folder}/child; exec sleep 60' & while [ ! -e ${folder}/go ]; do sleep 0.02; done`,
    );
    const child = await pidIn('child');
    const find = census({ root });
    expect(find()).toContain(child);
    shell(`touch ${folder}/go`);
    await until('its parent has ended', () => processOf(root) === null);
    expect(find()).toEqual([child]);
    expect(census({ root })()).toEqual([]); // who looks now for the first time cannot know it
  });

  test('one that nobody is above, and that shares a session with one of them', async () => {
    const root = shell(
      `set -m; (env -i sh -c 'echo $$ > ${folder}/neighbour; exec sleep 60' &); while :; do sleep 1; done`,
    );
    const neighbour = await pidIn('neighbour');
    await until('nobody is above it', () => processOf(neighbour)?.parent !== root);
    expect(census({ root })()).toContain(neighbour);
  });

  test('one that carries the mark, wherever it is; not one with another', async () => {
    shell(`${orphan('ours', '/', `SIGNALBOX_MARK=${mark}`)}; ${orphan('theirs', '/', 'SIGNALBOX_MARK=x')}`);
    const [ours] = [await pidIn('ours'), await pidIn('theirs')];
    expect(census()()).toEqual([ours]);
  });

  test('one without a mark that sits in the agent’s folder; not in one with a longer name', async () => {
    mkdirSync(join(folder, 'work', 'deep'));
    shell(
      [
        orphan('top', `${folder}/work`),
        orphan('deep', `${folder}/work/deep`),
        orphan('other', `${folder}/work-of-another`),
      ].join(';'),
    );
    const [top, deep] = [await pidIn('top'), await pidIn('deep'), await pidIn('other')];
    expect(census()().toSorted()).toEqual([top, deep].toSorted());
  });

  test('not one that we started ourselves there, as git is', async () => {
    const git = shell(`cd ${folder}/work; echo $$ > ${folder}/git; exec sleep 60`);
    await pidIn('git');
    expect(census()()).toEqual([]);
    expect(census({ root: git })()).toEqual([git]);
  });

  test.skipIf(!hasTerminals)('not a person who sits there before a terminal', async () => {
    const person = `cd ${folder}/work; echo \\$\\$ > ${folder}/person; exec sleep 60`;
    shell(`(setsid script -qec "${person}" /dev/null < /dev/null > /dev/null 2>&1 &)`);
    const pid = await pidIn('person');
    expect(processOf(pid)?.terminal).toBe(true);
    expect(census()()).toEqual([]);
  });

  test('never we ourselves, though we sit in the folder', () => {
    expect(census({ folder: process.cwd() })()).not.toContain(process.pid);
    expect(census({ uid: process.getuid?.() ?? 0 })()).not.toContain(process.pid);
  });

  test('all of the user that it has for itself, and nobody else’s', () => {
    const mine = process.getuid?.() ?? 0;
    const root = shell('exec sleep 60');
    expect(census({ uid: mine })()).toContain(root);
    expect(processesOf(mine).map(({ pid }) => pid)).toContain(process.pid);
    expect(processesOf(3_999_999_999)).toEqual([]);
    expect(census({ uid: 3_999_999_999 })()).toEqual([]);
  });
});

describe.skipIf(!onLinux)('a process', () => {
  test('is read whatever its name, and its terminal with it', async () => {
    const sleeper = join(folder, 'a) Z (b');
    symlinkSync('/bin/sleep', sleeper);
    const pid = shell(`echo $$ > ${folder}/named; exec '${sleeper}' 60`);
    await pidIn('named');
    const read = processOf(pid);
    expect(read).toMatchObject({ pid, parent: process.pid, group: pid, session: pid, terminal: false });
    expect(Number(read?.start)).toBeGreaterThan(Number(processOf(process.pid)?.start));
  });

  test('of which only the exit status is left lives no more', async () => {
    shell(`sh -c 'echo $$ > ${folder}/dead' & exec sleep 60`); // which never asks how it ended
    const dead = await pidIn('dead');
    await until('it has ended', () => processOf(dead) === null);
    expect(existsSync(`/proc/${dead}`)).toBe(true);
  });

  test('gets the signals that end it, unless its number has become somebody else’s', async () => {
    const pid = shell('exec sleep 60');
    const hurry = new AbortController().signal;
    const limits = { killAfterMs: 5_000, hurriedMs: 0, giveUpMs: 50, hurry };
    const stranger = () => [processOf(pid) ?? []].flat().map((one) => ({ ...one, start: '1' }));
    expect(await stopAll(stranger, systemClock, { ...limits, killAfterMs: 20 })).toHaveLength(1);
    expect(processOf(pid)).not.toBe(null);
    const begun = systemClock.now();
    expect(await stopAll(() => [processOf(pid) ?? []].flat(), systemClock, limits)).toEqual([]);
    expect(systemClock.now() - begun).toBeLessThan(4_000);
  });
});
