import { describe, expect, test } from 'vitest';
import { at, forgeAtGithub, github, onlyExpectedRequests, repositoryIsThere } from './world.ts';

onlyExpectedRequests();

const json = (over: object = {}) => ({
  number: 42,
  title: 'Rework the report',
  body: null,
  state: 'open',
  state_reason: null,
  labels: [{ name: 'ticket' }, { name: 'Park' }],
  user: { login: 'elmar', type: 'User' },
  created_at: '2026-05-25T09:00:00Z',
  ...over,
});

describe('an issue', () => {
  test('is read with its labels as GitHub shows them', async () => {
    github().get(`${at}/issues/42`).reply(200, json());
    expect(await forgeAtGithub().issue(42)).toEqual({
      number: 42,
      title: 'Rework the report',
      body: '',
      state: 'open',
      state_reason: null,
      labels: ['ticket', 'Park'],
      author: 'elmar',
      ours: false,
      created: '2026-05-25T09:00:00Z',
      is_pull_request: false,
    });
  });

  test('that was deleted is gone', async () => {
    github().get(`${at}/issues/42`).reply(410, { message: 'This issue was deleted' });
    expect(await forgeAtGithub().issue(42)).toBe('gone');
  });

  test('that never was is gone', async () => {
    repositoryIsThere();
    github().get(`${at}/issues/42`).reply(404, { message: 'Not Found' });
    expect(await forgeAtGithub().issue(42)).toBe('gone');
  });

  test('is not gone where the app has merely lost sight of the repository', async () => {
    github().get(`${at}/issues/42`).reply(404, { message: 'Not Found' });
    github().get(at).reply(404, { message: 'Not Found' });
    await expect(forgeAtGithub().issue(42)).rejects.toMatchObject({ kind: 'config', code: 'not-found' });
  });

  test('is not gone where issues are turned off', async () => {
    github().get(`${at}/issues/42`).reply(410, { message: 'Issues are disabled for this repo' });
    await expect(forgeAtGithub().issue(42)).rejects.toMatchObject({
      kind: 'config',
      code: 'issues-disabled',
    });
  });

  test('that was transferred is moved, whether or not the app may see where', async () => {
    repositoryIsThere();
    github()
      .get(`${at}/issues/42`)
      .reply(
        301,
        { message: 'Moved Permanently' },
        { location: 'https://api.github.com/repositories/90077/issues/5' },
      );
    expect(await forgeAtGithub().issue(42)).toBe('moved');
  });

  test('of a renamed repository has not moved', async () => {
    const location = 'https://api.github.com/repositories/90001/issues/42';
    repositoryIsThere();
    github().get(`${at}/issues/42`).reply(301, { message: 'Moved Permanently' }, { location });
    github().get('/repositories/90001/issues/42').reply(200, json());
    expect(await forgeAtGithub().issue(42)).toMatchObject({ number: 42, author: 'elmar' });
  });

  test('that is read again unchanged costs a 304, and is the same', async () => {
    github().get(`${at}/issues/42`).reply(200, json(), { etag: '"one"' });
    github().get(`${at}/issues/42`).matchHeader('if-none-match', '"one"').reply(304);
    const forge = forgeAtGithub();
    expect(await forge.issue(42)).toEqual(await forge.issue(42));
  });
});

test('issues with a label leave pull requests out', async () => {
  github()
    .get(`${at}/issues?labels=ticket&state=open&per_page=100&page=1`)
    .reply(200, [json(), json({ number: 43, pull_request: {} })]);
  expect((await forgeAtGithub().issuesLabelled('ticket')).map(({ number }) => number)).toEqual([42]);
});

test('what changed since a moment is listed whether it is open or not', async () => {
  github()
    .get(`${at}/issues?since=2026-05-25T09%3A00%3A00Z&state=all&sort=updated&per_page=100&page=1`)
    .reply(200, [json(), json({ number: 43, pull_request: {} }), json({ number: 44, state: 'closed' })]);
  const changed = await forgeAtGithub().issuesSince('2026-05-25T09:00:00Z');
  expect(changed.map(({ number }) => number)).toEqual([42, 44]);
});

test('events tell who put which label on, and what the app did itself', async () => {
  const event = (over: object) => ({
    actor: { login: 'elmar', type: 'User' },
    created_at: '2026-05-25T09:00:00Z',
    ...over,
  });
  const self = { actor: { login: 'signalbox[bot]', type: 'Bot' } };
  github()
    .get(`${at}/issues/42/events?per_page=100&page=1`)
    .reply(200, [
      event({ id: 118, event: 'labeled', label: { name: 'park', color: 'ededed' } }),
      event({ id: 119, event: 'renamed', rename: { from: 'a', to: 'b' } }),
      event({ id: 120, event: 'unlabeled', label: { name: 'park' }, ...self }),
      event({ id: 121, event: 'closed', actor: null }),
    ]);
  expect(await forgeAtGithub().events(42)).toEqual([
    { id: 118, event: 'labeled', label: 'park', actor: 'elmar', ours: false, at: '2026-05-25T09:00:00Z' },
    {
      id: 120,
      event: 'unlabeled',
      label: 'park',
      actor: 'signalbox[bot]',
      ours: true,
      at: '2026-05-25T09:00:00Z',
    },
    { id: 121, event: 'closed', label: '', actor: 'ghost', ours: false, at: '2026-05-25T09:00:00Z' },
  ]);
});

test('a park after the hundredth event is seen, though the first page answers that it has not changed', async () => {
  const label = (id: number) => ({
    id,
    event: 'labeled',
    label: { name: 'park' },
    actor: { login: 'elmar', type: 'User' },
    created_at: '2026-05-25T09:00:00Z',
  });
  const page = (number: number) => github().get(`${at}/issues/42/events?per_page=100&page=${number}`);
  const hundred = Array.from({ length: 100 }, (_, index) => label(index + 1));
  page(1).reply(200, hundred, { ETag: '"full"' });
  page(2).reply(200, []);
  const forge = forgeAtGithub();
  expect(await forge.events(42)).toHaveLength(100);
  page(1).matchHeader('if-none-match', '"full"').reply(304);
  page(2).reply(200, [label(101)]);
  expect((await forge.events(42)).at(-1)?.id).toBe(101);
});

describe('writes', () => {
  test('of labels add and take off single ones, never the whole set', async () => {
    repositoryIsThere();
    github()
      .post(`${at}/issues/42/labels`, { labels: ['ticket: todo'] })
      .reply(200, []);
    github()
      .delete(`${at}/issues/42/labels/ticket%3A%20inbox`)
      .reply(404, { message: 'Label does not exist' });
    github()
      .post(`${at}/labels`)
      .reply(422, { message: 'Validation Failed', errors: [{ code: 'already_exists' }] });
    const forge = forgeAtGithub();
    await forge.addLabels(42, ['ticket: todo']);
    await forge.removeLabel(42, 'ticket: inbox');
    await forge.createLabel('park', 'ededed', 'stop');
  });

  test.each([500, 502, 409])(
    'are sent once, also where %i comes back: a repeated POST would make a twin',
    async (status) => {
      let posts = 0;
      github()
        .post(`${at}/issues/42/comments`, () => ++posts > 0)
        .times(4)
        .optionally()
        .reply(status, { message: 'oops' });
      await expect(forgeAtGithub().createComment(42, 'hello')).rejects.toMatchObject({ kind: 'forge' });
      expect(posts).toBe(1);
    },
  );
});

test('comments are ours only where this very app wrote them', async () => {
  const comment = (id: number, login: string, type: string, app: number | null) => ({
    id,
    body: 'x',
    user: { login, type },
    created_at: '2026-05-25T09:00:00Z',
    performed_via_github_app: app === null ? null : { id: app },
  });
  github()
    .get(`${at}/issues/42/comments?per_page=100&page=1`)
    .reply(200, [
      comment(1, 'signalbox[bot]', 'Bot', 7),
      comment(2, 'github-actions[bot]', 'Bot', 15368),
      comment(3, 'elmar', 'User', 7),
      comment(4, 'signalbox[bot]', 'Bot', null),
      comment(5, 'signalbox', 'User', null),
    ]);
  const comments = await forgeAtGithub().comments(42);
  expect(comments.filter(({ ours }) => ours).map(({ id }) => id)).toEqual([1, 4]);
  expect(comments[1]).toMatchObject({ author_is_bot: true, ours: false });
});
