import { describe, expect, test } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

/** A desk with a ticket whose file somebody broke, and what mends it. */
async function withBrokenTicket(isPlan = false) {
  const desk = await OperatedDesk.start();
  const issue = isPlan ? 1 : await desk.born('lucienne');
  const id = isPlan ? 'plan-a' : `MC-${issue}`;
  if (isPlan) await desk.put(aTicket(id));
  for (let sweeps = 0; sweeps < 2; sweeps++) await desk.sweep();
  const ticket = await desk.ticket(id);
  expect(ticket?.issue).toBe(issue);
  const path = ticketPath(id);
  await desk.pushText('lucienne', path, 'nonsense: {');
  const mend = () => (ticket ? desk.pushText('lucienne', path, writeTicket(ticket)) : undefined);
  return { desk, issue, mend, state: async () => (await desk.ticket(id))?.state };
}

describe.each([
  ['born from an issue', false],
  ['born as a file', true],
])('of a ticket %s, while its file is broken,', (_how, isPlan) => {
  test('what people ask is carried out when it is mended', async () => {
    const { desk, issue, mend, state } = await withBrokenTicket(isPlan);
    desk.forge.label(issue, 'park', 'elmar');
    await desk.look(issue);
    await mend();
    expect(await state()).toBe('waiting');
  });

  test('so it is by another process, which knows only the mark of the last sweep', async () => {
    const { desk, issue, mend, state } = await withBrokenTicket(isPlan);
    desk.forge.label(issue, 'park', 'elmar');
    desk.later(300_000); // longer than two sweeps overlap
    await desk.sweep();
    desk.restart();
    await mend();
    await desk.sweep();
    expect(await state()).toBe('waiting');
  });

  test('a word on its issue pauses the desk at once', async () => {
    const { desk, issue } = await withBrokenTicket(isPlan);
    desk.forge.say(issue, '/pause', 'lucienne');
    await desk.look(issue);
    expect((await desk.desk()).paused).toBe(true);
  });

  test('its issue says so, and no other is made', async () => {
    const { desk, issue } = await withBrokenTicket(isPlan);
    desk.forge.edit(issue, { body: 'without a marker' });
    for (let sweeps = 0; sweeps < 2; sweeps++) await desk.sweep();
    expect(desk.forge.told(issue, 'broken').join()).toContain('`bad-yaml`');
    expect(desk.forge.issues.size).toBe(1);
  });
});

test('S10: asked for its status while its file is broken it says where, once', async () => {
  const { desk, issue, mend } = await withBrokenTicket();
  desk.forge.say(issue, '/status', 'lucienne');
  await desk.look(issue);
  await mend();
  const path = ticketPath(`MC-${issue}`);
  expect(desk.forge.told(issue, 'answer').map((body) => body.split('\n').slice(1, 3))).toEqual([
    [
      `**MC-${issue}** is **not readable**.`,
      expect.stringMatching(`^- \`bad-yaml\` ${path} cannot be read: line 1: `),
    ],
  ]);
});
