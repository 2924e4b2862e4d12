import { expect, test } from 'vitest';
import { at, forgeAtGithub, github, onlyExpectedRequests, repositoryIsThere } from './world.ts';

onlyExpectedRequests();

const commit = 'a'.repeat(40);

const run = (id: number, suite: number, conclusion: string) => ({
  id,
  name: 'build',
  status: 'completed',
  conclusion,
  app: { slug: 'github-actions' },
  check_suite: { id: suite },
});

test('two workflows may each have a check of one name: a green one hides no red one', async () => {
  repositoryIsThere();
  const check_runs = [run(10, 1, 'success'), run(11, 1, 'failure'), run(12, 2, 'success')];
  github().get(`${at}/commits/${commit}/statuses`).query(true).reply(200, []);
  github().get(`${at}/commits/${commit}/check-runs`).query(true).reply(200, { total_count: 3, check_runs });
  github()
    .get(`${at}/actions/workflows/signalbox.yml/runs`)
    .query(true)
    .reply(200, { total_count: 0, workflow_runs: [] });
  const checks = await forgeAtGithub().checks(commit, 'signalbox.yml');
  // The last of each suite: a run pressed again takes the place of the one before.
  expect(checks.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(['build green', 'build red']);
});
