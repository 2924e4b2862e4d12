import { Octokit } from '@octokit/rest';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { git, gitLogin } from '../../src/base/git.ts';
import { tokenClient } from '../../src/forge/token-client.ts';
import { embeddedWorld } from './embedded.ts';

const world = embeddedWorld();
const as = (login: 'lucienne' | 'elmar') =>
  new Octokit({ baseUrl: world.github.api, auth: world.tokens[login] });
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

test('people are assigned besides those who are; a stranger, and a name that nobody has, is left out', async () => {
  const number = await world.forge.createIssue('Who looks?', '', []);
  await world.forge.assign(number, ['elmar']);
  await world.forge.assign(number, ['nobody-at-all', 'Lucienne']);
  await world.forge.assign(number, ['lucienne']);
  const { data } = await as('elmar').rest.issues.get({ ...desk, issue_number: number });
  expect(data.assignees?.map(({ login }) => login)).toEqual(['elmar', 'lucienne']);
});

test('an issue, its labels in any case of letters, its events and its comments', async () => {
  const { forge } = world;
  await forge.createLabel('park', 'ededed', 'Stop now and wait');
  await forge.createLabel('Park', 'ededed', 'the same to GitHub');
  expect((await forge.repositoryLabels()).filter((name) => name.toLowerCase() === 'park')).toHaveLength(1);

  const number = await forge.createIssue('Rework the report', 'As said.', ['ticket']);
  await as('elmar').rest.issues.addLabels({ ...desk, issue_number: number, labels: ['park'] });
  expect((await forge.issuesLabelled('TICKET')).map((issue) => issue.number)).toContain(number);
  expect(await forge.issue(number)).toMatchObject({ title: 'Rework the report', labels: ['park', 'ticket'] });
  await forge.removeLabel(number, 'PARK');
  await forge.removeLabel(number, 'park');
  await forge.updateIssue(number, { state: 'closed', state_reason: 'not_planned' });
  expect(await forge.issue(number)).toMatchObject({
    state: 'closed',
    state_reason: 'not_planned',
    labels: ['ticket'],
  });
  expect(await forge.issuesLabelled('ticket')).toEqual([]);
  expect(
    (await forge.events(number)).map(({ event, label, actor, ours }) => [event, label, actor, ours]),
  ).toEqual([
    ['labeled', 'ticket', 'signalbox[bot]', true],
    ['labeled', 'park', 'elmar', false],
    ['unlabeled', 'park', 'signalbox[bot]', true],
    ['closed', '', 'signalbox[bot]', true],
  ]);

  const ours = await forge.createComment(number, 'status');
  const { data: theirs } = await as('elmar').rest.issues.createComment({
    ...desk,
    issue_number: number,
    body: '/status',
  });
  await forge.updateComment(ours, 'status, newer');
  await forge.react(theirs.id, '+1');
  await forge.react(theirs.id, '+1');
  expect((await forge.comments(number)).map(({ body, author, ours }) => [body, author, ours])).toEqual([
    ['status, newer', 'signalbox[bot]', true],
    ['/status', 'elmar', false],
  ]);
  await forge.deleteComment(ours);
  await forge.deleteComment(ours);
  expect(await forge.comments(number)).toHaveLength(1);
});

test('deleted, transferred, never there, and merely out of sight are four things', async () => {
  const { forge, github } = world;
  await github.admin.createRepository('acme/attic');
  const deleted = await forge.createIssue('to be deleted', '', []);
  const transferred = await forge.createIssue('to be moved', '', []);
  github.admin.deleteIssue('acme/desk', deleted);
  github.admin.transferIssue('acme/desk', transferred, 'acme/attic');
  expect(await forge.issue(deleted)).toBe('gone');
  expect(await forge.issue(transferred)).toBe('moved');
  expect(await forge.issue(9999)).toBe('gone');

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

test('what people may do, and what the clock says', async () => {
  const { forge } = world;
  expect(await forge.permission('lucienne')).toBe('admin');
  expect(await forge.permission('Elmar')).toBe('triage');
  expect(await forge.permission('nobody-at-all')).toBe('none');
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
});

test('branches move forward only, and the activity says who moved them', async () => {
  const { forge, github } = world;
  const main = (await forge.ref('main')) ?? '';
  await as('lucienne').rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha: main });
  const work = await github.admin.commit('acme/desk', {
    files: { 'a.txt': 'a' },
    branch: 'work',
    by: 'lucienne',
  });
  const newer = await github.admin.commit('acme/desk', {
    files: { 'b.txt': 'b' },
    branch: 'work',
    by: 'lucienne',
  });
  expect(await forge.ref('ticket/MC-1')).toBeNull();
  expect(await forge.moveBranch('ticket/MC-1', work)).toBe(true);
  expect(await forge.moveBranch('ticket/MC-1', newer)).toBe(true);
  expect(await forge.moveBranch('ticket/MC-1', work)).toBe(false);
  expect(await forge.ref('refs/heads/ticket/MC-1')).toBe(newer);
  expect(await forge.isAhead(newer)).toBe(true);
  expect(await forge.isAhead(main)).toBe(false);
  expect(await forge.defaultBranch()).toBe('main');
  expect(await forge.file('b.txt')).toBeNull();
  expect(await forge.file('README.md')).toBe('# Desk\n');
  const [last, first] = await forge.pushes('refs/heads/ticket/MC-1');
  expect(last).toEqual({ before: work, after: newer, actor: 'signalbox[bot]' });
  expect(first).toMatchObject({ after: work });

  const opened = await forge.openPullRequest('ticket/MC-1', 'MC-1', 'body');
  expect(await forge.openPullRequest('ticket/MC-1', 'again', 'body')).toEqual(opened);
  await forge.updatePullRequest(opened.number, { title: 'MC-1: done' });
  const shown = { head: 'ticket/MC-1', head_sha: newer, base: 'main' };
  expect(await forge.pullRequest('ticket/MC-1')).toMatchObject({ ...shown, state: 'open', merged: null });
  expect(await forge.isAhead(newer, newer)).toBe(false);
  expect(await forge.isAhead(newer, work)).toBe(true);
  await as('lucienne').rest.pulls.merge({ ...desk, pull_number: opened.number });
  expect(await forge.pullRequest('ticket/MC-1')).toMatchObject({ state: 'closed', merged: { by: 'ghost' } });
  expect(await forge.pullRequestNumbered(opened.number)).toMatchObject({
    ...shown,
    merged: { by: 'lucienne' },
  });
  expect(await forge.pullRequest('ticket/MC-2')).toBeNull();
  const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '');
  const since = async (ms: number) => (await forge.pullRequestsSince(at(ms))).map(({ number }) => number);
  expect(await since(forge.now() - 3_600_000)).toEqual([opened.number]);
  expect(await since(forge.now() + 3_600_000)).toEqual([]);
});

describe('a run', () => {
  const inputs = { ticket: 'MC-4159', attempt: '3' };
  const since = () => new Date(world.forge.now() - 60_000).toISOString().replace(/\.\d+/, '');

  test('is dispatched, told by its name, and cancelled', async () => {
    const { forge, github } = world;
    github.actions.holdRuns();
    const dispatched = await forge.dispatch('signalbox.yml', inputs);
    const [run] = await forge.runs('signalbox.yml', since());
    expect(dispatched).toEqual({ run: run?.id });
    expect(run).toMatchObject({
      title: 'MC-4159 #3 dev',
      status: 'queued',
      run_attempt: 1,
      conclusion: null,
    });
    expect(await forge.cancel(run?.id ?? 0)).toBe(true);
    await expect
      .poll(() => forge.run(run?.id ?? 0))
      .toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(await forge.cancel(run?.id ?? 0)).toBe(false);
    expect(await forge.run(999_999)).toBeNull();
  });

  test('whose dispatch lost its answer exists once', async () => {
    const { forge, github } = world;
    github.actions.holdRuns();
    const before = (await forge.runs('signalbox.yml', since())).length;
    github.misbehave.dropAnswer({
      route: 'POST /repos/:owner/:repo/actions/workflows/:workflow/dispatches',
      times: 4,
    });
    await expect(forge.dispatch('signalbox.yml', inputs)).rejects.toMatchObject({ code: 'answer-lost' });
    github.misbehave.clear();
    expect((await forge.runs('signalbox.yml', since())).length).toBe(before + 1);
    for (const run of await forge.runs('signalbox.yml', since())) await forge.cancel(run.id);
  });

  test('of a workflow that is not there is refused, and there are none', async () => {
    expect(await world.forge.dispatch('missing.yml', inputs)).toMatchObject({
      refused: { code: 'no-workflow' },
    });
    expect(await world.forge.runs('missing.yml', since())).toEqual([]);
  });
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
