import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, gitLogin } from '../../src/base/git.ts';
import type { LocalGitHub } from '../../src/local/server.ts';
import { clone, installedApp, makeDesk, temporaryFolder } from './support.ts';

const noCommit = '0'.repeat(40);
const history = (github: LocalGitHub, ref: string) =>
  github.admin.refHistory('acme/desk', ref).map(({ sha }) => sha);
const headOf = (github: LocalGitHub, ref = 'refs/heads/main') => history(github, ref).at(-1);

test('a clone, a push and a fetch work with a token as the password', async () => {
  const { github, tokens } = await makeDesk({ private: true });
  const [one, two] = [await clone(github, tokens.dora), await clone(github, tokens.visitor)];
  const sha = await one.commit('one');
  expect(await one.git('push', '-q', 'origin', 'HEAD:main')).toMatchObject({ code: 0 });
  await two.git('fetch', '-q');
  expect((await two.git('rev-parse', 'origin/main')).stdout.trim()).toBe(sha);
  expect(github.admin.refHistory('acme/desk', 'refs/heads/main').at(-1)).toMatchObject({
    sha,
    actor: 'dora',
  });
});

test('who may do what: a reader may not push, a stranger sees no private repository, an unknown token nothing', async () => {
  const { github, tokens } = await makeDesk({ private: true });
  const reader = await clone(github, tokens.visitor);
  await reader.commit('mine');
  const pushed = await reader.git('push', 'origin', 'HEAD:main');
  expect(pushed.stderr).toContain('Permission to acme/desk.git denied to visitor.');
  const cwd = temporaryFolder();
  const look = (token: string) =>
    git(['ls-remote', `${github.url}/acme/desk.git`], { cwd, env: gitLogin(github.url, token) });
  expect((await look(tokens.stranger)).stderr).toContain('not found');
  const invented = github.url.replace('//', '//lucienne:ghp_invented@');
  const answer = await git(['ls-remote', `${invented}/acme/desk.git`], { cwd });
  expect(answer.stderr).toContain('Authentication failed');
  expect((await git(['ls-remote', `${github.url}/acme/desk.git`], { cwd })).stderr).toContain(
    'could not read Username',
  );
});

test('a public repository is read without a token, and asks for one before a push', async () => {
  const { github } = await makeDesk();
  const cwd = temporaryFolder();
  expect(await git(['clone', '-q', `${github.url}/acme/desk`, '.'], { cwd })).toMatchObject({ code: 0 });
  expect((await git(['push', 'origin', 'HEAD:new'], { cwd })).stderr).toContain('could not read Username');
});

test('a stale lease is refused with "stale info"', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const first = headOf(github) ?? '';
  const moved = await github.admin.commit('acme/desk', { files: { a: 'a' } });
  await desk.commit('mine');
  const pushed = await desk.git('push', `--force-with-lease=main:${first}`, 'origin', 'HEAD:main');
  expect(pushed.code).toBe(1);
  expect(pushed.stderr).toContain('stale info');
  expect(headOf(github)).toBe(moved);
});

test('push --atomic with two leases is all or nothing', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const first = headOf(github) ?? '';
  const next = await desk.commit('next');
  const push = (stateLease: string, witnessLease: string) =>
    desk.git(
      'push',
      '--atomic',
      `--force-with-lease=refs/heads/main:${stateLease}`,
      `--force-with-lease=refs/signalbox/witness:${witnessLease}`,
      'origin',
      'HEAD:refs/heads/main',
      'HEAD:refs/signalbox/witness',
    );
  expect((await push(first, first)).code).toBe(1); // the witness does not exist yet
  expect([headOf(github), headOf(github, 'refs/signalbox/witness')]).toEqual([first, undefined]);
  expect((await push(first, '')).code).toBe(0);
  expect([headOf(github), headOf(github, 'refs/signalbox/witness')]).toEqual([next, next]);
});

test('a fast-forward push is no compare-and-swap: it passes after the branch was moved back', async () => {
  const { github, tokens } = await makeDesk();
  const first = headOf(github) ?? '';
  const second = await github.admin.commit('acme/desk', { files: { a: 'a' } });
  const desk = await clone(github, tokens.dora);
  await github.misbehave.rewriteRef('acme/desk', 'refs/heads/main', first);
  const third = await desk.commit('third');
  expect((await desk.git('push', `--force-with-lease=main:${second}`, 'origin', 'HEAD:main')).code).toBe(1);
  expect((await desk.git('push', 'origin', 'HEAD:main')).code).toBe(0);
  expect(history(github, 'refs/heads/main')).toEqual([first, second, first, third]);
});

test('a second push of the very same commit is told "=", up to date, and moves nothing', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const first = headOf(github) ?? '';
  const sha = await desk.commit('twin');
  expect((await desk.git('push', '-q', 'origin', 'HEAD:main')).code).toBe(0);
  const again = await desk.git(
    'push',
    '--porcelain',
    `--force-with-lease=main:${sha}`,
    'origin',
    'HEAD:main',
  );
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('=\tHEAD:refs/heads/main\t[up to date]');
  expect(history(github, 'refs/heads/main')).toEqual([first, sha]);
});

test('git can be cut off for one login alone', async () => {
  const { github, tokens } = await makeDesk();
  const [desk, other] = [await clone(github, tokens.dora), await clone(github, tokens.lucienne)];
  const forEver = { times: Number.POSITIVE_INFINITY, by: 'dora', status: 503 };
  const mend = github.misbehave.fail({ route: 'info/refs git-upload-pack', ...forEver });
  expect((await desk.git('fetch', 'origin')).code).not.toBe(0);
  expect((await other.git('fetch', 'origin')).code).toBe(0);
  mend();
  expect((await desk.git('fetch', 'origin')).code).toBe(0);
});

test('refs outside heads and tags can be pushed, fetched and deleted; their history outlives them', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const ref = 'refs/signalbox/signal/MC-1/3';
  const one = await desk.commit('one');
  await desk.git('push', '-q', 'origin', `HEAD:${ref}`);
  expect((await desk.git('fetch', '-q', 'origin', ref)).code).toBe(0);
  await desk.git('push', '-q', 'origin', `:${ref}`);
  const two = await desk.commit('two');
  await desk.git('push', '-q', 'origin', `HEAD:${ref}`);
  expect(history(github, ref)).toEqual([one, noCommit, two]);
});

test('every value that a branch ever had is known, in order, when four clients race', async () => {
  const { github, tokens } = await makeDesk();
  const first = headOf(github) ?? '';
  const clients = await Promise.all(Array.from({ length: 4 }, () => clone(github, tokens.dora)));
  const won: string[] = [];
  await Promise.all(
    clients.map(async (desk, index) => {
      for (let turn = 0; turn < 3; turn += 1) {
        const sha = await desk.commit(`client ${index}, turn ${turn}`);
        if ((await desk.git('push', '-q', '-f', 'origin', 'HEAD:main')).code === 0) won.push(sha);
      }
    }),
  );
  const seen = history(github, 'refs/heads/main');
  expect(seen[0]).toBe(first);
  expect([...seen.slice(1)].sort()).toEqual([...won].sort());
  const { stdout } = await git(['reflog', '--format=%H', 'refs/heads/main'], {
    cwd: github.admin.gitDir('acme/desk'),
  });
  expect(stdout.trim().split('\n').reverse()).toEqual(seen);
});

test('an app without the workflows permission may not push a workflow file, one with it may', async () => {
  const { github } = await makeDesk();
  const app = await installedApp(github, undefined);
  const able = await installedApp(github, undefined, {
    slug: 'able',
    permissions: { contents: 'write', workflows: 'write' },
  });
  const push = async (api: typeof app.api) => {
    const { token } = (await api.auth({ type: 'installation' })) as { token: string };
    const desk = await clone(github, token);
    await desk.git('checkout', '-q', '-b', 'ci');
    mkdirSync(join(desk.folder, '.github/workflows'), { recursive: true });
    writeFileSync(join(desk.folder, '.github/workflows/ci.yml'), 'on: push\n');
    await desk.git('add', '.');
    await desk.commit('ci');
    return desk.git('push', 'origin', 'HEAD:ci');
  };
  const refused = await push(app.api);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    'refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml`',
  );
  expect(headOf(github, 'refs/heads/ci')).toBeUndefined();
  expect((await push(able.api)).code).toBe(0);
});

test('a push of many megabytes is streamed through', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  writeFileSync(join(desk.folder, 'big.bin'), randomBytes(6 * 1024 * 1024));
  await desk.git('add', '.');
  const sha = await desk.commit('big');
  expect(await desk.git('push', '-q', 'origin', 'HEAD:main')).toMatchObject({ code: 0 });
  expect(headOf(github)).toBe(sha);
  const cwd = temporaryFolder();
  const partial = ['clone', '-q', '--filter=blob:none', '--no-checkout', `${github.url}/acme/desk.git`, '.'];
  expect(await git(partial, { cwd })).toMatchObject({ code: 0 });
  expect((await git(['fetch', '-q', 'origin', sha], { cwd })).code).toBe(0);
});

test('a renamed repository answers git under its old name', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  github.admin.renameRepository('acme/desk', 'bureau');
  expect((await desk.git('fetch', 'origin')).code).toBe(0);
});

test('only git of today is spoken: the dumb protocol is refused by name', async () => {
  const { github } = await makeDesk();
  const answer = await fetch(`${github.url}/acme/desk.git/info/refs`);
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain("not supported by the embedded GitHub: git's dumb protocol");
});

test('commits that are made by hand at once all land, each on the one before', async () => {
  const { github } = await makeDesk({});
  const names = ['a', 'b', 'c', 'd'];
  const shas = await Promise.all(
    names.map((name) => github.admin.commit('acme/desk', { files: { [name]: name } })),
  );
  const { stdout } = await git(['ls-tree', '--name-only', 'refs/heads/main'], {
    cwd: github.admin.gitDir('acme/desk'),
  });
  expect(stdout.trim().split('\n')).toEqual(expect.arrayContaining(names));
  expect(shas).toHaveLength(names.length);
});
