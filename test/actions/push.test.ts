import { describe, expect, test } from 'vitest';
import { matchesBranch } from '../../src/local/actions/branch-filter.ts';
import { makeWorld, type World, where } from './world.ts';

const file = (on: string): string => `
name: CI
on: ${on}
permissions: { contents: write }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo tested
`;
const path = '.github/workflows/ci.yml';

async function runsOf(world: World) {
  await world.github.actions.settled();
  const { data } = await world.octokit.rest.actions.listWorkflowRunsForRepo(where);
  return data.workflow_runs;
}

describe('a push', () => {
  test('starts the workflows of the pushed commit, told as the commit’s first line', async () => {
    const world = await makeWorld();
    const sha = await world.commit({ [path]: file('push') }, { message: 'Add CI\n\nWith words.' });
    const [run, ...more] = await runsOf(world);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      event: 'push',
      head_branch: 'main',
      head_sha: sha,
      display_title: 'Add CI',
      conclusion: 'success',
      actor: { login: 'acme' },
    });
  });

  test('passes the filter of branches, or starts nothing', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file("{ push: { branches: ['release/**'] } }") });
    await world.commit({ [path]: file("{ push: { branches: ['release/**'] } }") }, { branch: 'release/1/2' });
    await world.commit({ [path]: file('workflow_dispatch') }, { branch: 'release/2' });
    expect((await runsOf(world)).map((run) => run.head_branch)).toEqual(['release/1/2']);
  });

  test('of a branch that has no such file starts nothing: a state branch wakes no CI', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file('{ push: { branches: [main] } }') });
    await world.commit({ 'tickets/x.yaml': 'a: 1' }, { branch: 'signalbox' });
    expect((await runsOf(world)).length).toBe(1);
  });

  test('that says [skip ci] starts nothing', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file('push') }, { message: 'Words only [skip ci]' });
    expect(await runsOf(world)).toEqual([]);
  });

  test('by a job’s own token, or of a custom ref, starts nothing', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file('push') });
    await runsOf(world);
    const id = await world.dispatch(
      'pusher',
      file('workflow_dispatch').replace(
        '- run: echo tested',
        `- uses: actions/checkout@v5
      - run: |
          git push -q origin HEAD:refs/heads/made
          git push -q origin HEAD:refs/signalbox/x`,
      ),
    );
    expect((await world.ended(id)).conclusion).toBe('success');
    const made = (await runsOf(world)).filter((run) => run.event === 'push' && run.head_branch !== 'main');
    expect(made).toEqual([]);
    const branch = await world.github.admin.refHistory('acme/desk', 'refs/heads/made');
    expect(branch.length).toBe(1);
  });

  test('of a file that cannot be run ends as a startup failure; one that asks for other events is let be', async () => {
    const world = await makeWorld();
    await world.commit({
      [path]: file('[push, pull_request]'),
      '.github/workflows/other.yml': file('pull_request'),
    });
    expect(await runsOf(world)).toMatchObject([{ conclusion: 'startup_failure', path, name: path }]);
    const refusal = world.octokit.rest.actions.reRunWorkflow({ ...where, run_id: 1 });
    await expect(refusal).rejects.toMatchObject({ status: 403 });
  });
});

test.each([
  ['main', 'main', true],
  ['feature/*', 'feature/a', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/a/b', true],
  ['*', 'main', true],
  ['*', 'a/b', false],
  ['**', 'a/b', true],
  ['v[12].[0-9]+.x', 'v1.10.x', true],
  ['v[12].[0-9]+.x', 'v3.1.x', false],
  ['a.b', 'aXb', false],
])('the filter %s and the branch %s: %s', (pattern, branch, passes) => {
  expect(matchesBranch([pattern], `refs/heads/${branch}`)).toBe(passes);
});

test('in a filter the last pattern that matches decides; a tag never passes one', () => {
  const patterns = ['release/**', '!release/old/**', 'release/old/kept'];
  const passes = (branch: string) => matchesBranch(patterns, `refs/heads/${branch}`);
  expect([passes('release/1'), passes('release/old/1'), passes('release/old/kept')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(matchesBranch(['**'], 'refs/tags/v1')).toBe(false);
  expect(matchesBranch(undefined, 'refs/tags/v1')).toBe(true);
});
