import { expect, onTestFinished, test, vi } from 'vitest';
import { told } from '../support/people.ts';
import { repository, slowness } from '../support/repository.ts';
import { evidenceOf, freeze, lives, livingAtPushes, untilConcluded, working } from '../support/runs.ts';
import { World } from '../support/world.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const forEver = Number.POSITIVE_INFINITY;
const limits = {
  force_cancel_seconds: 11,
  alarm_seconds: 18,
  unreadable_seconds: 4 * slowness(),
};

test('S4: a cancel is refused, refused again, and not answered: forced, alarmed, and stopped is said when it is true', async () => {
  const desk = await World.start({ limits, intervals: { head: 1_000, sweep: 3_000 } });
  onTestFinished(() => desk.end());
  const { misbehave } = desk.github;
  const one = await working(desk);
  const { issue, id, run } = one;
  freeze(one); // the look-out sees nothing: whoever stops this is Actions, at our word
  const living = livingAtPushes(desk, null);
  const cancel = `POST /repos/${repository}/actions/runs/${run}/cancel`;
  const forced = `POST /repos/${repository}/actions/runs/${run}/force-cancel`;
  misbehave.fail({ route: cancel, status: 500, message: 'Failed to cancel workflow run' });
  misbehave.fail({
    route: cancel,
    status: 409,
    message: 'Cannot cancel a workflow re-run that has not yet queued.',
  });
  let silent = false;
  let speak = () => {};
  const silence = new Promise<void>((resolve) => {
    speak = resolve;
  });
  const deed = async () => {
    silent = true;
    await silence;
  };
  misbehave.cut({ route: cancel, when: 'before', deed });
  misbehave.ignore({ route: cancel, times: forEver }); // from then on each is taken, and nothing comes of it
  let force = false;
  const forcing = () => {
    force = true;
  };
  misbehave.cut({ route: forced, when: 'before', deed: forcing });
  const off = misbehave.ignore({ route: forced, times: forEver });
  const notStopped = async () => {
    expect(lives(one)).toBe(true);
    expect(desk.ticket(id)?.attempts).toMatchObject([{ outcome: 'parked', stopped: null }]);
    const [status] = await told(desk, issue, 'status');
    expect(status).toContain('Attempt 1 is being stopped');
    expect(await told(desk, issue, 'evidence')).toEqual([]);
  };

  await desk.label(issue, 'park', 'elmar');
  await desk.untilState(id, 'waiting');
  await desk.until('the third cancel meets silence', () => silent);
  await desk.nextSecond();
  await desk.label(issue, 'release'); // it is not worked again before that is over
  await desk.untilState(id, 'todo');
  const other = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
  await desk.untilState(`MC-${other}`, 'done'); // nor does the silence hold up anybody else
  await notStopped();
  speak();
  const alarm = await desk.until(
    'an alarm reaches a person',
    async () => (await told(desk, issue, 'alarm'))[0],
  );
  expect(alarm).toContain('@lucienne');
  expect(alarm).toContain(`Attempt 1 does not stop.** [run ${run}]`);
  const message = `a run of ${id} does not stop`;
  const logged = expect.objectContaining({ level: 'error', message, ticket: id });
  expect(desk.records).toContainEqual(logged);
  await desk.until('a cancel is forced', () => force);
  await notStopped();

  off();
  expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'cancelled' });
  await desk.until('stopped is said', () => desk.ticket(id)?.attempts[0]?.stopped);
  expect(lives(one)).toBe(false);
  const heads = desk.github.admin.refHistory(repository, 'refs/heads/signalbox').map(({ sha }) => sha);
  const saying = heads.filter((sha) => desk.ticket(id, sha)?.attempts[0]?.stopped);
  expect(saying.length).toBeGreaterThan(0);
  for (const sha of saying) expect(living.get(sha)).not.toContain(`${id}-1`);
  expect(await evidenceOf(desk, issue)).toContain('was stopped: parked');
  await desk.until('the next attempt begins', () => desk.agent(id, 2));
  expect(desk.agent(id, 2)?.met).toEqual([]);
  expect(desk.starts(id)).toEqual([`${id}-1`, `${id}-2`]);
});
