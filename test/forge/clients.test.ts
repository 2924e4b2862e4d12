import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeForge } from '../../src/forge/forge.ts';
import { makeGithubApp } from '../../src/forge/github-app.ts';
import { at, github, onlyExpectedRequests } from './world.ts';

onlyExpectedRequests();

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ports = { clock: systemClock, log: silentLog };
const app = makeGithubApp({
  appId: 7,
  privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  apiUrl: 'https://api.github.com',
  paced: true,
  ...ports,
});

const tokenPath = (installation: number) => `/app/installations/${installation}/access_tokens`;
const hour = () => new Date(Date.now() + 3_600_000).toISOString();

function tokenIsGiven(installation: number, times: number): void {
  const answer = {
    token: `ghs_${installation}`,
    expires_at: hour(),
    permissions: {},
    repository_selection: 'all',
  };
  github().post(tokenPath(installation)).times(times).reply(201, answer);
}

function forgeOf(installation: number) {
  const { octokit, cancelOctokit } = app.clients(installation);
  const identity = { id: 7, slug: 'signalbox' };
  return makeForge({ octokit, cancelOctokit, owner: 'acme', repo: 'desk', app: identity, ...ports });
}

test("writes are paced for each installation by itself, and a stop waits for nobody's", async () => {
  tokenIsGiven(1, 2); // the client for cancels has a token of its own
  tokenIsGiven(2, 1);
  github().post(`${at}/labels`).matchHeader('authorization', 'token ghs_1').thrice().reply(201, {});
  github().post(`${at}/labels`).matchHeader('authorization', 'token ghs_2').reply(201, {});
  github().post(`${at}/actions/runs/990/cancel`).reply(202, {});
  const [busy, other] = [forgeOf(1), forgeOf(2)];
  const order: string[] = [];
  const noted = async (name: string, call: Promise<unknown>) => {
    await call;
    order.push(name);
  };
  await Promise.all([
    ...['first', 'second', 'third'].map((name) => noted(name, busy.createLabel(name, 'ededed', ''))),
    noted('other', other.createLabel('x', 'ededed', '')),
    noted('stop', busy.cancel(990)),
  ]);
  expect(order.slice(0, 3).toSorted()).toEqual(['first', 'other', 'stop']);
  expect(order.slice(3)).toEqual(['second', 'third']);
});

test('an installation that is gone is not an issue that is gone', async () => {
  github().post(tokenPath(3)).reply(404, { message: 'Not Found' });
  await expect(forgeOf(3).issue(42)).rejects.toMatchObject({ kind: 'config', code: 'installation-lost' });
});
