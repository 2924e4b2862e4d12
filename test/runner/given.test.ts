import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, until, type World } from './world.ts';

// Messages that a prompt carries, and when they count as delivered.

const message = { id: 'c7', by: 'wilma', at: '2026-05-25T09:00:00Z', text: 'Mind the rake.' };
const younger = { ...message, id: 'c8', text: 'And the hose.' };
let world: World;
beforeEach(async () => {
  world = await makeWorld({ look_seconds: 0.2 });
  world.setTicket({ messages: [message] });
});
afterEach(() => world.close());

const delivered = () => world.ticket().messages.map(({ id, delivered: mark }) => [id, mark?.attempt ?? null]);

test('count as delivered once the agent has worked with it for a moment, and the prompt has them', async () => {
  const running = world.run('cat > prompt.txt; while [ ! -e go ]; do sleep 0.05; done; echo DONE: all');
  await until('it is noted', () => world.ticket().messages[0]?.delivered !== undefined);
  expect(world.ticket()).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
  world.setTicket({ messages: [...world.ticket().messages, younger] });
  expect(world.ask({ kind: 'park', reason: 'enough' }).accepted).toBe(true);
  await running;
  expect(delivered()).toEqual([
    ['c7', 1],
    ['c8', null],
  ]);
  expect(await world.kept('prompt.txt')).toContain('> wilma, 2026-05-25T09:00:00Z:\n> Mind the rake.');
});

test('count as delivered to an agent that is done before anybody looks', async () => {
  expect(await world.run('echo DONE: all')).toMatchObject({ outcome: 'done' });
  expect(delivered()).toEqual([['c7', 1]]);
});

test('do not where the agent failed at once: nobody can tell that it ever read them', async () => {
  expect(await world.run('exit 3')).toMatchObject({ outcome: 'failed' });
  expect(delivered()).toEqual([['c7', null]]);
});

test('do not where no agent could be started', async () => {
  expect(await world.run(['/no/such/agent'])).toMatchObject({ outcome: 'failed' });
  expect(delivered()).toEqual([['c7', null]]);
});

test('are told by the prompt of the next attempt once more, with who was given them', async () => {
  world.setTicket({ messages: [{ ...message, delivered: { attempt: 3, at: message.at } }, younger] });
  await world.run('cat > prompt.txt; echo DONE: all');
  const prompt = await world.kept('prompt.txt');
  expect(prompt).toContain('> wilma, 2026-05-25T09:00:00Z (attempt 3 was given it):\n> Mind the rake.');
  expect(prompt).toContain('> wilma, 2026-05-25T09:00:00Z:\n> And the hose.');
  expect(delivered()).toEqual([
    ['c7', 3],
    ['c8', 1],
  ]);
});

test('that cannot be noted hold up no signal', async () => {
  world.before = (request) => {
    if (request.kind === 'delivered') throw new Error('the line is dead');
  };
  expect(await world.run('echo DONE: all')).toMatchObject({ outcome: 'done' });
  expect(delivered()).toEqual([['c7', null]]);
});
