import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { unlabel } from '../support/people.ts';
import { World } from '../support/world.ts';

// Section 7 of the design: what a repository had before the installation means nothing to Signalbox.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const at = { owner: 'acme', repo: 'desk' };
/** What the fifty issues carry, in turn. */
const habits = [['release'], ['hold'], ['release', 'hold'], ['ticket', 'release'], ['park'], []];

let desk: World;
let old: number[];
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20 }, before: theirHabits });
});
afterAll(() => desk.end());

/** A repository whose people have used labels of these names for years, for other things. */
async function theirHabits(world: World): Promise<void> {
  const { issues } = world.as('lucienne').rest;
  await issues.createLabel({
    ...at,
    name: 'Release',
    color: 'aaaaaa',
    description: 'goes into the next one',
  });
  await issues.createLabel({ ...at, name: 'hold', color: 'bbbbbb' });
  old = [];
  for (let index = 0; index < 50; index++) {
    const labels = habits[index % habits.length] ?? [];
    old.push(await world.openIssue({ title: `Old ${index}`, body: '/release', labels }));
  }
  await world.comment(old[0] ?? 0, '/release');
  await world.nextSecond();
}

/** Everything people can see of an issue. */
async function face(issue: number): Promise<unknown> {
  const { data } = await desk.as('lucienne').rest.issues.get({ ...at, issue_number: issue });
  const labels = data.labels.map((label) => (typeof label === 'string' ? label : label.name));
  return { title: data.title, body: data.body, state: data.state, labels, comments: data.comments };
}

function told(): Promise<{ title: string; body: string }[]> {
  return desk
    .as('lucienne')
    .rest.issues.listForRepo({ ...at, creator: 'signalbox[bot]', state: 'all' })
    .then(({ data }) => data.filter(({ pull_request }) => !pull_request))
    .then((issues) => issues.map(({ title, body }) => ({ title, body: body ?? '' })));
}

test('fifty issues and labels called release and hold: nothing becomes a ticket, nothing starts, the collision is told once', async () => {
  const before = await Promise.all(old.map(face));
  const [report] = await desk.until('the collision is reported', async () => {
    const issues = await told();
    return issues.length > 0 ? issues : undefined;
  });
  expect(report?.title).toBe('Signalbox: labels already in use');
  for (const label of ['ticket', 'park', 'hold', 'release']) expect(report?.body).toContain(`- \`${label}\``);
  expect(report?.body).not.toContain('ticket: ');

  // after the installation, too, these labels mean nothing where there is no ticket
  const [released = 0, held = 0] = old;
  await unlabel(desk, released, 'Release');
  await desk.label(released, 'release');
  await desk.label(held, 'park', 'elmar');
  await desk.comment(old[5] ?? 0, '/release');
  await desk.stopApp();
  await desk.startApp();
  const twin = await desk.openIssue({ labels: ['ticket', 'release'] });
  await desk.untilState(`MC-${twin}`, 'done');
  await desk.github.delivered();

  for (const issue of old.slice(0, 42)) expect(desk.ticket(`MC-${issue}`)).toBeUndefined();
  const titles = (await desk.runs()).map(({ display_title }) => display_title);
  expect(titles).toContain(`MC-${twin} #1 dev`);
  expect(
    titles.filter((title) => old.slice(0, 42).some((issue) => title.startsWith(`MC-${issue} `))),
  ).toEqual([]);
  expect(await told()).toEqual([report]);
  const after = await Promise.all(old.map(face));
  expect(after.slice(6, 42)).toEqual(before.slice(6, 42));
  const { data: label } = await desk.as('lucienne').rest.issues.getLabel({ ...at, name: 'release' });
  expect(label).toMatchObject({ name: 'Release', color: 'aaaaaa', description: 'goes into the next one' });
});

test('an old issue becomes a ticket by a new label alone, and its old release neither counts nor goes', async () => {
  const issue = old[42] ?? 0;
  expect(await desk.labels(issue)).toEqual(['Release']);
  await desk.label(issue, 'ticket', 'elmar');
  const ticket = await desk.untilState(`MC-${issue}`, 'inbox');
  expect(ticket).toMatchObject({ title: 'Old 42', hold: false, released: null });
  await desk.github.delivered();
  await desk.until('it is shown', async () => (await desk.labels(issue)).includes('ticket: inbox'));
  expect(await desk.labels(issue)).toEqual(['Release', 'ticket', 'ticket: inbox']);

  // one that carries their own `hold` is rather left waiting than started
  const held = old[43] ?? 0;
  await desk.label(held, 'ticket', 'elmar');
  await desk.untilState(`MC-${held}`, 'waiting');
  await desk.github.delivered();
  for (const id of [`MC-${issue}`, `MC-${held}`]) {
    expect(desk.everyState(id)).not.toContain('todo');
    expect(desk.starts(id)).toEqual([]);
  }
  // and a release given now is one
  await desk.nextSecond();
  await unlabel(desk, issue, 'Release');
  await desk.label(issue, 'release');
  await desk.untilState(`MC-${issue}`, 'done');
});
