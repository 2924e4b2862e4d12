import { expect, test } from 'vitest';
import { makeDesk } from './support.ts';

test('an issue is a page for browsers, its words harmless, and a private one is no page for strangers', async () => {
  const { github, as } = await makeDesk();
  const { data } = await as.lucienne.rest.issues.create({
    owner: 'acme',
    repo: 'desk',
    title: 'Paint <b>',
    body: '<script>alert(1)</script>',
  });
  await as.elmar.rest.issues.createComment({
    owner: 'acme',
    repo: 'desk',
    issue_number: data.number,
    body: '<!-- hidden -->\nwhich colour?',
  });
  const answer = await fetch(`${github.url}/acme/desk/issues/${data.number}`);
  const html = await answer.text();
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(html).toContain('Paint &lt;b&gt;');
  expect(html).toContain('&lt;script&gt;');
  expect(html).toContain('which colour?');
  expect(html).not.toMatch(/<script|hidden --/);
  expect((await fetch(`${github.url}/acme/desk/issues/999`)).status).toBe(404);
  await github.admin.createRepository('acme/safe', { private: true });
  expect((await fetch(`${github.url}/acme/safe/issues/1`)).status).toBe(404);
});

test('the page of a pull request shows what is judged of it: checks of its head, and reviews', async () => {
  const { github, as } = await makeDesk();
  const desk = { owner: 'acme', repo: 'desk' };
  const main = (await as.dora.rest.git.getRef({ ...desk, ref: 'heads/main' })).data.object.sha;
  await as.dora.rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha: main });
  const head = await github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w\n' } });
  await as.dora.rest.pulls.create({ ...desk, title: 'Work', head: 'work', base: 'main' });
  await github.admin.setStatus('acme/desk', head, { state: 'pending', context: 'build', by: 'dora' });
  await github.admin.review('acme/desk', 1, { event: 'REQUEST_CHANGES', body: 'Not <yet>', by: 'elmar' });
  const html = await (await fetch(`${github.url}/acme/desk/pull/1`)).text();
  expect(html).toContain('build: pending');
  expect(html).toMatch(new RegExp(`elmar, .*: changes requested at ${head.slice(0, 7)}`));
  expect(html).toContain('Not &lt;yet&gt;');
});

test('a repository, its branches, files and commits are pages, and a private one is none for strangers', async () => {
  const { github } = await makeDesk();
  const { admin, url } = github;
  const files = { 'notes/a <b>.txt': 'one & two\n' };
  const sha = await admin.commit('acme/desk', {
    branch: 'ticket/MC-1',
    files,
    message: 'Notes <b>',
    by: 'dora',
  });
  const look = async (path: string): Promise<string> => {
    const answer = await fetch(`${url}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  expect(await look('/')).toContain('href="/acme/desk"');
  expect(await look('/acme/desk')).toContain('href="/acme/desk/tree/ticket/MC-1"');
  expect(await look('/acme/desk/tree/ticket/MC-1')).toMatch(
    /href="\/acme\/desk\/blob\/ticket\/MC-1\/notes\/a%20%3Cb%3E.txt"/,
  );
  expect(await look('/acme/desk/blob/ticket/MC-1/notes/a%20%3Cb%3E.txt')).toContain('one &amp; two');
  expect(await look(`/acme/desk/commit/${sha}`)).toContain('Notes &lt;b&gt;');
  expect(await look('/dora')).toContain('dora');
  const absent = [
    '/nobody',
    '/acme/none',
    '/acme/desk/commit/0000000',
    '/acme/desk/tree/none',
    '/acme/desk/blob/none/a',
  ];
  for (const path of absent) expect(await look(path)).toMatch(/^404/);
  await admin.createRepository('acme/safe', { private: true });
  await admin.commit('acme/safe', { files: { secret: 's' } });
  expect(await look('/')).not.toContain('acme/safe');
  for (const path of ['', '/tree/main', '/blob/main/secret'])
    expect(await look(`/acme/safe${path}`)).toMatch(/^404/);
});
