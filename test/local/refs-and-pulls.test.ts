import { expect, test } from 'vitest';
import type { Desk } from './support.ts';
import { clone, desk, makeDesk, refusal } from './support.ts';

const headOf = async ({ as }: Desk, ref = 'heads/main'): Promise<string> =>
  (await as.lucienne.rest.git.getRef({ ...desk, ref })).data.object.sha;

/** Main with two commits: their names, older first. */
async function twoCommits(world: Desk): Promise<[string, string]> {
  const first = await headOf(world);
  return [
    first,
    await world.github.admin.commit('acme/desk', { files: { 'src/a b.txt': 'a\n' }, by: 'dora' }),
  ];
}

test('a ref is made once: "Reference already exists", "Object does not exist"', async () => {
  const world = await makeDesk();
  const { git } = world.as.dora.rest;
  const sha = await headOf(world);
  const wish = { ...desk, ref: 'refs/heads/new', sha };
  expect((await git.createRef(wish)).status).toBe(201);
  expect(await refusal(git.createRef(wish))).toEqual({ status: 422, message: 'Reference already exists' });
  const unknown = { ...wish, ref: 'refs/heads/other', sha: '1'.repeat(40) };
  expect(await refusal(git.createRef(unknown))).toEqual({ status: 422, message: 'Object does not exist' });
  expect(await refusal(git.createRef({ ...wish, ref: 'refs/../x' }))).toMatchObject({ status: 422 });
  expect(await refusal(world.as.elmar.rest.git.createRef(wish))).toMatchObject({ status: 403 });
});

test('PATCH of a ref without force means fast-forward, and passes after the head moved back', async () => {
  const world = await makeDesk();
  const [first, second] = await twoCommits(world);
  const { git } = world.as.dora.rest;
  const main = { ...desk, ref: 'heads/main' };
  expect(await refusal(git.updateRef({ ...main, sha: first }))).toEqual({
    status: 422,
    message: 'Update is not a fast forward',
  });
  expect((await git.updateRef({ ...main, sha: first, force: true })).data.object.sha).toBe(first);
  expect((await git.updateRef({ ...main, sha: second })).data.object.sha).toBe(second);
  expect(await refusal(git.updateRef({ ...main, ref: 'heads/none', sha: first }))).toEqual({
    status: 422,
    message: 'Reference does not exist',
  });
});

test('the activity of a repository tells who moved which branch how, newest first, custom refs left out', async () => {
  const world = await makeDesk();
  const [first, second] = await twoCommits(world);
  const { git, repos } = world.as.dora.rest;
  await git.updateRef({ ...desk, ref: 'heads/main', sha: first, force: true });
  await git.createRef({ ...desk, ref: 'refs/heads/side', sha: second });
  await git.deleteRef({ ...desk, ref: 'heads/side' });
  const local = await clone(world.github, world.tokens.lucienne);
  await local.git('push', '-q', 'origin', 'HEAD:refs/signalbox/witness', 'HEAD:refs/heads/pushed');
  const { data } = await repos.listActivities(desk);
  const short = (rows: typeof data) =>
    rows.map((row) => `${row.activity_type} ${row.ref} ${row.actor?.login}`);
  expect(short(data)).toEqual([
    'branch_creation refs/heads/pushed lucienne',
    'branch_deletion refs/heads/side dora',
    'branch_creation refs/heads/side dora',
    'force_push refs/heads/main dora',
    'push refs/heads/main dora',
    'branch_creation refs/heads/main lucienne',
  ]);
  const { data: main } = await repos.listActivities({ ...desk, ref: 'main', activity_type: 'push' });
  expect(main.map(({ before, after }) => [before, after])).toEqual([[first, second]]);
  const paged = await world.as.dora.paginate(repos.listActivities, { ...desk, per_page: 4 });
  expect(paged.map((row) => row.id)).toEqual(data.map((row) => row.id));
});

test('contents: a file with its blob, a folder as a list, raw bytes, 404 for what is not there', async () => {
  const world = await makeDesk();
  const [first] = await twoCommits(world);
  const { repos } = world.as.visitor.rest;
  const { data: file } = await repos.getContent({ ...desk, path: 'src/a b.txt' });
  expect(file).toMatchObject({ type: 'file', encoding: 'base64', content: 'YQo=\n', size: 2 });
  const { data: folder } = await repos.getContent({ ...desk, path: '' });
  expect((folder as { path: string; type: string }[]).map(({ path, type }) => `${type} ${path}`)).toEqual([
    'file README.md',
    'dir src',
  ]);
  const raw = await repos.getContent({ ...desk, path: 'README.md', mediaType: { format: 'raw' } });
  expect(raw.data).toBe('# Desk\n');
  expect(await refusal(repos.getContent({ ...desk, path: 'src', ref: first }))).toEqual({
    status: 404,
    message: 'Not Found',
  });
  expect(await refusal(repos.getContent({ ...desk, path: 'x', ref: 'none' }))).toMatchObject({ status: 404 });
});

test('comparing two commits tells ahead, behind, and diverged', async () => {
  const world = await makeDesk();
  const [first, second] = await twoCommits(world);
  const { git, repos } = world.as.dora.rest;
  await git.createRef({ ...desk, ref: 'refs/heads/side', sha: first });
  const third = await world.github.admin.commit('acme/desk', { branch: 'side', files: { side: 's\n' } });
  const compare = async (basehead: string) => {
    const { data } = await repos.compareCommitsWithBasehead({ ...desk, basehead });
    return [
      data.status,
      data.ahead_by,
      data.behind_by,
      data.files?.map((one) => `${one.status} ${one.filename}`),
    ];
  };
  expect(await compare(`${first}...main`)).toEqual(['ahead', 1, 0, ['added src/a b.txt']]);
  expect(await compare(`main...${first}`)).toEqual(['behind', 0, 1, []]);
  expect(await compare('main...side')).toEqual(['diverged', 1, 1, ['added side']]);
  expect(await compare(`${second}...main`)).toEqual(['identical', 0, 0, []]);
  expect(
    (await repos.listCommits({ ...desk, sha: 'side', path: 'side' })).data.map(({ sha }) => sha),
  ).toEqual([third]);
});

/** A branch `work` with one commit that main lacks. */
async function withWork(): Promise<Desk> {
  const world = await makeDesk();
  await world.as.lucienne.rest.issues.create({ ...desk, title: 'One' });
  await world.as.dora.rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha: await headOf(world) });
  return world;
}

const pull = { ...desk, title: 'Work', head: 'work', base: 'main' };
const two = { ...desk, pull_number: 2 };

test('a pull request needs commits and is opened once; it shares its numbers with issues', async () => {
  const world = await withWork();
  const { pulls } = world.as.dora.rest;
  const empty = await refusal(pulls.create(pull));
  expect([empty.status, empty.message]).toEqual([
    422,
    expect.stringContaining('No commits between main and work'),
  ]);
  await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w\n' } });
  const { data } = await pulls.create(pull);
  expect([data.number, data.mergeable, data.commits, data.additions]).toEqual([2, null, 1, 1]);
  expect((await refusal(pulls.create(pull))).message).toContain(
    'A pull request already exists for acme:work.',
  );
  expect((await pulls.get(two)).data.mergeable).toBe(true);
  expect((await pulls.list({ ...desk, head: 'acme:work' })).data.map(({ number }) => number)).toEqual([2]);
  expect((await pulls.list({ ...desk, head: 'acme:other' })).data).toEqual([]);
  const { data: asIssue } = await world.as.dora.rest.issues.get({ ...desk, issue_number: 2 });
  expect(asIssue.pull_request?.url).toBe(data.url);
});

test('a merge moves the base with a lease on the head, and "fixes #1" closes the issue', async () => {
  const world = await withWork();
  const { pulls, issues } = world.as.dora.rest;
  await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w\n' } });
  await pulls.create({ ...pull, body: 'Fixes #1' });
  expect(await refusal(pulls.merge({ ...two, sha: '1'.repeat(40) }))).toMatchObject({ status: 409 });
  expect(await refusal(world.as.visitor.rest.pulls.merge(two))).toMatchObject({ status: 403 });
  const { data } = await pulls.merge(two);
  expect(await headOf(world)).toBe(data.sha);
  expect((await pulls.get(two)).data).toMatchObject({
    state: 'closed',
    merged: true,
    merged_by: { login: 'dora' },
  });
  expect((await issues.get({ ...desk, issue_number: 1 })).data).toMatchObject({
    state: 'closed',
    state_reason: 'completed',
  });
  const { data: activity } = await world.as.dora.rest.repos.listActivities({
    ...desk,
    ref: 'main',
    per_page: 1,
  });
  expect(activity[0]?.activity_type).toBe('pr_merge');
});

test('a pull request in conflict is not mergeable', async () => {
  const world = await withWork();
  await world.github.admin.commit('acme/desk', { branch: 'work', files: { same: 'work\n' } });
  await world.github.admin.commit('acme/desk', { files: { same: 'main\n' } });
  await world.as.dora.rest.pulls.create(pull);
  expect((await world.as.dora.rest.pulls.get(two)).data.mergeable).toBe(false);
  expect(await refusal(world.as.dora.rest.pulls.merge(two))).toMatchObject({ status: 405 });
});

test('a base that took in the head has merged the pull request; a deleted head closes it', async () => {
  const world = await withWork();
  const { pulls } = world.as.dora.rest;
  const work = await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w\n' } });
  await pulls.create(pull);
  await world.as.dora.rest.git.updateRef({ ...desk, ref: 'heads/main', sha: work });
  expect((await pulls.get(two)).data.merged).toBe(true);
  await world.github.admin.commit('acme/desk', { branch: 'work', files: { work: 'more\n' } });
  await pulls.create(pull);
  await world.as.dora.rest.git.deleteRef({ ...desk, ref: 'heads/work' });
  expect((await pulls.get({ ...desk, pull_number: 3 })).data).toMatchObject({
    state: 'closed',
    merged: false,
  });
});
