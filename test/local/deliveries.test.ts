import { expect, test } from 'vitest';
import { hooked } from './hooked.ts';
import { manualClock } from './manual-clock.ts';
import { desk } from './support.ts';

test('a failed delivery is not sent again by itself; redelivery sends the same GUID and body', async () => {
  const { github, as, receiver, app } = await hooked({}, ['issues']);
  receiver.answer = 500;
  await as.dora.rest.issues.create({ ...desk, title: 'One' });
  await github.delivered();
  expect(receiver.received).toHaveLength(1);
  const { data: failed } = await app.own.rest.apps.listWebhookDeliveries({ status: 'failure' });
  expect(
    failed.map(({ event, action, status_code, redelivery }) => [event, action, status_code, redelivery]),
  ).toEqual([['issues', 'opened', 500, false]]);
  receiver.answer = 202;
  await app.own.rest.apps.redeliverWebhookDelivery({ delivery_id: failed[0]?.id ?? 0 });
  await github.delivered();
  const [first, second] = receiver.received;
  expect([second?.guid, second?.raw]).toEqual([first?.guid, first?.raw]);
  const { data: log } = await app.own.rest.apps.listWebhookDeliveries({ per_page: 1 });
  expect(log[0]).toMatchObject({ guid: first?.guid, redelivery: true, status_code: 202 });
  const { data: whole } = await app.own.rest.apps.getWebhookDelivery({ delivery_id: log[0]?.id ?? 0 });
  expect(whole.request.payload).toEqual(first?.payload);
  expect(whole.response.payload).toBe('thank you');
});

test('GitHub hangs up after ten seconds; an app that cannot be reached is a failure too', async () => {
  const clock = manualClock(Date.now());
  const { github, as, receiver, app } = await hooked({ clock }, ['issues']);
  receiver.answer = 0;
  await as.dora.rest.issues.create({ ...desk, title: 'One' });
  await expect.poll(() => receiver.received.length).toBe(1);
  clock.advance(9_999);
  await as.dora.rest.repos.get(desk); // time enough for a hang-up to be written down, were there one
  expect(github.admin.deliveries('signalbox').at(-1)?.statusCode).toBe(0);
  clock.advance(1);
  await github.delivered();
  github.admin.updateWebhookUrl('signalbox', 'http://127.0.0.1:1/hooks');
  await as.dora.rest.issues.create({ ...desk, title: 'Two' });
  await github.delivered();
  const { data } = await app.own.rest.apps.listWebhookDeliveries({ status: 'failure' });
  expect(data.map(({ status }) => status)).toEqual(['failed to connect to host', 'timed out']);
});

test('deliveries are lost, failed, doubled, delayed, held and shuffled on request', async () => {
  const clock = manualClock(Date.now());
  const { github, as, receiver } = await hooked({ clock }, ['issues']);
  const fates: Record<string, 'lose' | 'fail' | 'double' | 'hold' | { delayMs: number }> = {
    lost: 'lose',
    failed: 'fail',
    twice: 'double',
    late: { delayMs: 60_000 },
    held1: 'hold',
    held2: 'hold',
  };
  github.misbehave.deliveries(({ payload }) => fates[(payload.issue as { title: string }).title]);
  for (const title of [...Object.keys(fates), 'plain']) await as.dora.rest.issues.create({ ...desk, title });
  const titles = () => receiver.received.map(({ payload }) => payload.issue.title);
  await expect.poll(titles).toHaveLength(3);
  expect(titles().sort()).toEqual(['plain', 'twice', 'twice']);
  const twins = receiver.received.filter(({ payload }) => payload.issue.title === 'twice');
  expect(twins[0]?.guid).toBe(twins[1]?.guid);
  clock.advance(60_000);
  github.misbehave.releaseDeliveries((ids) => ids.reverse());
  await github.delivered();
  expect(titles().slice(3).sort()).toEqual(['held1', 'held2', 'late']);
  expect(github.admin.deliveries('signalbox').filter((row) => row.statusCode === 502)).toHaveLength(1);
});

test('a thousand deliveries all arrive, each once', async () => {
  const { github, as, receiver } = await hooked({}, ['issues']);
  const labels = Array.from({ length: 24 }, (_, n) => `label ${n}`);
  for (let n = 0; n < 40; n += 1) await as.dora.rest.issues.create({ ...desk, title: `Issue ${n}`, labels });
  await github.delivered();
  expect(receiver.received).toHaveLength(1_000);
  expect(new Set(receiver.received.map(({ guid }) => guid)).size).toBe(1_000);
});
