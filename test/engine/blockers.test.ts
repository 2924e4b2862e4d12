import { expect, test } from 'vitest';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// What GitHub says an issue is blocked by, taken over on request.

/** MC-1 to MC-3 on the issues 1 to 3; 4 is somebody's own. */
async function aDesk(): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  for (const id of ['MC-1', 'MC-2', 'MC-3']) {
    const issue = desk.forge.open('lucienne', { title: id });
    await desk.put(aTicket(id, { issue, state: 'inbox', created: desk.now }));
  }
  desk.forge.open('visitor', { title: 'Not a ticket', labels: [] });
  await desk.sweep();
  desk.later();
  return desk;
}

async function say(desk: OperatedDesk, words: string, who = 'wilma'): Promise<void> {
  desk.forge.say(1, words, who);
  await desk.look(1);
  desk.later();
}
const after = async (desk: OperatedDesk) => (await desk.ticket('MC-1'))?.after;

test('a ticket waits for the tickets of the open issues that block its own, once that is asked', async () => {
  const desk = await aDesk();
  desk.forge.blockers.set(1, [2, 3]);
  await desk.sweep();
  expect(await after(desk)).toEqual([]);
  await say(desk, '/blockers');
  expect(await after(desk)).toEqual(['MC-2', 'MC-3']);
  expect(desk.forge.told(1, 'answer').join('\n')).toContain(
    'No agent takes MC-1 before these are done: MC-2',
  );
  desk.forge.close(3, 'not_planned', 'visitor');
  await desk.look(1);
  expect(await after(desk)).toEqual(['MC-2', 'MC-3']);
  await say(desk, '/blockers');
  expect(await after(desk)).toEqual(['MC-2']);
  desk.forge.blockers.set(1, []);
  await say(desk, '/blockers');
  expect(await after(desk)).toEqual([]);
});

test('one that is no ticket, or of another repository, is named, and nothing is changed', async () => {
  const desk = await aDesk();
  await say(desk, '/after MC-3');
  desk.forge.blockers.set(1, [2, 4]);
  await say(desk, '/blockers');
  expect(await after(desk)).toEqual(['MC-3']);
  expect(desk.forge.told(1, 'refused').join('\n')).toMatch(/bad-command[\s\S]*none of this desk: #4\./);
  desk.forge.blockedBy = async () => [{ issue: 9, repository: 'acme/other', isHere: false, isOpen: true }];
  await say(desk, '/blockers');
  expect(desk.forge.told(1, 'refused').join('\n')).toContain('acme/other#9');
});

test('a circle is refused as it is in words, and a stranger is not heard', async () => {
  const desk = await aDesk();
  desk.forge.say(2, '/after MC-1', 'wilma');
  await desk.look(2);
  desk.forge.blockers.set(1, [2]);
  await say(desk, '/blockers');
  expect(desk.forge.told(1, 'refused').join('\n')).toContain('circle');
  expect(await after(desk)).toEqual([]);
  await say(desk, '/blockers', 'visitor');
  expect(desk.forge.reactions.at(-1)).toMatch(/-1$/);
});
