import { expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import { aTicket } from './desk.ts';
import { working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// One agent is paused, drained and resumed, in the words of comments, while the rest of the desk goes on.

const two = schema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'], capacity: 5 }, ada: { command: ['true'], capacity: 5 } },
});

async function say(desk: OperatedDesk, words: string, issue = 1): Promise<void> {
  desk.later();
  desk.forge.say(issue, words, 'wilma');
  await desk.look(issue);
  await desk.lookAtHead();
}

/** MC-1 is worked by luci, MC-2 by ada; MC-3 and MC-4 wait for one each. */
async function aDesk(): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(two);
  const issue = () => desk.forge.open('lucienne', { labels: ['ticket'] });
  const byAda = { ...working, attempt: { ...working.attempt, agent: 'ada' }, owner: 'ada' };
  await desk.put(aTicket('MC-1', { ...working, owner: 'luci', issue: issue() }));
  await desk.put(aTicket('MC-2', { ...byAda, issue: issue() }));
  return desk;
}

const add = (desk: OperatedDesk, id: string, owner: string) =>
  desk.put(aTicket(id, { state: 'todo', owner, issue: desk.forge.open('lucienne', { labels: ['ticket'] }) }));

test('S8: /drain luci parks what luci works, and starts nothing of hers; ada goes on; /resume luci starts again', async () => {
  const desk = await aDesk();
  await say(desk, '/drain luci, her model is gone');
  await add(desk, 'MC-3', 'luci');
  await add(desk, 'MC-4', 'ada');
  await desk.lookAtHead();
  const stands = async (id: string) => (await desk.ticket(id))?.state;
  expect((await desk.ticket('MC-1'))?.waiting).toMatchObject({
    kind: 'parked',
    reason: 'luci is drained',
    by: 'wilma',
  });
  expect(await stands('MC-2')).toBe('in_progress');
  expect(await stands('MC-3')).toBe('todo');
  expect(await stands('MC-4')).toBe('in_progress');
  expect((await desk.operator.panel.explain('MC-3'))?.reasons[0]).toMatchObject({
    code: 'profile-draining',
    message: 'luci is draining: her model is gone',
  });
  await say(desk, '/resume luci');
  expect(await stands('MC-3')).toBe('in_progress');
  expect(await stands('MC-1')).toBe('waiting');
});

test('/pause luci lets what runs go on; a name that nobody has is refused, and says who there is', async () => {
  const desk = await aDesk();
  await say(desk, '/pause lucy');
  expect(desk.forge.told(1, 'refused:').join()).toMatch(/no-such-agent.*lucy.*there is: luci, ada/s);
  await say(desk, '/pause luci');
  await add(desk, 'MC-3', 'luci');
  await desk.sweep();
  expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
  expect((await desk.ticket('MC-3'))?.state).toBe('todo');
  expect(desk.forge.told(3, 'status').join()).toContain('`profile-paused` luci is paused.');
});
