import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { editIssue, redeliver, standingOf, told } from '../support/people.ts';
import { isAlive, repository, World } from '../support/world.ts';

/*
 * The incident, replayed whole with its own ticket: it was to wait until Luci is idle enough, was seen as todo for a
 * moment, ran, was moved back and ran on, and its "review ready" was accepted while it waited.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const id = 'MC-4159';

/** GitHub's clock and the app's, which somebody sets. */
let leapt = 0;
const clock = { ...systemClock, now: () => systemClock.now() + leapt };

const file = (ticket: string, fields: string) =>
  `format: 1\nid: ${ticket}\ntitle: ${ticket}\ncreated: 2026-05-25T08:00:00Z\n${fields}\n`;
const busy = 'state: todo\nowner: luci\nbody: "do: wait"';
const child = `state: inbox\nowner: solo\nparent: ${id}`;

let desk: World;
let issue = 0;
beforeAll(async () => {
  desk = await World.start({
    agents: { luci: { capacity: 2 } },
    clock,
    intervals: { head: 1_000, sweep: 3_000 },
    state: {
      [`tickets/${id}.yaml`]: readFileSync(join(import.meta.dirname, `../../tickets/${id}.yaml`), 'utf8'),
      'tickets/MC-4170.yaml': file('MC-4170', busy),
      'tickets/MC-4171.yaml': file('MC-4171', busy),
      'tickets/MC-4172.yaml': file('MC-4172', child),
    },
  });
  for (const other of ['MC-4170', 'MC-4171'])
    await desk.until(`Luci works on ${other}`, () => desk.agent(other));
  issue = await desk.until('the ticket has its issue', () => desk.ticket(id)?.issue);
});
afterAll(() => desk.end());

/** Every head that the branch ever had on the server. */
const heads = () => desk.github.admin.refHistory(repository, 'refs/heads/signalbox').map(({ sha }) => sha);

/** Everything that is on its way has come about, and the app has looked at all of it once more. */
async function quiet(): Promise<void> {
  await desk.github.delivered();
  const status = desk.ticket(id);
  await desk.stopApp(); // a restart sweeps
  await desk.startApp();
  await desk.nextSecond();
  await desk.github.delivered();
  expect(desk.ticket(id)?.state, JSON.stringify(status?.waiting)).toBe('waiting');
}

const stillWaits = () => {
  expect(desk.everyState(id)).toEqual(['waiting']);
  expect(desk.starts(id)).toEqual([]);
};

test('S2: whatever comes about, it waits at every head until Luci is idle; then it is released once, and runs once', async () => {
  expect(desk.ticket(id)?.waiting).toMatchObject({ kind: 'deferred', when: { idle: 'luci' } });

  // people edit it, on the issue and in the file, and talk
  await editIssue(desk, issue, { title: 'Rework the fuel-impact report, soon' });
  await desk.pushState({
    [`tickets/${id}.yaml`]: (text) => text.replace('priority: high', 'priority: urgent'),
  });
  await desk.comment(issue, 'Is Luci idle enough? Then release it, I would say.', 'wilma');
  await desk.comment(issue, '/release', 'visitor');
  await desk.comment(issue, '/status', 'elmar');
  await desk.until('the edits are taken', () => {
    const ticket = desk.ticket(id);
    return ticket?.priority === 'urgent' && ticket.title.endsWith('soon');
  });
  await desk.until('the status is told', async () => (await told(desk, issue, 'answer')).length === 1);
  expect((await told(desk, issue, 'answer'))[0]).toContain('luci works or still stops MC-4170, MC-4171.');
  await quiet();
  stillWaits();

  // a part of it ends
  const { issue: part = 0 } = await desk.until('the part has its issue', () => {
    const one = desk.ticket('MC-4172');
    return one?.issue ? one : undefined;
  });
  await desk.label(part ?? 0, 'release');
  await desk.untilState('MC-4172', 'done');
  await desk.until('its whole says so', async () =>
    (await told(desk, issue, 'status')).some((body) => body.includes('Parts: 1 of 1 done.')),
  );
  await quiet();
  stillWaits();

  // a "review ready" of it, though nothing of it ever ran
  await desk.pushState({ [`signals/${id}/1.yaml`]: desk.signal({ ticket: id, attempt: 1, kind: 'review' }) });
  await desk.until('it is refused', async () => (await told(desk, issue, 'quarantine')).length === 1);
  stillWaits();

  // everything is delivered again, the clock is set, forward and back, and one of the two others ends
  await redeliver(desk, ({ event }) => event.startsWith('issue') || event === 'push');
  leapt = 40 * 60_000;
  await quiet();
  leapt = 0;
  desk.say('MC-4171', 1, 'DONE: one of two');
  await desk.untilState('MC-4171', 'done');
  await quiet();
  stillWaits();

  // Luci is idle
  const luci = desk.agent('MC-4170');
  desk.say('MC-4170', 1, 'DONE: the other');
  const ticket = await desk.untilState(id, 'done');
  expect(luci?.pids.some(isAlive)).toBe(false);
  expect(ticket.attempts).toMatchObject([{ number: 1, agent: 'luci', outcome: 'done' }]);
  await desk.until('its issue is closed', async () => (await standingOf(desk, issue)) === 'completed');

  // what the whole history says
  await desk.github.delivered();
  expect(desk.everyState(id)).toEqual(['waiting', 'todo', 'in_progress', 'done']);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
  const wakes = desk.history(id).filter(({ transition }) => transition.includes('waiting -> todo'));
  expect(wakes).toMatchObject([
    { transition: 'due: waiting -> todo', actor: 'signalbox', cause: 'due when luci is idle' },
  ]);
  for (const head of heads()) {
    if (!['todo', 'in_progress'].includes(desk.ticket(id, head)?.state ?? '')) continue;
    for (const other of ['MC-4170', 'MC-4171']) {
      const { attempt, attempts = [] } = desk.ticket(other, head) ?? {};
      expect([attempt, attempts.every(({ stopped }) => stopped !== null)]).toEqual([null, true]);
    }
  }
});
