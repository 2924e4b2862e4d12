import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { makeWorkshop } from '../../src/runner/repository.ts';
import { makeWorkKeeper } from '../../src/runner/work.ts';
import { buildPrompt } from '../../src/ticket/prompt.ts';
import { evidenceComment } from '../../src/ticket/sentences.ts';
import { makeWorld, until, type World, workRefOf } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const ready = () => join(world.folder, 'ready');

/** What GitHub's secret protection says of a push, from a hook of the server. */
function refuseSecrets(): void {
  mkdirSync(join(world.code, 'hooks'), { recursive: true });
  const hook = `#!/bin/sh
    while read old new ref; do
      git grep -q hunter2 $new -- && { echo "GH013: Repository rule violations: push cannot contain secrets" >&2; exit 1; }
    done; exit 0`;
  writeFileSync(join(world.code, 'hooks', 'pre-receive'), hook, { mode: 0o755 });
}

/** What people find who fetch the bundle in a clone, by the commands that the evidence names. */
async function fetched(bundle: string, path: string): Promise<string> {
  const clone = join(world.folder, 'clone');
  await git(['clone', '--quiet', world.code, clone], { cwd: world.folder });
  const [, words = ''] = /git (fetch \S+ [^\s`]+)/.exec(evidence()) ?? [];
  const args = words.replace('./MC-1-1.bundle', bundle).split(' ');
  const done = await git(args, { cwd: clone });
  expect(done.stderr).not.toContain('fatal');
  return (await git(['show', `FETCH_HEAD:${path}`], { cwd: clone })).stdout;
}

function evidence(): string {
  const [attempt] = world.ticket().attempts;
  return attempt ? evidenceComment(world.ticket(), attempt) : '';
}

describe('S6: work that the server takes no push of', () => {
  it('is bundled, uncommitted changes and workflow files included; a done without shown work is failed', async () => {
    refuseSecrets();
    const outcome = await world.run(`
      mkdir -p .github/workflows; echo on > .github/workflows/ci.yml; echo hunter2 > key.txt; git add .; git commit -qm key
      echo more > more.txt; echo DONE: all is done`);
    expect(outcome).toMatchObject({ outcome: 'failed', bundle: expect.stringMatching(/MC-1-1\.bundle$/) });
    const [attempt] = world.ticket().attempts;
    expect(attempt).toMatchObject({ outcome: 'failed', bundled: true });
    expect(attempt?.reason).toContain('push cannot contain secrets');
    expect(attempt?.reason).toContain('It had said DONE: all is done');
    expect(await world.kept('key.txt')).toBeNull();
    expect(evidence()).toContain('gh run download 990 --name signalbox-work-MC-1-1');
    const bundle = outcome.bundle ?? '';
    expect(await fetched(bundle, 'more.txt')).toBe('more\n');
    expect(
      (await git(['show', 'FETCH_HEAD:.github/workflows/ci.yml'], { cwd: join(world.folder, 'clone') }))
        .stdout,
    ).toBe('on\n');
  });

  it('is bundled where the agent was parked, and "stopped" tells of it', async () => {
    refuseSecrets();
    const running = world.run(`echo hunter2 > key.txt; touch ${ready()}; sleep 60`);
    await until('the agent has written', () => existsSync(ready()));
    world.ask({ kind: 'park', reason: 'not now' } as never);
    const { outcome, bundle } = await running;
    expect(outcome).toBe('stopped');
    expect(world.ticket().attempts).toMatchObject([
      { outcome: 'parked', bundled: true, stopped: expect.any(String) },
    ]);
    expect(await fetched(bundle ?? '', 'key.txt')).toBe('hunter2\n');
  });

  it('is told to the next attempt, which cannot see it', async () => {
    refuseSecrets();
    await world.run('echo hunter2 > key.txt; echo DONE: x');
    const ticket = world.ticket();
    const [{ number: _, ...old } = { number: 0 }] = ticket.attempts;
    const attempt = { ...old, number: 2, claimed: '', check_in_by: '' } as never;
    const prompt = buildPrompt(null, { ticket, attempt, salvage: null });
    expect(prompt).toContain('signalbox-work-MC-1-1 of run 990');
    expect(prompt).toContain('push cannot contain secrets');
  });
});

it('work that is pushed makes no bundle', async () => {
  const outcome = await world.run('echo fine > fine.txt; echo DONE: x');
  expect(outcome).toMatchObject({ outcome: 'done', bundle: null });
  expect(world.ticket().attempts[0]).not.toHaveProperty('bundled');
});

it('S6: uncommitted files above 50 MiB are left out and named, and everything else is kept', async () => {
  const outcome = await world.run(`
    echo tracked > big.txt; git add .; git commit -qm tracked
    truncate -s 51M big.txt; truncate -s 60M 'new [1] #!.bin'; echo kept > kept.txt; echo DONE: x`);
  expect(outcome.outcome).toBe('done');
  expect(await world.kept('big.txt')).toBe('tracked\n');
  expect(await world.kept('kept.txt')).toBe('kept\n');
  expect(await world.git('ls-tree', '-r', '--name-only', workRefOf())).not.toContain('.bin');
  const message = await world.git('show', '-s', '--format=%B', workRefOf());
  expect(message).toContain('larger than 50 MiB:\n  new [1] #!.bin (60 MiB)');
  expect(message).toContain('big.txt (51 MiB)');
});

it('S6: a push that hangs does not keep later work out of the bundle', async () => {
  mkdirSync(join(world.code, 'hooks'), { recursive: true });
  const hook = `#!/bin/sh\ntouch ${ready()}; while [ -e ${ready()} ]; do sleep 0.05; done`;
  writeFileSync(join(world.code, 'hooks', 'pre-receive'), hook, { mode: 0o755 });
  const { folder, job } = world;
  const remote = { url: world.code, token: null };
  const workshop = await makeWorkshop(folder, remote, { ...job, earlier: [], agent: 'luci' }, null);
  const bundlePath = join(folder, 'work.bundle');
  const settings = { clock: systemClock, timeoutMs: 60_000, bundlePath };
  const keeper = makeWorkKeeper({ workshop, remote, job, agent: 'luci', ...settings });

  writeFileSync(join(workshop.tree, 'early.txt'), '');
  const early = keeper.save({ subject: 'work in progress', words: '' });
  await until('the push of the early work', () => existsSync(ready()));
  writeFileSync(join(workshop.tree, 'late.txt'), '');
  const late = keeper.save({ subject: 'stopped', words: '' });
  await until('late work in the bundle', async () => {
    const path = await keeper.bundle();
    await git(['fetch', '--quiet', path ?? '', `+${workRefOf()}:refs/bundled`], { cwd: world.code });
    return (await world.git('ls-tree', '--name-only', 'refs/bundled')).includes('late.txt');
  });
  rmSync(ready());
  await early;
  await until('the push of the late work', () => existsSync(ready()));
  rmSync(ready());
  expect(`${await late}\n`).toBe(await world.git('rev-parse', workRefOf()));
  expect(await world.kept('late.txt')).toBe('');
  expect(await keeper.bundle()).toBeNull();
});

it('S6: what is uncommitted when Actions cancels the job is kept', async () => {
  const running = world.run(`echo half > half.txt; touch ${ready()}; sleep 60`);
  await until('the agent has written', () => existsSync(ready()));
  world.interrupt();
  expect(await running).toMatchObject({ outcome: 'stopped', code: 'cancelled' });
  expect(await world.kept('half.txt')).toBe('half\n');
  expect(await world.git('log', '-1', '--format=%s', workRefOf())).toBe('MC-1 #1: stopped: cancelled\n');
});

it('S6: work that GitHub refuses is bundled within the seconds that a cancel leaves', async () => {
  refuseSecrets();
  const running = world.run(`echo hunter2 > key.txt; touch ${ready()}; sleep 60`);
  await until('the agent has written', () => existsSync(ready()));
  world.interrupt();
  const { bundle } = await running;
  expect(existsSync(bundle ?? '')).toBe(true);
});
