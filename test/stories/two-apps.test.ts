import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type AppProcess,
  sendWebhooksTo,
  sendWebhooksToAll,
  startAppProcess,
} from '../support/app-processes.ts';
import { told } from '../support/people.ts';
import { isAlive, repository } from '../support/repository.ts';
import { lives, untilConcluded, untilWorking } from '../support/runs.ts';
import { World, type WorldOptions } from '../support/world.ts';

/*
 * Two operating-system processes of the app serve one repository. They share nothing but GitHub, and either may die at
 * any instruction.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const [owner = '', repo = ''] = repository.split('/');

/** A process that looks only where a webhook leads it. */
const onlyWebhooks = { head: 3_600_000, sweep: 3_600_000 };

async function world(options: WorldOptions = {}): Promise<World> {
  const desk = await World.start({ ...options, noApp: true });
  onTestFinished(() => desk.end());
  return desk;
}

async function start(desk: World, name: string, intervals?: typeof onlyWebhooks): Promise<AppProcess> {
  const app = await startAppProcess(desk, name, intervals);
  onTestFinished(() => app.end());
  return app;
}

/** Does `deed` once, when the app's push finds the ticket in `state`: the moment before its next step lands. */
function beforeNextStep(desk: World, id: string, state: string, deed: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const off = desk.github.misbehave.onPreReceive(repository, async ({ refs, actor }) => {
      const isOurs = actor === 'signalbox[bot]' && refs.some(({ ref }) => ref === 'refs/heads/signalbox');
      if (!isOurs || desk.ticket(id)?.state !== state) return;
      off();
      await deed().then(resolve, reject);
    });
  });
}

test('two processes serve one repository: each ticket has one agent, once', async () => {
  const desk = await world();
  const apps = await Promise.all([start(desk, 'one'), start(desk, 'two')]);
  onTestFinished(await sendWebhooksToAll(desk, apps));
  const issues = await Promise.all(
    Array.from({ length: 4 }, () => desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] })),
  );
  for (const issue of issues) {
    const id = `MC-${issue}`;
    const done = await desk.untilState(id, 'done');
    expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done' }]);
    const claims = desk.history(id).filter(({ transition }) => transition.startsWith('claim'));
    expect(claims).toHaveLength(1);
  }
  expect(desk.starts().sort()).toEqual(issues.map((issue) => `MC-${issue}-1`).sort());
  // What both have told is told once in the end.
  for (const issue of issues) {
    await desk.until('one status comment', async () => {
      const status = await told(desk, issue, 'status');
      return status.length === 1 && status[0]?.includes('**done**');
    });
  }
});

test('capacity 1, two tickets in todo, each process claims another: one runs', async () => {
  const desk = await world();
  // The second is past its first sweep, which ends as soon as its labels are made, before the first begins.
  const two = await start(desk, 'two', onlyWebhooks);
  await desk.until('the labels are made', async () => {
    const { data } = await desk.as('lucienne').rest.issues.listLabelsForRepo({ owner, repo, per_page: 100 });
    return data.some(({ name }) => name === 'ticket: cancelled');
  });
  const one = await start(desk, 'one', onlyWebhooks);
  sendWebhooksTo(desk, one.url);
  const issue = await desk.openIssue({
    body: '### What is to be done?\n\ndo: wait\n\n### Who works on it?\n\nsolo\n\n### Priority\n\nNormal',
  });
  const [first, second] = [`MC-${issue}`, 'MC-900'];
  await desk.untilState(first, 'inbox');
  // As the first process is about to claim the one, a more urgent one appears, and the second process claims that.
  const raced = beforeNextStep(desk, first, 'todo', async () => {
    sendWebhooksTo(desk, two.url);
    const urgent = { format: 1, id: second, title: 'Urgent', state: 'todo', owner: 'solo', priority: 'high' };
    const phases = { phases: ['dev'], phase: 'dev', body: 'do: wait' };
    await desk.pushState({ [`tickets/${second}.yaml`]: JSON.stringify({ ...urgent, ...phases }) });
    await desk.untilState(second, 'in_progress');
    expect(desk.ticket(first)?.state).toBe('todo');
  });
  await desk.label(issue, 'release');
  await raced;
  const agent = await desk.until('the urgent one is worked on', () => desk.agent(second));
  await desk.comment(issue, '/status');
  await desk.until('it is told why the other waits', async () =>
    (await told(desk, issue, 'status')).some((text) => text.includes('`no-capacity` solo works')),
  );
  expect(desk.ticket(first)).toMatchObject({ state: 'todo', attempt: null, attempts: [] });
  expect(agent.pids.every(isAlive)).toBe(true);
  expect(desk.starts()).toEqual([`${second}-1`]);
  desk.say(second, 1, 'DONE: mine');
  const next = await untilWorking(desk, issue);
  expect(next.agent.met).toEqual([]);
});

test('a process dies as its claim lands, another as its park does: who comes next dispatches, and cancels', async () => {
  const desk = await world({ limits: { look_seconds: 300, unreadable_seconds: 900 } }); // no look-out helps
  const one = await start(desk, 'one', onlyWebhooks);
  sendWebhooksTo(desk, one.url);
  const issue = await desk.openIssue({ body: 'do: wait, grandchild' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  const claimed = beforeNextStep(desk, id, 'todo', () => one.kill());
  await desk.label(issue, 'release');
  await claimed;
  await desk.untilState(id, 'in_progress');
  expect(await desk.runs()).toEqual([]);
  const two = await start(desk, 'two', onlyWebhooks);
  sendWebhooksTo(desk, two.url);
  const working = await untilWorking(desk, issue);
  const parked = beforeNextStep(desk, id, 'in_progress', () => two.kill());
  await desk.label(issue, 'park', 'elmar');
  await parked;
  await desk.untilState(id, 'waiting');
  expect(lives(working)).toBe(true);
  await start(desk, 'three', onlyWebhooks);
  expect(await untilConcluded(desk, working.run)).toMatchObject({ conclusion: 'cancelled' });
  expect(lives(working)).toBe(false);
  await desk.until('stopped is said', () => desk.ticket(id)?.attempts[0]?.stopped);
  expect(desk.starts()).toEqual([`${id}-1`]);
  expect(await desk.runs()).toHaveLength(1);
});
