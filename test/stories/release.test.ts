import { expect, onTestFinished, test } from 'vitest';
import { isAlive, repository, World } from '../support/world.ts';

async function world(options = {}): Promise<World> {
  const made = await World.start(options);
  onTestFinished(() => made.end());
  return made;
}

test('release runs: from the inbox to done, and everything agrees', async () => {
  const desk = await world();
  const issue = await desk.openIssue({ title: 'Write a note', body: 'do: wait' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await desk.label(issue, 'release');
  await desk.untilState(id, 'in_progress');
  const agent = await desk.until('the agent works', () => desk.agent(id));
  expect(agent.pids.every(isAlive)).toBe(true);
  await desk.until('the label', async () => (await desk.labels(issue)).includes('ticket: in progress'));
  desk.say(id, 1, 'All is well.\n\nDONE: wrote the note\n');
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done', reason: 'wrote the note' }]);
  expect(done.attempts[0]?.stopped).not.toBeNull();
  await desk.until('the issue is closed', async () => {
    const { data } = await desk
      .as('lucienne')
      .rest.issues.get({ owner: 'acme', repo: 'desk', issue_number: issue });
    return data.state === 'closed' && data.state_reason === 'completed';
  });
  expect(await desk.labels(issue)).toEqual(['ticket', 'ticket: done']);
  const status = (await desk.comments(issue)).filter((body) => body.includes('signalbox:status'));
  expect(status).toHaveLength(1);
  expect(status[0]).toContain('**done**');
  // the file moved to the archive in the closing commit
  expect(desk.file(`tickets/${id}.yaml`)).toBeNull();
  expect(
    desk.files().some((path) => /^archive\/[0-9a-f]{2}\//.test(path) && path.endsWith(`/${id}.yaml`)),
  ).toBe(true);
  const messages = desk.messages().join('\n');
  for (const transition of [
    'create -> inbox',
    'release: inbox -> todo',
    'claim: todo -> in_progress',
    'bind: in_progress',
    'done: in_progress -> done',
  ]) {
    expect(messages).toContain(`Transition: ${transition}`);
  }
  expect(messages).toContain('Actor: lucienne');
  // the work is on the ticket branch, and a pull request shows it
  expect(desk.file('work.txt', `ticket/${id}`)).toBe('attempt 1 was here\n');
  const { data: pulls } = await desk.as('lucienne').rest.pulls.list({ owner: 'acme', repo: 'desk' });
  expect(pulls.map(({ head, title }) => ({ branch: head.ref, title }))).toEqual([
    { branch: `ticket/${id}`, title: `${id}: Write a note` },
  ]);
  expect(pulls[0]?.body).toContain(`#${issue}`);
  await desk.until('the agent is gone', () => !agent.pids.some(isAlive));
  expect(repository).toBe('acme/desk');
});
