import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { LocalGitHub } from '../../src/local/server.ts';
import { clone, makeDesk } from './support.ts';

const history = (github: LocalGitHub, ref: string) =>
  github.admin.refHistory('acme/desk', ref).map(({ sha }) => sha);
const headOf = (github: LocalGitHub, ref = 'refs/heads/main') => history(github, ref).at(-1);

test('a commit that lands between a client read and its swap makes the swap fail on the server', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const first = headOf(github) ?? '';
  let seen: unknown;
  let rival = '';
  const off = github.misbehave.onPreReceive('acme/desk', async (push) => {
    off();
    seen = push;
    rival = await github.admin.commit('acme/desk', { files: { rival: 'r' }, by: 'lucienne' });
  });
  const mine = await desk.commit('mine');
  const pushed = await desk.git('push', `--force-with-lease=main:${first}`, 'origin', 'HEAD:main');
  expect(seen).toEqual({ refs: [{ ref: 'refs/heads/main', before: first, after: mine }], actor: 'dora' });
  expect(pushed.code).toBe(1);
  expect(pushed.stderr).toContain('[remote rejected]');
  expect(history(github, 'refs/heads/main')).toEqual([first, rival]);
});

test('a rival may push over HTTP from inside the pre-receive hook without waiting for itself', async () => {
  const { github, tokens } = await makeDesk();
  const [one, two] = [await clone(github, tokens.dora), await clone(github, tokens.lucienne)];
  await one.commit('one');
  const rival = await two.commit('two');
  github.misbehave.onPreReceive('acme/desk', async () => {
    expect((await two.git('push', '-q', 'origin', 'HEAD:main')).code).toBe(0);
  });
  expect((await one.git('push', 'origin', 'HEAD:main')).code).toBe(1);
  expect(headOf(github)).toBe(rival);
});

test('a push whose answer is lost has landed, and was sent once', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  let pushes = 0;
  github.misbehave.onPreReceive('acme/desk', () => {
    pushes += 1;
  });
  github.misbehave.dropAnswer({ route: 'git-receive-pack' });
  const sha = await desk.commit('landed');
  expect((await desk.git('push', 'origin', 'HEAD:main')).code).not.toBe(0);
  expect([headOf(github), pushes]).toEqual([sha, 1]);
});

test('a push that fails before it is done has not landed', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const first = headOf(github);
  github.misbehave.fail({ route: 'git-receive-pack', status: 503 });
  const sha = await desk.commit('not landed');
  expect((await desk.git('push', 'origin', 'HEAD:main')).code).not.toBe(0);
  expect(headOf(github)).toBe(first);
  expect((await desk.git('push', 'origin', 'HEAD:main')).code).toBe(0);
  expect(headOf(github)).toBe(sha);
});

test('a client that goes away in the middle of a push changes nothing, and the server lives on', async () => {
  const { github, tokens } = await makeDesk();
  const first = headOf(github) ?? '';
  const command = `${first} ${'1'.repeat(40)} refs/heads/main\0 report-status`;
  const line = `${(command.length + 4).toString(16).padStart(4, '0')}${command}0000PACK`;
  await new Promise<void>((resolve) => {
    const half = request(`${github.url}/acme/desk.git/git-receive-pack`, {
      method: 'POST',
      agent: false,
      auth: `x:${tokens.dora}`,
      headers: { 'Content-Type': 'application/x-git-receive-pack-request', 'Content-Length': '100000' },
    });
    half.on('error', () => resolve());
    half.write(line, () => half.destroy(new Error('gone')));
  });
  const desk = await clone(github, tokens.dora);
  const sha = await desk.commit('later');
  expect((await desk.git('push', '-q', 'origin', 'HEAD:main')).code).toBe(0);
  expect(history(github, 'refs/heads/main')).toEqual([first, sha]);
});

test('closing does not wait for a push that hangs in a hook', async () => {
  const { github, tokens } = await makeDesk();
  const desk = await clone(github, tokens.dora);
  const hangs = new Promise<void>((resolve) => {
    github.misbehave.onPreReceive('acme/desk', () => {
      resolve();
      return new Promise(() => {});
    });
  });
  await desk.commit('never');
  const pushed = desk.git('push', 'origin', 'HEAD:main');
  await hangs;
  await github.close();
  expect((await pushed).code).not.toBe(0);
});
