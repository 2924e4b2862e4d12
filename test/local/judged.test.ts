import { expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';
import type { Desk } from './support.ts';
import { desk, installedApp, makeDesk, refusal } from './support.ts';

const headOf = async ({ as }: Desk): Promise<string> =>
  (await as.lucienne.rest.git.getRef({ ...desk, ref: 'heads/main' })).data.object.sha;

test('of each context the latest status counts; a failure of any is a failure of all', async () => {
  const world = await makeDesk();
  const sha = await headOf(world);
  const { repos } = world.as.dora.rest;
  const add = (state: 'success' | 'failure' | 'pending', context: string) =>
    repos.createCommitStatus({ ...desk, sha, state, context });
  const whole = async () => {
    const { data } = await repos.getCombinedStatusForRef({ ...desk, ref: 'main' });
    return [data.state, data.statuses.map(({ context, state }) => `${context} ${state}`)];
  };
  expect(await whole()).toEqual(['pending', []]);
  await add('pending', 'build');
  await add('success', 'lint');
  expect(await whole()).toEqual(['pending', ['lint success', 'build pending']]);
  await add('failure', 'build');
  expect((await whole())[0]).toBe('failure');
  await add('success', 'build');
  expect(await whole()).toEqual(['success', ['build success', 'lint success']]);
  const { data: all } = await repos.listCommitStatusesForRef({ ...desk, ref: sha });
  expect(all.map(({ state, creator }) => [state, creator?.login])[0]).toEqual(['success', 'dora']);
  expect(all).toHaveLength(4);
});

test('a status is of a commit that is there, and by somebody with push access', async () => {
  const world = await makeDesk();
  const wish = { ...desk, state: 'success' as const };
  const { repos } = world.as.dora.rest;
  expect(await refusal(repos.createCommitStatus({ ...wish, sha: '1'.repeat(40) }))).toMatchObject({
    status: 422,
    message: expect.stringContaining('No commit found for SHA'),
  });
  const sha = await headOf(world);
  const triage = world.as.elmar.rest.repos.createCommitStatus({ ...wish, sha });
  expect(await refusal(triage)).toMatchObject({ status: 403 });
  expect(await refusal(repos.getCombinedStatusForRef({ ...desk, ref: 'none' }))).toMatchObject({
    status: 404,
  });
});

test('check runs are an app’s own; a conclusion ends one, and of a name the latest is listed', async () => {
  const world = await makeDesk();
  const permissions = { checks: 'write' } as const;
  const { api } = await installedApp(world.github, undefined, { permissions });
  const sha = await headOf(world);
  const wish = { ...desk, name: 'types', head_sha: sha };
  expect(await refusal(world.as.lucienne.rest.checks.create(wish))).toMatchObject({ status: 403 });
  const { data: made } = await api.rest.checks.create({ ...wish, status: 'in_progress' });
  expect([made.status, made.conclusion, made.app?.slug]).toEqual(['in_progress', null, 'signalbox']);
  const its = { ...desk, check_run_id: made.id };
  const { data: ended } = await api.rest.checks.update({ ...its, conclusion: 'failure' });
  expect([ended.status, ended.conclusion]).toEqual(['completed', 'failure']);
  await api.rest.checks.create({ ...wish, conclusion: 'success' });
  const list = async (filter: 'latest' | 'all') =>
    (await api.rest.checks.listForRef({ ...desk, ref: sha, filter })).data.check_runs.map(
      (run) => run.conclusion,
    );
  expect(await list('latest')).toEqual(['success']);
  expect(await list('all')).toEqual(['failure', 'success']);
  const stuck = api.rest.checks.create({ ...wish, status: 'completed' });
  expect(await refusal(stuck)).toMatchObject({ status: 422 });
});

/** A pull request by dora. */
async function withPull(options: Parameters<typeof makeDesk>[0] = {}): Promise<Desk & { head: string }> {
  const world = await makeDesk(options);
  await world.as.dora.rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha: await headOf(world) });
  const head = await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w\n' } });
  await world.as.dora.rest.pulls.create({ ...desk, title: 'Work', head: 'work', base: 'main' });
  return { ...world, head };
}
const pull = { ...desk, pull_number: 1 };

test('a review speaks of the head as it was, and stays with that commit when more is pushed', async () => {
  const world = await withPull();
  const { data: review } = await world.as.elmar.rest.pulls.createReview({ ...pull, event: 'APPROVE' });
  expect([review.state, review.commit_id, review.user?.login]).toEqual(['APPROVED', world.head, 'elmar']);
  const second = await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'x\n' } });
  const wish = { ...pull, event: 'REQUEST_CHANGES', body: 'Not yet' } as const;
  await world.as.visitor.rest.pulls.createReview({ ...wish, commit_id: world.head });
  await world.as.visitor.rest.pulls.createReview(wish);
  const { data } = await world.as.dora.rest.pulls.listReviews(pull);
  expect(data.map(({ state, commit_id }) => [state, commit_id])).toEqual([
    ['APPROVED', world.head],
    ['CHANGES_REQUESTED', world.head],
    ['CHANGES_REQUESTED', second],
  ]);
  const foreign = { ...wish, commit_id: '1'.repeat(40) };
  expect(await refusal(world.as.elmar.rest.pulls.createReview(foreign))).toMatchObject({ status: 422 });
});

test('nobody approves what they opened; a review that asks for changes says which', async () => {
  const world = await withPull();
  const { pulls } = world.as.dora.rest;
  const own = await refusal(pulls.createReview({ ...pull, event: 'APPROVE' }));
  expect([own.status, own.message]).toEqual([
    422,
    expect.stringContaining('Can not approve your own pull request'),
  ]);
  const mine = pulls.createReview({ ...pull, event: 'REQUEST_CHANGES', body: 'x' });
  expect((await refusal(mine)).message).toContain('Can not request changes on your own pull request');
  expect((await pulls.createReview({ ...pull, event: 'COMMENT', body: 'Look' })).data.state).toBe(
    'COMMENTED',
  );
  const silent = world.as.elmar.rest.pulls.createReview({ ...pull, event: 'REQUEST_CHANGES' });
  expect(await refusal(silent)).toMatchObject({ status: 422 });
  const draft = world.as.elmar.rest.pulls.createReview({ ...pull, body: 'A draft' });
  expect((await refusal(draft)).message).toContain('not supported by the embedded GitHub: a pending review');
});

test('a review speaks of lines that the pull request shows, and of no others', async () => {
  const world = await withPull();
  const text = Array.from({ length: 30 }, (_, at) => `line ${at + 1}\n`);
  const { github } = world;
  await github.admin.commit('acme/desk', { branch: 'work', files: { 'long.txt': text.join('') } });
  const { pulls } = world.as.elmar.rest;
  const say = (path: string, line: number) =>
    pulls.createReview({ ...pull, event: 'REQUEST_CHANGES', comments: [{ path, line, body: 'Why?' }] });
  await say('long.txt', 2);
  expect((await refusal(say('long.txt', 31))).message).toContain('Line could not be resolved');
  expect((await refusal(say('README.md', 1))).message).toContain('Path could not be resolved');
  const { data } = await pulls.listReviewComments(pull);
  expect(
    data.map(({ path, line, body, position, diff_hunk }) => [path, line, body, position, diff_hunk]),
  ).toEqual([['long.txt', 2, 'Why?', 2, '@@ -0,0 +1,30 @@\n+line 1\n+line 2']]);
});

test('a dismissed review stands and counts no more; a pull request that was reviewed has changed', async () => {
  const clock = manualClock(Date.parse('2026-11-22T09:00:00Z'));
  const world = await withPull({ clock });
  clock.advance(5_000);
  const id = await world.github.admin.review('acme/desk', 1, { event: 'APPROVE', by: 'elmar' });
  expect((await world.as.dora.rest.pulls.get(pull)).data.updated_at).toBe('2026-11-22T09:00:05Z');
  const its = { ...pull, review_id: id };
  const wish = { ...its, message: 'It was somebody else' };
  expect(await refusal(world.as.elmar.rest.pulls.dismissReview(wish))).toMatchObject({ status: 403 });
  expect((await world.as.dora.rest.pulls.dismissReview(wish)).data.state).toBe('DISMISSED');
  expect(await refusal(world.as.dora.rest.pulls.dismissReview(wish))).toMatchObject({ status: 422 });
  expect((await world.as.dora.rest.pulls.getReview(its)).data.state).toBe('DISMISSED');
});

test('an issue waits for others: said and taken back by triage, never for itself or a pull request', async () => {
  const world = await withPull();
  const open = async (title: string) => (await world.as.lucienne.rest.issues.create({ ...desk, title })).data;
  const [blocked, blocker] = [await open('Blocked'), await open('Blocker')];
  const { issues } = world.as.elmar.rest;
  const it = { ...desk, issue_number: blocked.number };
  const wish = { ...it, issue_id: blocker.id };
  expect((await issues.addBlockedByDependency(wish)).status).toBe(201);
  expect(await refusal(issues.addBlockedByDependency(wish))).toMatchObject({ status: 422 });
  expect(await refusal(issues.addBlockedByDependency({ ...wish, issue_id: blocked.id }))).toMatchObject({
    status: 422,
  });
  const { data: work } = await issues.get({ ...desk, issue_number: 1 });
  expect(await refusal(issues.addBlockedByDependency({ ...wish, issue_id: work.id }))).toMatchObject({
    status: 422,
  });
  expect(await refusal(issues.addBlockedByDependency({ ...wish, issue_id: 7 }))).toMatchObject({
    status: 404,
  });
  expect(await refusal(world.as.visitor.rest.issues.addBlockedByDependency(wish))).toMatchObject({
    status: 403,
  });
  const numbers = (data: { number: number }[]) => data.map(({ number }) => number);
  expect(numbers((await issues.listDependenciesBlockedBy(it)).data)).toEqual([blocker.number]);
  const other = { ...desk, issue_number: blocker.number };
  expect(numbers((await issues.listDependenciesBlocking(other)).data)).toEqual([blocked.number]);
  await issues.removeDependencyBlockedBy(wish);
  expect((await issues.listDependenciesBlockedBy(it)).data).toEqual([]);
  expect(await refusal(issues.removeDependencyBlockedBy(wish))).toMatchObject({ status: 404 });
});
