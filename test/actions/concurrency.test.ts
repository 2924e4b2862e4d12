import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Groups } from '../../src/local/actions/groups.ts';
import { makeWorld, repository, until, type World, where } from './world.ts';

/** A run that waits for the file `go-<key>`. */
const file = (concurrency: string): string => `
on: { workflow_dispatch: { inputs: { key: {} } } }
run-name: \${{ inputs.key }}
concurrency: ${concurrency}
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - run: echo ready; until test -f "\${{ vars.FOLDER }}/go-\${{ inputs.key }}"; do sleep 0.02; done
`;

async function makeWaiters(concurrency: string) {
  const world = await makeWorld();
  world.github.actions.setVariable(repository, 'FOLDER', world.dataFolder);
  const start = (key: string, name = 'wait', text = file(concurrency)) => world.dispatch(name, text, { key });
  const go = (key: string) => writeFileSync(join(world.dataFolder, `go-${key}`), '');
  return { world, start, go };
}

const statusOf = async (world: World, id: number) => {
  const { status, conclusion } = await world.run(id);
  return conclusion ?? status;
};

describe('a concurrency group', () => {
  test('has one run and one pending: a newer pending run cancels the older', async () => {
    const { world, start, go } = await makeWaiters('deploy');
    const first = await start('a');
    await world.says(first, 'ready');
    const second = await start('b');
    expect(await statusOf(world, second)).toBe('pending');
    const third = await start('c');
    expect([
      await statusOf(world, first),
      await statusOf(world, second),
      await statusOf(world, third),
    ]).toEqual(['in_progress', 'cancelled', 'pending']);
    go('c');
    go('a');
    expect((await world.ended(third)).conclusion).toBe('success');
  });

  test('is the repository’s, whatever the workflow, and does not care for case', async () => {
    const { world, start, go } = await makeWaiters('{ group: Deploy }');
    const first = await start('a');
    const second = await start('b', 'other', file('deploy'));
    const third = await start('c', 'third', file(`other-\${{ inputs.key }}`));
    expect(await statusOf(world, second)).toBe('pending');
    await world.says(third, 'ready');
    for (const key of ['a', 'b', 'c']) go(key);
    for (const id of [first, second, third]) expect((await world.ended(id)).conclusion).toBe('success');
  });

  test('with cancel-in-progress ends what runs', async () => {
    const { world, start, go } = await makeWaiters('{ group: deploy, cancel-in-progress: true }');
    const first = await start('a');
    await world.says(first, 'ready');
    const second = await start('b');
    expect((await world.ended(first)).conclusion).toBe('cancelled');
    go('b');
    expect((await world.ended(second)).conclusion).toBe('success');
  });

  test('with queue: max keeps all, first come first served', async () => {
    const { world, start, go } = await makeWaiters('{ group: deploy, queue: max }');
    const ids = [await start('a'), await start('b'), await start('c')];
    await world.says(ids[0] ?? 0, 'ready');
    expect(await Promise.all(ids.map((id) => statusOf(world, id)))).toEqual([
      'in_progress',
      'pending',
      'pending',
    ]);
    go('a');
    await until(async () => (await statusOf(world, ids[1] ?? 0)) === 'in_progress', 'the second’s turn');
    expect(await statusOf(world, ids[2] ?? 0)).toBe('pending');
    go('c');
    go('b');
    for (const id of ids) expect((await world.ended(id)).conclusion).toBe('success');
  });

  test('with queue: max has a hundred pending at most; more are cancelled', () => {
    const groups = new Groups();
    const rule = { queue: 'max', cancelInProgress: false } as const;
    const verdicts = Array.from({ length: 102 }, (_, index) => groups.enter(1, 'g', index, rule).verdict);
    expect(verdicts.filter((verdict) => verdict === 'wait')).toHaveLength(100);
    expect([verdicts[0], verdicts[101]]).toEqual(['run', 'cancel']);
    expect(groups.leave(0)).toBe(1);
  });

  test('may not have both queue: max and cancel-in-progress', async () => {
    const { start } = await makeWaiters('{ group: deploy, queue: max, cancel-in-progress: true }');
    await expect(start('a')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('`queue: max` cannot be combined with `cancel-in-progress`'),
    });
  });

  test('is held by a wedged run until that is cancelled by force; a pending run can be cancelled', async () => {
    const { world, start, go } = await makeWaiters('deploy');
    const { actions } = world.octokit.rest;
    const wedged = await start(
      'a',
      'wedged',
      file('deploy').replace('- run:', '- if: always()\n        run:'),
    );
    await world.says(wedged, 'ready');
    const cancelled = await start('b');
    await actions.cancelWorkflowRun({ ...where, run_id: cancelled });
    expect(await statusOf(world, cancelled)).toBe('cancelled');
    expect(await world.jobs(cancelled)).toEqual([]);
    const waiting = await start('c');
    await actions.cancelWorkflowRun({ ...where, run_id: wedged });
    expect([await statusOf(world, wedged), await statusOf(world, waiting)]).toEqual([
      'in_progress',
      'pending',
    ]);
    await actions.forceCancelWorkflowRun({ ...where, run_id: wedged });
    go('c');
    expect((await world.ended(waiting)).conclusion).toBe('success');
    expect(await statusOf(world, wedged)).toBe('cancelled');
  });
});

describe('machines', () => {
  test('are so many: a further job waits in queued', async () => {
    const world = await makeWorld({ concurrentJobs: 1 });
    world.github.actions.setVariable(repository, 'FOLDER', world.dataFolder);
    const text = file(`wait-\${{ inputs.key }}`);
    const first = await world.dispatch('wait', text, { key: 'a' });
    const second = await world.dispatch('wait', text, { key: 'b' });
    await world.says(first, 'ready');
    expect((await world.jobs(second)).map((job) => job.status)).toEqual(['queued']);
    writeFileSync(join(world.dataFolder, 'go-b'), '');
    writeFileSync(join(world.dataFolder, 'go-a'), '');
    await world.ended(second);
  });

  test('run two legs of a matrix at the same time, or as many as max-parallel allows; one failure ends the rest', async () => {
    const world = await makeWorld();
    world.github.actions.setVariable(repository, 'FOLDER', world.dataFolder);
    const leg = (extra: string, script: string) => `
on: workflow_dispatch
jobs:
  leg:
    runs-on: ubuntu-latest
    strategy:
${extra}
      matrix: { n: [1, 2, 3] }
    steps:
      - run: |
${script.replace(/^/gm, '          ')}
`;
    const meet = `touch "\${{ vars.FOLDER }}/met-\${{ matrix.n }}"
until test -f "\${{ vars.FOLDER }}/met-\${{ matrix.n == 1 && 2 || 1 }}"; do sleep 0.02; done`;
    const together = await world.dispatch('together', leg('', meet));
    expect((await world.ended(together)).conclusion).toBe('success');
    expect(existsSync(join(world.dataFolder, 'met-3'))).toBe(true);

    const failing = await world.dispatch(
      'failing',
      leg(
        '      max-parallel: 2',
        `if [ \${{ matrix.n }} = 2 ]; then exit 1; fi
while true; do sleep 0.05; done`,
      ),
    );
    expect((await world.ended(failing)).conclusion).toBe('failure');
    expect((await world.jobs(failing)).map((job) => [job.name, job.conclusion])).toEqual([
      ['leg (1)', 'cancelled'],
      ['leg (2)', 'failure'],
      ['leg (3)', 'cancelled'],
    ]);
    expect((await world.jobs(failing))[2]?.runner_id).toBeNull();
  });
});
