import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { startLocalGitHub } from '../../src/local/server.ts';
import { emptyFolder, Started, start } from '../support/started.ts';

test('the first run works the sample tickets with no credentials, says so, and begins again where it stopped', {
  timeout: 120_000,
}, async () => {
  const first = start();
  await first.says(/^ready/m);
  const { app, github, repository, branch, clone, tokens } = first.local;
  expect({ repository, branch }).toEqual({ repository: 'acme/desk', branch: 'signalbox' });
  expect(clone).toBe(`${github.url}/acme/desk.git`);
  expect(github.api).toBe(`${github.url}/api/v3`);
  expect((await fetch(`${app.url}/ping`)).status).toBeLessThan(500);
  expect(statSync(join(first.data, 'local.json')).mode & 0o077).toBe(0);
  // Luci is given the released ticket; the deferred one waits for her, and goes by its own condition.
  await first.says(/MC-4160 +in progress: luci works/);
  expect(first.output).toMatch(/MC-4159 +waiting when luci is idle/);
  expect(first.output.indexOf('MC-4159  todo')).toBe(-1);
  await first.says(/MC-4160 +done/);
  await first.says(/MC-4159 +in progress: luci works/);
  // What it tells to try works as it is written.
  const command =
    /curl [^\n]*issues\/\d+\/labels -d '\{"labels":\["release"\]\}'/.exec(first.output)?.[0] ?? '';
  const [, url = '', body = ''] = /(http\S+) -d '(.*)'/.exec(command) ?? [];
  const token = /Bearer (\S+)"/.exec(command)?.[1] ?? '';
  expect(token).toBe(tokens.lucienne);
  const answer = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body });
  expect(answer.status).toBe(200);
  await first.says(/MC-4161 +in progress/);
  const people = Object.entries({ lucienne: 'admin', elmar: 'triage', visitor: 'read' });
  for (const [login, role] of people) {
    const client = new Octokit({ auth: tokens[login as keyof typeof tokens], baseUrl: github.api });
    const { data } = await client.rest.repos.get({ owner: 'acme', repo: 'desk' });
    const highest = ['admin', 'maintain', 'push', 'triage', 'pull'].find(
      (name) => data.permissions?.[name as 'admin'],
    );
    expect([login, highest]).toEqual([login, role === 'read' ? 'pull' : role]);
  }
  expect(await first.stop()).toBe(0);
  // Started again on the same data: the same tokens, nothing seeded twice.
  const again = new Started(first.data);
  onTestFinished(async () => void (await again.stop()));
  await again.says(/^ready/m);
  expect(again.local.tokens).toEqual(tokens);
  await again.says(/MC-4162 +waiting/);
  expect(await again.stop()).toBe(0);
  expect(existsSync(join(first.data, 'secrets.json'))).toBe(true);
});

test('a set-up that was killed on its way is done again from nothing', { timeout: 60_000 }, async () => {
  const data = emptyFolder();
  const github = await startLocalGitHub({
    dataFolder: join(data, 'github'),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  github.admin.createUser('lucienne');
  await github.admin.createRepository('acme/desk', { defaultBranch: 'main' });
  await github.close();
  const started = start({}, data);
  await started.says(/^ready/m);
  await started.says(/MC-4161 +inbox/);
  expect(await started.stop()).toBe(0);
});

test('half of the credentials, a key that is none and a taken port are refused with what to do', {
  timeout: 60_000,
}, async () => {
  const refused = async (started: Started) => {
    if (started.child.exitCode === null) await once(started.child, 'exit');
    expect(started.child.exitCode).toBe(3);
    return started.output;
  };
  expect(await refused(start({ APP_ID: '7' }))).toContain(
    'credentials-incomplete: PRIVATE_KEY and WEBHOOK_SECRET not set.',
  );
  const named = { APP_ID: 'my-app', PRIVATE_KEY: 'x', WEBHOOK_SECRET: 'a long enough secret to be one' };
  expect(await refused(start(named))).toContain('bad-app-id');
  expect(await refused(start({ ...named, APP_ID: '7' }))).toContain('bad-private-key');
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  expect(await refused(start({}, emptyFolder(), '--github-port', `${port}`))).toContain(
    'Choose another with --github-port',
  );
});
