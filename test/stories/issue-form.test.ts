import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { editIssue, filledForm, told } from '../support/people.ts';
import { World } from '../support/world.ts';

// Issues opened with the form of `.github/ISSUE_TEMPLATE/ticket.yml`.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const { labels } = parse(readFileSync('.github/ISSUE_TEMPLATE/ticket.yml', 'utf8')) as { labels: string[] };

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20 } });
});
afterAll(() => desk.end());

test('the form makes a ticket in the inbox: its fields are read, and the agent is told the task alone', async () => {
  const what = 'Write it down.\n\n### Priority\n\nis what a description may say, too';
  const body = filledForm({ what, owner: '@solo', priority: 'urgent' });
  const issue = await desk.openIssue({ title: 'By the form', body, labels }, 'elmar');
  const id = `MC-${issue}`;
  expect(await desk.untilState(id, 'inbox')).toMatchObject({
    title: 'By the form',
    body: what,
    owner: 'solo',
    priority: 'urgent',
  });
  await editIssue(desk, issue, { body: body.replace('Write it', 'Write all of it') });
  await desk.until('the edit arrived', () => desk.ticket(id)?.body.startsWith('Write all of it'));
  await desk.label(issue, 'release');
  const { prompt } = await desk.until('the agent works', () => desk.agent(id));
  expect(prompt).toContain('> Write all of it down.');
  expect(prompt).not.toContain('Who works on it?');
  expect((await desk.untilState(id, 'done')).attempts).toMatchObject([{ agent: 'solo' }]);
});

test("a person's ticket is never claimed, and the issue says so", async () => {
  const body = filledForm({ what: 'Ask around.', owner: 'lucienne' });
  const issue = await desk.openIssue({ body, labels: [...labels, 'release'] });
  await desk.until('it is said', async () =>
    (await told(desk, issue, 'status')).some((status) => status.includes('`owner-is-a-person`')),
  );
  expect(desk.ticket(`MC-${issue}`)).toMatchObject({ state: 'todo', owner: 'lucienne', attempts: [] });
});

test('from somebody who may not, the form makes no ticket until somebody labels it who may', async () => {
  // GitHub puts a form's labels on whoever opens it; the event is the author's
  const { admin } = desk.github;
  admin.setPermission('acme/desk', 'visitor', 'triage');
  await desk.stopApp();
  const issue = await desk.openIssue({ body: filledForm({ what: 'Please!' }), labels }, 'visitor');
  admin.setPermission('acme/desk', 'visitor', 'read');
  await desk.startApp();
  const known = await desk.openIssue({ labels });
  await desk.untilState(`MC-${known}`, 'inbox');
  await desk.github.delivered();
  expect(desk.ticket(`MC-${issue}`)).toBeUndefined();
  expect(await desk.comments(issue)).toEqual([]);
  await desk
    .as('elmar')
    .rest.issues.removeLabel({ owner: 'acme', repo: 'desk', issue_number: issue, name: 'ticket' });
  await desk.label(issue, 'ticket', 'elmar');
  expect(await desk.untilState(`MC-${issue}`, 'inbox')).toMatchObject({ body: 'Please!', owner: null });
});
