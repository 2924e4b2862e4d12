import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeIssue, reopenIssue, standingOf, told } from '../support/people.ts';
import { isAlive, World } from '../support/world.ts';

// S8. Closing, reopening, deleting and moving an issue, and what that means for its ticket.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20 } });
  await desk.github.admin.createRepository('acme/other');
});
afterAll(() => desk.end());

const lived = (id: string) => desk.everyState(id).filter((state) => state !== 'absent');

async function working() {
  const issue = await desk.openIssue({ body: 'do: wait, grandchild', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  const agent = await desk.until('the agent works', () => desk.agent(id));
  return { issue, id, agent };
}

test('closed as not planned is cancel: the run is stopped, the ticket archived, the evidence told', async () => {
  const { issue, id, agent } = await working();
  await closeIssue(desk, issue, 'not_planned', 'wilma');
  const ticket = await desk.untilState(id, 'cancelled');
  expect(ticket.attempts).toMatchObject([
    { outcome: 'cancelled', by: 'wilma', reason: 'closed as not planned' },
  ]);
  await desk.until('it is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  expect(agent.pids.some(isAlive)).toBe(false);
  expect(desk.file(`tickets/${id}.yaml`)).toBeNull();
  await desk.until('the run is over', async () => (await desk.runs(`${id} #`))[0]?.status === 'completed');
  await desk.until('the evidence is told', async () => (await told(desk, issue, 'evidence:1')).length === 1);
  await desk.until('it is shown', async () => (await desk.labels(issue)).includes('ticket: cancelled'));
  await desk.until('it is closed', async () => (await standingOf(desk, issue)) === 'not_planned');
});

test('closed as completed while the agent works: refused, reopened with the reason, and the agent goes on', async () => {
  const { issue, id, agent } = await working();
  await closeIssue(desk, issue, 'completed');
  const [why] = await desk.until('it is reopened', async () => {
    const said = await told(desk, issue, 'reopened');
    return (await standingOf(desk, issue)) === 'open' && said.length > 0 ? said : undefined;
  });
  expect(why).toContain('an attempt is still being executed');
  await desk.github.delivered();
  expect(desk.ticket(id)?.state).toBe('in_progress');
  expect(agent.pids.every(isAlive)).toBe(true);
  expect(await told(desk, issue, 'reopened')).toHaveLength(1);
  desk.say(id, 1, 'DONE: now it is');
  await desk.untilState(id, 'done');
  await desk.until('it is closed', async () => (await standingOf(desk, issue)) === 'completed');

  // reopened by a person it lies in the inbox, and only a new release starts it
  await desk.nextSecond();
  await reopenIssue(desk, issue, 'wilma');
  await desk.untilState(id, 'inbox');
  await desk.until('it is shown', async () => (await desk.labels(issue)).includes('ticket: inbox'));
  await desk.github.delivered();
  expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'done', 'inbox']);
  expect(await standingOf(desk, issue)).toBe('open');
  expect(desk.file(`tickets/${id}.yaml`)).not.toBeNull();

  // and where nothing runs, completed is completed
  await desk.nextSecond();
  await closeIssue(desk, issue, 'completed', 'wilma');
  await desk.untilState(id, 'done');
  await desk.github.delivered();
  expect(await standingOf(desk, issue)).toBe('completed');
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test('somebody who may not cancel closes the issue: it is reopened, with the reason, and the ticket unmoved', async () => {
  const issue = await desk.openIssue({});
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await closeIssue(desk, issue, 'not_planned', 'elmar');
  await desk.until('it is reopened', async () => {
    const refused = await told(desk, issue, 'refused');
    return (await standingOf(desk, issue)) === 'open' && refused[0]?.includes('`not-permitted`');
  });
  await desk.github.delivered();
  expect(lived(id)).toEqual(['inbox']);
  await desk.until('people are told', async () => (await told(desk, issue, 'reopened')).length === 1);
});

test.for(['deleted', 'transferred'] as const)(
  'an issue that is %s parks its ticket, which stands alone from then on',
  async (how) => {
    const { admin } = desk.github;
    const { issue, id, agent } = await working();
    if (how === 'deleted') admin.deleteIssue('acme/desk', issue, 'lucienne');
    else admin.transferIssue('acme/desk', issue, 'acme/other', 'lucienne');
    const parked = await desk.untilState(id, 'waiting');
    expect(parked).toMatchObject({ issue: null, waiting: { kind: 'parked', by: 'lucienne' } });
    expect(parked.waiting?.reason).toMatch(how === 'deleted' ? /deleted/ : /moved/);
    await desk.until('it is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
    expect(agent.pids.some(isAlive)).toBe(false);
    await desk.github.delivered();
    expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
  },
);

test('an issue that was deleted unheard is found out, and its ticket gets no other', async () => {
  const { issue, id, agent } = await working();
  await desk.stopApp();
  desk.github.admin.deleteIssue('acme/desk', issue, 'lucienne');
  const issues = async () => {
    const at = { owner: 'acme', repo: 'desk' };
    const { data } = await desk
      .as('lucienne')
      .rest.issues.listForRepo({ ...at, state: 'all', per_page: 100 });
    return data.filter(({ pull_request }) => !pull_request).length;
  };
  const before = await issues();
  await desk.startApp();
  expect(await desk.untilState(id, 'waiting')).toMatchObject({ issue: null, waiting: { kind: 'parked' } });
  await desk.until('its agent is gone', () => !agent.pids.some(isAlive));
  await desk.until('it is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  const twin = await desk.openIssue({ labels: ['ticket', 'release'] });
  await desk.untilState(`MC-${twin}`, 'done');
  expect(await issues()).toBe(before + 1); // the twin's
});
