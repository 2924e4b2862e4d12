import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeIssue, editFile, reopenIssue, standingOf, told } from '../support/people.ts';
import { isAlive, repository } from '../support/repository.ts';
import { evidenceOf, lives, runnerOf, untilConcluded, untilWorking, type Working } from '../support/runs.ts';
import { completion, keyOf } from '../support/signals.ts';
import { World } from '../support/world.ts';

/*
 * S7: the app is stopped, and no webhook ever comes again. Meanwhile people label, comment, close and edit, agents push
 * signals and end, and machines die. The app starts, sweeps once, and all of it is carried out.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const at = { owner: 'acme', repo: 'desk' };
const at2099 = '2099-01-01';

let desk: World;
/** Tickets by what happens to them while nobody is there. */
const inbox: Record<'released' | 'deferred' | 'deleted' | 'edited', number> = {
  released: 0,
  deferred: 0,
  deleted: 0,
  edited: 0,
};
const busy = {} as Record<
  'parked' | 'closed' | 'byFile' | 'byComment' | 'byRunner' | 'killed' | 'held',
  Working
>;
let finished = 0;
let born: { plain: number; parked: number; strangers: number };

beforeAll(async () => {
  desk = await World.start({ intervals: { head: 1_000, sweep: 3_600_000 } });
  for (const name of Object.keys(inbox) as (keyof typeof inbox)[])
    inbox[name] = await desk.openIssue({ title: name, body: 'do: wait' });
  finished = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
  const names = ['parked', 'closed', 'byFile', 'byComment', 'byRunner', 'killed', 'held'] as const;
  const issues = await Promise.all(
    names.map((title) => desk.openIssue({ title, body: 'do: wait', labels: ['ticket', 'release'] })),
  );
  for (const [index, name] of names.entries()) busy[name] = await untilWorking(desk, issues[index] ?? 0);
  for (const issue of Object.values(inbox)) await desk.untilState(`MC-${issue}`, 'inbox');
  await desk.until('one is over', async () => (await standingOf(desk, finished)) === 'completed');
  await desk.github.delivered();
  desk.github.misbehave.deliveries(() => 'lose');
  await desk.stopApp();
  await desk.nextSecond();

  await desk.label(inbox.released, 'release', 'wilma');
  await desk.comment(inbox.deferred, `/park until ${at2099}`, 'wilma');
  desk.github.admin.deleteIssue(repository, inbox.deleted, 'lucienne');
  await editFile(desk, `tickets/MC-${inbox.edited}.yaml`, (text) =>
    text.replace(/^title: .*$/m, 'title: By hand'),
  );
  born = {
    plain: await desk.openIssue({ title: 'plain' }, 'elmar'),
    parked: await desk.openIssue({ title: 'parked', labels: ['ticket', 'release', 'park'] }, 'elmar'),
    strangers: await desk.openIssue({ title: 'a bug', labels: [] }, 'visitor'),
  };
  await reopenIssue(desk, finished);
  await desk.label(busy.parked.issue, 'park', 'elmar');
  await closeIssue(desk, busy.closed.issue, 'not_planned', 'wilma');
  await desk.label(busy.held.issue, 'hold', 'elmar');
  const { id, run } = busy.byFile;
  const signed = { ticket: id, attempt: 1, key: keyOf(desk, id, 1), run: { id: run, run_attempt: 1 } };
  await desk.pushState({ [`signals/${id}/1.yaml`]: desk.signal(signed) }, 'wilma');
  await desk.comment(
    busy.byComment.issue,
    completion('DONE: said in a comment', keyOf(desk, busy.byComment.id, 1)),
    'wilma',
  );
  desk.say(busy.byRunner.id, 1, 'DONE: while nobody listened');
  await untilConcluded(desk, busy.byRunner.run);
  process.kill(runnerOf(busy.killed.agent), 'SIGKILL');
  await untilConcluded(desk, busy.killed.run);
  for (const one of [busy.parked, busy.closed, busy.held]) expect(lives(one)).toBe(true);

  await desk.startApp(); // and so it sweeps, once
});
afterAll(() => desk.end());

test('a release by label: worked on', async () => {
  const { agent } = await untilWorking(desk, inbox.released);
  expect(agent.met).not.toContain(`MC-${inbox.released}-1`);
  await desk.until(
    'the label is taken off',
    async () => !(await desk.labels(inbox.released)).includes('release'),
  );
});

test('a command in a comment: deferred', async () => {
  const ticket = await desk.untilState(`MC-${inbox.deferred}`, 'waiting');
  expect(ticket.waiting).toMatchObject({ kind: 'deferred', by: 'wilma' });
  expect(JSON.stringify(ticket.waiting?.when)).toContain(at2099);
});

test('issues that were labelled: tickets, one of them born waiting; any other issue is none', async () => {
  await desk.untilState(`MC-${born.plain}`, 'inbox');
  const parked = await desk.untilState(`MC-${born.parked}`, 'waiting');
  expect(parked.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  expect(desk.everyState(`MC-${born.parked}`)).toEqual(['absent', 'waiting']);
  expect(desk.ticket(`MC-${born.strangers}`)).toBeUndefined();
});

test('a deleted issue: its ticket is parked and stands alone', async () => {
  const ticket = await desk.untilState(`MC-${inbox.deleted}`, 'waiting');
  expect(ticket).toMatchObject({ issue: null, waiting: { kind: 'parked' } });
});

test('a title edited in the file: shown', async () => {
  await desk.until('the issue has the title', async () => {
    const { data } = await desk.as('lucienne').rest.issues.get({ ...at, issue_number: inbox.edited });
    return data.title === 'By hand';
  });
});

test('an issue opened again: its ticket is back in the inbox', async () => {
  await desk.untilState(`MC-${finished}`, 'inbox');
});

test('a park by label: the agent is stopped, and that is told', async () => {
  const { id, issue, run } = busy.parked;
  const ticket = await desk.untilState(id, 'waiting');
  expect(ticket.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  await untilConcluded(desk, run);
  expect(await evidenceOf(desk, issue)).toContain('By: elmar');
  expect(lives(busy.parked)).toBe(false);
});

test('closed as not planned: cancelled, the agent is stopped', async () => {
  const { id, issue, run } = busy.closed;
  await desk.untilState(id, 'cancelled');
  await untilConcluded(desk, run);
  await evidenceOf(desk, issue);
  expect(lives(busy.closed)).toBe(false);
  expect(await standingOf(desk, issue)).toBe('not_planned');
});

test('a hold by label: the attempt goes on, and the ticket is held', async () => {
  await desk.until('it is held', () => desk.ticket(busy.held.id)?.hold);
  expect(desk.ticket(busy.held.id)).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
  expect(lives(busy.held)).toBe(true);
});

test('a completion by file, and one in a comment: accepted, their agents ended', async () => {
  for (const [one, words] of [
    [busy.byFile, 'done by file'],
    [busy.byComment, 'said in a comment'],
  ] as const) {
    const done = await desk.untilState(one.id, 'done');
    expect(done.attempts).toMatchObject([{ outcome: 'done', reason: words }]);
    await untilConcluded(desk, one.run);
    expect(lives(one)).toBe(false);
    await desk.until('it is shown', async () => (await standingOf(desk, one.issue)) === 'completed');
  }
});

test('a run that ended with its work: shown, with a pull request', async () => {
  const { id, issue } = busy.byRunner;
  await desk.until('its issue is closed', async () => (await standingOf(desk, issue)) === 'completed');
  expect(await desk.labels(issue)).toEqual(['ticket', 'ticket: done']);
  expect(desk.file('work.txt', `refs/heads/ticket/${id}`)).toBe('attempt 1 was here\n');
  const { data } = await desk
    .as('lucienne')
    .rest.pulls.list({ ...at, state: 'open', head: `acme:ticket/${id}` });
  expect(data).toHaveLength(1);
});

test('a machine that died: the attempt is lost, and worked again once the first is known to be gone', async () => {
  const { id, issue, agent } = busy.killed;
  const lost = await desk.until('it is lost', () => desk.ticket(id)?.attempts[0]);
  expect(lost).toMatchObject({ number: 1, outcome: 'lost' });
  await untilWorking(desk, issue, 2);
  expect(desk.ticket(id)?.attempts[0]?.stopped).not.toBeNull();
  expect(agent.pids.some(isAlive)).toBe(false);
});

test('nothing was told twice', async () => {
  const all = [...Object.values(busy).map(({ issue }) => issue), inbox.released, inbox.deferred];
  for (const issue of all) expect(await told(desk, issue, 'status')).toHaveLength(1);
  const starts = desk.starts();
  expect(new Set(starts).size).toBe(starts.length);
});
