import { createServer } from 'node:net';
import { Probot, Server } from 'probot';
import { expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../src/local/host.ts';
import { hooked } from './hooked.ts';
import type { Receiver } from './support.ts';
import { AppOctokit, clone, desk, installedApp, makeDesk, noActions, startReceiver } from './support.ts';

const secret = 'a secret of the hook';
const one = { ...desk, issue_number: 1 };

test('a webhook is signed over its raw body and carries GitHub headers', async () => {
  const { github, as, receiver, app } = await hooked();
  await as.dora.rest.issues.create({ ...desk, title: 'Größe: 1 m²' });
  await github.delivered();
  const [opened] = receiver.received;
  expect(opened?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
  });
  expect(opened?.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(opened?.payload).toMatchObject({
    installation: { id: app.installationId },
    sender: { login: 'dora' },
  });
  if (!opened) throw new Error('nothing came');
  expect([receiver.signed(opened, secret), receiver.signed(opened, 'another')]).toEqual([true, false]);
});

test('an issue opened with labels is "opened", showing all of them, then "labeled" once for each', async () => {
  const { github, as, receiver } = await hooked({}, ['issues']);
  await as.dora.rest.issues.create({ ...desk, title: 'One', labels: ['ticket', 'park', 'release'] });
  await github.delivered();
  expect(receiver.names().sort()).toEqual([
    'issues.labeled',
    'issues.labeled',
    'issues.labeled',
    'issues.opened',
  ]);
  const opened = receiver.received.find(({ payload }) => payload.action === 'opened');
  expect(opened?.payload.issue.labels.map((label: { name: string }) => label.name)).toEqual([
    'park',
    'release',
    'ticket',
  ]);
  const labeled = receiver.received.filter(({ payload }) => payload.action === 'labeled');
  expect(labeled.map(({ payload }) => payload.label.name).sort()).toEqual(['park', 'release', 'ticket']);
});

test('an app gets the events it subscribed to, of the repositories it is installed on, and no others', async () => {
  const { github, as, receiver } = await hooked({}, ['label']);
  await github.admin.createRepository('acme/other');
  github.admin.setPermission('acme/other', 'dora', 'write');
  await as.dora.rest.issues.createLabel({ owner: 'acme', repo: 'other', name: 'elsewhere' });
  await as.dora.rest.issues.create({ ...desk, title: 'One', labels: ['here'] });
  await github.delivered();
  expect(receiver.received.map(({ payload }) => payload.label.name)).toEqual(['here']);
});

test('what an app does comes back to it, from a sender of type Bot', async () => {
  const { github, as, receiver, app } = await hooked({}, ['issues']);
  await as.dora.rest.issues.create({ ...desk, title: 'One' });
  await app.api.rest.issues.addLabels({ ...one, labels: ['hold'] });
  await github.delivered();
  expect(receiver.received.at(-1)?.payload.sender).toMatchObject({ login: 'signalbox[bot]', type: 'Bot' });
});

test('a real push sends push, create and delete; custom refs send nothing', async () => {
  const { github, tokens, receiver } = await hooked();
  const local = await clone(github, tokens.dora);
  const [before, after] = [await local.commit('one'), await local.commit('two\n\nbody')];
  await local.git('push', '-q', 'origin', 'HEAD:main', 'HEAD:refs/signalbox/witness', 'HEAD:refs/tags/v1');
  await local.git('push', '-q', '-f', 'origin', `${before}:main`, ':refs/tags/v1');
  await github.delivered();
  const pushes = receiver.received.filter(({ event }) => event === 'push').map(({ payload }) => payload);
  const facts = pushes.map(({ ref, created, deleted, forced, commits, sender }) => {
    const messages = commits.map((commit: { message: string }) => commit.message);
    return { ref, created, deleted, forced, messages, sender: sender.login };
  });
  const sender = 'dora';
  expect(facts).toContainEqual({
    ref: 'refs/heads/main',
    created: false,
    deleted: false,
    forced: false,
    messages: ['one', 'two\n\nbody'],
    sender,
  });
  expect(facts).toContainEqual({
    ref: 'refs/heads/main',
    created: false,
    deleted: false,
    forced: true,
    messages: [],
    sender,
  });
  expect(facts).toContainEqual({
    ref: 'refs/tags/v1',
    created: true,
    deleted: false,
    forced: false,
    messages: [],
    sender,
  });
  expect(facts).toContainEqual({
    ref: 'refs/tags/v1',
    created: false,
    deleted: true,
    forced: false,
    messages: [],
    sender,
  });
  expect(facts).toHaveLength(4);
  expect(pushes.find((push) => push.forced)).toMatchObject({ before: after, after: before });
  expect(
    receiver
      .names()
      .filter((name) => name !== 'push')
      .sort(),
  ).toEqual(['create', 'delete']);
});

test('a comment on a pull request is an issue_comment whose issue has a pull_request', async () => {
  const { github, as, receiver } = await hooked({}, ['issue_comment', 'pull_request']);
  const sha = (await as.dora.rest.git.getRef({ ...desk, ref: 'heads/main' })).data.object.sha;
  await as.dora.rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha });
  await github.admin.commit('acme/desk', { branch: 'work', files: { work: 'w' } });
  await as.dora.rest.pulls.create({ ...desk, title: 'Work', head: 'work', base: 'main' });
  await as.visitor.rest.issues.createComment({ ...one, body: '/park' });
  await github.admin.commit('acme/desk', { branch: 'work', files: { work: 'more' } });
  await github.delivered();
  expect(receiver.names().sort()).toEqual([
    'issue_comment.created',
    'pull_request.opened',
    'pull_request.synchronize',
  ]);
  const comment = receiver.received.find(({ event }) => event === 'issue_comment');
  expect(comment?.payload.issue.pull_request.url).toMatch(/\/pulls\/1$/);
});

test('one event has one GUID for all apps', async () => {
  const { github, as, receiver } = await hooked({}, ['issues']);
  const other = await startReceiver();
  await installedApp(github, other, { slug: 'other', events: ['issues'] });
  await as.dora.rest.issues.create({ ...desk, title: 'One' });
  await github.delivered();
  const guidOf = (from: Receiver) => from.received.find(({ event }) => event === 'issues')?.guid;
  expect(guidOf(other)).toBe(guidOf(receiver));
});

test('installing, extending and removing an app is told without a subscription', async () => {
  const { github, receiver } = await hooked({}, []);
  await github.admin.createRepository('acme/attic');
  github.admin.installApp('signalbox', 'acme/attic');
  github.admin.uninstallApp('signalbox', 'acme/attic');
  github.admin.uninstallApp('signalbox', 'acme/desk');
  await github.delivered();
  expect(receiver.names().sort()).toEqual([
    'installation.deleted',
    'installation_repositories.added',
    'installation_repositories.removed',
  ]);
});

test('Probot itself receives, verifies and answers through its own Octokit', async () => {
  const world = await makeDesk();
  const app = await installedApp(world.github, undefined, { events: ['issues'] });
  const options = { appId: app.id, privateKey: app.privateKey, secret, baseUrl: world.github.api };
  const port = await freePort();
  const server = new Server({
    Probot: Probot.defaults({ ...options, Octokit: AppOctokit, logLevel: 'fatal' }),
    port,
    webhookPath: '/hooks',
    host: '127.0.0.1',
  });
  await server.load((probot) => {
    probot.on('issues.opened', async (context) => {
      await context.octokit.rest.issues.createComment(context.issue({ body: 'Seen.' }));
    });
  });
  await server.start();
  onTestFinished(() => server.stop());
  world.github.admin.updateWebhookUrl('signalbox', `http://127.0.0.1:${port}/hooks`);
  await world.as.visitor.rest.issues.create({ ...desk, title: 'One' });
  await world.github.delivered();
  const { data } = await world.as.visitor.rest.issues.listComments(one);
  expect(data.map((comment) => [comment.user?.login, comment.body])).toEqual([['signalbox[bot]', 'Seen.']]);
  expect(world.github.admin.deliveries('signalbox').at(-1)?.statusCode).toBe(200);
});

test('a push by a job token moves the ref as github-actions[bot], and reaches apps unless that was switched off', async () => {
  for (const jobPushesSendWebhooks of [true, false]) {
    let host: Host | undefined;
    const actions = (given: Host) => {
      host = given;
      return noActions();
    };
    const { github, receiver } = await hooked({ actions, jobPushesSendWebhooks }, ['push']);
    const job = host?.mintJobToken('acme/desk', { contents: 'write' });
    const local = await clone(github, job?.token ?? '');
    const sha = await local.commit('by the job');
    expect((await local.git('push', '-q', 'origin', 'HEAD:main')).code).toBe(0);
    await github.delivered();
    expect(github.admin.refHistory('acme/desk', 'refs/heads/main').at(-1)).toMatchObject({
      sha,
      actor: 'github-actions[bot]',
    });
    expect(receiver.received.map(({ payload }) => payload.sender.login)).toEqual(
      jobPushesSendWebhooks ? ['github-actions[bot]'] : [],
    );
    job?.revoke();
    expect((await local.git('push', 'origin', 'HEAD:again')).code).not.toBe(0);
  }
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
