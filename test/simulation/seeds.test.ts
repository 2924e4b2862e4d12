import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

/*
 * A few seeds of the simulated desk on every run of the tests; `npm run simulate` lives through as many as one likes.
 */

test.each([
  [101, 110],
  [201, 210],
  [301, 310],
  [401, 410],
])('what must always hold does, and the world comes to rest: seeds %i to %i', async (first, last) => {
  for (let seed = first; seed <= last; seed++) {
    const { violation, story } = await simulate(seed, 300);
    expect(violation, `seed ${seed}\n${story.join('\n')}`).toBe(null);
  }
});

test('a seed tells the same story each time', async () => {
  const [once, again] = [await simulate(7, 200), await simulate(7, 200)];
  expect(again.story).toEqual(once.story);
  expect(once.story.length).toBeGreaterThan(20);
});
