import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { makeWorld, processIn, until, type World, workRefOf } from './world.ts';

let world: World;
let pids: string;
beforeEach(async () => {
  world = await makeWorld();
  pids = world.folder;
});
afterEach(async () => {
  for (const one of met.splice(0)) one.kill(); // where a test fails: nothing deaf is left behind
  await world.close();
});

/*
 * An agent with everything that is hard to stop: itself deaf to SIGTERM; a grandchild, twice forked, in a session of
 * its own, deaf too; one that has also cleaned its environment and left no parent to be found by.
 */
const stubborn = (then = 'echo "still digging"; while :; do sleep 0.1; done') => `
  trap '' TERM
  echo $$ > ${pids}/agent
  (cd /; setsid sh -c "trap '' TERM HUP; echo \\$\\$ > ${pids}/grandchild; while :; do sleep 0.1; done" < /dev/null > /dev/null 2>&1 &)
  (setsid env -i PATH=$PATH sh -c "trap '' TERM HUP; echo \\$\\$ > ${pids}/daemon; while :; do sleep 0.1; done" < /dev/null > /dev/null 2>&1 &)
  echo half > half.txt
  ${then}`;

const met: Awaited<ReturnType<typeof processIn>>[] = [];

async function everybody() {
  const names = ['agent', 'grandchild', 'daemon'];
  const all = await Promise.all(names.map((name) => processIn(join(pids, name))));
  met.push(...all);
  expect(all.map((one) => one.isAlive())).toEqual([true, true, true]);
  return () => all.map((one) => one.isAlive());
}
const gone = [false, false, false];

describe('stopping', () => {
  it('S4: a park ends everything the agent started, saves its work and signals nothing', async () => {
    const run = world.run(stubborn());
    const alive = await everybody();
    world.ask({ kind: 'park', reason: 'not now' });
    const outcome = await run;

    expect(alive()).toEqual(gone);
    expect(outcome).toMatchObject({ outcome: 'stopped' });
    expect(world.happened).toEqual(['bind', 'stopped']);
    expect(world.ticket()).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
    expect(await world.kept('half.txt')).toBe('half\n');
    expect(await world.git('log', '-1', '--format=%B', workRefOf())).toContain('still digging');
  });

  it('an agent that ends by itself leaves nobody behind', async () => {
    const run = world.run(stubborn(`while [ ! -e ${pids}/go ]; do sleep 0.02; done; echo DONE: x`));
    const alive = await everybody();
    writeFileSync(join(pids, 'go'), '');

    expect(await run).toMatchObject({ outcome: 'done' });
    expect(alive()).toEqual(gone);
    expect(world.requests.at(-1)).toMatchObject({ kind: 'signal', signal: { agent_gone: true } });
  });

  it('a head that cannot be read keeps the agent for a time, then stops it', async () => {
    await world.close();
    world = await makeWorld({ unreadable_seconds: 0.8 });
    pids = world.folder;
    const run = world.run(stubborn());
    const alive = await everybody();
    const begun = systemClock.now();
    world.reads = 'fail';
    await until('the brake', () => world.log.some((line) => line.includes('head-unreadable')));
    expect(systemClock.now() - begun).toBeGreaterThan(500);
    world.reads = 'well';

    expect(await run).toMatchObject({ outcome: 'lost', code: 'head-unreadable' });
    expect(alive()).toEqual(gone);
  });

  it('a head that was moved back is no reason to stop, until it lasts too long', async () => {
    await world.close();
    world = await makeWorld({ unreadable_seconds: 0.8 });
    pids = world.folder;
    const run = world.run(stubborn());
    const alive = await everybody();
    world.setTicket({ state: 'todo' }); // what the old head says of the ticket counts for nothing
    world.reads = 'moved back';
    const begun = systemClock.now();
    await until('the brake', () => world.log.some((line) => line.includes('stopping the agent')));
    expect(systemClock.now() - begun).toBeGreaterThan(500);
    expect(world.log.some((line) => line.includes('head-unreadable'))).toBe(true);
    world.reads = 'well';
    await run;
    expect(alive()).toEqual(gone);
  });

  it('the time limit ends the agent even while the look-out hangs in a call that never returns', async () => {
    await world.close();
    world = await makeWorld({ time_limit_minutes: 0.8 / 60 });
    pids = world.folder;
    const run = world.run(stubborn());
    const alive = await everybody();
    world.reads = 'never';
    await until('the brake', () => world.log.some((line) => line.includes('time-limit')));
    world.reads = 'well';

    expect(await run).toMatchObject({ outcome: 'lost', code: 'time-limit' });
    expect(alive()).toEqual(gone);
  });

  it('a head that is never heard of again ends the agent too', async () => {
    await world.close();
    world = await makeWorld({ unreadable_seconds: 0.6 });
    pids = world.folder;
    const run = world.run(stubborn());
    const alive = await everybody();
    world.reads = 'never';
    await until('the brake', () => world.log.some((line) => line.includes('head-unreadable')));
    world.reads = 'well';
    await run;
    expect(alive()).toEqual(gone);
  });

  it("cancelled in Actions: the agent is ended, the work saved, and the rest left to GitHub's conclusion", async () => {
    const run = world.run(stubborn());
    const alive = await everybody();
    const begun = systemClock.now();
    world.interrupt();
    const outcome = await run;

    expect(systemClock.now() - begun).toBeLessThan(7_000);
    expect(alive()).toEqual(gone);
    expect(outcome).toMatchObject({ outcome: 'stopped' });
    expect(world.happened).toEqual(['bind']);
    expect(world.ticket()).toMatchObject({ state: 'in_progress' });
    expect(await world.kept('half.txt')).toBe('half\n');
  });

  it('cancelled because it was parked: the same, and "stopped" is said', async () => {
    const run = world.run(stubborn(), {});
    const alive = await everybody();
    world.reads = 'fail'; // the look-out is cut off: only the cancel can stop it
    world.ask({ kind: 'park', reason: 'not now' });
    world.interrupt();
    world.reads = 'well';
    await run;

    expect(alive()).toEqual(gone);
    expect(world.happened).toEqual(['bind', 'stopped']);
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
  });

  it('cancelled while it is being stopped with much patience: there is no time for that any more', async () => {
    await world.close();
    world = await makeWorld({ kill_after_seconds: 50 });
    pids = world.folder;
    const run = world.run(stubborn());
    const alive = await everybody();
    world.ask({ kind: 'park', reason: 'not now' });
    await until('the brake', () => world.log.some((line) => line.includes('stopping the agent: not-mine')));
    world.interrupt();
    await run;

    expect(alive()).toEqual(gone);
    expect(world.happened).toEqual(['bind', 'stopped']);
    expect(await world.kept('half.txt')).toBe('half\n');
  });

  it('a verdict made before the park is handed in all the same, and refused there', async () => {
    const run = world.run(stubborn('echo "DONE: before the park"; while :; do sleep 0.1; done'));
    await everybody();
    await until('the words', () => world.log.some((line) => line.includes('before the park')));
    world.ask({ kind: 'park', reason: 'not now' });

    expect(await run).toMatchObject({ outcome: 'refused', code: 'attempt-closed' });
    expect(world.happened).toEqual(['bind', 'printed', 'durable', 'work is there', 'signal', 'stopped']);
    expect(world.ticket().state).toBe('waiting');
  });

  it('a cancel while the attempt is open starts nothing again, whatever the agent had printed', async () => {
    const run = world.run(stubborn('echo "DONE: nearly"; while :; do sleep 0.1; done'));
    await everybody();
    await until('the words', () => world.log.some((line) => line.includes('nearly')));
    world.interrupt();
    await run;

    expect(world.happened).toEqual(['bind']);
    expect(world.ticket().state).toBe('in_progress');
    expect(await world.git('log', '-1', '--format=%B', workRefOf())).toContain('DONE: nearly');
  });

  it('work that the server refuses is not done: the claim is told as a failure, with the words of git', async () => {
    const run = world.run(
      `while [ ! -e ${pids}/go ]; do sleep 0.02; done; echo w > w.txt; echo DONE: all is done`,
    );
    await until('the agent', () => world.log.some((line) => line.includes('starting luci')));
    refuseWork('echo "GH001: Large files detected" >&2; exit 1');
    writeFileSync(join(pids, 'go'), '');

    expect(await run).toMatchObject({ outcome: 'failed' });
    expect(world.happened).toEqual(['bind', 'printed', 'printed', 'durable', 'signal']); // no later step is left out
    const [attempt] = world.ticket().attempts;
    expect(attempt).toMatchObject({ outcome: 'failed' });
    expect(attempt?.work).toBeUndefined();
    expect(attempt?.reason).toContain('GH001: Large files detected');
    expect(attempt?.reason).toContain('It had said DONE: all is done');
  });

  it('what an earlier check-in kept is never taken for the work of a completion', async () => {
    const run = world.run(
      `echo half > w.txt; while [ ! -e ${pids}/go ]; do sleep 0.02; done; echo whole > w.txt; echo DONE: all is done`,
      { saveEveryMs: 100 },
    );
    await until('a check-in', async () => (await world.kept('w.txt')) === 'half\n');
    refuseWork('exit 1');
    writeFileSync(join(pids, 'go'), '');
    await run;

    expect(world.ticket().state).not.toBe('done');
    expect(world.ticket().attempts[0]).toMatchObject({ outcome: 'failed' });
  });

  it('a push that hangs is waited for as long as the app waits, then told as a failure', async () => {
    await world.close();
    world = await makeWorld({ finish_seconds: 3 });
    const hook = join(world.folder, 'hook');
    refuseWork(`echo $$ > ${hook}; while [ ! -e go ]; do sleep 0.02; done; kill -9 $PPID`);
    const outcome = await world.run('echo w > w.txt; echo DONE: all is done');
    const hanging = await processIn(hook);
    writeFileSync(join(world.code, 'go'), '');
    await until('the server has ended', () => !hanging.isAlive());

    expect(outcome).toMatchObject({ outcome: 'failed' });
    expect(world.ticket().attempts[0]?.reason).toContain('longer than 2 seconds');
  });

  it('a push that fails for the moment is made again', async () => {
    refuseWork('[ -e again ] && exit 0; touch again; exec kill -9 $PPID');
    expect(await world.run('echo w > w.txt; echo DONE: all is done')).toMatchObject({ outcome: 'done' });
    expect(await world.kept('w.txt')).toBe('w\n');
  });
});

/** What the server does with every push from now on. */
function refuseWork(script: string) {
  const hook = join(world.code, 'hooks', 'pre-receive');
  mkdirSync(join(world.code, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\n${script}\n`);
  chmodSync(hook, 0o755);
}
