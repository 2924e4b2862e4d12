import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readActionFile } from '../../src/local/actions/action-file.ts';
import { makeWorld, where } from './world.ts';

describe('jobs that depend on others', () => {
  test('look at everything before them, however far back', async () => {
    const world = await makeWorld();
    const id = await world.dispatch(
      'chain',
      `
on: workflow_dispatch
jobs:
  skipped: { if: false, runs-on: x, steps: [{ run: echo }] }
  past-skipped: { needs: skipped, if: always(), runs-on: x, steps: [{ run: echo }] }
  after-skipped: { needs: past-skipped, runs-on: x, steps: [{ run: echo }] }
  failing: { runs-on: x, steps: [{ run: exit 1 }] }
  past-failing: { needs: failing, if: always(), runs-on: x, steps: [{ run: echo }] }
  after-failing: { needs: past-failing, if: failure(), runs-on: x, steps: [{ run: echo }] }
  not-cancelled: { needs: failing, if: '!cancelled()', runs-on: x, steps: [{ run: echo }] }
`,
    );
    await world.ended(id);
    expect(Object.fromEntries((await world.jobs(id)).map((job) => [job.name, job.conclusion]))).toEqual({
      skipped: 'skipped',
      'past-skipped': 'success',
      'after-skipped': 'skipped',
      failing: 'failure',
      'past-failing': 'success',
      'after-failing': 'success',
      'not-cancelled': 'success',
    });
  });

  test('may be forgiven their failure as a whole', async () => {
    const world = await makeWorld();
    const id = await world.dispatch(
      'forgiven',
      `
on: workflow_dispatch
jobs:
  flaky: { continue-on-error: true, runs-on: x, steps: [{ run: exit 1 }] }
  next: { needs: flaky, runs-on: x, steps: [{ run: 'echo "flaky: \${{ needs.flaky.result }}"' }] }
`,
    );
    expect((await world.ended(id)).conclusion).toBe('success');
    expect((await world.jobs(id)).map((job) => job.conclusion)).toEqual(['failure', 'success']);
    expect(await world.log(id, 'next')).toContain('\nflaky: success\n');
  });

  test('whose matrix cannot be made fail, and say why', async () => {
    const world = await makeWorld();
    const id = await world.dispatch(
      'bad-matrix',
      `
on: workflow_dispatch
jobs:
  each: { strategy: { matrix: { a: '\${{ fromJSON(vars.NONE) }}' } }, runs-on: x, steps: [{ run: echo }] }
`,
    );
    expect((await world.ended(id)).conclusion).toBe('failure');
    expect(await world.log(id)).toMatch(/^##\[error\]/);
  });
});

test('a job is told by its labels, its machine and its steps', async () => {
  const world = await makeWorld();
  const id = await world.dispatch(
    'shape',
    `
name: Shape
on: workflow_dispatch
jobs:
  one:
    name: The one
    runs-on: [self-hosted, '\${{ vars.NONE || ''x64'' }}']
    steps:
      - name: Say \${{ github.run_number }}
        run: echo
`,
  );
  await world.ended(id);
  const [job] = await world.jobs(id);
  expect(job).toMatchObject({
    name: 'The one',
    run_id: id,
    run_attempt: 1,
    workflow_name: 'Shape',
    head_branch: 'main',
    labels: ['self-hosted', 'x64'],
    status: 'completed',
    conclusion: 'success',
    runner_name: 'embedded',
    steps: [
      { number: 1, name: 'Set up job', conclusion: 'success' },
      { number: 2, name: 'Say 1', conclusion: 'success' },
    ],
  });
  const { data } = await world.octokit.rest.actions.getJobForWorkflowRun({ ...where, job_id: job?.id ?? 0 });
  expect(data).toEqual(job);
});

test('the project’s own action is understood', () => {
  const folder = join(import.meta.dirname, '../../.github/actions/signalbox');
  expect(readActionFile(folder, 'signalbox').runs).toMatchObject({ using: 'node', main: 'index.js' });
});
