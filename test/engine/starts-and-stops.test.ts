import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import type { Run } from '../../src/engine/ports.ts';
import { untold } from '../../src/engine/together.ts';
import { deadlineGraceSeconds, stopGraceSeconds } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { working } from './fixtures.ts';
import { began, claimed, closed, Trackside } from './trackside.ts';

/*
 * What is asked of GitHub and of the rules for one ticket and its runs, moment by moment.
 */

const graceMs = stopGraceSeconds(config) * 1000;
const own = { actor: 'signalbox', at: isoSeconds(began + 60_000) };

describe('what Actions says of a run', () => {
  const look = async (over: Partial<Run>, ticket = aTicket('MC-1', working)) => {
    const track = new Trackside(ticket);
    await track.runs.look(track.has(over));
    return track.requests;
  };

  test('ended without a word: lost. Cancelled there by somebody: a stop', async () => {
    expect(await look({ status: 'completed', conclusion: 'failure' })).toEqual([
      {
        ...own,
        source: 'run:990.1',
        kind: 'lost',
        attempt: 1,
        code: 'run-ended-silent',
        reason: 'The run ended (failure) without a verdict.',
        agent_gone: false,
        seen: { run: 990 },
      },
    ]);
    expect(await look({ status: 'completed', conclusion: 'cancelled' })).toEqual([
      {
        ...own,
        actor: 'somebody in Actions',
        source: 'run:990.1',
        kind: 'stopped_by_person',
        attempt: 1,
        seen: { run: 990 },
      },
    ]);
  });

  test('started again: what was bound has ended, whatever becomes of the second time', async () => {
    for (const over of [{}, { status: 'completed', conclusion: 'cancelled' }] as const)
      expect(await look({ run_attempt: 2, ...over })).toMatchObject([
        { kind: 'lost', code: 'rerun', reason: 'The run was started again without a verdict.' },
      ]);
  });

  test('nothing follows from one that goes on, of another run, of another attempt, or of no ticket', async () => {
    const ended = { status: 'completed', conclusion: 'failure' } as const;
    expect(await look({})).toEqual([]);
    expect(await look({ ...ended, id: 991 })).toEqual([]);
    expect(await look({ ...ended, title: 'MC-1 #2 dev' })).toEqual([]);
    expect(await look({ ...ended, title: 'CI' })).toEqual([]);
    expect(await look(ended, closed())).not.toContainEqual(expect.objectContaining({ kind: 'lost' }));
  });

  test('is asked on a fresh look, after what stands on the issue', async () => {
    const track = new Trackside(aTicket('MC-1', { ...working, issue: 7 }));
    await track.runs.look(track.has({ status: 'completed', conclusion: 'failure' }));
    expect(track.calls()).toEqual(['fresh look', 'issue 7']);
    expect(track.requests).toHaveLength(1);
  });

  test('ends nothing while the issue cannot be read, unless a person stopped it or an answer alone was not told', async () => {
    const failing = async (error: Error, conclusion: string) => {
      const track = new Trackside(aTicket('MC-1', { ...working, issue: 7 }));
      track.issue = () => Promise.reject(error);
      const looked = track.runs.look(track.has({ status: 'completed', conclusion }));
      const failed = await looked.then(
        () => false,
        () => true,
      );
      return [failed, track.requests.length];
    };
    const silent = new SignalboxError('forge', 'unreachable', 'no answer');
    expect(await failing(silent, 'failure')).toEqual([true, 0]);
    expect(await failing(silent, 'cancelled')).toEqual([false, 1]);
    expect(await failing(untold(silent), 'failure')).toEqual([false, 1]);
  });
});

describe('a deadline', () => {
  const due = (Date.parse('2026-05-25T10:15:00Z') - began) / 1000;
  const at = async (seconds: number, ticket: Ticket, runs: Partial<Run>[] = []) => {
    const track = new Trackside(ticket);
    for (const run of runs) track.has(run);
    track.seconds = seconds;
    await track.runs.checkDeadline(ticket);
    return track.requests;
  };
  const late = { ...working.attempt, check_in_by: '2026-05-25T10:15:00Z' };

  test('of a claim is where no run has come to the gate, and none is on its way', async () => {
    const unbound = claimed({ attempt: { ...late, run: null } });
    expect(await at(due, unbound)).toEqual([]);
    expect(await at(due + 1, unbound, [{ status: 'queued' }])).toEqual([]);
    expect(await at(due + 1, unbound)).toMatchObject([
      { kind: 'lost', code: 'never-bound', source: 'deadline:c1', seen: { run: null }, agent_gone: false },
    ]);
  });

  test('of a bound attempt leaves its runner all the time that it may take', async () => {
    const over = due + deadlineGraceSeconds(config);
    const bound = aTicket('MC-1', { ...working, attempt: late });
    expect(await at(over, bound, [{}])).toEqual([]);
    expect(await at(over + 1, bound, [{}])).toMatchObject([
      { kind: 'lost', code: 'time-limit', source: 'deadline:c1', seen: { run: 990 }, agent_gone: false },
    ]);
    expect(await at(over + 1, closed())).toEqual([]);
  });
});

describe('a run that GitHub does not know', () => {
  test('is waited for as long as its machine may live, by this process or by what settles', async () => {
    const track = new Trackside(aTicket('MC-1', working));
    await track.runs.verify(aTicket('MC-1', working));
    expect(track.calls()).toEqual([`again MC-1 after ${graceMs + 100}`]);
    track.seconds += graceMs / 1000 - 1;
    expect(await track.settle()).toEqual(['again MC-1 after 1100']);
    track.seconds += 1;
    await track.settle();
    expect(track.requests).toMatchObject([
      {
        kind: 'lost',
        code: 'run-gone',
        source: 'gone:c1',
        attempt: 1,
        seen: { run: 990 },
        agent_gone: false,
      },
    ]);
    expect(await track.settle()).toEqual([]); // it was told
  });

  test('but that is in the list is known', async () => {
    const track = new Trackside(aTicket('MC-1', working));
    await track.runs.verify(aTicket('MC-1', working), [track.has()]);
    track.there.length = 0;
    expect(track.calls()).toEqual([]);
    expect(await track.settle()).toEqual([]);
  });
});

describe('a closed attempt', () => {
  test('is cancelled until its run was seen to end, then called stopped once its machine cannot live', async () => {
    const track = new Trackside(closed());
    const run = track.has();
    expect(await track.settle()).toEqual(['cancel 990', 'again MC-1 after 5000']);
    track.seconds = 200;
    expect(await track.settle()).toEqual(['cancel 990', 'again MC-1 after 10000']);
    Object.assign(run, { status: 'completed', updated: isoSeconds(began + 200_000) });
    expect(await track.settle()).toEqual([`again MC-1 after ${graceMs + 100}`]);
    track.seconds = 200 + graceMs / 1000;
    expect(await track.settle()).toEqual([]);
    expect(track.requests).toMatchObject([{ kind: 'stopped', attempt: 1, source: 'ended:990' }]);
  });

  test('whose run is unknown, or runs a second time, is over since its end', async () => {
    for (const over of [null, { run_attempt: 2 }]) {
      const track = new Trackside(closed());
      if (over) track.has({ ...over, updated: isoSeconds(began) });
      expect(await track.settle()).toEqual([`again MC-1 after ${graceMs - 60_000 + 100}`]);
      track.seconds = graceMs / 1000;
      await track.settle();
      expect(track.requests).toMatchObject([{ kind: 'stopped' }]);
    }
  });

  test('is force-cancelled only after the time that the config gives a cancel', async () => {
    const track = new Trackside(closed());
    track.has();
    track.seconds = config.limits.force_cancel_seconds;
    expect((await track.settle())[0]).toBe('cancel 990');
    track.seconds += 1;
    expect((await track.settle())[0]).toBe('force-cancel 990');
  });

  test('by its own signal it ends by itself, and is cancelled only where it takes longer than it may', async () => {
    const { end_after_seconds, finish_seconds, force_cancel_seconds } = config.limits;
    const track = new Trackside(closed({ signal: 'a'.repeat(64) }));
    track.has();
    expect(await track.settle()).toEqual([expect.stringMatching(/^again MC-1 after/)]);
    track.seconds = end_after_seconds + finish_seconds;
    expect((await track.settle())[0]).toBe('cancel 990');
    track.seconds += force_cancel_seconds + 1;
    expect((await track.settle())[0]).toBe('force-cancel 990');
  });

  test('that no run was bound to: what was dispatched for it is cancelled, for ten minutes', async () => {
    const track = new Trackside(closed({ run: null, stopped: isoSeconds(began) }));
    track.has({ id: 1, status: 'queued' });
    track.has({ id: 2, status: 'completed' });
    track.has({ id: 3, title: 'MC-1 #2 dev' });
    expect(await track.settle()).toEqual(['cancel 1']);
    track.seconds = 599;
    expect(await track.settle()).toEqual(['cancel 1']);
    track.seconds = 600;
    expect(await track.settle()).toEqual([]);
    const bound = new Trackside(closed({ stopped: isoSeconds(began) }));
    bound.has();
    expect(await bound.settle()).toEqual([]);
  });

  test('whose cancel fails holds up no dispatch, and the failure is told', async () => {
    const [attempt] = closed().attempts;
    const track = new Trackside(claimed({ attempts: attempt ? [attempt] : [] }));
    track.has();
    track.there.length = 0;
    track.forge.run = () => Promise.reject(new Error('silence'));
    await expect(track.runs.settle('MC-1')).rejects.toThrow('silence');
    expect(track.calls().some((words) => words.startsWith('dispatch'))).toBe(true);
  });
});
