import { describe, expect, test } from 'vitest';
import { MovedClock, makeWorld, repository, type World, where } from './world.ts';

const file = `
name: Again
run-name: for \${{ inputs.ticket }}
on: { workflow_dispatch: { inputs: { ticket: {} } } }
jobs:
  good:
    runs-on: ubuntu-latest
    outputs: { from: '\${{ steps.a.outputs.from }}' }
    steps:
      - id: a
        run: echo "from=attempt \${{ github.run_attempt }}" >> "$GITHUB_OUTPUT"
  moody:
    needs: good
    runs-on: ubuntu-latest
    steps:
      - run: echo "$GITHUB_RUN_ID $GITHUB_RUN_ATTEMPT \${{ inputs.ticket }} $GITHUB_SHA $GITHUB_ACTOR $GITHUB_TRIGGERING_ACTOR good was \${{ needs.good.outputs.from }}"
      - if: vars.MOOD != 'good'
        run: exit 1
  after:
    needs: moody
    runs-on: ubuntu-latest
    steps:
      - run: echo after
`;

const again = (world: World, run_id: number) =>
  world.octokit.rest.actions.reRunWorkflow({ ...where, run_id });

describe('a re-run', () => {
  test('has the same run id, the next attempt, the same inputs and commit, and the first actor', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('again', file, { ticket: 'MC-1' });
    const first = await world.ended(id);
    expect(first).toMatchObject({ conclusion: 'failure', run_attempt: 1, previous_attempt_url: null });
    await world.commit({ '.github/workflows/again.yml': file.replace('run-name: for', 'run-name: changed') });
    world.github.actions.setVariable(repository, 'MOOD', 'good');

    const elmar = world.as('elmar', 'write');
    expect((await elmar.rest.actions.reRunWorkflow({ ...where, run_id: id })).status).toBe(201);

    const second = await world.ended(id);
    expect(second).toMatchObject({
      id,
      run_attempt: 2,
      run_number: first.run_number,
      conclusion: 'success',
      display_title: 'for MC-1',
      head_sha: first.head_sha,
      created_at: first.created_at,
      previous_attempt_url: `${first.url}/attempts/1`,
      actor: { login: 'lucienne' },
      triggering_actor: { login: 'elmar' },
    });
    expect(await world.log(id, 'moody')).toContain(
      `\n${id} 2 MC-1 ${first.head_sha} lucienne elmar good was attempt 2\n`,
    );
  });

  test('leaves the earlier attempt to be read', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('again', file, { ticket: 'MC-1' });
    const first = await world.ended(id);
    await again(world, id);
    await world.ended(id);
    const { actions } = world.octokit.rest;
    const attempt = (attempt_number: number) =>
      actions.getWorkflowRunAttempt({ ...where, run_id: id, attempt_number });
    expect((await attempt(1)).data).toEqual(first);
    await expect(attempt(3)).rejects.toMatchObject({ status: 404 });
    const all = await actions.listJobsForWorkflowRun({ ...where, run_id: id, filter: 'all' });
    expect(all.data.jobs.map((job) => [job.name, job.run_attempt])).toEqual([
      ['good', 1],
      ['moody', 1],
      ['after', 1],
      ['good', 2],
      ['moody', 2],
      ['after', 2],
    ]);
    const one = await actions.listJobsForWorkflowRunAttempt({ ...where, run_id: id, attempt_number: 1 });
    expect(one.data.jobs.map((job) => job.run_attempt)).toEqual([1, 1, 1]);
  });

  test('of the failed jobs keeps what succeeded, with its outputs, and runs what depends on the failed', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('again', file, { ticket: 'MC-1' });
    await world.ended(id);
    world.github.actions.setVariable(repository, 'MOOD', 'good');
    const response = await world.octokit.rest.actions.reRunWorkflowFailedJobs({ ...where, run_id: id });
    expect(response.status).toBe(201);
    expect((await world.ended(id)).conclusion).toBe('success');
    expect((await world.jobs(id)).map((job) => [job.name, job.run_attempt, job.conclusion])).toEqual([
      ['good', 1, 'success'],
      ['moody', 2, 'success'],
      ['after', 2, 'success'],
    ]);
    expect(await world.log(id, 'moody')).toContain('good was attempt 1\n');
    await expect(
      world.octokit.rest.actions.reRunWorkflowFailedJobs({ ...where, run_id: id }),
    ).rejects.toMatchObject({ status: 403 });
  });

  test('is refused while the run goes on', async () => {
    const world = await makeWorld();
    world.github.actions.holdRuns();
    const id = await world.dispatch('again', file, { ticket: 'MC-1' });
    await expect(again(world, id)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('This workflow is already running'),
    });
    world.github.actions.releaseRuns();
    await world.ended(id);
  });

  test('starts its time anew, and is had for thirty days', async () => {
    const clock = new MovedClock();
    const world = await makeWorld({ clock });
    const id = await world.dispatch('again', file, { ticket: 'MC-1' });
    const first = await world.ended(id);
    const day = 24 * 60 * 60_000;
    clock.advance(29 * day);
    await again(world, id);
    const second = await world.ended(id);
    expect(second.created_at).toBe(first.created_at);
    expect(Date.parse(second.run_started_at ?? '') - Date.parse(first.run_started_at ?? '')).toBeGreaterThan(
      28 * day,
    );
    clock.advance(2 * day);
    await expect(again(world, id)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('over a month ago'),
    });
  });

  test('is had fifty times, by whoever may write', async () => {
    const world = await makeWorld();
    const text = 'on: workflow_dispatch\njobs: { one: { if: false, runs-on: x, steps: [{ run: echo }] } }';
    const id = await world.dispatch('nothing', text);
    const reader = world.as('visitor', 'read').rest.actions.reRunWorkflow({ ...where, run_id: id });
    await expect(reader).rejects.toMatchObject({ status: 403 });
    for (let count = 0; count < 50; count += 1) await again(world, id);
    expect(await world.run(id)).toMatchObject({ run_attempt: 51, conclusion: 'skipped' });
    await expect(again(world, id)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('50 times'),
    });
  });
});
