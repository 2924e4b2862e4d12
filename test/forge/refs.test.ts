import { describe, expect, test } from 'vitest';
import { at, forgeAtGithub, github, onlyExpectedRequests, repositoryIsThere } from './world.ts';

onlyExpectedRequests();

const ref = `${at}/git/ref/heads%2Fticket%2FMC-4159`;
const refs = `${at}/git/refs/heads%2Fticket%2FMC-4159`;
const found = { ref: 'refs/heads/ticket/MC-4159', object: { type: 'commit', sha: 'a'.repeat(40), url: '' } };
const sha = 'b'.repeat(40);

describe('a ticket branch', () => {
  test('is made where it is absent', async () => {
    repositoryIsThere();
    github().get(ref).reply(404, { message: 'Not Found' });
    github().post(`${at}/git/refs`, { ref: 'refs/heads/ticket/MC-4159', sha }).reply(201, found);
    expect(await forgeAtGithub().moveBranch('ticket/MC-4159', sha)).toBe(true);
  });

  test('moves forward only, never by force', async () => {
    github().get(ref).twice().reply(200, found);
    github().patch(refs, { sha, force: false }).reply(200, found);
    github().patch(refs, { sha, force: false }).reply(422, { message: 'Update is not a fast forward' });
    const forge = forgeAtGithub();
    expect(await forge.moveBranch('ticket/MC-4159', sha)).toBe(true);
    expect(await forge.moveBranch('ticket/MC-4159', sha)).toBe(false);
  });

  test('that somebody makes at the same time is moved instead', async () => {
    repositoryIsThere();
    github().get(ref).reply(404, { message: 'Not Found' });
    github().post(`${at}/git/refs`).reply(422, { message: 'Reference already exists' });
    github().patch(refs, { sha, force: false }).reply(200, found);
    expect(await forgeAtGithub().moveBranch('ticket/MC-4159', sha)).toBe(true);
  });
});

test('a ref of an empty repository is absent', async () => {
  github()
    .get(`${at}/git/ref/signalbox%2Fwitness`)
    .times(4)
    .optionally()
    .reply(409, { message: 'Git Repository is empty.' });
  expect(await forgeAtGithub().ref('refs/signalbox/witness')).toBeNull();
});

test('a commit was made when its committer says, in UTC and whole seconds', async () => {
  const commit = { sha, commit: { committer: { date: '2026-05-25T12:00:00+02:00' } } };
  repositoryIsThere();
  github().get(`${at}/commits`).query({ sha, per_page: 1 }).reply(200, [commit]);
  github().get(`${at}/commits`).query({ sha: 'gone', per_page: 1 }).reply(404, { message: 'Not Found' });
  expect(await forgeAtGithub().commitTime(sha)).toBe('2026-05-25T10:00:00Z');
  expect(await forgeAtGithub().commitTime('gone')).toBeNull();
});

test('a commit says when it was made, and its message', async () => {
  const commit = { sha, commit: { committer: { date: '2026-05-25T12:00:00Z' }, message: 'MC-1 #1: half' } };
  repositoryIsThere();
  github().get(`${at}/commits`).query({ sha, per_page: 1 }).reply(200, [commit]);
  github().get(`${at}/commits`).query({ sha: 'gone', per_page: 1 }).reply(404, { message: 'Not Found' });
  const forge = forgeAtGithub();
  expect(await forge.commitWords(sha)).toEqual({ at: '2026-05-25T12:00:00Z', message: 'MC-1 #1: half' });
  expect(await forge.commitWords('gone')).toBeNull();
});

test('a file is its text, and a folder is none', async () => {
  const content = Buffer.from('format: 1\n').toString('base64');
  github()
    .get(`${at}/contents/.github%2Fsignalbox.yml`)
    .reply(200, { type: 'file', encoding: 'base64', content });
  github().get(`${at}/contents/.github`).reply(200, []);
  const forge = forgeAtGithub();
  expect(await forge.file('.github/signalbox.yml')).toBe('format: 1\n');
  expect(await forge.file('.github')).toBeNull();
});

describe('a pull request', () => {
  const pull = (over: object) => ({
    number: 9,
    title: 't',
    body: null,
    updated_at: '2026-05-25T09:00:00Z',
    state: 'open',
    merged_at: null,
    html_url: 'u',
    head: { ref: 'ticket/MC-4159', sha: 'a1', repo: { id: 90001 } },
    base: { ref: 'main', repo: { id: 90001 } },
    ...over,
  });
  const fork = { head: { ref: 'ticket/MC-4159', sha: 'a1', repo: { id: 666 } } };
  const list = `${at}/pulls?head=acme%3Aticket%2FMC-4159&state=all&per_page=100`;

  test('of a branch is the open one, else the newest, and never one of a fork', async () => {
    const merged = { state: 'closed', merged_at: '2026-05-25T09:00:00Z' };
    github()
      .get(list)
      .reply(200, [pull({ number: 12, ...fork }), pull({ number: 11, ...merged }), pull({})]);
    github()
      .get(list)
      .reply(200, [pull({ number: 3, state: 'closed' }), pull({ number: 11, ...merged })]);
    const forge = forgeAtGithub();
    expect(await forge.pullRequest('ticket/MC-4159')).toMatchObject({
      number: 9,
      state: 'open',
      merged: null,
    });
    expect(await forge.pullRequest('ticket/MC-4159')).toMatchObject({
      number: 11,
      state: 'closed',
      merged: { at: '2026-05-25T09:00:00Z', by: 'ghost' },
    });
  });

  test('that changed is found in one listing, of which no more is read than what is young enough', async () => {
    const page = (number: number) =>
      `${at}/pulls?state=all&sort=updated&direction=desc&per_page=100&page=${number}`;
    const full = Array.from({ length: 99 }, (_, n) =>
      pull({ number: 100 + n, updated_at: '2026-05-25T12:00:00Z' }),
    );
    github()
      .get(page(1))
      .reply(200, [...full, pull({ number: 12, updated_at: '2026-05-25T12:00:00Z', ...fork })]);
    github()
      .get(page(2))
      .reply(200, [
        pull({ number: 11, updated_at: '2026-05-25T09:00:00Z' }),
        ...full.map((one) => ({ ...one, updated_at: '2026-05-25T08:59:59Z' })),
      ]);
    const changed = await forgeAtGithub().pullRequestsSince('2026-05-25T09:00:00Z');
    expect(changed.map(({ number }) => number)).toEqual([...full.map(({ number }) => number), 11]);
  });

  test('of a fork is none, whatever its branch is called', async () => {
    github()
      .get(`${at}/pulls/12`)
      .reply(200, pull({ number: 12, ...fork }));
    expect(await forgeAtGithub().pullRequestNumbered(12)).toBeNull();
  });

  test('that exists already is the one that is opened', async () => {
    repositoryIsThere();
    github()
      .post(`${at}/pulls`)
      .reply(422, {
        message: 'Validation Failed',
        errors: [{ message: 'A pull request already exists for acme:x.' }],
      });
    github()
      .get(list)
      .reply(200, [pull({})]);
    expect(await forgeAtGithub().openPullRequest('ticket/MC-4159', 't', 'b')).toMatchObject({ number: 9 });
  });
});
