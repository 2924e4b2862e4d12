import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { World } from '../support/world.ts';

// S4: what was stopped before its agent started never starts, whoever is down and whatever was lost.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  // No sweep in between: it would read a label before the gate does, and a hold lets what runs go on.
  desk = await World.start({
    limits: { unreadable_seconds: 20 },
    intervals: { head: 1_000, sweep: 3_600_000 },
  });
});
afterAll(() => desk.end());

/** A ticket that is claimed and dispatched, with its run still in the queue of Actions. */
async function queued(): Promise<{ issue: number; id: string }> {
  desk.github.actions.holdRuns();
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'in_progress');
  await desk.until('its run is queued', async () => (await desk.runs(`${id} #1`))[0]?.status === 'queued');
  return { issue, id };
}

/** The run gets a machine; answers what its job printed when it is over. */
async function letRun(id: string): Promise<string> {
  desk.github.actions.releaseRuns();
  const run = await desk.until('the run is over', async () => {
    const [one] = await desk.runs(`${id} #1`);
    return one?.status === 'completed' ? one : undefined;
  });
  const { data } = await desk
    .as('lucienne')
    .rest.actions.listJobsForWorkflowRun({ owner: 'acme', repo: 'desk', run_id: run.id });
  return data.jobs.map(({ id: job }) => desk.github.actions.log(job)).join('');
}

function expectNoAgent(id: string): void {
  expect(desk.starts(id)).toEqual([]);
  expect(desk.ticket(id)?.attempt).toBeNull();
  expect(desk.ref(`refs/signalbox/work/${id}/1`)).toBeNull();
}

test('parked by label while the app is down: the gate sees the label, and the app carries it out when it is back', async () => {
  const { issue, id } = await queued();
  await desk.stopApp();
  await desk.nextSecond();
  await desk.label(issue, 'park', 'elmar');
  expect(await letRun(id)).toMatch(/not started: stop-label: .*carries park, set by elmar/);
  expect(desk.ticket(id)).toMatchObject({ state: 'in_progress', attempt: { run: null } });
  await desk.startApp();
  const parked = await desk.untilState(id, 'waiting');
  expect(parked.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  expect(parked.attempts).toMatchObject([{ number: 1, outcome: 'parked', by: 'elmar', run: null }]);
  expect(parked.attempts[0]?.stopped).not.toBeNull(); // nothing had started, so nothing is being stopped
  await desk.until('the label is off', async () => !(await desk.labels(issue)).includes('park'));
  expectNoAgent(id);
});

test('parked by an edit of its file while the app is down: the gate itself admits the edit', async () => {
  const { id } = await queued();
  await desk.stopApp();
  await desk.pushState(
    { [`tickets/${id}.yaml`]: (text) => text.replace('state: in_progress', 'state: waiting') },
    'wilma',
  );
  expect(await letRun(id)).toMatch(/not started: not-executing/);
  expect(desk.ticket(id)).toMatchObject({
    state: 'waiting',
    waiting: { kind: 'parked', by: 'wilma' },
    attempts: [{ outcome: 'parked', by: 'wilma' }],
  });
  expectNoAgent(id);
  await desk.startApp();
});

test('parked by the app, which dies before the cancel goes out: the gate refuses the closed claim', async () => {
  const { issue, id } = await queued();
  const callOff = desk.github.misbehave.ignore({
    route: 'POST /repos/:owner/:repo/actions/runs/:id/cancel',
    times: Number.POSITIVE_INFINITY,
  });
  await desk.label(issue, 'park', 'elmar');
  await desk.untilState(id, 'waiting');
  await desk.stopApp();
  callOff();
  expect(await letRun(id)).toMatch(/not started: not-executing/);
  expectNoAgent(id);
  await desk.startApp();
});

test.for([
  ['park', { waiting: { kind: 'parked', by: 'elmar' } }],
  ['hold', { hold: true, waiting: { kind: 'parked', reason: 'held' } }],
] as const)(
  'a %s label whose webhook never came: the gate sees it, and the end of the run makes the app look',
  async ([label, stopped]) => {
    const { issue, id } = await queued();
    await desk.github.delivered();
    const callOff = desk.github.misbehave.deliveries(({ action }) => action === 'labeled' && 'lose');
    await desk.label(issue, label, 'elmar');
    callOff();
    expect(await letRun(id)).toContain(`carries ${label}, set by elmar`);
    expect(await desk.untilState(id, 'waiting')).toMatchObject(stopped);
    expectNoAgent(id);
  },
);

test('a park that lands between the binding and the start: the second look sees it', async () => {
  const { issue, id } = await queued();
  await desk.github.delivered();
  await desk.stopApp();
  const callOff = desk.github.misbehave.onPreReceive('acme/desk', async ({ actor }) => {
    if (actor === 'github-actions[bot]') await desk.label(issue, 'park', 'elmar');
  });
  expect(await letRun(id)).toMatch(/bound to run [\s\S]*not started: stop-label/);
  callOff();
  expect(desk.ticket(id)?.attempt?.run).not.toBeNull();
  expect(desk.starts(id)).toEqual([]);
  await desk.startApp();
  await desk.untilState(id, 'waiting');

  expectNoAgent(id);
});
