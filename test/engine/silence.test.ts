import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import type { Forge, Run } from '../../src/engine/ports.ts';
import { aTicket } from './desk.ts';
import { run as bound, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const minute = 60_000;
const sha = 'a'.repeat(40);

/** MC-1, bound just now to a run that Actions calls alive. */
async function atWork(): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne', { labels: [] });
  const started = desk.now;
  const check_in_by = isoSeconds(desk.forge.now() + 60 * minute);
  const attempt = { ...working.attempt, check_in_by, run: { ...bound, started } };
  await desk.put(aTicket('MC-1', { ...working, attempt, issue }));
  const times = { url: 'http://run/990', created: started, updated: started };
  const run: Run = {
    id: bound.id,
    run_attempt: 1,
    title: 'MC-1 #1 dev',
    status: 'in_progress',
    conclusion: null,
    ...times,
  };
  desk.forge.runsThere.push(run);
  return desk;
}

/** The runner saves the work: a sign of life. */
function checksIn(desk: OperatedDesk): void {
  desk.forge.refs.set('refs/signalbox/work/MC-1/1', sha);
  desk.forge.commitTimes.set(sha, desk.now);
}

const followUps = (desk: OperatedDesk) => desk.forge.told(1, 'follow-up');

/** How often each of these was asked of the forge from now on. */
function counted(desk: OperatedDesk, ...calls: (keyof Forge)[]): () => number {
  let count = 0;
  for (const name of calls) {
    const call = desk.forge[name] as (...given: unknown[]) => unknown;
    Object.assign(desk.forge, {
      [name]: (...given: unknown[]) => {
        count++;
        return call.apply(desk.forge, given);
      },
    });
  }
  return () => count;
}

describe('S8: a run that falls silent is asked, not stopped', () => {
  test('past its check-in one comment says by how much, what GitHub says, and that nothing is stopped', async () => {
    const desk = await atWork();
    desk.later(14 * minute);
    await desk.sweep();
    expect(followUps(desk)).toEqual([]);
    desk.later(4 * minute);
    await desk.sweep();
    const [told = ''] = followUps(desk);
    expect(told.split('\n')[1]).toMatch(/^\[follow-up\] Attempt 1 of MC-1, by luci, is silent\./);
    expect(told).toContain('late by more than 2 minutes.');
    expect(told).toContain('[run 990](http://run/990) is in progress, so nothing is stopped');
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
  });

  test('it is kept current, by the next process too, and never said twice', async () => {
    const desk = await atWork();
    desk.later(18 * minute);
    await desk.sweep();
    desk.restart();
    desk.later(8 * minute);
    await desk.sweep();
    expect(followUps(desk)).toEqual([expect.stringContaining('late by more than 10 minutes.')]);
  });

  test.each([false, true])(
    'it checks in again, and the comment says so (another process: %s)',
    async (another) => {
      const desk = await atWork();
      desk.later(20 * minute);
      await desk.sweep();
      if (another) desk.restart();
      checksIn(desk);
      desk.later(16 * minute); // late once more, by a minute, where the sign of life is not seen
      desk.forge.commitTimes.set(sha, isoSeconds(desk.forge.now() - minute));
      await desk.sweep();
      expect(followUps(desk)).toEqual([expect.stringMatching(/\[follow-up\] .* has checked in again, at /)]);
      desk.later(15 * minute);
      await desk.sweep();
      expect(followUps(desk)).toEqual([expect.stringContaining('is silent.')]);
    },
  );

  test('the attempt ends: the comment says how, and asks no more', async () => {
    const desk = await atWork();
    desk.later(20 * minute);
    await desk.sweep();
    const asked = { source: 'e1', at: desk.now, actor: 'elmar' };
    await desk.operator.handle('MC-1', { ...asked, kind: 'park', reason: '' });
    await desk.operator.settled();
    expect(followUps(desk)).toEqual([expect.stringMatching(/ended at .*: parked\.$/)]);
  });

  test('only its time limit and the grace after it end it, with a report', async () => {
    const desk = await atWork();
    desk.later(61 * minute);
    await desk.lookAtHead();
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
    desk.later(15 * minute);
    await desk.lookAtHead();
    const [closed] = (await desk.ticket('MC-1'))?.attempts ?? [];
    expect(closed).toMatchObject({ outcome: 'lost', report: { status: 'lost', safe_retry: true } });
    expect(closed?.report?.root_cause).toMatch(/^time-limit: /);
  });

  test('a run that checks in costs one look for each time it might be late', async () => {
    const desk = await atWork();
    const asked = counted(desk, 'ref', 'commitTime');
    for (let minutes = 0; minutes < 45; minutes += 3) {
      desk.later(3 * minute);
      checksIn(desk);
      await desk.sweep();
    }
    expect(followUps(desk)).toEqual([]);
    expect(asked()).toBeLessThanOrEqual(2 * 3);
  });
});
