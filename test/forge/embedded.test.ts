import { expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { git, gitLogin } from '../../src/base/git.ts';
import { tokenClient } from '../../src/forge/token-client.ts';
import { embeddedWorld } from './embedded.ts';

const world = embeddedWorld();
const desk = { owner: 'acme', repo: 'desk' };

test('the app knows who it is and where it is installed', async () => {
  expect(await world.githubApp.identity()).toEqual({ id: world.app.id, slug: 'signalbox' });
  const [installation] = await world.githubApp.installations();
  expect(installation).toMatchObject({ id: world.installation, repositories: [desk] });
  const age = systemClock.now() - (await world.githubApp.installedAt(world.installation));
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(60_000);
});

test("an installation's token is git's password, and the job's client reads with its own", async () => {
  const token = await world.githubApp.clients(world.installation).token();
  const url = `${world.github.url}/acme/desk.git`;
  const answer = await git(['ls-remote', url, 'refs/heads/main'], { cwd: '/', env: gitLogin(url, token) });
  expect(answer.stdout).toContain(await world.forge.ref('main'));

  const client = tokenClient({ token: world.tokens.elmar, apiUrl: world.github.api, clock: systemClock });
  expect((await client.rest.users.getAuthenticated()).data.login).toBe('elmar');
});

test('an issue that was transferred is not gone, nor is one that is merely out of sight', async () => {
  const { forge, github } = world;
  await github.admin.createRepository('acme/attic');
  const transferred = await forge.createIssue('to be moved', '', []);
  github.admin.transferIssue('acme/desk', transferred, 'acme/attic');
  expect(await forge.issue(transferred)).toBe('moved');

  await github.admin.createRepository('acme/secret', { private: true });
  await expect(world.forgeOf('acme', 'secret').issue(1)).rejects.toMatchObject({
    kind: 'config',
    code: 'not-found',
  });
});

test('under its former name a repository has the same issues', async () => {
  const { admin } = world.github;
  await admin.createRepository('acme/before');
  admin.installApp('signalbox', 'acme/before');
  const forge = world.forgeOf('acme', 'before');
  const number = await forge.createIssue('stays', '', []);
  admin.renameRepository('acme/before', 'after');
  expect(await forge.issue(number)).toMatchObject({ number, title: 'stays' });
  admin.uninstallApp('signalbox', 'acme/after');
});

test('the clock is what GitHub says', async () => {
  const { forge } = world;
  await forge.defaultBranch();
  expect(Math.abs(forge.now() - systemClock.now())).toBeLessThan(2_000);
});

test('a file can be read as it was at each commit that changed it', async () => {
  const { forge, github } = world;
  const commits: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    const change = { files: { 'versions.txt': text }, branch: 'main', by: 'lucienne' };
    commits.unshift(await github.admin.commit('acme/desk', change));
    await github.admin.commit('acme/desk', { ...change, files: { 'other.txt': text } });
  }
  expect(await forge.commitsOf('versions.txt', 20)).toEqual(commits);
  expect(await forge.commitsOf('versions.txt', 2)).toEqual(commits.slice(0, 2));
  expect(await forge.commitsOf('nowhere.txt', 20)).toEqual([]);
  expect(await forge.file('versions.txt')).toBe('three');
  expect(await forge.file('versions.txt', commits[2])).toBe('one');
  expect(await forge.file('nowhere.txt', commits[2])).toBeNull();
  expect(await forge.file('README.md')).toBe('# Desk\n');
});

test('a dispatch that lost its answer has started one run', async () => {
  const { forge, github } = world;
  const inputs = { ticket: 'MC-4159', attempt: '3' };
  const since = isoSeconds(forge.now() - 60_000);
  github.actions.holdRuns();
  const before = (await forge.runs('signalbox.yml', since)).length;
  github.misbehave.dropAnswer({
    route: 'POST /repos/:owner/:repo/actions/workflows/:workflow/dispatches',
    times: 4,
  });
  await expect(forge.dispatch('signalbox.yml', inputs)).rejects.toMatchObject({ code: 'answer-lost' });
  github.misbehave.clear();
  const runs = await forge.runs('signalbox.yml', since);
  expect(runs.length).toBe(before + 1);
  for (const run of runs) await forge.cancel(run.id);
});

test('an app that is no longer installed is told so, and nothing is taken for deleted', async () => {
  const { admin } = world.github;
  await admin.createRepository('acme/left');
  admin.installApp('signalbox', 'acme/left');
  const forge = world.forgeOf('acme', 'left');
  const number = await forge.createIssue('still there', '', []);
  admin.uninstallApp('signalbox', 'acme/left');
  await expect(forge.updateIssue(number, { title: 'x' })).rejects.toMatchObject({ kind: 'config' });
});

test('a key that signs nothing is said to be one', async () => {
  const { makeGithubApp } = await import('../../src/forge/github-app.ts');
  const { silentLog } = await import('../../src/base/log.ts');
  const options = { appId: 7, privateKey: 'no key', apiUrl: world.github.api, paced: false };
  const app = makeGithubApp({ ...options, clock: systemClock, log: silentLog });
  await expect(app.identity()).rejects.toMatchObject({ kind: 'config', code: 'bad-private-key' });
});

test('jobs of other workflows judge their commit; of one that was run again the newest counts', async () => {
  const { forge, github } = world;
  const { admin } = github;
  github.actions.releaseRuns();
  const other = { '.github/workflows/ci.yml': ci };
  const sha = await admin.commit('acme/desk', { files: other, branch: 'main', by: 'lucienne' });
  const state = async (workflow: string) =>
    (await forge.checks(sha, workflow)).map((check) => `${check.by} ${check.name} ${check.state}`);
  await expect.poll(() => state('signalbox.yml'), { timeout: 20_000 }).toEqual(['github-actions build red']);
  expect(await state('ci.yml')).toEqual([]);
  const client = tokenClient({ token: world.tokens.lucienne, apiUrl: github.api, clock: systemClock });
  const at = { owner: 'acme', repo: 'desk' };
  const { data } = await client.rest.actions.listWorkflowRuns({ ...at, workflow_id: 'ci.yml' });
  github.actions.setVariable('acme/desk', 'GOOD', 'yes');
  await client.rest.actions.reRunWorkflow({ ...at, run_id: data.workflow_runs[0]?.id ?? 0 });
  await expect
    .poll(() => state('signalbox.yml'), { timeout: 20_000 })
    .toEqual(['github-actions build green']);
});

const ci = `name: ci
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: test "\${{ vars.GOOD }}" = yes
`;
