import { beforeEach, expect, test } from 'vitest';
import { FollowedDesk, named, noon } from './followed-desk.ts';

/*
 * Those who follow a desk are told of each transition, at least once, and of each ticket in order.
 */

const minute = 60_000;
let desk: FollowedDesk;
beforeEach(async () => {
  desk = await FollowedDesk.start();
});

test('a receiver is told what comes, from the head at which it was first seen', async () => {
  const one = await desk.telling();
  expect(desk.heard.audit).toBeUndefined();
  expect(desk.cursor('audit')).toBe(desk.head);
  await desk.publish('MC-1 release', 'MC-2 create');
  await desk.publish('MC-1 park');
  one.wake();
  await desk.going();
  expect(desk.heard.audit).toEqual(['MC-1 release', 'MC-2 create', 'MC-1 park']);
  expect(desk.cursor('audit')).toBe(desk.head);
  expect(one.told).toEqual([
    { name: 'audit', host: 'example.com', behind: 0, since: null, last: noon, failure: null, taken: 3 },
  ]);
  await one.close();
});

test('one that is down is asked again at longer intervals, and then told everything in order', async () => {
  const one = await desk.telling();
  desk.moods.audit = () => 'connect ECONNREFUSED';
  for (const what of ['MC-1 release', 'MC-1 park', 'MC-1 cancel']) {
    await desk.publish(what);
    one.wake();
    await desk.going();
  }
  expect(desk.heard.audit).toEqual(['- MC-1 release']); // news make it not be asked oftener
  await desk.going(10 * minute);
  const asked = desk.heard.audit?.length ?? 0;
  expect(asked).toBeGreaterThan(5);
  expect(asked).toBeLessThan(15);
  expect(new Set(desk.heard.audit)).toEqual(new Set(['- MC-1 release']));
  expect(one.told[0]).toMatchObject({
    behind: 3,
    since: noon,
    failure: { why: 'connect ECONNREFUSED', count: asked },
  });
  expect(desk.warned).toEqual(['a receiver could not be told']);
  desk.moods = {};
  desk.heard = {};
  await desk.going(5 * minute);
  expect(desk.heard.audit).toEqual(['MC-1 release', 'MC-1 park', 'MC-1 cancel']);
  expect(one.told[0]).toMatchObject({ behind: 0, failure: null });
  await one.close();
});

test('one that takes every third delivery is asked at no longer intervals for that', async () => {
  const one = await desk.telling();
  let asked = 0;
  desk.moods.audit = () => (++asked % 3 === 0 ? null : 'it answered 500');
  const many = Array.from({ length: 20 }, (_, index) => `MC-1 step${index}`);
  for (const what of many) await desk.publish(what);
  one.wake();
  await desk.going(2 * minute);
  expect(desk.took('audit')).toEqual(many);
  await one.close();
});

test('of one commit only what was turned away is sent again, and nothing later comes before it', async () => {
  const one = await desk.telling();
  desk.moods.audit = (what) => (what === 'MC-2 create' ? 'it answered 500' : null);
  await desk.publish('MC-1 release', 'MC-2 create', 'MC-3 create');
  await desk.publish('MC-2 release');
  one.wake();
  await desk.going();
  desk.moods = {};
  await desk.going(minute);
  expect(desk.heard.audit).toEqual([
    'MC-1 release',
    '- MC-2 create',
    'MC-3 create',
    'MC-2 create',
    'MC-2 release',
  ]);
  await one.close();
});

test('of one ticket, what one commit records comes in its order too, and stops at what was turned away', async () => {
  const one = await desk.telling();
  let answer = (_: null) => {};
  desk.moods.audit = (what) =>
    what === 'MC-1 release'
      ? 'it answered 500'
      : what === 'MC-2 edit'
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : null;
  // As an admission records what was pushed and what of it was put back.
  await desk.publish('MC-1 release', 'MC-2 edit', 'MC-1 park', 'MC-2 back', 'MC-3 create');
  one.wake();
  await desk.going();
  expect(desk.heard.audit).toEqual(['- MC-1 release', 'MC-3 create']); // nobody waits for another ticket
  answer(null);
  await desk.going();
  expect(desk.took('audit')).toEqual(['MC-3 create', 'MC-2 edit', 'MC-2 back']);
  desk.moods = {};
  await desk.going(minute);
  expect(desk.took('audit').slice(3)).toEqual(['MC-1 release', 'MC-1 park']);
  await one.close();
});

test('a slow receiver holds up no other, and no end', async () => {
  desk.receivers = [named('slow'), named('quick')];
  let answer = (_: null) => {};
  desk.moods.slow = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const one = await desk.telling();
  await desk.publish('MC-1 release');
  await desk.publish('MC-1 park');
  one.wake();
  await desk.going();
  expect(desk.heard).toEqual({ quick: ['MC-1 release', 'MC-1 park'] });
  const ended = one.close();
  answer(null);
  await ended;
  expect(desk.heard.slow).toEqual(['MC-1 release']);
});

test('who is to be told may change while it goes on; who cannot be told is named with why', async () => {
  const one = await desk.telling();
  desk.receivers = [named('audit'), { name: 'chat', host: 'chat.example', fault: 'no secret' }];
  one.wake();
  await desk.going();
  expect(one.told).toMatchObject([{ name: 'audit' }, { name: 'chat', failure: { why: 'no secret' } }]);
  desk.receivers = [];
  one.wake();
  await desk.going();
  await desk.publish('MC-1 release');
  one.wake();
  await desk.going();
  expect(desk.heard).toEqual({});
  expect(one.told).toEqual([]);
  await one.close();
});
