import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { aTicket, config } from './desk.ts';
import { working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';
import { began, claimed, Trackside } from './trackside.ts';

/*
 * How a claim gets its run, moment by moment.
 */

const minuteMs = 60_000;
const own = { actor: 'signalbox', at: isoSeconds(began + 60_000) };

describe('a claim without a run', () => {
  test('is dispatched once, and again where GitHub had its time to show a run, each time longer', async () => {
    const track = new Trackside(claimed());
    const dispatch = `dispatch ${config.workflow} MC-1 1 c1 dev`;
    expect(await track.settle()).toEqual(['again MC-1 after 30000', dispatch]);
    track.seconds += 29;
    expect(await track.settle()).toEqual(['again MC-1 after 1000']);
    track.seconds += 1;
    expect(await track.settle()).toEqual(['again MC-1 after 60000', dispatch]);
    track.seconds += 59;
    expect(await track.settle()).toEqual(['again MC-1 after 1000']);
    track.has({ status: 'queued' });
    expect(await track.settle()).toEqual([]);
  });

  test('whose run is there is not dispatched, whatever became of an earlier one; others’ runs are others’', async () => {
    const track = new Trackside(claimed());
    track.has({ title: 'MC-1 #2 dev' });
    track.has({ title: 'MC-11 #1 dev' });
    expect(await track.settle()).toContain(`dispatch ${config.workflow} MC-1 1 c1 dev`);
    const queued = new Trackside(claimed());
    queued.has({ id: 1, status: 'completed', conclusion: 'failure' });
    queued.has({ id: 2, status: 'queued' });
    expect(await queued.settle()).toEqual([]);
    expect(queued.requests).toEqual([]);
  });

  test('is looked for among the runs since a minute before the claim, since clocks differ', async () => {
    const track = new Trackside(claimed());
    await track.runs.settle('MC-1');
    expect(track.asked[0]).toBe(`runs of ${config.workflow} since 2026-05-25T09:59:00Z`);
  });

  test('whose run ended before the gate is over, and says how', async () => {
    const track = new Trackside(claimed());
    track.has({ id: 5, status: 'completed', conclusion: 'startup_failure' });
    await track.settle();
    expect(track.requests).toEqual([
      {
        ...own,
        source: 'run:5.1',
        kind: 'lost',
        attempt: 1,
        code: 'never-bound',
        reason: 'The run ended (startup_failure) before it reached the gate.',
        agent_gone: false,
        seen: { run: null },
      },
    ]);
  });

  test('is looked at by each sweep: a run that may yet bind is let be, one that ended unseen ends the attempt', async () => {
    const track = new Trackside(claimed());
    const verified = async () => {
      await track.runs.verify(claimed(), track.there);
      return track.calls();
    };
    expect(await verified()).toContain(`dispatch ${config.workflow} MC-1 1 c1 dev`);
    const run = track.has({ status: 'queued' });
    expect(await verified()).toEqual([]);
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    await verified();
    expect(track.requests).toMatchObject([{ kind: 'lost', attempt: 1, code: 'never-bound' }]);
  });

  test('whose run waits for a machine past its time is kept, and said on the issue, as its lateness grows', async () => {
    const desk = await OperatedDesk.start();
    const issue = desk.forge.open('lucienne', { labels: [] });
    const check_in_by = isoSeconds(desk.forge.now() + minuteMs);
    const attempt = { ...working.attempt, claimed: desk.now, check_in_by, run: null };
    await desk.put(aTicket('MC-1', { ...working, attempt, issue }));
    const times = { created: desk.now, updated: desk.now };
    const run = { id: 990, run_attempt: 1, title: 'MC-1 #1 dev', url: 'http://run/990', ...times } as const;
    desk.forge.runsThere.push({ ...run, status: 'queued', conclusion: null });
    await desk.lookAtHead();
    expect(desk.forge.told(issue, 'follow-up')).toEqual([]);
    desk.later(4 * minuteMs);
    for (let twice = 0; twice < 2; twice++) {
      await desk.lookAtHead();
      expect(desk.forge.told(issue, 'follow-up')).toEqual([
        expect.stringMatching(
          /waits for a machine: \[run 990].* late by more than 2 minutes\.\n\nIt begins when a runner/,
        ),
      ]);
      desk.restart(); // another process says it no second time
    }
    desk.later(60 * minuteMs);
    await desk.lookAtHead();
    expect(desk.forge.told(issue, 'follow-up')).toEqual([
      expect.stringContaining('late by more than an hour'),
    ]);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', attempt: { run: null } });
  });

  test.each([
    [23 * 60, 'stopped_by_person'],
    [24 * 60, 'lost'],
  ])(
    'whose run was cancelled after %i minutes in the queue: a person stops it, after a day GitHub gives it up',
    async (minutes, kind) => {
      const track = new Trackside(claimed());
      const run = track.has({ status: 'completed', conclusion: 'cancelled' });
      run.updated = isoSeconds(Date.parse(run.created) + minutes * minuteMs);
      await track.settle();
      expect(track.requests).toMatchObject([{ kind, attempt: 1 }]);
    },
  );

  test('that GitHub will never dispatch is handed to a person', async () => {
    const track = new Trackside(claimed());
    track.forge.dispatch = async () => ({ refused: { code: 'no-workflow', message: 'there is none' } });
    await track.settle();
    expect(track.requests).toEqual([
      {
        ...own,
        source: 'dispatch:c1',
        kind: 'undispatchable',
        attempt: 1,
        code: 'no-workflow',
        reason: 'there is none',
      },
    ]);
  });

  test('is let be on a head that was moved back, and so is a ticket that is not there', async () => {
    const track = new Trackside(claimed());
    track.movedBack = true;
    expect(await track.settle()).toEqual([]);
    await track.runs.look(track.has({ status: 'completed' }));
    expect(track.requests).toEqual([]);
    expect(await new Trackside(null).settle()).toEqual([]);
  });
});
