import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { repository } from '../support/repository.ts';
import { logOf, runnerOf, untilConcluded, untilWorking, type Working, working } from '../support/runs.ts';
import { World } from '../support/world.ts';

/*
 * However often a run is asked for, pressed or repeated, an attempt has one agent, and what it said counts once.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const [owner = '', repo = ''] = repository.split('/');
const dispatches = 'POST /repos/:owner/:repo/actions/workflows/:workflow_id/dispatches';
const jobs = 'github-actions[bot]';

/** The machine dies in the very moment between making its agent's signal durable and handing it in. */
function dieBeforeSubmitting(desk: World, { agent, id }: Working): void {
  const runner = runnerOf(agent);
  desk.github.misbehave.onPreReceive(repository, ({ refs, actor }) => {
    if (actor !== jobs || !refs.some(({ ref }) => ref === 'refs/heads/signalbox')) return;
    expect(desk.ref(`refs/signalbox/signal/${id}/1`)).not.toBeNull();
    process.kill(runner, 'SIGKILL');
    throw new Error('the machine is gone');
  });
}

async function pressRerun(desk: World, run: number): Promise<void> {
  await desk.as('wilma').rest.actions.reRunWorkflow({ owner, repo, run_id: run });
}

/** Waits for the end of a run's latest attempt, which is this one. */
async function untilRerun(desk: World, run: number, attempt: number): Promise<void> {
  await desk.until(`run attempt ${attempt} is over`, async () => {
    const found = await untilConcluded(desk, run);
    return found.run_attempt === attempt;
  });
}

const transitions = (desk: World, id: string): string[] =>
  desk.history(id).map(({ transition }) => transition);

describe('a run that is asked for twice', () => {
  let desk: World;
  beforeAll(async () => {
    desk = await World.start();
  });
  afterAll(() => desk.end());

  test('the answer to a dispatch is lost: its run is found, and no other is started', async () => {
    desk.github.misbehave.dropAnswer({ route: dispatches });
    const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
    await desk.untilState(`MC-${issue}`, 'done');
    const failed = expect.objectContaining({ message: 'a look failed', key: `MC-${issue}` });
    expect(desk.records).toContainEqual(failed);
    expect(await desk.runs(`MC-${issue} `)).toHaveLength(1);
    expect(desk.starts(`MC-${issue}`)).toEqual([`MC-${issue}-1`]);
  });

  test('the list of runs is stale, another process asks again: one agent, and neither run is cancelled', async () => {
    const { actions, misbehave } = desk.github;
    actions.holdRuns();
    actions.hideNewRuns();
    misbehave.dropAnswer({ route: dispatches });
    const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
    const id = `MC-${issue}`;
    const about = (message: string, key: string) =>
      desk.records.some((record) => record.message === message && record[key] === id);
    await desk.until('the answer is lost', () => about('a look failed', 'key'));
    await desk.stopApp();
    await desk.startApp('second');
    await desk.until('it is asked for again', () => about('dispatched', 'ticket'));
    actions.showRuns();
    await desk.stopApp();
    await desk.startApp('third'); // sees both, and an attempt that is not bound
    await desk.until('both are seen', async () => (await desk.runs(`${id} `)).length === 2);
    const swept = await desk.openIssue({});
    await desk.untilState(`MC-${swept}`, 'inbox');
    actions.releaseRuns();
    const one = await untilWorking(desk, issue);
    const twin = (await desk.runs(`${id} `)).find((run) => run.id !== one.run)?.id ?? 0;
    expect(await untilConcluded(desk, twin)).toMatchObject({ conclusion: 'success' });
    expect(await logOf(desk, twin)).toMatch(/not started: other-run/);
    desk.say(id, 1, 'DONE: once');
    await desk.untilState(id, 'done');
    expect(await untilConcluded(desk, one.run)).toMatchObject({ conclusion: 'success' });
    expect(desk.starts(id)).toEqual([`${id}-1`]);
    expect(await desk.runs(`${id} `)).toHaveLength(2);
  });

  test('a person starts the workflow by hand with a claim of their own: it is turned away at the gate', async () => {
    const { actions } = desk.github;
    actions.holdRuns();
    const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
    const id = `MC-${issue}`;
    const [real] = await desk.until('the run is asked for', async () => {
      const runs = await desk.runs(`${id} `);
      return runs.length === 1 ? runs : undefined;
    });
    const inputs = { ticket: id, attempt: '1', claim: '0123456789abcdef', phase: 'dev' };
    const workflow_id = 'signalbox.yml';
    await desk
      .as('wilma')
      .rest.actions.createWorkflowDispatch({ owner, repo, workflow_id, ref: 'main', inputs });
    const forged = await desk.until('theirs is there', async () =>
      (await desk.runs(`${id} `)).find((run) => run.id !== real?.id),
    );
    actions.releaseRuns(forged.id);
    await untilConcluded(desk, forged.id);
    expect(await logOf(desk, forged.id)).toMatch(/not started: other-claim/);
    expect(desk.ticket(id)).toMatchObject({ state: 'in_progress', attempt: { run: null } });
    expect(desk.starts(id)).toEqual([]);
    actions.releaseRuns();
    const done = await desk.untilState(id, 'done');
    expect(done.attempts).toMatchObject([{ number: 1, run: { id: real?.id } }]);
    expect(desk.starts(id)).toEqual([`${id}-1`]);
  });
});

test('re-run is pressed after the signal was pushed and before it was admitted, and again after: no second agent, and the signal counts', async ({
  onTestFinished,
}) => {
  const desk = await World.start();
  onTestFinished(() => desk.end());
  const one = await working(desk, 'do: wait');
  const { id, run } = one;
  await desk.stopApp();
  dieBeforeSubmitting(desk, one);
  desk.say(id, 1, 'DONE: said in time');
  expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'failure' });
  desk.github.misbehave.clear();
  await pressRerun(desk, run);
  await untilRerun(desk, run, 2);
  expect(await logOf(desk, run)).toMatch(/not started: rerun/);
  expect(desk.ticket(id)).toMatchObject({
    state: 'in_progress',
    attempt: { run: { id: run, run_attempt: 1 } },
  });
  await desk.startApp('again');
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done', reason: 'said in time' }]);
  expect(desk.ref(`refs/signalbox/signal/${id}/1`)).toBeNull();
  await pressRerun(desk, run);
  await untilRerun(desk, run, 3);
  expect(await logOf(desk, run)).toMatch(/not started: rerun/);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
  expect(transitions(desk, id).filter((step) => step.startsWith('done:'))).toEqual([
    'done: in_progress -> done',
  ]);
});

test('re-run is pressed on a run whose end nobody saw: the attempt is lost at once, and the next one works', async ({
  onTestFinished,
}) => {
  const desk = await World.start();
  onTestFinished(() => desk.end());
  const one = await working(desk, 'do: wait');
  await desk.stopApp();
  desk.github.misbehave.deliveries(() => 'lose'); // a failed one would be sent again, and tell of the end
  process.kill(runnerOf(one.agent), 'SIGKILL');
  await untilConcluded(desk, one.run);
  await pressRerun(desk, one.run);
  await untilRerun(desk, one.run, 2);
  await desk.startApp('again');
  await untilWorking(desk, one.issue, 2);
  expect(desk.ticket(one.id)?.attempts).toMatchObject([
    { number: 1, outcome: 'lost', reason: 'The run was started again without a verdict.' },
  ]);
});

test('the end of a run is decided before the signal that was pushed in time: the signal counts, and the work is not done twice', async ({
  onTestFinished,
}) => {
  // The app looks only where a webhook leads it, and that of the push is lost.
  const desk = await World.start({ intervals: { head: 3_600_000, sweep: 3_600_000 } });
  onTestFinished(() => desk.end());
  const one = await working(desk, 'do: wait');
  const { id, run } = one;
  desk.github.misbehave.deliveries(({ event }) => (event === 'push' ? 'lose' : undefined));
  dieBeforeSubmitting(desk, one);
  desk.say(id, 1, 'DONE: said in time');
  expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'failure' });
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done', reason: 'said in time' }]);
  expect(transitions(desk, id).filter((step) => /^(done|lost)/.test(step))).toEqual([
    'done: in_progress -> done',
  ]);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test('the answer to an accepted signal is lost, and the runner hands it in again: accepted, once', async ({
  onTestFinished,
}) => {
  const desk = await World.start();
  onTestFinished(() => desk.end());
  const { id, run } = await working(desk, 'do: wait');
  await desk.stopApp(); // so that the runner alone speaks
  const { misbehave } = desk.github;
  let handedIn = 0;
  misbehave.onPreReceive(repository, ({ refs }) => {
    const moves = (ref: string) => refs.some((one) => one.ref.startsWith(ref));
    // Neither the answer to the push that follows nor the look for what became of it gets through.
    if (moves('refs/signalbox/signal/') && !moves('refs/heads/'))
      misbehave.dropAnswer({ route: 'git-receive-pack', by: jobs });
    if (!moves('refs/heads/signalbox')) return;
    handedIn += 1;
    misbehave.fail({ route: 'info/refs git-upload-pack', status: 503, by: jobs });
  });
  desk.say(id, 1, 'DONE: heard at last');
  const done = await desk.untilState(id, 'done');
  expect(await untilConcluded(desk, run)).toMatchObject({ conclusion: 'success' });
  expect(await logOf(desk, run)).toContain('answer-lost');
  expect(handedIn).toBe(1);
  expect(done.attempts).toMatchObject([{ outcome: 'done', reason: 'heard at last' }]);
  expect(desk.ticket(id)).toEqual(done);
  await desk.startApp('again');
  await desk.until('the app has seen it', async () => (await desk.labels(1)).includes('ticket: done'));
  expect(transitions(desk, id).filter((step) => step.startsWith('done'))).toEqual([
    'done: in_progress -> done',
  ]);
  expect(desk.files().filter((path) => path.startsWith('quarantine/'))).toEqual([]);
});
