import { beforeEach, expect, test } from 'vitest';
import { config } from './desk.ts';
import { OperatedDesk } from './operated.ts';

/*
 * What wakes a ticket, or says that work is good, is a person's to say, whatever a bot may write.
 */

let desk: OperatedDesk;
let issue: number;
const ticket = async () => {
  const found = await desk.ticket(`MC-${issue}`);
  if (!found) throw new Error('there is no ticket');
  return found;
};
const refusals = () => desk.forge.told(issue, 'refused');

beforeEach(async () => {
  desk = await OperatedDesk.start(config);
  issue = await desk.born('lucienne');
  desk.forge.roles['helper[bot]'] = 'admin';
});

test('a bot releases by no label, comment or push, and a label of it is answered', async () => {
  desk.forge.label(issue, 'release', 'helper[bot]');
  await desk.look(issue);
  expect((await ticket()).state).toBe('inbox');
  expect(refusals()).toEqual([expect.stringContaining('`not-permitted`')]);
  desk.forge.say(issue, '/release', 'helper[bot]');
  await desk.look(issue);
  expect((await ticket()).state).toBe('inbox');
  await desk.push('helper[bot]', { ...(await ticket()), state: 'todo' });
  await desk.sweep();
  expect((await ticket()).state).toBe('inbox');
  desk.forge.say(issue, '/release', 'lucienne');
  await desk.look(issue);
  expect((await ticket()).state).not.toBe('inbox');
});

test('a bot parks, by whatever way', async () => {
  desk.forge.label(issue, 'park', 'helper[bot]');
  await desk.look(issue);
  expect((await ticket()).state).toBe('waiting');
});
