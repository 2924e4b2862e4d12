import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alive, MovedClock, makeWorld, numberIn, repository, until, type World, where } from './world.ts';

/** A workflow of one or more jobs given as YAML below `jobs:`. */
const workflow = (jobs: string): string => `on: workflow_dispatch\njobs:\n${jobs.replace(/^/gm, '  ')}`;

/** A step that runs until it is stopped; it says \`ready\` first. */
const endless = `
one:
  runs-on: ubuntu-latest
  steps:
    - run: echo ready; while true; do sleep 0.05; done
`;

const cancel = (world: World, run_id: number) =>
  world.octokit.rest.actions.cancelWorkflowRun({ ...where, run_id });
const force = (world: World, run_id: number) =>
  world.octokit.rest.actions.forceCancelWorkflowRun({ ...where, run_id });

/** Says which signals it got and stays. A child of its own says so too. */
const stubborn = `
stubborn:
  runs-on: ubuntu-latest
  steps:
    - run: |
        cat > child.js <<'EOF'
        for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => console.log('child got ' + name));
        setInterval(() => {}, 1000);
        console.log('child=' + process.pid);
        EOF
        trap 'echo entry got SIGINT' INT
        trap 'echo entry got SIGTERM' TERM
        node child.js &
        echo "entry=$$"
        while true; do sleep 0.02; done
    - if: always()
      run: echo "always, the job is \${{ job.status }}"
    - if: cancelled()
      run: echo because it was cancelled
    - run: echo not reached
    - if: failure()
      run: echo not reached
`;

describe('cancelling', () => {
  test('interrupts the entry process, terminates it 7.5 s later, kills the tree 2.5 s after that', async () => {
    const clock = new MovedClock();
    const world = await makeWorld({ clock, cancelScale: 1 });
    const id = await world.dispatch('stubborn', workflow(stubborn));
    await world.says(id, 'child=');
    const entry = numberIn(await world.live(id), 'entry');
    const child = numberIn(await world.live(id), 'child');

    expect((await cancel(world, id)).status).toBe(202);
    await world.says(id, 'entry got SIGINT');
    clock.advance(7_499);
    expect(await world.live(id)).not.toMatch(/^entry got SIGTERM/m);
    clock.advance(1);
    await world.says(id, 'entry got SIGTERM');
    clock.advance(2_499);
    expect([alive(entry), alive(child)]).toEqual([true, true]);
    clock.advance(1);
    await until(() => !alive(entry) && !alive(child), 'the end of the tree');

    const run = await world.ended(id);
    const log = await world.log(id);
    expect(run.conclusion).toBe('cancelled');
    expect(log).not.toMatch(/^child got/m);
    expect(log).toContain('\nalways, the job is cancelled\n');
    expect(log).toContain('\nbecause it was cancelled\n');
    expect(log).not.toMatch(/^not reached$/m);
    const [job] = await world.jobs(id);
    expect(job?.steps?.map((step) => [step.name.split(' ').slice(0, 2).join(' '), step.conclusion])).toEqual([
      ['Set up', 'success'],
      ['Run cat', 'cancelled'],
      ['Run echo', 'success'],
      ['Run echo', 'success'],
      ['Run echo', 'skipped'],
      ['Run echo', 'skipped'],
    ]);
  });

  test('does not wait where the process ends by itself, and does not ask for more than that', async () => {
    const world = await makeWorld({ cancelScale: 1 });
    const id = await world.dispatch(
      'polite',
      workflow(`
polite:
  runs-on: ubuntu-latest
  steps:
    - shell: bash
      run: |
        trap 'echo tidying up; exit 0' INT
        echo ready
        while true; do sleep 0.02; done
`),
    );
    await world.says(id, 'ready');
    await cancel(world, id);
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    expect(await world.log(id)).toContain('\ntidying up\n');
  });

  test('leaves a job whose `if` is always(), and a running step whose `if` is always()', async () => {
    const world = await makeWorld();
    const go = join(world.dataFolder, 'go');
    world.github.actions.setVariable(repository, 'GO', go);
    const id = await world.dispatch(
      'survivors',
      workflow(`
plain:
  runs-on: ubuntu-latest
  steps:
    - run: echo plain runs; sleep 1000
job-always:
  if: always()
  runs-on: ubuntu-latest
  steps:
    - run: echo job runs; until test -f \${{ vars.GO }}; do sleep 0.02; done; echo job ran on
step-always:
  runs-on: ubuntu-latest
  steps:
    - if: always()
      run: echo step runs; until test -f \${{ vars.GO }}; do sleep 0.02; done; echo step ran on
    - run: echo not reached
after:
  needs: plain
  runs-on: ubuntu-latest
  steps:
    - run: echo not reached
after-always:
  needs: plain
  if: always()
  runs-on: ubuntu-latest
  steps:
    - run: echo after "\${{ needs.plain.result }}"
`),
    );
    for (const words of ['plain runs', 'job runs', 'step runs']) await world.says(id, words);
    await cancel(world, id);
    const conclusionOf = async (name: string) =>
      (await world.jobs(id)).find((job) => job.name === name)?.conclusion;
    await until(async () => (await conclusionOf('after-always')) === 'success', 'the job after it');
    expect(await conclusionOf('plain')).toBe('cancelled');
    expect((await world.run(id)).status).toBe('in_progress');
    writeFileSync(go, '');
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    expect(await conclusionOf('job-always')).toBe('success');
    expect(await conclusionOf('step-always')).toBe('cancelled');
    expect(await conclusionOf('after')).toBe('cancelled');
    expect(await world.log(id, 'job-always')).toContain('\njob ran on\n');
    expect(await world.log(id, 'step-always')).toContain('\nstep ran on\n');
  });

  test('ends a job by force five minutes after it was told to stop', async () => {
    const clock = new MovedClock();
    const world = await makeWorld({ clock, cancelScale: 1 });
    const id = await world.dispatch(
      'wedged',
      workflow(`
wedged:
  runs-on: ubuntu-latest
  steps:
    - if: always()
      run: echo ready; while true; do sleep 0.05; done
    - if: always()
      run: echo not reached
`),
    );
    await world.says(id, 'ready');
    await cancel(world, id);
    clock.advance(299_999);
    expect((await world.run(id)).status).toBe('in_progress');
    expect(world.github.actions.processes(id).length).toBeGreaterThan(0);
    clock.advance(1);
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    expect(world.github.actions.processes(id)).toEqual([]);
    expect(await world.log(id)).not.toMatch(/^not reached$/m);
  });

  test('by force ends everything at once and asks no condition', async () => {
    const world = await makeWorld({ cancelScale: 1 });
    const id = await world.dispatch(
      'forced',
      workflow(`
job-always:
  if: always()
  runs-on: ubuntu-latest
  steps:
    - if: always()
      run: echo ready; trap '' INT TERM; while true; do sleep 0.05; done
    - if: always()
      run: echo not reached
after:
  needs: job-always
  if: always()
  runs-on: ubuntu-latest
  steps:
    - run: echo not reached
`),
    );
    await world.says(id, 'ready');
    expect((await force(world, id)).status).toBe(202);
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    expect(world.github.actions.processes(id)).toEqual([]);
    expect((await world.jobs(id)).map((job) => job.conclusion)).toEqual(['cancelled', 'cancelled']);
    expect(await world.log(id, 'job-always')).not.toMatch(/^not reached$/m);
  });

  test('a run that has ended, or waits for its turn', async () => {
    const world = await makeWorld();
    world.github.actions.holdRuns();
    const id = await world.dispatch('held', workflow(endless));
    expect((await world.run(id)).status).toBe('queued');
    await cancel(world, id);
    expect(await world.run(id)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    const refusal = {
      status: 409,
      message: expect.stringContaining('Cannot cancel a workflow run that is completed.'),
    };
    await expect(cancel(world, id)).rejects.toMatchObject(refusal);
    await expect(force(world, id)).rejects.toMatchObject(refusal);
    await expect(cancel(world, 4711)).rejects.toMatchObject({ status: 404 });
  });

  test('can be refused for ever, or accepted and not carried out, at a test’s wish', async () => {
    const world = await makeWorld();
    const { misbehave } = world.github;
    const id = await world.dispatch('refused', workflow(endless));
    await world.says(id, 'ready');
    const route = 'POST /repos/:owner/:repo/actions/runs/:id/cancel';
    const times = Number.POSITIVE_INFINITY;
    const allow = misbehave.fail({ route, times, status: 500, message: 'Failed to cancel workflow run' });
    await expect(
      world.octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
        ...where,
        run_id: id,
        request: { retries: 0 },
      }),
    ).rejects.toMatchObject({ status: 500 });
    allow();
    const obey = misbehave.ignore({ route, times });
    expect((await cancel(world, id)).status).toBe(202);
    expect((await world.run(id)).status).toBe('in_progress');
    obey();
    await cancel(world, id);
    expect((await world.ended(id)).conclusion).toBe('cancelled');
  });
});

/** Leaves a double-forked process in a session of its own that ignores SIGTERM; it says its number. */
const daemon = (prefix: string): string => `
daemon:
  runs-on: ubuntu-latest
  steps:
    - run: |
        (${prefix} setsid bash -c 'trap "" TERM INT HUP; echo "daemon=$$"; while true; do sleep 0.05; done' &)
        sleep 0.2
    - run: echo next step
`;

describe('what a job leaves running', () => {
  test('lives through its steps and is ended with the job, by its mark', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('daemon', workflow(daemon('')));
    expect((await world.ended(id)).conclusion).toBe('success');
    const log = await world.log(id);
    expect(log).toContain('\nnext step\n');
    expect(alive(numberIn(log, 'daemon'))).toBe(false);
  });

  test('lives on where it took the mark off, as on a machine of one’s own; the end of the server ends it too', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('daemon', workflow(daemon('RUNNER_TRACKING_ID=')));
    await world.ended(id);
    const pid = numberIn(await world.log(id), 'daemon');
    expect(alive(pid)).toBe(true);
    await world.close();
    expect(alive(pid)).toBe(false);
  });

  test('a lost machine goes on with its steps while the API says that it is over', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('zombie', workflow(endless));
    await world.says(id, 'ready');
    const before = world.github.actions.processes(id);
    world.github.actions.loseRunner(id, 'failure');
    expect(await world.run(id)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect((await world.jobs(id)).map((job) => job.conclusion)).toEqual(['failure']);
    await expect(cancel(world, id)).rejects.toMatchObject({ status: 409 });
    expect(before.length).toBeGreaterThan(0);
    expect(before.some(alive)).toBe(true);
    await world.close();
    expect(before.some(alive)).toBe(false);
  });
});
