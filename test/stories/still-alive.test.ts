import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pressCancel, told } from '../support/people.ts';
import { slowness } from '../support/repository.ts';
import {
  cutOffJobs,
  evidenceOf,
  freeze,
  lives,
  logOf,
  refuseCancels,
  untilConcluded,
  untilWorking,
  type Working,
  working,
} from '../support/runs.ts';
import { World } from '../support/world.ts';

/*
 * An attempt that is over is not an agent that is gone. Until it is known to be, nothing of its ticket is claimed, and
 * it occupies its agent.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const limits = {
  look_seconds: 1,
  unreadable_seconds: 4 * slowness(),
  kill_after_seconds: 0.3,
  finish_seconds: 12 * slowness(),
};
/** Milliseconds after GitHub's "completed" until a run that said nothing counts as ended. */
const graceMs = 1000 * (limits.unreadable_seconds + 2 * limits.look_seconds + 2 * limits.kill_after_seconds);
const stubborn = 'do: wait, grandchild, ignore sigterm';
const brief = { capacity: 1, time_limit_minutes: 0.1 * slowness() };

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits, agents: { brief } });
});
afterAll(() => desk.end());

/** The description of an issue made with the ticket form. */
function form(text: string, owner: string, priority = 'Normal'): string {
  return [
    ['What is to be done?', text],
    ['Who works on it?', owner],
    ['Priority', priority],
  ]
    .map(([heading, value]) => `### ${heading}\n\n${value}`)
    .join('\n\n');
}

/** A ticket at work on a machine that hangs, and whose cancel GitHub never takes. Answers how to wake it. */
async function zombie(at: World, body = stubborn): Promise<{ one: Working; wake: () => void }> {
  const one = await working(at, body);
  const wake = freeze(one);
  refuseCancels(at, one.run);
  return { one, wake };
}

/** The status comment says, for this reason, that the ticket is not started. */
async function untilNotStarted(at: World, issue: number, why: string): Promise<void> {
  await at.until(`#${issue} is not started: ${why}`, async () =>
    (await told(at, issue, 'status')).some((body) => body.includes(`- ${why}`)),
  );
}

/** Another ticket is worked to its end meanwhile, so that the scheduler has had every chance. */
async function meanwhile(at: World): Promise<void> {
  const issue = await at.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
  await at.untilState(`MC-${issue}`, 'done');
}

/** Attempt 2 was claimed after attempt 1 was seen to have ended, and its agent met nothing of the first. */
async function expectSecondAfterFirst(at: World, { id, issue }: Working): Promise<Working> {
  const second = await untilWorking(at, issue, 2);
  expect(second.agent.met).not.toContain(`${id}-1`);
  const steps = at.history(id).map(({ transition }) => transition);
  const ended = steps.indexOf('stopped: todo');
  expect(ended).toBeGreaterThan(0);
  expect(steps.lastIndexOf('claim: todo -> in_progress')).toBeGreaterThan(ended);
  expect(at.starts(id)).toEqual([`${id}-1`, `${id}-2`]);
  return second;
}

describe.concurrent('an agent outlives its attempt', () => {
  test('parked and released again: not claimed until the old run has ended', async () => {
    const { one, wake } = await zombie(desk);
    const { issue, id, run } = one;
    await desk.label(issue, 'park', 'elmar');
    await desk.untilState(id, 'waiting');
    await desk.nextSecond();
    await desk.label(issue, 'release', 'wilma');
    await desk.untilState(id, 'todo');
    await untilNotStarted(desk, issue, `\`run-not-ended\` Attempt 1 (run ${run})`);
    await meanwhile(desk);
    expect([lives(one), desk.ticket(id)?.state, desk.starts(id)]).toEqual([true, 'todo', [`${id}-1`]]);
    wake();
    await expectSecondAfterFirst(desk, one);
    desk.say(id, 2, 'DONE: at the second go');
    await desk.untilState(id, 'done');
  });

  test('a question by file, and its answer, while the agent lives: not claimed until it has ended', async () => {
    const { one, wake } = await zombie(desk);
    const { issue, id, run, agent } = one;
    const key = agent.env.SIGNALBOX_KEY ?? '';
    const asked = { ticket: id, attempt: 1, kind: 'question', summary: 'Which colour?' } as const;
    const signal = desk.signal({ ...asked, key, run: { id: run, run_attempt: 1 } });
    await desk.pushState({ [`signals/${id}/1.yaml`]: signal }, 'wilma');
    const waiting = await desk.untilState(id, 'waiting');
    expect(waiting.attempts).toMatchObject([{ outcome: 'question', stopped: null }]);
    await desk.comment(issue, '/answer blue', 'wilma');
    await desk.untilState(id, 'todo');
    await untilNotStarted(desk, issue, `\`run-not-ended\` Attempt 1 (run ${run})`);
    await meanwhile(desk);
    expect([lives(one), desk.ticket(id)?.state]).toEqual([true, 'todo']);
    wake();
    const second = await expectSecondAfterFirst(desk, one);
    expect(second.agent.prompt).toContain('> blue');
  });

  test('over its time limit: not claimed until it has ended, and no other ticket takes its place', async () => {
    const { one, wake } = await zombie(desk, form(stubborn, 'brief'));
    const { issue, id, run } = one;
    const other = await desk.openIssue({
      body: form('do: wait', 'brief', 'High'),
      labels: ['ticket', 'release'],
    });
    const lost = await desk.until('the attempt is lost', () => {
      const ticket = desk.ticket(id);
      return ticket?.attempts[0]?.outcome === 'lost' ? ticket : undefined;
    });
    expect(lost.attempts[0]).toMatchObject({ run: { id: run }, stopped: null });
    expect(lost.attempts[0]?.reason).toContain('time limit');
    await untilNotStarted(desk, issue, `\`run-not-ended\` Attempt 1 (run ${run})`);
    await untilNotStarted(desk, other, '`no-capacity` brief works or still stops 1 of 1.');
    expect([lives(one), desk.ticket(id)?.state, desk.ticket(`MC-${other}`)?.state]).toEqual([
      true,
      'todo',
      'todo',
    ]);
    wake();
    const next = await untilWorking(desk, other);
    expect(next.agent.met).not.toContain(`${id}-1`);
    desk.say(next.id, 1, 'DONE: mine');
    const second = await expectSecondAfterFirst(desk, one);
    expect(second.agent.met).not.toContain(`${next.id}-1`);
  });

  test('a person cancels the run: after ten seconds Actions kills it and what it started', async () => {
    const one = await working(desk);
    const { issue, id, run } = one;
    freeze(one);
    const pressed = desk.clock.now();
    await pressCancel(desk, `${id} #1`);
    expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'cancelled' });
    const took = desk.clock.now() - pressed;
    expect(took).toBeGreaterThan(9_900); // SIGINT, 7.5 s, SIGTERM, 2.5 s, kill
    await desk.until('every process is gone', () => !lives(one));
    const parked = await desk.untilState(id, 'waiting');
    expect(parked.attempts).toMatchObject([{ outcome: 'parked', by: 'somebody in Actions' }]);
    const evidence = await evidenceOf(desk, issue);
    expect(evidence).toContain('By: somebody in Actions');
    expect(evidence).toContain(`Run: [${run}]`);
  });

  test('a person cancels the run: its agent ends within ten seconds, and its work is kept', async () => {
    const one = await working(desk);
    const { issue, id, run } = one;
    const pressed = desk.clock.now();
    await pressCancel(desk, `${id} #1`);
    expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'cancelled' });
    expect(desk.clock.now() - pressed).toBeLessThan(10_000 * slowness());
    expect(lives(one)).toBe(false);
    expect(await logOf(desk, run)).toContain('stopping the agent: cancelled');
    expect(desk.file('work.txt', `refs/signalbox/work/${id}/1`)).toBe('attempt 1 was here\n');
    const parked = await desk.untilState(id, 'waiting');
    expect(parked.waiting).toMatchObject({ kind: 'parked', by: 'somebody in Actions' });
    const evidence = await evidenceOf(desk, issue);
    expect(evidence).toContain('By: somebody in Actions');
    expect(evidence).toContain(`Run: [${run}]`);
    expect(evidence).toContain(`git fetch origin refs/signalbox/work/${id}/1`);
  });

  test('GitHub gave up the machine, which still runs and reaches nothing: not claimed before the grace', async ({
    onTestFinished,
  }) => {
    const far = await World.start({ limits });
    onTestFinished(() => far.end());
    const one = await working(far);
    const { issue, id, run } = one;
    const mend = cutOffJobs(far);
    far.github.actions.loseRunner(run, 'failure');
    const lost = await far.untilState(id, 'todo');
    expect(lost.attempts).toMatchObject([{ outcome: 'lost', stopped: null }]);
    expect(lives(one)).toBe(true);
    await untilNotStarted(far, issue, `\`run-not-ended\` Attempt 1 (run ${run})`);
    const ended = await far.until('it counts as ended', () => far.ticket(id)?.attempts[0]?.stopped);
    expect(lives(one)).toBe(false); // by its watchdog
    const { updated_at } = await untilConcluded(far, run);
    expect(Date.parse(ended)).toBeGreaterThanOrEqual(Date.parse(updated_at) + graceMs - 1000); // whole seconds
    const said = far.history(id).find(({ transition }) => transition === 'stopped: todo');
    expect(said?.cause).toBe(`ended:${run}`);
    mend();
    await expectSecondAfterFirst(far, one);
  });
});
