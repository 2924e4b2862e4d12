import { expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Forge, Run } from '../../src/engine/ports.ts';
import { Runs } from '../../src/engine/runs.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config, Desk } from './desk.ts';
import { run, stopped, waiting, working } from './fixtures.ts';

/** The runs of a desk with one ticket; `asked` is what was asked of the forge, in order. */
async function runsOf(ticket: Ticket, over: Partial<Forge>) {
  const desk = await Desk.with(ticket);
  const asked: string[] = [];
  const forge = {
    now: () => systemClock.now(),
    run: async () => null,
    runs: async () => [],
    cancel: async (id: number) => asked.push(`cancel ${id}`) > 0,
    forceCancel: async (id: number) => asked.push(`force-cancel ${id}`) > 0,
    ...over,
  };
  const context = {
    forge,
    writer: desk.writer,
    config: async () => config,
    clock: systemClock,
    log: silentLog,
    runsAgain: (id: string, ms: number) => asked.push(`again ${id} after ${ms / 1000} s`),
    readIssue: async () => {},
  } as unknown as Context;
  return { desk, asked, runs: new Runs(context) };
}

test('a cancel goes out though nothing can be read while GitHub asks for silence', async () => {
  const parked = aTicket('MC-1', {
    ...waiting,
    attempts: [{ ...stopped, outcome: 'parked', stopped: null }],
  });
  const silence = async (): Promise<Run | null> => {
    throw new SignalboxError('forge', 'rate-limited', 'silence for 60 s');
  };
  const { runs, asked } = await runsOf(parked, { run: silence });
  await expect(runs.settle('MC-1')).rejects.toThrow('silence'); // and so it is looked at again
  expect(asked).toEqual([`force-cancel ${run.id}`]);
});

test('a run that is queued is alive: the time to reach the gate ends no attempt while one waits for a machine', async () => {
  const late = { ...working.attempt, run: null, check_in_by: '2026-05-25T10:15:00Z' } as Ticket['attempt'];
  const times = { url: '', created: '2026-05-25T10:00:01Z', updated: '2026-05-25T10:00:01Z' };
  const queued = {
    id: 5,
    run_attempt: 1,
    title: 'MC-1 #1 dev',
    status: 'queued',
    conclusion: null,
    ...times,
  };
  const list = [queued as Run];
  const { runs, desk } = await runsOf(aTicket('MC-1', { ...working, attempt: late }), {
    runs: async () => list,
  });
  const look = async () => {
    const ticket = await desk.ticket('MC-1');
    if (ticket) await runs.checkDeadline(ticket);
    return (await desk.ticket('MC-1'))?.attempts.map(({ outcome }) => outcome);
  };
  expect(await look()).toEqual([]);
  list.length = 0; // it is gone from the list
  expect(await look()).toEqual(['lost']);
});

test('an attempt that was bound while its claim was looked at is not ended for want of a run', async () => {
  const bound = aTicket('MC-1', working);
  const before = { ...bound.attempt, run: null, check_in_by: '2026-05-25T10:15:00Z' } as Ticket['attempt'];
  const { runs, desk } = await runsOf(bound, {});
  await runs.checkDeadline({ ...bound, attempt: before });
  expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', attempts: [] });
});

test('Actions has the first word about a run, its deadline the second: one that somebody cancelled unseen waits', async () => {
  const check_in_by = '2026-05-25T10:15:00Z';
  const overdue = aTicket('MC-1', { ...working, attempt: { ...working.attempt, check_in_by } } as never);
  const outcome = async (over: Partial<Run>) => {
    const times = { created: check_in_by, updated: check_in_by, url: '' };
    const seen = { id: run.id, run_attempt: run.run_attempt, title: 'MC-1 #1 dev', ...times, ...over } as Run;
    const { runs, desk } = await runsOf(overdue, { run: async () => seen });
    await runs.checkDeadline(overdue);
    return desk.ticket('MC-1');
  };
  expect(await outcome({ status: 'completed', conclusion: 'cancelled' })).toMatchObject({
    state: 'waiting',
    attempts: [{ outcome: 'parked', by: 'somebody in Actions' }],
  });
  expect(await outcome({ status: 'in_progress', conclusion: null })).toMatchObject({
    state: 'todo',
    attempts: [{ outcome: 'lost', reason: expect.stringContaining('time limit') }],
  });
});

test('a run that does not end is cancelled again and again, and less and less often', async () => {
  const alive = { id: run.id, run_attempt: 1, status: 'in_progress' } as Run;
  const asked = async (agoMs: number) => {
    const ended = isoSeconds(systemClock.now() - agoMs);
    const attempts = [{ ...stopped, outcome: 'parked' as const, signal: null, ended, stopped: null }];
    const desk = await runsOf(aTicket('MC-1', { ...waiting, attempts }), { run: async () => alive });
    await desk.runs.settle('MC-1');
    return desk.asked;
  };
  expect(await asked(1_000)).toEqual([`cancel ${run.id}`, 'again MC-1 after 5 s']);
  expect(await asked(24 * 3600_000)).toEqual([`force-cancel ${run.id}`, 'again MC-1 after 60 s']);
});
