import { beforeEach, describe, expect, test } from 'vitest';
import { toldRefs, witnessRef } from '../../src/ticket/paths.ts';
import { FollowedDesk } from './followed-desk.ts';

/*
 * Whoever tells may end at any instruction, and the branch may be moved: what follows goes on where it was, or says so.
 */

const minute = 60_000;
let desk: FollowedDesk;
beforeEach(async () => {
  desk = await FollowedDesk.start();
});

describe('a process that ends', () => {
  test('leaves where it is, and the next goes on there', async () => {
    const one = await desk.telling(desk.store, 10 * minute);
    await desk.publish('MC-1 release');
    one.wake();
    await desk.going();
    await desk.publish('MC-1 park');
    one.wake();
    await desk.going();
    await one.close();
    await desk.publish('MC-1 cancel');
    const next = await desk.telling(desk.open());
    expect(desk.heard.audit).toEqual(['MC-1 release', 'MC-1 park', 'MC-1 cancel']);
    await next.close();
  });

  test('by force: the next tells again what came after the cursor, in the same order and under the same names', async () => {
    const one = await desk.telling(desk.store, 10 * minute);
    for (const what of ['MC-1 release', 'MC-1 park', 'MC-1 cancel']) {
      await desk.publish(what);
      one.wake();
      await desk.going();
    }
    const next = desk.teller(desk.open()); // the first is not asked to end: it only stops
    next.wake();
    await desk.going();
    expect(desk.heard.audit).toEqual([
      ...['MC-1 release', 'MC-1 park', 'MC-1 cancel'],
      ...['MC-1 park', 'MC-1 cancel'],
    ]);
    await next.close();
  });
});

test('two processes: what one has told, the other tells at most once more, and never back in time', async () => {
  const [one, two] = [desk.teller(desk.store, minute), desk.teller(desk.open(), minute)];
  for (const each of [one, two]) each.wake();
  await desk.going();
  for (const what of ['MC-1 release', 'MC-1 park', 'MC-1 cancel', 'MC-1 reopen']) {
    await desk.publish(what);
    for (const each of [one, two]) each.wake();
    await desk.going(minute);
  }
  const first = [...new Set(desk.heard.audit)];
  expect(first).toEqual(['MC-1 release', 'MC-1 park', 'MC-1 cancel', 'MC-1 reopen']);
  expect(desk.heard.audit?.length).toBeLessThanOrEqual(8);
  await desk.going(2 * minute);
  expect(desk.cursor('audit')).toBe(desk.head);
  await Promise.all([one.close(), two.close()]);
});

test('S7: of a head that moved back nothing is told, and once it is restored everything is, once', async () => {
  const one = await desk.telling();
  const before = desk.head;
  await desk.publish('MC-1 release');
  one.wake();
  await desk.going();
  desk.moods.audit = () => 'down';
  await desk.publish('MC-1 park');
  one.wake();
  await desk.going();
  desk.remote.move(desk.remote.stateRef, before);
  desk.moods = {};
  await desk.store.read({ fresh: true });
  one.wake();
  await desk.going(10 * minute);
  expect(desk.took('audit')).toEqual(['MC-1 release']);
  await desk.store.restore(await desk.store.read({ fresh: true }));
  one.wake();
  await desk.going(10 * minute);
  expect(desk.took('audit')).toEqual(['MC-1 release', 'MC-1 park']);
  await one.close();
});

test('where the branch was replaced, what was is not told again: that is said, and it goes on from there', async () => {
  const one = await desk.telling();
  for (const ref of [desk.remote.stateRef, witnessRef]) desk.remote.move(ref, null);
  desk.store = desk.open();
  await desk.publish('MC-7 create');
  const next = await desk.telling(desk.store);
  expect(desk.heard.audit).toBeUndefined();
  expect(desk.warned.join()).toContain('was replaced');
  await desk.publish('MC-7 release');
  next.wake();
  await desk.going();
  expect(desk.heard.audit).toEqual(['MC-7 release']);
  await Promise.all([one.close(), next.close()]);
});

test('a cursor that somebody deleted begins anew at the head: the way past what is never taken', async () => {
  const one = await desk.telling();
  desk.moods.audit = (what) => (what === 'MC-1 poison' ? 'it answered 400' : null);
  await desk.publish('MC-1 poison');
  await desk.publish('MC-1 park');
  one.wake();
  await desk.going(minute);
  desk.remote.move(`${toldRefs}audit`, null);
  await desk.going(10 * minute);
  await desk.publish('MC-1 cancel');
  one.wake();
  await desk.going(minute);
  expect(desk.took('audit')).toEqual(['MC-1 cancel']);
  await one.close();
});

test('a remote that cannot be reached delays, and loses nothing', async () => {
  const one = await desk.telling();
  await desk.publish('MC-1 release');
  desk.remote.unreachable = true;
  one.wake();
  await desk.going(minute);
  desk.remote.unreachable = false;
  await desk.going(10 * minute);
  expect([...new Set(desk.heard.audit)]).toEqual(['MC-1 release']);
  expect(desk.cursor('audit')).toBe(desk.head);
  await one.close();
});
