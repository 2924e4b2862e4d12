import { expect, test } from 'vitest';
import type { Run } from '../../src/engine/ports.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/*
 * Runs that are alive though the ticket does not execute them.
 */

const { force_cancel_seconds, alarm_seconds } = config.limits;

/** MC-1, parked while nothing of its attempt had come to the gate; and a run of it that waits for a machine. */
async function withStray(over: Partial<Ticket['attempts'][number]> = {}, run: Partial<Run> = {}) {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne');
  const [started, ended] = [desk.now, desk.now];
  const attempt = {
    ...stopped,
    run: null,
    outcome: 'parked',
    signal: null,
    started,
    ended,
    stopped: ended,
    ...over,
  } as const;
  await desk.put(aTicket('MC-1', { ...waiting, issue, attempts: [attempt] }));
  await desk.sweep();
  const stray: Run = {
    id: 991,
    run_attempt: 1,
    title: 'MC-1 #1 dev',
    status: 'queued',
    conclusion: null,
    url: 'https://github.test/runs/991',
    created: desk.now,
    updated: desk.now,
    ...run,
  };
  desk.forge.runsThere.push(stray);
  const asked: string[] = [];
  desk.forge.cancel = async (id) => asked.push(`cancel ${id}`) > 0;
  desk.forge.forceCancel = async (id) => asked.push(`force-cancel ${id}`) > 0;
  const sweep = async (secondsLater: number) => {
    desk.later(secondsLater * 1000);
    asked.length = 0;
    await desk.sweep();
    return asked.join();
  };
  return { desk, issue, sweep, stray };
}

test('S4: a run that comes alive when its attempt is long over is cancelled, later force-cancelled, and at last told to people', async () => {
  const { desk, issue, sweep, stray } = await withStray();
  expect(await sweep(30)).toBe('cancel 991');
  expect(await sweep(force_cancel_seconds - 60)).toBe('cancel 991');
  expect(desk.forge.told(issue, 'alarm')).toEqual([]);
  expect(await sweep(60)).toBe('force-cancel 991');
  expect(await sweep(alarm_seconds)).toBe('force-cancel 991');
  await sweep(60);
  expect(desk.forge.told(issue, 'alarm:run-991')).toEqual([expect.stringContaining('does not stop')]);
  expect(desk.said.some((line) => line.includes('a stop does not take'))).toBe(true);
  Object.assign(stray, { status: 'completed', conclusion: 'cancelled' });
  expect(await sweep(60)).toBe('');
});

test('a run that said it has stopped may end its last steps', async () => {
  const { sweep } = await withStray({ run: stopped.run }, { id: stopped.run?.id ?? 0 });
  expect(await sweep(force_cancel_seconds - 60)).toBe('');
  expect(await sweep(120)).toBe(`cancel ${stopped.run?.id}`);
});

test('a run of the attempt in hand is let be, and so is one of which nothing is known', async () => {
  for (const title of ['MC-1 #2 dev', 'MC-7 #1 dev', 'nightly build']) {
    const { sweep } = await withStray({}, { title });
    expect(await sweep(24 * 3600)).toBe('');
  }
});

test('a stray of a ticket that lies in the archive is found, too', async () => {
  const { desk, sweep } = await withStray();
  const ticket = await desk.ticket('MC-1');
  desk.forge.say(ticket?.issue ?? 0, '/cancel', 'wilma');
  await desk.sweep();
  expect((await desk.ticket('MC-1'))?.state).toBe('cancelled');
  expect(await sweep(60)).toBe('cancel 991');
});

test('runs are listed once, however many there are, and one that is not in the list is asked for by itself', async () => {
  const desk = await OperatedDesk.start();
  const claimed = desk.now;
  const bound = (id: number) => ({
    id,
    run_attempt: 1,
    key_sha256: 'a'.repeat(64),
    url: 'u',
    started: claimed,
  });
  const tickets = [1, 2, 3].map((number) => {
    const issue = desk.forge.open('lucienne');
    const attempt = {
      number: 1,
      claim: 'c1',
      phase: 'dev',
      agent: 'luci',
      claimed,
      check_in_by: '2099-01-01T00:00:00Z',
    };
    return aTicket(`MC-${number}`, {
      state: 'in_progress',
      issue,
      attempt: { ...attempt, run: bound(990 + number) },
    });
  });
  await desk.put(...tickets);
  const alive = {
    run_attempt: 1,
    status: 'in_progress',
    conclusion: null,
    url: 'u',
    created: claimed,
    updated: claimed,
  } as const;
  for (const number of [1, 2])
    desk.forge.runsThere.push({ ...alive, id: 990 + number, title: `MC-${number} #1 dev` });
  const lost = {
    ...alive,
    id: 993,
    title: 'MC-3 #1 dev',
    status: 'completed',
    conclusion: 'failure',
  } as const;
  desk.forge.run = async (id) => (id === 993 ? lost : null);
  await desk.sweep();
  desk.calls.length = 0;
  desk.later(60_000);
  await desk.sweep();
  expect(desk.calls.filter((call) => call === 'runs')).toHaveLength(1);
  expect((await desk.ticket('MC-3'))?.state).toBe('todo');
  expect((await desk.ticket('MC-3'))?.attempts).toMatchObject([{ outcome: 'lost' }]);
  expect([await desk.ticket('MC-1'), await desk.ticket('MC-2')]).toMatchObject([
    { state: 'in_progress' },
    { state: 'in_progress' },
  ]);
});
