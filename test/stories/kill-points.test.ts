import { expect, test, vi } from 'vitest';
import { MortalApp, type Point, points, type Step } from '../support/kill-points.ts';
import { standingOf, told } from '../support/people.ts';
import { repository } from '../support/repository.ts';
import { lives, untilWorking } from '../support/runs.ts';
import { quarantineOf } from '../support/signals.ts';
import { World } from '../support/world.ts';

/*
 * S7: the app is killed with `kill -9` at a named point, and started again. A ticket is born, released, parked, released
 * again and completed; at most once in each of these steps the app dies, and in the end nobody can tell.
 */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000, maxConcurrency: 2 });

const at = { owner: 'acme', repo: 'desk' };
const steps: readonly Step[] = ['birth', 'release', 'park', 'completion'];

/** Ways of a ticket with up to one death in each step: together they meet every point once. */
const ways: Point[][] = [];
for (const step of steps)
  for (const [index, point] of points.filter((one) => one.step === step).entries())
    ways[index] = [...(ways[index] ?? []), point];

for (const way of ways) {
  test.concurrent(`S7: the app dies ${way.map(({ name }) => name).join(', ')}`, async ({
    onTestFinished,
  }) => {
    const desk = await World.start({ noApp: true });
    const app = new MortalApp(desk);
    onTestFinished(async () => {
      await app.end();
      await desk.end();
    });
    await app.start();
    await desk.until('the desk is served', () => desk.ref('signalbox') && desk.file('desk.yaml'));
    const issue = await desk.openIssue({ body: 'do: wait, grandchild', labels: [] });
    const id = `MC-${issue}`;
    const deathsIn = async (step: Step, asked: () => Promise<unknown>) => {
      const point = way.find((one) => one.step === step);
      const death = point && app.dieAt(point, id);
      await asked();
      if (!death) return;
      await death();
      await app.start();
    };

    await deathsIn('birth', () => desk.label(issue, 'ticket'));
    await untilShown(desk, issue, 'inbox');
    desk.github.actions.holdRuns(); // so that whoever comes next finds a run that has not begun, or none
    await deathsIn('release', () => desk.label(issue, 'release'));
    await untilShown(desk, issue, 'in progress');
    await desk.until('it is dispatched', async () => (await desk.runs(id)).length > 0);
    desk.github.actions.releaseRuns();
    const first = await untilWorking(desk, issue);
    await deathsIn('park', () => desk.label(issue, 'park', 'elmar'));
    await desk.until('stopped is said', () => desk.ticket(id)?.attempts[0]?.stopped);
    expect(lives(first)).toBe(false);
    await untilShown(desk, issue, 'waiting');
    await desk.nextSecond();
    await desk.label(issue, 'release');
    const second = await untilWorking(desk, issue, 2);
    await untilShown(desk, issue, 'in progress');
    const mend = refuseVerdicts(desk, way);
    await deathsIn('completion', async () => desk.say(id, 2, 'DONE: after all'));
    await desk.untilState(id, 'done');
    mend();
    await expectAllWell(desk, issue);
    expect(lives(second)).toBe(false);
  });
}
/** Where the app shall decide upon the completion, the jobs cannot: they leave it on its ref, and try again. */
function refuseVerdicts(desk: World, way: readonly Point[]): () => void {
  if (!way.some(({ name }) => name.includes('accepts'))) return () => {};
  return desk.github.misbehave.fail({
    route: 'git-receive-pack',
    by: 'github-actions[bot]',
    only: ({ refs }) => refs.some(({ ref }) => ref === 'refs/heads/signalbox'),
    times: Number.POSITIVE_INFINITY,
    status: 503,
  });
}

/** The issue's labels say where the ticket stands, and none asks anything any more. */
async function untilShown(desk: World, issue: number, words: string): Promise<void> {
  const right = ['ticket', `ticket: ${words}`];
  await desk.until(`#${issue} is shown ${words}`, async () => `${await desk.labels(issue)}` === `${right}`);
}

async function expectAllWell(desk: World, issue: number): Promise<void> {
  const id = `MC-${issue}`;
  await desk.until('it is over', async () => (await standingOf(desk, issue)) === 'completed');
  await untilShown(desk, issue, 'done');
  await desk.until('its file is in the archive', () =>
    desk.files().some((path) => /^archive\/.*\/MC-/.test(path)),
  );
  await desk.until('its status is told', async () =>
    (await told(desk, issue, 'status')).every((text) => text.includes('**done**')),
  );
  await desk.github.delivered();
  // Everything was decided once, in order.
  expect(desk.history(id).map(({ transition }) => transition)).toEqual([
    'create -> inbox',
    'release: inbox -> todo',
    'claim: todo -> in_progress',
    'bind: in_progress',
    'park: in_progress -> waiting',
    'stopped: waiting',
    'release: waiting -> todo',
    'claim: todo -> in_progress',
    'bind: in_progress',
    'done: in_progress -> done',
  ]);
  expect(desk.ticket(id)).toMatchObject({
    state: 'done',
    attempts: [
      { number: 1, outcome: 'parked', by: 'elmar' },
      { number: 2, outcome: 'done', reason: 'after all' },
    ],
    lifetime: { attempts: 2, retries: 0 },
  });
  expect(quarantineOf(desk, id)).toEqual([]);
  // One agent at a time, each attempt worked once, in one run.
  expect(desk.starts()).toEqual([`${id}-1`, `${id}-2`]);
  expect(desk.agent(id, 2)?.met).toEqual([]);
  expect((await desk.runs()).map(({ display_title }) => display_title).sort()).toEqual([
    `${id} #1 dev`,
    `${id} #2 dev`,
  ]);
  // One comment of each kind, one pull request.
  const kinds = (await desk.comments(issue)).map((body) => /signalbox:(\S+)/.exec(body)?.[1]).sort();
  expect(kinds).toEqual(['evidence:1', 'status']);
  const { data: pulls } = await desk.as('lucienne').rest.pulls.list({ ...at, state: 'all' });
  expect(pulls.map(({ head }) => head.ref)).toEqual([`ticket/${id}`]);
  expect(desk.file('work.txt', `refs/heads/ticket/${id}`)).toBe('attempt 2 was here\n');
  expect(desk.github.admin.refHistory(repository, `refs/heads/ticket/${id}`)).toHaveLength(1);
}
