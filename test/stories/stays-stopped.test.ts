import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pressCancel, told } from '../support/people.ts';
import { isAlive, World } from '../support/world.ts';

// S2, S4: what people stopped stays stopped, whatever else comes about.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 4 } });
});
afterAll(() => desk.end());

const lived = (id: string) => desk.everyState(id).filter((state) => state !== 'absent');

/** A ticket whose agent works and waits for its last words. */
async function working(labels = ['ticket', 'release']): Promise<{ issue: number; id: string }> {
  const issue = await desk.openIssue({ body: 'do: wait', labels });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  return { issue, id };
}

/** The machine of an attempt's run dies, with all that was on it. */
async function machineDies(title: string): Promise<void> {
  const [run] = await desk.runs(title);
  for (const pid of desk.github.actions.processes(run?.id)) process.kill(pid, 'SIGKILL');
}

test('held, then its run is lost: it waits, while one that nobody held is tried again', async () => {
  const [held, free] = await Promise.all([working(), working()]);
  await desk.label(held.issue, 'hold', 'elmar');
  await desk.until('it is held', () => desk.ticket(held.id)?.hold);
  expect(desk.ticket(held.id)?.state).toBe('in_progress');
  await Promise.all([machineDies(`${held.id} #1`), machineDies(`${free.id} #1`)]);
  await desk.until('the free one is tried again', () => desk.agent(free.id, 2));
  const ticket = await desk.untilState(held.id, 'waiting');
  expect(ticket).toMatchObject({
    hold: true,
    waiting: { kind: 'parked', reason: 'held' },
    attempts: [{ outcome: 'lost' }],
    lifetime: { retries: 1 },
  });
  desk.say(free.id, 2, 'DONE: at the second try');
  await desk.untilState(free.id, 'done');
  await desk.until('its back-off is over', () => desk.clock.now() > Date.parse(ticket.not_before ?? ''));
  await desk.github.delivered();
  expect(lived(held.id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
  expect(desk.starts(held.id)).toEqual([`${held.id}-1`]);
});

test('Cancel pressed in Actions: the ticket is parked, its agent gone, and nothing begins again', async () => {
  const { issue, id } = await working();
  const agent = desk.agent(id);
  await pressCancel(desk, `${id} #1`, 'wilma');
  const ticket = await desk.untilState(id, 'waiting');
  expect(ticket.waiting).toMatchObject({ kind: 'parked', reason: 'the run was cancelled in Actions' });
  expect(ticket.attempts).toMatchObject([{ number: 1, outcome: 'parked', signal: null }]);
  expect(agent?.pids.some(isAlive)).toBe(false);
  await desk.until('the evidence is told', async () => (await told(desk, issue, 'evidence:1')).length === 1);
  await desk.github.delivered();
  expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test('a plain park over a deferral: the condition comes true, and only the other deferral wakes', async () => {
  const [first, parked, deferred] = await Promise.all([
    desk.openIssue({}),
    desk.openIssue({}),
    desk.openIssue({}),
  ]);
  for (const issue of [first, parked, deferred]) await desk.untilState(`MC-${issue}`, 'inbox');
  for (const issue of [parked, deferred]) await desk.comment(issue, `/park after MC-${first} is done`);
  for (const issue of [parked, deferred]) await desk.untilState(`MC-${issue}`, 'waiting');
  expect(desk.ticket(`MC-${parked}`)?.waiting?.when).toEqual({ after: [`MC-${first}`] });
  await desk.comment(parked, '/park not at all, please', 'elmar');
  await desk.until('it is parked', () => desk.ticket(`MC-${parked}`)?.waiting?.kind === 'parked');
  expect(desk.ticket(`MC-${parked}`)?.waiting?.when).toBeUndefined();

  await desk.nextSecond();
  await desk.label(first, 'release');
  await desk.untilState(`MC-${deferred}`, 'done');
  await desk.github.delivered();
  expect(lived(`MC-${first}`).at(-1)).toBe('done');
  expect(lived(`MC-${parked}`)).toEqual(['inbox', 'waiting']);
  expect(desk.starts(`MC-${parked}`)).toEqual([]);
});

test('an answer to a question does not wake what was also parked, nor does the old release label after a restart', async () => {
  const callOff = desk.github.misbehave.fail({
    route: 'DELETE /repos/:owner/:repo/issues/:n/labels/release',
    times: Number.POSITIVE_INFINITY,
    status: 502,
  });
  const [parked, asking] = await Promise.all([working(), working()]);
  for (const { id } of [parked, asking]) desk.say(id, 1, 'QUESTION: Which way?');
  for (const { id } of [parked, asking]) await desk.untilState(id, 'waiting');
  expect(desk.ticket(asking.id)?.waiting).toMatchObject({ kind: 'question', question: 'Which way?' });
  await desk.comment(parked.issue, '/park', 'elmar');
  await desk.until('it is parked', () => desk.ticket(parked.id)?.waiting?.kind === 'parked');
  await desk.comment(parked.issue, '/answer Left, then left again.');
  await desk.until('the answer is kept', () => desk.ticket(parked.id)?.messages.length === 1);
  expect(desk.ticket(parked.id)).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' } });

  expect(await desk.labels(asking.issue)).toContain('release');
  await desk.stopApp();
  callOff();
  await desk.startApp();
  await desk.until(
    'the old label is off',
    async () => !(await desk.labels(asking.issue)).includes('release'),
  );
  await desk.github.delivered();
  for (const { id } of [parked, asking]) {
    expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
    expect(desk.starts(id)).toEqual([`${id}-1`]);
  }

  // a new release wakes the parked one, and its agent is told the answer; the answer wakes the other
  await desk.nextSecond();
  await desk.comment(parked.issue, '/release');
  await desk.comment(asking.issue, '/answer Right.');
  const agents = await Promise.all(
    [parked, asking].map(({ id }) => desk.until('it works again', () => desk.agent(id, 2))),
  );
  expect(agents[0]?.prompt).toContain('Left, then left again.');
  expect(agents[1]?.prompt).toContain('Right.');
});
