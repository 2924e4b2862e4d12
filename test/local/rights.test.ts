import { createHmac, createSign } from 'node:crypto';
import { expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';
import { desk, installedApp, makeDesk, octokit, refusal } from './support.ts';

const integration = { status: 403, message: 'Resource not accessible by integration' };

test('an unknown token is 401 "Bad credentials", on every route and even where no token is needed', async () => {
  const { github } = await makeDesk();
  const stranger = octokit(github, 'ghp_invented');
  const bad = { status: 401, message: 'Bad credentials' };
  expect(await refusal(stranger.rest.repos.get(desk))).toEqual(bad);
  expect(await refusal(stranger.rest.meta.getZen())).toEqual(bad);
});

test('a private repository does not exist for a stranger; a public one is read by anybody', async () => {
  const { as } = await makeDesk({ private: true });
  expect(await refusal(as.stranger.rest.repos.get(desk))).toEqual({ status: 404, message: 'Not Found' });
  expect(await refusal(as.stranger.rest.issues.create({ ...desk, title: 'x' }))).toMatchObject({
    status: 404,
  });
  expect((await as.visitor.rest.repos.get(desk)).data.private).toBe(true);
  const { github } = await makeDesk();
  const nobody = octokit(github);
  expect((await nobody.rest.repos.get(desk)).data.private).toBe(false);
  expect(await refusal(nobody.rest.issues.create({ ...desk, title: 'x' }))).toMatchObject({ status: 401 });
});

test('the permission endpoint tells five switches, the old name and the role', async () => {
  const { github, as } = await makeDesk();
  github.admin.createUser('maya');
  github.admin.setPermission('acme/desk', 'maya', 'maintain');
  const seen = async (username: string) => {
    const { data } = await as.lucienne.rest.repos.getCollaboratorPermissionLevel({ ...desk, username });
    const on = Object.entries(data.user?.permissions ?? {}).filter(([, yes]) => yes);
    return [data.permission, data.role_name, on.map(([name]) => name).join(' ')];
  };
  expect(await seen('lucienne')).toEqual(['admin', 'admin', 'admin maintain push triage pull']);
  expect(await seen('maya')).toEqual(['write', 'maintain', 'maintain push triage pull']);
  expect(await seen('dora')).toEqual(['write', 'write', 'push triage pull']);
  expect(await seen('elmar')).toEqual(['read', 'triage', 'triage pull']);
  expect(await seen('visitor')).toEqual(['read', 'read', 'pull']);
  const unknown = as.lucienne.rest.repos.getCollaboratorPermissionLevel({ ...desk, username: 'nobody' });
  expect(await refusal(unknown)).toMatchObject({ status: 404 });
});

test('in a private repository somebody without a grant has permission none', async () => {
  const { as } = await makeDesk({ private: true });
  const { data } = await as.dora.rest.repos.getCollaboratorPermissionLevel({ ...desk, username: 'stranger' });
  expect(data.permission).toBe('none');
  expect(data.user?.permissions).toMatchObject({ pull: false, push: false });
});

test('an app signs a JSON web token; its installation token ends after one hour', async () => {
  const clock = manualClock(Date.now());
  const { github } = await makeDesk({ clock });
  const app = await installedApp(github, undefined);
  expect((await app.own.rest.apps.getAuthenticated()).data?.slug).toBe('signalbox');
  const { data } = await app.own.rest.apps.createInstallationAccessToken({
    installation_id: app.installationId,
  });
  expect(Date.parse(data.expires_at) - clock.now()).toBeGreaterThan(3_598_000);
  expect(data.token).toMatch(/^ghs_\d+_.{400,}$/); // long and with dots, as the stateless ones
  const api = octokit(github, data.token);
  expect((await api.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1);
  clock.advance(3_600_000);
  expect(await refusal(api.rest.repos.get(desk))).toEqual({ status: 401, message: 'Bad credentials' });
});

test('an installation token can be revoked and is unknown then', async () => {
  const { github } = await makeDesk();
  const app = await installedApp(github, undefined);
  const { data } = await app.own.rest.apps.createInstallationAccessToken({
    installation_id: app.installationId,
  });
  const api = octokit(github, data.token);
  await api.rest.apps.revokeInstallationAccessToken();
  expect(await refusal(api.rest.repos.get(desk))).toMatchObject({ status: 401 });
});

test('a token can be narrowed to less than the app may do, never widened', async () => {
  const { github } = await makeDesk();
  const app = await installedApp(github, undefined);
  const mint = (wish: { permissions?: Record<string, string>; repositories?: string[] }) =>
    app.own.rest.apps.createInstallationAccessToken({ installation_id: app.installationId, ...wish });
  const reader = octokit(github, (await mint({ permissions: { issues: 'read' } })).data.token);
  await reader.rest.issues.listForRepo(desk);
  expect(await refusal(reader.rest.issues.create({ ...desk, title: 'x' }))).toEqual(integration);
  expect(await refusal(reader.rest.repos.getContent({ ...desk, path: 'README.md' }))).toEqual(integration);
  expect(await refusal(mint({ permissions: { actions: 'write' } }))).toMatchObject({ status: 422 });
  expect(await refusal(mint({ repositories: ['attic'] }))).toMatchObject({ status: 422 });
});

test('an app acts only where it is installed, and only within its permissions', async () => {
  const { github } = await makeDesk({ private: true });
  await github.admin.createRepository('acme/other', { private: true });
  const app = await installedApp(github, undefined, { permissions: { issues: 'read' } });
  const other = { owner: 'acme', repo: 'other' };
  expect(await refusal(app.api.rest.repos.get(other))).toMatchObject({ status: 404 });
  expect(await refusal(app.api.rest.issues.create({ ...desk, title: 'x' }))).toEqual(integration);
  expect(await refusal(app.api.rest.pulls.list(desk))).toEqual(integration);
  expect(await refusal(app.api.rest.users.getAuthenticated())).toEqual(integration);
});

test('the delivery log opens to the JSON web token only, not to an installation token', async () => {
  const { github, as } = await makeDesk();
  const app = await installedApp(github, undefined);
  const { token } = (await app.api.auth({ type: 'installation' })) as { token: string };
  const refused = { status: 401, message: 'A JSON web token could not be decoded' };
  expect(await refusal(octokit(github, token).rest.apps.listWebhookDeliveries())).toEqual(refused);
  expect(await refusal(as.lucienne.rest.apps.listInstallations())).toEqual(refused);
});

test('a JSON web token is judged as on GitHub: signer, algorithm, age', async () => {
  const { github } = await makeDesk();
  const app = await installedApp(github, undefined);
  const other = await installedApp(github, undefined, { slug: 'other' });
  const now = Math.floor(Date.now() / 1000);
  const ask = (token: string) => refusal(octokit(github, token).rest.apps.getAuthenticated());
  const jwt = (claims: object, key = app.privateKey) =>
    sign({ iss: app.id, iat: now - 30, exp: now + 540, ...claims }, key);
  expect((await octokit(github, jwt({})).rest.apps.getAuthenticated()).status).toBe(200);
  expect(await ask(jwt({}, other.privateKey))).toEqual({
    status: 401,
    message: 'A JSON web token could not be decoded',
  });
  expect(await ask(jwt({ iss: 77 }))).toEqual({ status: 401, message: 'Integration not found' });
  expect((await ask(jwt({ exp: now - 1 }))).message).toContain(
    "'Expiration time' claim ('exp') must be a numeric value",
  );
  expect((await ask(jwt({ exp: now + 900 }))).message).toContain('is too far in the future');
  expect((await ask(jwt({ iat: now + 300 }))).message).toContain(
    "'Issued at' claim ('iat') must be an Integer",
  );
  expect(await ask(hmac({ iss: app.id, iat: now, exp: now + 60 }))).toMatchObject({ status: 401 });
});

test('an app whose own clock is wrong puts itself right by the Date header', async () => {
  const { github } = await makeDesk({ clock: manualClock(Date.now() - 3_600_000) });
  const app = await installedApp(github, undefined);
  expect((await app.own.rest.apps.getAuthenticated()).status).toBe(200);
});

test('an archived repository refuses every change', async () => {
  const { github, as } = await makeDesk();
  github.admin.archiveRepository('acme/desk');
  const refused = { status: 403, message: 'Repository was archived so is read-only.' };
  expect(await refusal(as.lucienne.rest.issues.create({ ...desk, title: 'x' }))).toEqual(refused);
});

test('a renamed repository redirects by its id, and Octokit follows', async () => {
  const { github, as } = await makeDesk();
  await as.lucienne.rest.issues.create({ ...desk, title: 'One' });
  github.admin.renameRepository('acme/desk', 'bureau');
  const { data } = await as.lucienne.rest.issues.get({ ...desk, issue_number: 1 });
  expect(data.repository_url).toBe(`${github.api}/repos/acme/bureau`);
  const answer = await fetch(`${github.api}/repos/acme/desk/issues/1`, { redirect: 'manual' });
  expect(answer.status).toBe(301);
  expect(answer.headers.get('location')).toMatch(/\/api\/v3\/repositories\/\d+\/issues\/1$/);
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(claims: object, key: string): string {
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

function hmac(claims: object): string {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', 'public').update(text).digest('base64url')}`;
}
