import { expect, test } from 'vitest';
import { Lines } from '../../src/app/lines.ts';
import { gate } from './world.ts';

test('work that waits stands for later work of the same name; work that runs does not', async () => {
  const lines = new Lines();
  const first = gate();
  let looks = 0;
  const look = (until: Promise<void>) => async () => {
    looks++;
    await until;
  };
  const running = lines.add('issue 7', 'look', look(first.passed));
  await Promise.resolve().then(() => {});
  expect(looks).toBe(1);
  const second = lines.add('issue 7', 'look', look(Promise.resolve()));
  const third = lines.add('issue 7', 'look', look(Promise.resolve()));
  expect(third).toBe(second);
  expect(second).not.toBe(running);
  first.open();
  await third;
  expect(looks).toBe(2);
});

test('a line keeps its order, also over a failure; another line does not wait for it', async () => {
  const lines = new Lines();
  const order: string[] = [];
  const held = gate();
  const note =
    (name: string, until = Promise.resolve()) =>
    async () => {
      await until;
      order.push(name);
    };
  const failed = lines.add('issue 7', 'look', note('never', held.passed));
  const comment = lines.add('issue 7', 'comment 1', note('comment'));
  const other = lines.add('issue 8', 'look', note('other'));
  await other;
  expect(order).toEqual(['other']);
  held.fail(new Error('lost'));
  await expect(failed).rejects.toThrow('lost');
  await comment;
  expect(order).toEqual(['other', 'comment']);
  await lines.idle();
});
