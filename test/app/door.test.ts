import { expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { deliver, from, gate, issueEvent, post, secret, startWorld, until } from './world.ts';

test('a signed delivery is answered when the look that it asked for has ended', async () => {
  const { app, operator } = await startWorld();
  expect(await deliver(app, issueEvent(7))).toMatchObject({ status: 200 });
  expect(operator.ended).toContain('issue 7');
});

test.each([
  ['a wrong one', `sha256=${'0'.repeat(64)}`],
  ['of another kind', 'sha1=abc'],
  ['none', undefined],
])('a bad signature is refused before anything is parsed: %s', async (_, signature) => {
  const { app, operator } = await startWorld();
  const headers = { 'x-hub-signature-256': signature };
  expect(await deliver(app, { ...issueEvent(7), body: 'not { json', headers })).toMatchObject({
    status: 401,
  });
  expect(operator.asked).toEqual([]);
});

test('what is signed and is no JSON, no webhook, or no address of ours is refused by name', async () => {
  const { app } = await startWorld();
  const say = (over: object) => deliver(app, { ...issueEvent(7), ...over });
  expect(await say({ body: 'not { json' })).toEqual({ status: 400, body: { error: 'not-json' } });
  expect(await say({ body: '[1' })).toEqual({ status: 400, body: { error: 'not-json' } });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await say({ headers: form })).toEqual({ status: 415, body: { error: 'json-only' } });
  expect(await say({ headers: { 'x-github-delivery': undefined } })).toMatchObject({ status: 400 });
  expect((await fetch(`${app.url}/api/github/webhooks`)).status).toBe(405);
  expect((await fetch(`${app.url}/probot/setup`)).status).toBe(404);
});

test('a body over 25 MB is refused unread, with its length stated or not', async () => {
  const { app } = await startWorld();
  const url = `${app.url}/api/github/webhooks`;
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': 'g',
  };
  const stated = { ...headers, 'content-length': String(25 * 1024 * 1024 + 1) };
  expect(await post(url, stated, (send) => send.flushHeaders())).toMatchObject({ status: 413 });

  const small = await startWorld({ limits: { bodyBytesMax: 1_000 } });
  const chunked = (bytes: number) =>
    post(`${small.app.url}/api/github/webhooks`, { ...headers, 'transfer-encoding': 'chunked' }, (send) => {
      send.write('x'.repeat(bytes));
      send.end();
    });
  expect(await chunked(1_000)).toMatchObject({ status: 401 });
  expect(await chunked(1_001)).toMatchObject({ status: 413 });
  expect(await chunked(3_000_000)).toMatchObject({ status: 413 });
});

test('S7: a delivery whose work failed is marked as failed, and worked again when it is sent again, and then no more', async () => {
  const { app, operator } = await startWorld();
  const delivery = { ...issueEvent(7), guid: 'the-same' };
  operator.look = async (name) => {
    if (name === 'issue 7') throw new SignalboxError('forge', 'unreachable', 'GitHub is down');
  };
  expect(await deliver(app, delivery)).toEqual({ status: 500, body: { error: 'unreachable' } });
  operator.look = async () => {};
  expect(await deliver(app, delivery)).toMatchObject({ status: 200 });
  expect(await deliver(app, delivery)).toMatchObject({ status: 200 });
  expect(operator.asked).toEqual(['issue 7', 'issue 7']);
});

test('what the app did itself is no news, and what any other bot did is', async () => {
  const { app, operator } = await startWorld();
  const push = (login: string) => ({
    event: 'push',
    payload: { ref: 'refs/heads/signalbox', ...from(login) },
  });
  const comment = (login: string) => ({
    event: 'issue_comment',
    payload: {
      action: 'created',
      issue: { number: 7 },
      comment: { id: 31, body: 'DONE: it', user: { login, type: 'Bot' }, created_at: '2026-05-25T09:12:00Z' },
      ...from(login),
    },
  });
  for (const make of [push, comment, (login: string) => issueEvent(7, 'labeled', login)]) {
    expect(await deliver(app, make('signalbox[bot]'))).toMatchObject({ status: 200 });
    expect(operator.asked).toEqual([]);
  }
  for (const make of [push, comment, (login: string) => issueEvent(7, 'labeled', login)]) {
    await deliver(app, make('github-actions[bot]'));
  }
  expect(operator.asked).toEqual(['head', 'comment 7 31 github-actions[bot]', 'issue 7']);
});

test("a run's events are heard although the app itself dispatched it", async () => {
  const { app, operator } = await startWorld();
  const run = (id: number, status: string, over: object = {}) => ({
    event: 'workflow_run',
    payload: {
      action: status === 'queued' ? 'requested' : status,
      workflow_run: {
        id,
        run_attempt: 1,
        status,
        event: 'workflow_dispatch',
        display_title: 'MC-4159 #3 dev',
        ...over,
      },
      ...from('signalbox[bot]'),
    },
  });
  await deliver(app, run(990, 'queued'));
  await deliver(app, run(990, 'completed'));
  await deliver(app, run(991, 'completed', { event: 'push' }));
  await deliver(app, run(992, 'completed', { display_title: 'Nightly' }));
  expect(operator.asked).toEqual(['run 990 queued', 'run 990 completed']);
});

test('work that takes longer than GitHub waits is answered with 202 and goes on', async () => {
  const { app, operator, clock } = await startWorld({ limits: { answerWithinMs: 8_000 } });
  const slow = gate();
  operator.look = () => slow.passed;
  const delivery = { ...issueEvent(7), guid: 'slow' };
  const answered = deliver(app, delivery);
  await until(() => operator.begun.includes('issue 7'));
  clock.move(8_000);
  expect(await answered).toMatchObject({ status: 202 });
  slow.open();
  await until(() => operator.ended.includes('issue 7'));
  expect(await deliver(app, delivery)).toMatchObject({ status: 200 });
  expect(operator.asked).toEqual(['issue 7']);
});

test('S7: work that fails after a 202 is not lost: a sweep follows, and a redelivery is worked', async () => {
  const { app, operator, clock } = await startWorld();
  const slow = gate();
  operator.look = (name) => (name === 'issue 7' ? slow.passed : Promise.resolve());
  const delivery = { ...issueEvent(7), guid: 'slow' };
  const answered = deliver(app, delivery);
  await until(() => operator.begun.includes('issue 7'));
  clock.move(8_000);
  expect(await answered).toMatchObject({ status: 202 });
  slow.fail(new Error('too bad'));
  await until(() => operator.begun.filter((name) => name === 'sweep').length === 2);
  operator.look = async () => {};
  await deliver(app, delivery);
  expect(operator.asked).toEqual(['issue 7', 'issue 7']);
});

test('closing ends what was accepted, and takes nothing more', async () => {
  const { app, operator } = await startWorld();
  const slow = gate();
  operator.look = (name) => (name === 'issue 7' ? slow.passed : Promise.resolve());
  const answered = deliver(app, issueEvent(7));
  await until(() => operator.begun.includes('issue 7'));
  const closed = app.close();
  await expect(deliver(app, issueEvent(8))).rejects.toThrow('ECONNREFUSED');
  expect(operator.begun).not.toContain('close');
  slow.open();
  expect(await answered).toMatchObject({ status: 200 });
  await closed;
  expect(operator.ended.slice(-2)).toEqual(['issue 7', 'close']);
});

test('closing waits for work that was answered with 202', async () => {
  const { app, operator, clock } = await startWorld();
  const slow = gate();
  operator.look = (name) => (name === 'issue 7' ? slow.passed : Promise.resolve());
  const answered = deliver(app, issueEvent(7));
  await until(() => operator.begun.includes('issue 7'));
  clock.move(8_000);
  await answered;
  let isClosed = false;
  const closed = app.close().then(() => {
    isClosed = true;
  });
  await expect(deliver(app, issueEvent(8))).rejects.toThrow('ECONNREFUSED');
  expect(isClosed).toBe(false);
  slow.open();
  await closed;
  expect(operator.ended.slice(-2)).toEqual(['issue 7', 'close']);
});

test.each([
  [undefined, 'missing-webhook-secret'],
  ['', 'missing-webhook-secret'],
  ['development', 'weak-webhook-secret'],
  ['fifteen-letters', 'weak-webhook-secret'],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'weak-webhook-secret'],
  ["It's a Secret to Everybody", 'weak-webhook-secret'],
])('the secret %s is refused: anybody could send webhooks', async (webhookSecret, code) => {
  await expect(startWorld({ webhookSecret })).rejects.toMatchObject({ kind: 'config', code });
  expect(secret.length).toBeGreaterThan(15);
});

test('a port that is taken is said', async () => {
  const { app } = await startWorld();
  const port = Number(new URL(app.url).port);
  await expect(startWorld({ port })).rejects.toMatchObject({ kind: 'config', code: 'cannot-listen' });
});

test('health tells whether the process lives, readiness whether it serves', async () => {
  const { app } = await startWorld();
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});
