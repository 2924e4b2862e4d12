import { request } from 'node:http';
import { expect, test } from 'vitest';
import { desk, installedApp, makeDesk, octokit, refusal } from './support.ts';

const no = 'not supported by the embedded GitHub: ';

test('an unknown route, query parameter, body key, representation or API version is refused by name', async () => {
  const { github, tokens, as } = await makeDesk();
  const { lucienne } = as;
  const said = async (call: Promise<unknown>) => {
    const { status, message } = await refusal(call);
    return `${status} ${message.replace(no, '')}`;
  };
  expect(await said(lucienne.rest.issues.listMilestones(desk))).toBe(
    '404 GET /api/v3/repos/acme/desk/milestones',
  );
  expect(await said(lucienne.rest.issues.listForRepo({ ...desk, mentioned: 'dora' }))).toBe(
    '422 query parameter "mentioned" of GET /api/v3/repos/acme/desk/issues',
  );
  expect(await said(lucienne.rest.issues.listForRepo({ ...desk, sort: 'comments' }))).toBe(
    '422 sort=comments (only created, updated)',
  );
  expect(await said(lucienne.rest.issues.create({ ...desk, title: 'x', milestone: 1 }))).toBe(
    '422 body key "milestone" of POST /api/v3/repos/acme/desk/issues',
  );
  expect(
    await said(lucienne.rest.repos.getCommit({ ...desk, ref: 'main', mediaType: { format: 'diff' } })),
  ).toBe('415 Accept: application/vnd.github.v3.diff');
  const headers = { 'X-GitHub-Api-Version': '2026-03-10' };
  expect(await said(lucienne.rest.repos.get({ ...desk, headers }))).toBe('400 API version 2026-03-10');
  const graphql = octokit(github, tokens.lucienne).graphql('{ viewer { login } }');
  expect((await refusal(graphql)).message).toContain(`${no}GraphQL`);
});

test('a webhook address that is no plain HTTP is refused where it is set', async () => {
  const { github } = await makeDesk();
  const app = await installedApp(github, undefined);
  const url = 'https://hooks.example/';
  // As plain data: Octokit takes a parameter of the name `url` for the address to call.
  expect(await refusal(app.own.request('PATCH /app/hook/config', { data: { url } }))).toEqual({
    status: 422,
    message: `${no}a webhook address like ${url}`,
  });
  expect(() => github.admin.updateWebhookUrl('signalbox', 'nowhere')).toThrow(`${no}a webhook address`);
});

test('what exists already is not made again by the direct verbs', async () => {
  const { github } = await makeDesk();
  await expect(github.admin.createRepository('ACME/desk')).rejects.toThrow(
    'there is a repository ACME/desk already',
  );
  await installedApp(github, undefined);
  await expect(installedApp(github, undefined)).rejects.toThrow('there is an app signalbox already');
  expect(github.admin.createUser('dora')).toBe(github.admin.createUser('dora'));
});

test('wrong types and broken JSON are refused: 422 with the field, 400', async () => {
  const { github, tokens, as } = await makeDesk();
  const wrong = as.lucienne.request('POST /repos/{owner}/{repo}/issues', {
    ...desk,
    title: 'x',
    labels: 'bug',
  } as never);
  expect((await refusal(wrong)).message).toContain("For 'labels'");
  const answer = await fetch(`${github.api}/repos/acme/desk/issues`, {
    method: 'POST',
    headers: { authorization: `token ${tokens.lucienne}` },
    body: '{"title":',
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ message: 'Problems parsing JSON' });
});

test('it answers to its own address only: a page under another name gets nothing', async () => {
  const { github } = await makeDesk();
  const status = (host: string) =>
    new Promise<number | undefined>((resolve) => {
      const headers = { Host: host };
      request(`${github.api}/zen`, { headers }, (answer) => resolve(answer.resume().statusCode)).end();
    });
  const { port, host } = new URL(github.url);
  expect(await status(host)).toBe(200);
  expect(await status(`localhost:${port}`)).toBe(200);
  expect(await status(`evil.example:${port}`)).toBe(403);
  expect(new URL(github.url).hostname).toBe('127.0.0.1');
});

test('an unchanged answer is 304 for whoever has its ETag, and is not counted', async () => {
  const { as } = await makeDesk();
  const { lucienne } = as;
  const first = await lucienne.rest.issues.listForRepo(desk);
  const used = Number(first.headers['x-ratelimit-used']);
  const headers = { 'If-None-Match': first.headers.etag };
  const again = lucienne.rest.issues.listForRepo({ ...desk, headers });
  await expect(again).rejects.toMatchObject({
    status: 304,
    response: { headers: { 'x-ratelimit-used': String(used) } },
  });
  await lucienne.rest.issues.create({ ...desk, title: 'New' });
  const changed = await lucienne.rest.issues.listForRepo({ ...desk, headers });
  expect([changed.status, changed.headers['x-ratelimit-used']]).toEqual([200, String(used + 2)]);
});

test('rate limits are counted for each login, and end in 403 where they are spent', async () => {
  const { github, as } = await makeDesk();
  const { data } = await as.visitor.rest.rateLimit.get();
  expect(data.resources.core).toMatchObject({ limit: 5_000, used: 0, remaining: 5_000 });
  await as.visitor.rest.repos.get(desk);
  expect((await as.visitor.rest.rateLimit.get()).data.resources.core.used).toBe(1);
  github.misbehave.spendRateLimit('visitor');
  const spent = as.visitor.rest.repos.get(desk);
  await expect(spent).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  });
  expect((await as.dora.rest.repos.get(desk)).status).toBe(200);
});

test('a secondary limit says when to come back', async () => {
  const { github, as } = await makeDesk();
  github.misbehave.secondaryLimit({ route: 'POST /repos/:owner/:repo/issues', retryAfter: 60 });
  const refused = as.dora.rest.issues.create({ ...desk, title: 'x' });
  await expect(refused).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'retry-after': '60' } },
  });
  expect((await as.dora.rest.issues.create({ ...desk, title: 'x' })).data.number).toBe(1);
});

test('a call can fail before it is done, or lose its answer after it was done, as often as asked', async () => {
  const { github, as } = await makeDesk();
  const route = 'POST /repos/:owner/:repo/issues';
  const create = (title: string) => as.dora.rest.issues.create({ ...desk, title, request: { retries: 0 } });
  github.misbehave.fail({ route, status: 502, times: 2 });
  expect(await refusal(create('a'))).toMatchObject({ status: 502 });
  expect(await refusal(create('b'))).toMatchObject({ status: 502 });
  github.misbehave.dropAnswer({ route });
  expect(await refusal(create('c'))).toMatchObject({ status: 500 }); // Octokit's word for a broken connection
  const off = github.misbehave.fail({ route, status: 500, times: Number.POSITIVE_INFINITY });
  expect(await refusal(create('d'))).toMatchObject({ status: 500 });
  off();
  await create('e');
  const { data } = await as.dora.rest.issues.listForRepo({ ...desk, direction: 'asc' });
  expect(data.map((issue) => issue.title)).toEqual(['c', 'e']);
});

test('the Date header is the clock of the forge', async () => {
  const { github } = await makeDesk({
    clock: { now: () => Date.parse('2031-02-03T04:05:06Z'), after: () => () => {} },
  });
  const { headers } = await octokit(github).rest.repos.get(desk);
  expect(headers.date).toBe('Mon, 03 Feb 2031 04:05:06 GMT');
});
