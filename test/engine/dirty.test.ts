import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Dirty } from '../../src/engine/dirty.ts';
import { manualClock } from '../local/manual-clock.ts';

const day = 24 * 3600_000;

test('what is asked of a set that is closing is refused, and waits for no look that never comes', async () => {
  const clock = manualClock(0);
  let letGo = () => {};
  const dirty: Dirty<string> = new Dirty(() => new Promise((resolve) => (letGo = resolve)), {
    clock,
    log: silentLog,
    atOnce: 1,
    name: 'ticket',
  });
  dirty.add('MC-1');
  const closed = dirty.close();
  await expect(dirty.ask('MC-2')).rejects.toThrow('closing');
  letGo();
  await closed;
});

test('a look that failed is repeated soon, though it had asked to be looked at in a day', async () => {
  const clock = manualClock(0);
  let looks = 0;
  const dirty: Dirty<string> = new Dirty(
    async (key) => {
      dirty.later(key, day);
      if (++looks === 1) throw new Error('no answer'); // the alarm that came after could not be raised
    },
    { clock, log: silentLog, atOnce: 1, name: 'ticket' },
  );
  dirty.add('MC-1');
  await dirty.idle();
  clock.advance(1_000);
  await dirty.idle();
  expect(looks).toBe(2);
  clock.advance(day - 1_000);
  await dirty.idle();
  expect(looks).toBe(2);
  clock.advance(1_000);
  await dirty.idle();
  expect(looks).toBe(3);
});
