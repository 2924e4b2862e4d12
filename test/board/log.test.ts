import { expect, test } from 'vitest';
import { workRef } from '../../src/ticket/paths.ts';
import { peopled } from './world.ts';

/* What a ticket's page shows of a run: GitHub gives no log of a job before it has ended. */

const path = '/acme/desk/tickets/MC-1';

test('while an agent works its page shows the steps, and what was said with the work that was saved last', async () => {
  const world = await peopled();
  const { forge } = world.desk;
  const cookie = await world.signIn('elmar');
  forge.runSteps = async () => [{ name: 'work the ticket', status: 'in_progress' }];
  const before = await world.visit(path, { cookie });
  expect(before.text).toContain('work the ticket');
  expect(before.text).not.toContain('Last sign of life');
  const sha = 'd'.repeat(40);
  forge.ref = async (name) => (name === workRef('MC-1', 1) ? sha : null);
  forge.commitTimes.set(sha, '2026-05-25T12:00:30Z');
  forge.commitMessages.set(sha, 'MC-1 #1: Half of it <b>is</b> there\n\nTicket: MC-1\nAttempt: 1\n');
  const { text } = await world.visit(path, { cookie });
  expect(text).toContain('Last sign of life <time datetime="2026-05-25T12:00:30Z"');
  expect(text).toContain('<div class="text">Half of it &lt;b&gt;is&lt;/b&gt; there</div>');
  expect(text).toContain('GitHub gives the text of a log when its job has ended');
});

test('once it has ended the end of the log is there, and no sign of life', async () => {
  const world = await peopled();
  const cookie = await world.signIn('elmar');
  world.desk.forge.runLog = async () => 'the last line\n';
  world.desk.forge.ref = async () => 'd'.repeat(40);
  await world.act('MC-1', 'park', cookie);
  const { text } = await world.visit(path, { cookie });
  expect(text).toContain('the last line');
  expect(text).not.toContain('Last sign of life');
});

test('where GitHub does not give it, the page says so and shows the rest', async () => {
  const world = await peopled();
  const cookie = await world.signIn('elmar');
  world.desk.forge.ref = async () => {
    throw new Error('GitHub is asleep');
  };
  const { status, text } = await world.visit(path, { cookie });
  expect(status).toBe(200);
  expect(text).toContain('A ticket');
});
