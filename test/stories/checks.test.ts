import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { repository, World } from '../support/world.ts';

// S2: a ticket that waits until a branch is green starts once it is, and not before. Hints alone tell the app: it sweeps never.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const ci = `name: ci
on: { push: { branches: [main] } }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test -e repaired.txt
`;

let desk: World;
beforeAll(async () => {
  const hour = 3_600_000;
  desk = await World.start({
    files: { '.github/workflows/ci.yml': ci },
    intervals: { head: 1_000, sweep: hour },
  });
});
afterAll(() => desk.end());

const told = async (issue: number, words: string) =>
  (await desk.comments(issue)).some((body) => body.includes(words));

test('main is red: the ticket waits, and says why; repaired and deployed it is released once, and run once', async () => {
  const issue = await desk.openIssue({ body: 'do: wait' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await desk.nextSecond();
  await desk.comment(issue, '/park when checks: main', 'wilma');
  const ticket = await desk.untilState(id, 'waiting');
  expect(ticket.waiting).toMatchObject({ kind: 'deferred', when: { checks: 'main' }, by: 'wilma' });
  await desk.until('main is red', async () =>
    (await desk.runs()).some((run) => run.name === 'ci' && run.conclusion === 'failure'),
  );
  await desk.nextSecond();
  await desk.comment(issue, '/status', 'elmar');
  await desk.until('it says what is red', () => told(issue, 'build is red'));

  const files = { 'repaired.txt': 'yes\n' };
  const fixed = await desk.github.admin.commit(repository, { files, branch: 'main', by: 'wilma' });
  const deploy = { context: 'deploy', by: 'wilma' };
  await desk.github.admin.setStatus(repository, fixed, { ...deploy, state: 'pending' });
  await desk.until('it is built', async () =>
    (await desk.runs()).some((run) => run.head_sha === fixed && run.conclusion === 'success'),
  );
  await desk.github.delivered();
  expect(desk.ticket(id)?.state).toBe('waiting');
  await desk.github.admin.setStatus(repository, fixed, { ...deploy, state: 'success' });

  await desk.until('the agent works', () => desk.agent(id));
  // Its own run is at that commit, too, and judges nothing.
  const another = await desk.openIssue({ body: 'do: wait', labels: ['ticket'] });
  await desk.untilState(`MC-${another}`, 'inbox');
  await desk.nextSecond();
  await desk.comment(another, '/park when checks: main', 'wilma');
  await desk.until('the other agent works, too', () => desk.agent(`MC-${another}`));

  desk.say(id, 1, 'DONE: at last');
  await desk.untilState(id, 'done');
  await desk.until('GitHub has noted it', () => desk.everyState(id).includes('done'));
  const states = desk.everyState(id).filter((state) => state !== 'absent');
  expect(states).toEqual(['inbox', 'waiting', 'todo', 'in_progress', 'done']);
  const due = desk.history(id).filter(({ transition }) => transition.startsWith('due'));
  expect(due.map(({ cause }) => cause)).toEqual(['due when the checks of main are green']);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});
