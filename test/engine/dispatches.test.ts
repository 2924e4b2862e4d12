import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { config } from './desk.ts';
import { began, claimed, Trackside } from './trackside.ts';

/*
 * How a claim gets its run, moment by moment.
 */

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
