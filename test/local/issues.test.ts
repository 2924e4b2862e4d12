import { expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';
import type { Desk } from './support.ts';
import { desk, installedApp, makeDesk, refusal } from './support.ts';

const one = { ...desk, issue_number: 1 };

async function deskWithIssue(labels: string[] = []): Promise<Desk> {
  const world = await makeDesk();
  await world.as.lucienne.rest.issues.create({ ...desk, title: 'One', body: 'Body', labels });
  return world;
}

const labelsOf = async ({ as }: Desk, issue_number = 1): Promise<string[]> => {
  const { data } = await as.lucienne.rest.issues.listLabelsOnIssue({ ...desk, issue_number });
  return data.map((label) => label.name);
};

const eventsOf = async ({ as }: Desk, issue_number = 1) =>
  (await as.lucienne.rest.issues.listEvents({ ...desk, issue_number })).data as {
    id: number;
    event: string;
    actor: { login: string };
    created_at: string;
    commit_id: string | null;
    label?: { name: string };
    performed_via_github_app: { slug: string } | null;
    rename?: { from: string; to: string };
  }[];

test('labels and assignees given by somebody without triage are dropped without a word', async () => {
  const world = await makeDesk();
  const wish = { ...desk, title: 'From outside', labels: ['ticket', 'release'], assignees: ['dora'] };
  const { data, status } = await world.as.visitor.rest.issues.create(wish);
  expect([status, data.labels, data.assignees]).toEqual([201, [], []]);
  const { data: after } = await world.as.visitor.rest.issues.update({
    ...one,
    labels: ['release'],
    title: 'Mine',
  });
  expect([after.title, after.labels]).toEqual(['Mine', []]);
});

test('a reader may not label, nor change what others wrote', async () => {
  const { as } = await deskWithIssue(['park']);
  const { issues } = as.visitor.rest;
  expect(await refusal(issues.addLabels({ ...one, labels: ['park'] }))).toMatchObject({ status: 403 });
  expect(await refusal(issues.removeLabel({ ...one, name: 'park' }))).toMatchObject({ status: 403 });
  expect(await refusal(issues.update({ ...one, title: 'Mine' }))).toMatchObject({ status: 403 });
  expect(await refusal(issues.update({ ...one, state: 'closed' }))).toMatchObject({ status: 403 });
  expect((await issues.createComment({ ...one, body: 'Readers may speak' })).status).toBe(201);
});

test('triage labels, closes and assigns, but neither edits the text of others nor makes labels', async () => {
  const world = await deskWithIssue(['park']);
  const { issues } = world.as.elmar.rest;
  await issues.createLabel({ ...desk, name: 'x' }).catch((error) => expect(error.status).toBe(403));
  await world.as.lucienne.rest.issues.createLabel({ ...desk, name: 'hold', color: '123456' });
  await issues.addLabels({ ...one, labels: ['hold'] });
  expect(await labelsOf(world)).toEqual(['hold', 'park']);
  expect(await refusal(issues.addLabels({ ...one, labels: ['new'] }))).toMatchObject({ status: 403 });
  expect(await refusal(issues.update({ ...one, title: 'Mine' }))).toMatchObject({ status: 403 });
  expect((await issues.update({ ...one, state: 'closed', state_reason: 'not_planned' })).data).toMatchObject({
    state: 'closed',
    state_reason: 'not_planned',
    closed_by: { login: 'elmar' },
  });
});

test('a writer makes a label by putting it on an issue', async () => {
  const world = await deskWithIssue();
  await world.as.dora.rest.issues.addLabels({ ...one, labels: ['brand new'] });
  const { data } = await world.as.dora.rest.issues.getLabel({ ...desk, name: 'brand new' });
  expect(data.color).toBe('ededed');
});

test('labels are the same in any case of letters: created once, added once, removed by any spelling', async () => {
  const world = await makeDesk();
  const { issues } = world.as.dora.rest;
  await issues.createLabel({ ...desk, name: 'Release', color: '00ff00' });
  const twice = await refusal(issues.createLabel({ ...desk, name: 'RELEASE' }));
  expect(twice).toMatchObject({ status: 422 });
  expect(twice.message).toContain('already_exists');
  await issues.create({ ...desk, title: 'One', labels: ['release', 'RELEASE'] });
  expect(await labelsOf(world)).toEqual(['Release']);
  await issues.addLabels({ ...one, labels: ['rElEaSe'] });
  expect((await eventsOf(world)).filter((event) => event.event === 'labeled')).toHaveLength(1);
  await issues.removeLabel({ ...one, name: 'release' });
  expect(await labelsOf(world)).toEqual([]);
});

test('taking off a label that is not there is 404, taking one off answers what is left', async () => {
  const { as } = await deskWithIssue(['hold', 'park']);
  expect(await refusal(as.dora.rest.issues.removeLabel({ ...one, name: 'release' }))).toEqual({
    status: 404,
    message: 'Label does not exist',
  });
  const { data } = await as.dora.rest.issues.removeLabel({ ...one, name: 'park' });
  expect(data.map((label) => label.name)).toEqual(['hold']);
  expect(await refusal(as.dora.rest.issues.removeLabel({ ...one, name: 'park' }))).toMatchObject({
    status: 404,
  });
});

test('PUT and PATCH replace the whole set of labels, POST adds', async () => {
  const world = await deskWithIssue(['a', 'b']);
  const { issues } = world.as.dora.rest;
  await issues.addLabels({ ...one, labels: ['c'] });
  expect(await labelsOf(world)).toEqual(['a', 'b', 'c']);
  await issues.setLabels({ ...one, labels: ['b', 'd'] });
  expect(await labelsOf(world)).toEqual(['b', 'd']);
  await issues.update({ ...one, labels: ['e'] });
  expect(await labelsOf(world)).toEqual(['e']);
});

test('issue events tell who did what, in whole seconds, with ids that only grow', async () => {
  const clock = manualClock(Date.parse('2026-11-22T09:00:00.789Z'));
  const world = await makeDesk({ clock });
  const app = await installedApp(world.github, undefined);
  await world.as.dora.rest.issues.create({ ...desk, title: 'One', labels: ['park'] });
  clock.advance(1_500);
  await world.as.elmar.rest.issues.removeLabel({ ...one, name: 'park' });
  await world.as.dora.rest.issues.update({ ...one, title: 'First' });
  await app.api.rest.issues.addLabels({ ...one, labels: ['release'] });
  const events = await eventsOf(world);
  expect(events.map((event) => [event.event, event.actor.login, event.label?.name])).toEqual([
    ['labeled', 'dora', 'park'],
    ['unlabeled', 'elmar', 'park'],
    ['renamed', 'dora', undefined],
    ['labeled', 'signalbox[bot]', 'release'],
  ]);
  expect(events.map((event) => event.created_at)).toEqual([
    '2026-11-22T09:00:00Z',
    ...Array(3).fill('2026-11-22T09:00:02Z'),
  ]);
  expect(events[2]?.rename).toEqual({ from: 'One', to: 'First' });
  expect(events.map((event) => event.performed_via_github_app?.slug)).toEqual([
    undefined,
    undefined,
    undefined,
    'signalbox',
  ]);
  expect(events.every((event) => event.commit_id === null)).toBe(true);
  const ids = events.map((event) => event.id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  const { data: all } = await world.as.dora.rest.issues.listEventsForRepo(desk);
  expect(all.map((event) => event.id)).toEqual([...ids].reverse());
  expect(all[0]?.issue?.number).toBe(1);
});

test('closing says why, and closing again changes nothing but the reason', async () => {
  const world = await deskWithIssue();
  const { issues } = world.as.dora.rest;
  expect((await issues.update({ ...one, state: 'closed' })).data.state_reason).toBe('completed');
  await issues.update({ ...one, state: 'closed', state_reason: 'not_planned' });
  const { data } = await issues.update({ ...one, state: 'open' });
  expect([data.state_reason, data.closed_at, data.closed_by]).toEqual(['reopened', null, null]);
  expect((await eventsOf(world)).map((event) => event.event)).toEqual(['closed', 'reopened']);
});

test('a deleted issue is 410, a transferred one redirects and Octokit follows', async () => {
  const { github, as } = await deskWithIssue();
  await github.admin.createRepository('acme/attic');
  await as.lucienne.rest.issues.create({ ...desk, title: 'Two' });
  await as.lucienne.rest.issues.createComment({ ...desk, issue_number: 2, body: 'It moves along' });
  github.admin.deleteIssue('acme/desk', 1);
  expect(github.admin.transferIssue('acme/desk', 2, 'acme/attic')).toBe(1);
  expect(await refusal(as.dora.rest.issues.get(one))).toEqual({
    status: 410,
    message: 'This issue was deleted',
  });
  expect(await refusal(as.dora.rest.issues.createComment({ ...one, body: 'x' }))).toMatchObject({
    status: 410,
  });
  const { data } = await as.dora.rest.issues.get({ ...desk, issue_number: 2 });
  expect([data.number, data.title, data.comments]).toEqual([1, 'Two', 1]);
  expect(data.repository_url).toMatch(/acme\/attic$/);
  expect((await as.dora.rest.issues.listForRepo(desk)).data).toEqual([]);
});

test('lists are filtered by state, all of several labels, time of change, and paged with Link headers', async () => {
  const clock = manualClock(Date.parse('2026-11-22T09:00:00Z'));
  const world = await makeDesk({ clock });
  const { issues } = world.as.dora.rest;
  for (let n = 1; n <= 7; n += 1) {
    clock.advance(1_000);
    await issues.create({ ...desk, title: `Issue ${n}`, labels: n % 2 ? ['odd'] : ['even', 'Ticket'] });
  }
  await issues.update({ ...desk, issue_number: 2, state: 'closed' });
  const numbers = async (wish: object) =>
    (await issues.listForRepo({ ...desk, ...wish })).data.map((issue) => issue.number);
  expect(await numbers({})).toEqual([7, 6, 5, 4, 3, 1]);
  expect(await numbers({ labels: 'EVEN,ticket', state: 'all', direction: 'asc' })).toEqual([2, 4, 6]);
  expect(await numbers({ since: '2026-11-22T09:00:06Z', state: 'all', sort: 'updated' })).toEqual([7, 2, 6]);
  expect(await numbers({ creator: 'dora', assignee: 'none', per_page: 2, page: 2 })).toEqual([5, 4]);
  const all = await world.as.dora.paginate(issues.listForRepo, { ...desk, per_page: 2, state: 'all' });
  expect(all.map((issue) => issue.number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  const { headers } = await issues.listForRepo({ ...desk, per_page: 2, state: 'all', page: 2 });
  const rels = [...(headers.link ?? '').matchAll(/[?&]page=(\d+)[^>]*>; rel="(\w+)"/g)].map(
    ([, page, rel]) => `${rel} ${page}`,
  );
  expect(rels).toEqual(['prev 1', 'next 3', 'last 4', 'first 1']);
});

test('comments: who, through which app, in what relation; since; edit and delete by their author or a writer', async () => {
  const clock = manualClock(Date.parse('2026-11-22T09:00:00Z'));
  const world = await makeDesk({ clock });
  const app = await installedApp(world.github, undefined);
  const { as } = world;
  await as.dora.rest.issues.create({ ...desk, title: 'One' });
  const { data: mine } = await as.visitor.rest.issues.createComment({ ...one, body: 'DONE: not really' });
  clock.advance(5_000);
  const { data: its } = await app.api.rest.issues.createComment({ ...one, body: 'From the app' });
  const { data: hers } = await as.elmar.rest.issues.createComment({ ...one, body: 'From elmar' });
  expect(
    [mine, its, hers].map((c) => [c.user?.login, c.performed_via_github_app?.slug, c.author_association]),
  ).toEqual([
    ['visitor', undefined, 'NONE'],
    ['signalbox[bot]', 'signalbox', 'NONE'],
    ['elmar', undefined, 'COLLABORATOR'],
  ]);
  const { data: late } = await as.dora.rest.issues.listComments({ ...one, since: '2026-11-22T09:00:05Z' });
  expect(late.map((comment) => comment.id)).toEqual([its.id, hers.id]);
  expect((await as.dora.rest.issues.listCommentsForRepo(desk)).data).toHaveLength(3);
  const edit = { ...desk, comment_id: hers.id, body: 'x' };
  expect(await refusal(as.visitor.rest.issues.updateComment(edit))).toMatchObject({ status: 403 });
  expect((await as.visitor.rest.issues.updateComment({ ...edit, comment_id: mine.id })).data.body).toBe('x');
  await as.dora.rest.issues.deleteComment({ ...desk, comment_id: hers.id });
  expect(await refusal(as.dora.rest.issues.getComment({ ...desk, comment_id: hers.id }))).toMatchObject({
    status: 404,
  });
  expect((await as.dora.rest.issues.get(one)).data.comments).toBe(2);
});

test('a reaction of a kind exists once for each person', async () => {
  const { as } = await deskWithIssue();
  const like = { ...one, content: 'eyes' as const };
  expect((await as.visitor.rest.reactions.createForIssue(like)).status).toBe(201);
  expect((await as.visitor.rest.reactions.createForIssue(like)).status).toBe(200);
  expect((await as.elmar.rest.reactions.createForIssue(like)).status).toBe(201);
  expect((await as.dora.rest.issues.get(one)).data.reactions).toMatchObject({ total_count: 2, eyes: 2 });
});

test('an issue whose number is no number, or that never was, is 404', async () => {
  const { github, as } = await deskWithIssue();
  expect(await refusal(as.dora.rest.issues.get({ ...desk, issue_number: 99 }))).toMatchObject({
    status: 404,
  });
  expect((await fetch(`${github.api}/repos/acme/desk/issues/one`)).status).toBe(404);
});
