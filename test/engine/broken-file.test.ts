import { expect, test } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import { OperatedDesk } from './operated.ts';

/** A desk with a ticket whose file somebody broke, and what mends it. */
async function withBrokenTicket() {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  const path = ticketPath(`MC-${issue}`);
  const ticket = await desk.ticket(`MC-${issue}`);
  await desk.sweep();
  await desk.pushText('lucienne', path, 'nonsense: {');
  const mend = () => (ticket ? desk.pushText('lucienne', path, writeTicket(ticket)) : undefined);
  return { desk, issue, mend, state: async () => (await desk.ticket(`MC-${issue}`))?.state };
}

test('what people ask of a ticket while its file is broken is carried out when it is mended', async () => {
  const { desk, issue, mend, state } = await withBrokenTicket();
  desk.forge.label(issue, 'park', 'elmar');
  await desk.look(issue);
  await mend();
  expect(await state()).toBe('waiting');
});

test('so it is by another process, which knows only the mark of the last sweep', async () => {
  const { desk, issue, mend, state } = await withBrokenTicket();
  desk.forge.label(issue, 'park', 'elmar');
  desk.later(300_000); // longer than two sweeps overlap
  await desk.sweep();
  desk.restart();
  await mend();
  await desk.sweep();
  expect(await state()).toBe('waiting');
});

test('the desk is paused at once by a word on the issue of a ticket whose file is broken', async () => {
  const { desk, issue } = await withBrokenTicket();
  desk.forge.say(issue, '/pause', 'lucienne');
  await desk.look(issue);
  expect((await desk.desk()).paused).toBe(true);
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
