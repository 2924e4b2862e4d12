import { Octokit } from '@octokit/rest';
import { afterEach, expect, test } from 'vitest';
import { type RunningApp, startApp } from '../../src/app/start.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { embeddedWorld, webhookSecret } from '../forge/embedded.ts';
import { RecordingOperator, until } from './world.ts';

/** The app's door, met by the embedded GitHub's own webhooks; only the operators are the tests'. */
const world = embeddedWorld();
const desk = { owner: 'acme', repo: 'desk' };
const elmar = () => new Octokit({ baseUrl: world.github.api, auth: world.tokens.elmar }).rest;

let app: RunningApp | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function start(): Promise<Map<string, RecordingOperator>> {
  const operators = new Map<string, RecordingOperator>();
  app = await startApp({
    appId: world.app.id,
    privateKey: world.app.privateKey,
    webhookSecret,
    githubUrl: world.github.api,
    port: 0,
    github: world.githubApp,
    operators: async (_, { owner, repo }) => {
      const operator = new RecordingOperator();
      operators.set(`${owner}/${repo}`, operator);
      return operator;
    },
    clock: systemClock,
    log: silentLog,
  });
  world.github.admin.updateWebhookUrl('signalbox', `${app.url}/api/github/webhooks`);
  await until(() => operators.get('acme/desk')?.ended.includes('sweep'));
  return operators;
}

test("people's labels and comments are looked at, the app's own are not", async () => {
  const number = await world.forge.createIssue('Rework the report', '', []);
  await world.forge.createLabel('park', 'ededed', '');
  const operator = (await start()).get('acme/desk');
  await world.forge.addLabels(number, ['ticket: inbox']);
  await world.forge.createComment(number, 'status');
  await world.github.delivered();
  expect(operator?.asked).toEqual([]);

  await elmar().issues.addLabels({ ...desk, issue_number: number, labels: ['park'] });
  await world.github.delivered();
  await elmar().issues.createComment({ ...desk, issue_number: number, body: '/status' });
  await world.github.delivered();
  expect(operator?.asked[0]).toBe(`issue ${number}`);
  expect(operator?.asked[1]).toMatch(new RegExp(`^comment ${number} \\d+ elmar$`));
});

test('a run that the app dispatched is followed, and a push to the state branch is looked at', async () => {
  const operator = (await start()).get('acme/desk');
  const dispatched = await world.forge.dispatch('signalbox.yml', { ticket: 'MC-4159', attempt: '3' });
  const run = 'run' in dispatched ? dispatched.run : null;
  await until(() => operator?.asked.includes(`run ${run} completed`));
  expect(operator?.asked).toContain(`run ${run} queued`);
  const files = { 'desk.yaml': 'format: 1\n' };
  await world.github.admin.commit('acme/desk', { files, branch: 'signalbox', by: 'lucienne' });
  await world.github.delivered();
  expect(operator?.asked.at(-1)).toBe('head');
});

test('a delivery that failed is marked so at GitHub, and its redelivery is worked', async () => {
  const number = await world.forge.createIssue('to be redelivered', '', []);
  await world.forge.createLabel('hold', 'ededed', '');
  const operator = (await start()).get('acme/desk');
  if (operator) operator.look = () => Promise.reject(new Error('no disk'));
  await elmar().issues.addLabels({ ...desk, issue_number: number, labels: ['hold'] });
  await world.github.delivered();
  const ofIssue = (row: { payload: string }) => JSON.parse(row.payload).issue?.number === number;
  const failed = world.github.admin.deliveries('signalbox').filter(ofIssue).at(-1);
  expect(failed).toMatchObject({ event: 'issues', statusCode: 500 });

  if (operator) operator.look = async () => {};
  const { ProbotOctokit } = await import('probot');
  const auth = { appId: world.app.id, privateKey: world.app.privateKey };
  const asApp = new ProbotOctokit({ baseUrl: world.github.api, auth, throttle: { enabled: false } });
  await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id: failed?.id ?? 0 });
  await world.github.delivered();
  // The app itself may have had others sent again meanwhile.
  const ofEvent = (row: { guid: string }) => row.guid === failed?.guid;
  expect(world.github.admin.deliveries('signalbox').filter(ofEvent).at(-1)).toMatchObject({
    statusCode: 200,
  });
  expect(operator?.ended).toContain(`issue ${number}`);
});

test('a repository is served from its installation on, under its new name, and until it is archived', async () => {
  const operators = await start();
  const { admin } = world.github;
  await admin.createRepository('acme/young');
  admin.installApp('signalbox', 'acme/young');
  await until(() => operators.get('acme/young')?.ended.includes('sweep'));
  admin.renameRepository('acme/young', 'grown');
  await until(() => operators.get('acme/grown')?.ended.includes('sweep'));
  expect(operators.get('acme/young')?.ended.at(-1)).toBe('close');
  admin.archiveRepository('acme/grown');
  await until(() => operators.get('acme/grown')?.ended.includes('close'));
});

test('an issue that was deleted or transferred is told with who did it', async () => {
  const deleted = await world.forge.createIssue('to be deleted', '', []);
  const operator = (await start()).get('acme/desk');
  world.github.admin.deleteIssue('acme/desk', deleted, 'lucienne');
  await world.github.delivered();
  expect(operator?.asked[0]).toMatch(new RegExp(`^gone ${deleted} deleted lucienne `));
});

test('what nobody answered while the app was away is sent again when it starts', async () => {
  const number = await world.forge.createIssue('Rework the report', '', []);
  world.github.admin.updateWebhookUrl('signalbox', 'http://127.0.0.1:1/api/github/webhooks');
  await elmar().issues.addLabels({ ...desk, issue_number: number, labels: ['park'] });
  await world.github.delivered();
  const attempts = () =>
    world.github.admin
      .deliveries('signalbox')
      .filter(({ payload }) => JSON.parse(payload).issue?.number === number);
  const labelled = attempts().find(({ action }) => action === 'labeled');
  expect(labelled?.statusCode).toBeGreaterThanOrEqual(400);

  const operator = (await start()).get('acme/desk');
  await until(() => operator?.asked.includes(`issue ${number}`));
  await world.github.delivered();
  const again = attempts().filter(({ guid }) => guid === labelled?.guid);
  expect(again.map(({ redelivery, statusCode }) => [redelivery, statusCode < 300])).toEqual([
    [false, false],
    [true, true],
  ]);
});
