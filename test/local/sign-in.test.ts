import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { makeOAuth } from '../../src/forge/oauth.ts';
import type { LocalGitHub } from '../../src/local/server.ts';
import { octokit, startForge } from './support.ts';

/*
 * GitHub's web flow on the embedded GitHub, as the board's own client goes through it.
 */

const callback = 'http://127.0.0.1:3000/login/callback';
const verifier = 'a verifier that only this browser knows';
const challenge = createHash('sha256').update(verifier).digest('base64url');

async function start() {
  const github = await startForge();
  for (const login of ['lucienne', 'elmar']) github.admin.createUser(login);
  await github.admin.createApp({
    slug: 'signalbox',
    events: [],
    permissions: {},
    webhookSecret: 'x'.repeat(20),
  });
  const credentials = github.admin.createClientSecret('signalbox');
  github.admin.updateCallbackUrls('signalbox', [callback]);
  const options = { webUrl: github.url, apiUrl: github.api, clock: systemClock };
  return { github, credentials, client: makeOAuth({ ...credentials, ...options }), options };
}

/** Somebody picks a name on the page that the address leads to; answers where they are sent. */
async function pick(address: string, login: string): Promise<Response> {
  const page = await (await fetch(address)).text();
  const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  );
  const body = new URLSearchParams({ ...Object.fromEntries(hidden), login });
  return fetch(new URL('/login/oauth/authorize', address), { method: 'POST', body, redirect: 'manual' });
}

test('whoever picks a name on the page is known to the app by it, once', async () => {
  const { client } = await start();
  const address = client.address({ state: 'the state', challenge, callback });
  const sent = await pick(address, 'elmar');
  const back = new URL(sent.headers.get('location') ?? '');
  expect([`${back.origin}${back.pathname}`, back.searchParams.get('state')]).toEqual([callback, 'the state']);
  const code = back.searchParams.get('code') ?? '';
  const person = await client.person({ code, verifier, callback });
  expect(person).toMatchObject({ login: 'elmar' });
  await expect(client.person({ code, verifier, callback })).rejects.toMatchObject({
    kind: 'user',
    code: 'sign-in-failed',
  });
});

test('a code that was overheard is worth nothing without its verifier, nor is another secret', async () => {
  const { client, github, credentials, options } = await start();
  const codeOf = async () =>
    new URL(
      (await pick(client.address({ state: 's', challenge, callback }), 'lucienne')).headers.get('location') ??
        '',
    ).searchParams.get('code') ?? '';
  const refused = { code: 'sign-in-failed' };
  await expect(client.person({ code: await codeOf(), verifier: 'guessed', callback })).rejects.toMatchObject(
    refused,
  );
  const thief = makeOAuth({ ...credentials, clientSecret: 'guessed', ...options });
  await expect(thief.person({ code: await codeOf(), verifier, callback })).rejects.toMatchObject({
    ...refused,
    kind: 'config',
  });
  await expect(
    client.person({ code: await codeOf(), verifier, callback: `${callback}/x` }),
  ).rejects.toMatchObject(refused);
  expect(github.admin.createClientSecret('signalbox').clientId).toBe(credentials.clientId);
});

test('nobody is sent anywhere but to a registered callback', async () => {
  const { client, github } = await start();
  const elsewhere = client.address({ state: 's', challenge, callback: 'https://evil.example/' });
  expect((await fetch(elsewhere)).status).toBe(400);
  const unknown = new URL(client.address({ state: 's', challenge, callback }));
  unknown.searchParams.set('client_id', 'nobody');
  expect((await fetch(unknown)).status).toBe(404);
  const strange = new URL(client.address({ state: 's', challenge, callback }));
  strange.searchParams.set('prompt', 'none');
  expect(await (await fetch(strange)).text()).toContain('not supported by the embedded GitHub');
  expect(
    (
      await fetch(`${github.url}/login/oauth/authorize`, {
        method: 'POST',
        body: new URLSearchParams({ login: 'elmar' }),
      })
    ).status,
  ).toBe(404);
});

test('the token that the app gets says who somebody is, and opens nothing else', async () => {
  const { client, github, credentials } = await start();
  await github.admin.createRepository('acme/desk');
  github.admin.setPermission('acme/desk', 'lucienne', 'admin');
  const token = await tokenFor(github, credentials, client.address({ state: 's', challenge, callback }));
  const api = octokit(github, token);
  expect((await api.rest.users.getAuthenticated()).data.login).toBe('lucienne');
  await expect(api.rest.issues.create({ owner: 'acme', repo: 'desk', title: 'no' })).rejects.toMatchObject({
    status: 403,
  });
});

async function tokenFor(
  github: LocalGitHub,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  address: string,
): Promise<string> {
  const code = new URL((await pick(address, 'lucienne')).headers.get('location') ?? '').searchParams.get(
    'code',
  );
  const answer = await fetch(`${github.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      code,
      code_verifier: verifier,
      redirect_uri: callback,
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
