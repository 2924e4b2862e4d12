import { afterEach, expect, test } from 'vitest';
import { git, gitLogin } from '../../src/base/git.ts';
import { Cleanup, octokit, startForge, temporaryFolder } from './support.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('a push over HTTP with a token as password lands, and is remembered', async () => {
  const github = await startForge(cleanup);
  await github.admin.createRepository('acme/desk', { private: true });
  const token = github.admin.createUser('lucienne');
  github.admin.setPermission('acme/desk', 'lucienne', 'admin');
  const { data } = await octokit(github, token).rest.repos.get({ owner: 'acme', repo: 'desk' });
  expect(data.full_name).toBe('acme/desk');
  await github.admin.commit('acme/desk', { files: { 'a.txt': 'a\n' } });
  const cwd = temporaryFolder(cleanup);
  const env = gitLogin(github.url, token);
  expect(await git(['clone', '-q', `${github.url}/acme/desk.git`, '.'], { cwd, env })).toMatchObject({
    code: 0,
  });
  await git(['-c', 'user.name=L', '-c', 'user.email=l@x', 'commit', '-q', '--allow-empty', '-m', 'two'], {
    cwd,
  });
  const pushed = await git(['push', 'origin', 'HEAD:main', 'HEAD:refs/signalbox/x'], { cwd, env });
  expect(pushed).toMatchObject({ code: 0 });
  expect(github.admin.refHistory('acme/desk', 'refs/heads/main').map((one) => one.actor)).toEqual([
    'acme',
    'lucienne',
  ]);
  expect(github.admin.refHistory('acme/desk', 'refs/signalbox/x')).toHaveLength(1);
});
