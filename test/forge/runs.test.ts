import { describe, expect, test } from 'vitest';
import { at, forgeAtGithub, github, onlyExpectedRequests, repositoryIsThere } from './world.ts';

onlyExpectedRequests();

const json = (over: object) => ({
  id: 990,
  run_attempt: 1,
  display_title: 'MC-4159 #3 dev',
  status: 'in_progress',
  conclusion: null,
  html_url: 'https://github.com/acme/desk/actions/runs/990',
  created_at: '2026-05-25T09:00:00Z',
  updated_at: '2026-05-25T09:01:00Z',
  ...over,
});

describe('a cancel', () => {
  test('that GitHub takes is true', async () => {
    github().post(`${at}/actions/runs/990/cancel`).reply(202, {});
    expect(await forgeAtGithub().cancel(990)).toBe(true);
  });

  test.each([
    [409, 'Cannot cancel a workflow run that is completed.'],
    [409, 'Cannot cancel a workflow re-run that has not yet queued.'],
    [500, 'Failed to cancel workflow run'],
  ])('that GitHub does not take is false, and left to the next look: %i %s', async (status, message) => {
    github().post(`${at}/actions/runs/990/force-cancel`).reply(status, { message });
    expect(await forgeAtGithub().forceCancel(990)).toBe(false);
  });

  test('goes out even where everything else keeps silent for the rate limit', async () => {
    github()
      .get(`${at}/labels?per_page=100&page=1`)
      .reply(403, { message: 'limit' }, { 'x-ratelimit-remaining': '0' });
    github().post(`${at}/actions/runs/990/cancel`).reply(202, {});
    const forge = forgeAtGithub();
    await expect(forge.repositoryLabels()).rejects.toMatchObject({ code: 'rate-limited' });
    expect(await forge.cancel(990)).toBe(true);
  });

  test('without the permission needs a person, who is told which one', async () => {
    github()
      .post(`${at}/actions/runs/990/cancel`)
      .reply(
        403,
        { message: 'Resource not accessible' },
        { 'x-accepted-github-permissions': 'actions=write' },
      );
    await expect(forgeAtGithub().cancel(990)).rejects.toMatchObject({
      kind: 'config',
      code: 'forbidden',
      hint: expect.stringContaining('actions=write'),
    });
  });
});

describe('runs', () => {
  test.each(['queued', 'requested', 'waiting', 'pending'])(
    'that are %s are alive as queued ones',
    async (status) => {
      github().get(`${at}/actions/runs/990`).reply(200, json({ status }));
      expect(await forgeAtGithub().run(990)).toMatchObject({ status: 'queued', title: 'MC-4159 #3 dev' });
    },
  );

  test('of a workflow come newest first, over as many pages as there are', async () => {
    const since = '2026-05-25T08:00:00Z';
    const query = { event: 'workflow_dispatch', created: `>=${since}`, per_page: '100' };
    const link = '<https://api.github.com/next>; rel="next", <https://api.github.com/last>; rel="last"';
    const list = `${at}/actions/workflows/signalbox.yml/runs`;
    github()
      .get(list)
      .query({ ...query, page: '1' })
      .reply(200, { total_count: 2, workflow_runs: [json({ id: 2 })] }, { link });
    github()
      .get(list)
      .query({ ...query, page: '2' })
      .reply(200, { total_count: 2, workflow_runs: [json({ id: 1 })] });
    expect((await forgeAtGithub().runs('signalbox.yml', since)).map(({ id }) => id)).toEqual([2, 1]);
  });

  test('of a workflow that GitHub does not know are none', async () => {
    repositoryIsThere();
    github()
      .get(`${at}/actions/workflows/signalbox.yml/runs`)
      .query(true)
      .reply(404, { message: 'Not Found' });
    expect(await forgeAtGithub().runs('signalbox.yml', '2026-05-25T08:00:00Z')).toEqual([]);
  });
});
