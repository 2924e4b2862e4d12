import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { editIssue, redeliver, unlabel } from '../support/people.ts';
import { isAlive, World } from '../support/world.ts';

// S1, S2: what is born to wait was never to be had, and only a new release wakes what waits.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20 } });
});
afterAll(() => desk.end());

/** The states a ticket ever had on the server, from its birth on. */
const lived = (id: string) => desk.everyState(id).filter((state) => state !== 'absent');

/** A ticket that nothing stops: when it has run, whatever came before it could have run as well. */
async function twinRuns(): Promise<void> {
  const twin = `MC-${await desk.openIssue({ title: 'The twin', labels: ['ticket', 'release'] })}`;
  await desk.until('the twin has run', () => lived(twin).at(-1) === 'done');
  expect(lived(twin)).toEqual(expect.arrayContaining(['todo', 'in_progress']));
  expect(desk.agent(twin)).toBeDefined();
  await desk.github.delivered();
}

/** Issues with ticket, park and release in every order: opened so, and labelled so afterwards. */
async function labelledInEveryOrder(): Promise<number[]> {
  const at = { owner: 'acme', repo: 'desk' };
  const names = ['ticket', 'park', 'release'];
  const orders = names.flatMap((first) => {
    const [a = '', b = ''] = names.filter((name) => name !== first);
    return [
      [first, a, b],
      [first, b, a],
    ];
  });
  const issues = orders.map(async (labels) => {
    const issue_number = await desk.openIssue({ labels: [] });
    await desk.as('lucienne').rest.issues.addLabels({ ...at, issue_number, labels });
    return [await desk.openIssue({ labels }), issue_number];
  });
  return (await Promise.all(issues)).flat();
}

const waitingFile = (id: string, waiting: string) => `format: 1
id: ${id} # kept
title: Not yet
state: waiting
waiting: { ${waiting}, by: elmar, since: 2026-05-25T09:12:00Z }
priority: high
`;

/** Everything that may happen to a waiting ticket and is no release. */
async function disturb(id: string): Promise<void> {
  await desk.until(`${id} has its issue`, () => desk.ticket(id)?.issue);
  const issue = desk.ticket(id)?.issue ?? 0;
  await desk.comment(issue, 'Is it done yet? release', 'visitor');
  await desk.label(issue, 'bug');
  await desk.label(issue, 'ticket: todo');
  await editIssue(desk, issue, { title: 'Perhaps soon' });
  await desk.pushState({ [`tickets/${id}.yaml`]: (text) => text.replace('high', 'urgent') }, 'wilma');
  await desk.until('the title arrived', () => desk.ticket(id)?.title === 'Perhaps soon');
  await desk.until('the priority stands', () => desk.ticket(id)?.priority === 'urgent');
  await desk.until(
    'the label is put right',
    async () => !(await desk.labels(issue)).includes('ticket: todo'),
  );
}

/** `/park` and `/release`, written in one second, either way round, and read together. */
async function parkedAndReleasedInOneSecond(): Promise<number[]> {
  const both = ['/park', '/release'];
  const issues = [await desk.openIssue({}), await desk.openIssue({})];
  for (const issue of issues) await desk.untilState(`MC-${issue}`, 'inbox');
  await desk.nextSecond();
  // Nobody reads one before the other is written: not for a hook, and not in a sweep either.
  const { misbehave } = desk.github;
  const hold = misbehave.deliveries(({ event }) => event === 'issue_comment' && 'hold');
  const hide = misbehave.fail({
    route: 'GET /repos/:owner/:repo/issues/:n/comments',
    times: Number.POSITIVE_INFINITY,
    status: 502,
  });
  for (const issue of issues) for (const words of both.reverse()) await desk.comment(issue, words);
  hide();
  hold();
  desk.github.misbehave.releaseDeliveries();
  return issues;
}

test('what is asked to wait was never todo, at no value of the branch, and nothing ran', async () => {
  const labelled = await labelledInEveryOrder();
  const inOneSecond = await parkedAndReleasedInOneSecond();
  await desk.pushState({
    'tickets/F-1.yaml': waitingFile('F-1', 'kind: parked, reason: not yet'),
    'tickets/F-2.yaml': waitingFile('F-2', 'kind: deferred, when: { until: 2099-01-01T00:00:00Z }'),
  });
  await disturb('F-1');
  await disturb('F-2');
  await twinRuns();

  const bornWaiting = [...labelled.map((issue) => `MC-${issue}`), 'F-1', 'F-2'];
  for (const id of bornWaiting) expect(lived(id), id).toEqual(['waiting']);
  for (const issue of inOneSecond) expect(lived(`MC-${issue}`)).toEqual(['inbox', 'waiting']);
  for (const id of [...bornWaiting, ...inOneSecond.map((issue) => `MC-${issue}`)]) {
    expect(await desk.runs(`${id} #`)).toEqual([]);
    expect(desk.agent(id)).toBeUndefined();
  }
  for (const issue of labelled) {
    expect(desk.ticket(`MC-${issue}`)?.waiting).toMatchObject({ kind: 'parked', by: 'lucienne' });
    await desk.until('the control labels are off', async () => (await desk.labels(issue)).length === 2);
    expect(await desk.labels(issue)).toEqual(['ticket', 'ticket: waiting']);
  }
  expect(desk.file('tickets/F-1.yaml')).toContain('id: F-1 # kept');
  expect(desk.ticket('F-2')?.waiting?.when).toEqual({ until: '2099-01-01T00:00:00Z' });
});

test('a release from before the park wakes nothing, left on the issue and delivered again; nor does one on its heels', async () => {
  const [old, quick] = await Promise.all([desk.openIssue({ body: 'do: wait' }), desk.openIssue({})]);
  await Promise.all([desk.untilState(`MC-${old}`, 'inbox'), desk.untilState(`MC-${quick}`, 'inbox')]);
  // the app dies, so to say, each time before it takes a label off
  const callOff = desk.github.misbehave.fail({
    route: 'DELETE /repos/:owner/:repo/issues/:n/labels/:name',
    times: Number.POSITIVE_INFINITY,
    status: 502,
  });
  await desk.label(old, 'release');
  const agent = await desk.until('the agent works', () => desk.agent(`MC-${old}`));
  await desk.nextSecond();
  await desk.label(old, 'park', 'elmar');
  await desk.until('attempt 1 is stopped', () => desk.ticket(`MC-${old}`)?.attempts[0]?.stopped);
  expect(agent.pids.some(isAlive)).toBe(false);
  expect(await desk.labels(old)).toEqual(expect.arrayContaining(['park', 'release']));
  await desk.stopApp();
  callOff();
  await unlabel(desk, old, 'park'); // now only the old release stands there
  await desk.startApp();
  await redeliver(desk, ({ payload, action }) => {
    const { issue, label } = JSON.parse(payload);
    return action === 'labeled' && issue.number === old && label.name === 'release';
  });

  desk.github.actions.holdRuns(); // the machine is slow, the park is not
  await desk.nextSecond();
  await desk.comment(quick, '/release');
  await desk.untilState(`MC-${quick}`, 'in_progress');
  await desk.comment(quick, '/park', 'elmar');
  await desk.untilState(`MC-${quick}`, 'waiting');
  desk.github.actions.releaseRuns();

  await twinRuns();
  for (const issue of [old, quick]) {
    const id = `MC-${issue}`;
    expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
    await desk.until('its runs are over', async () =>
      (await desk.runs(`${id} #`)).every(({ status }) => status === 'completed'),
    );
    expect(await desk.runs(`${id} #`)).toHaveLength(1);
  }
  expect(desk.starts(`MC-${old}`)).toEqual([`MC-${old}-1`]);
  expect(desk.starts(`MC-${quick}`)).toEqual([]);
  await desk.until('the old label is off', async () => (await desk.labels(old)).length === 2);
});
