import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import type { Run } from '../../src/engine/ports.ts';
import { stopGraceSeconds } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { textDigest } from '../../src/ticket/signals.ts';
import { aTicket, config } from './desk.ts';
import { run as bound, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const graceMs = stopGraceSeconds(config) * 1000 + 1000;

/** MC-1, executed by run 990, and its issue. */
async function atWork(over: Partial<Ticket> = {}): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne', { labels: [] });
  await desk.put(aTicket('MC-1', { ...working, issue, ...over }));
  return desk;
}

/** Its run as GitHub has it. */
function run(desk: OperatedDesk, over: Partial<Run> = {}): Run {
  const times = { url: '', created: desk.now, updated: desk.now };
  return {
    id: bound.id,
    run_attempt: 1,
    title: 'MC-1 #1 dev',
    status: 'in_progress',
    conclusion: null,
    ...times,
    ...over,
  };
}

describe('S9: an attempt whose run is gone ends, and says what was found and what was done', () => {
  test('GitHub does not know its run any more: lost after the grace, not at its deadline', async () => {
    const desk = await atWork();
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress'); // its machine may live
    desk.later(graceMs);
    await desk.sweep();
    const lost = await desk.ticket('MC-1');
    expect(lost).toMatchObject({ state: 'todo', attempts: [{ outcome: 'lost', stopped: null }] });
    expect(lost?.lifetime.retries).toBe(1);
    expect(desk.forge.told(1, 'evidence')).toEqual([]); // nothing is called stopped before it is
    desk.later(graceMs);
    await desk.sweep();
    const [told = ''] = desk.forge.told(1, 'evidence');
    expect(told).toContain('- Root cause: `run-gone`');
    expect(told).toContain(`Stop condition: GitHub has known no run ${bound.id} since`);
    expect(told).toContain('it is tried again after');
  });

  test('its run ended, and GitHub does not take what its issue is to show: that keeps no attempt open', async () => {
    const desk = await atWork({ mirrored: textDigest('An issue', ''), title: 'Edited in its file' });
    desk.forge.edit(1, { title: 'An issue', body: '' });
    desk.forge.runsThere.push(run(desk, { status: 'completed', conclusion: 'failure' }));
    let refused = 0;
    desk.forge.updateIssue = async () => {
      refused += 1;
      throw new SignalboxError('config', 'rejected', 'Validation Failed');
    };
    await desk.sweep();
    expect(refused).toBeGreaterThan(0);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'todo', attempts: [{ outcome: 'lost' }] });
  });

  test('it turns up again: nothing was decided, and the grace begins anew', async () => {
    const desk = await atWork();
    await desk.sweep();
    desk.later(graceMs / 2);
    desk.forge.runsThere.push(run(desk));
    await desk.sweep();
    desk.forge.runsThere.length = 0;
    desk.later(graceMs / 2 + 1000);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
  });

  test('its run ended without a verdict: the conclusion that GitHub gives stands in the report', async () => {
    const desk = await atWork();
    desk.forge.runsThere.push(run(desk, { status: 'completed', conclusion: 'startup_failure' }));
    await desk.sweep();
    const report = (await desk.ticket('MC-1'))?.attempts[0]?.report;
    expect(report?.root_cause).toMatch(/^run-ended-silent: /);
    expect(report?.stop_condition).toBe('The run ended (startup_failure) without a verdict.');
  });
});
