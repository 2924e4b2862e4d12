import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { told } from '../support/people.ts';
import { editFile, pushFiles } from '../support/pushes.ts';
import { isAlive, repository } from '../support/repository.ts';
import { keyOf } from '../support/signals.ts';
import { World } from '../support/world.ts';

// What people and bots push to the state branch themselves: an edit, a request, or put back.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start();
});
afterAll(() => desk.end());

async function working(): Promise<{
  issue: number;
  id: string;
  path: string;
  pids: { pid: number; start: string }[];
}> {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  const { pids } = await desk.until('the agent works', () => desk.agent(id));
  return { issue, id, path: ticketPath(id), pids };
}

const titleOf = async (issue: number) =>
  (await desk.as('lucienne').rest.issues.get({ owner: 'acme', repo: 'desk', issue_number: issue })).data
    .title;

test.concurrent('an edit of title, owner and priority stands, with its comments, through all that follows', async () => {
  const issue = await desk.openIssue({ title: 'As it was', body: 'do: finish' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  const edit = (text: string) =>
    `# ask Luci before you touch this\n${text.replace('As it was', 'As it shall be # really')}priority: urgent # since Monday\nowner: solo\n`;
  await editFile(desk, ticketPath(id), edit);
  await desk.until('the issue shows it', async () => (await titleOf(issue)) === 'As it shall be');
  expect(desk.ticket(id)).toMatchObject({ priority: 'urgent', owner: 'solo', state: 'inbox' });
  await desk.label(issue, 'release');
  const done = await desk.untilState(id, 'done');
  expect(done).toMatchObject({ title: 'As it shall be', priority: 'urgent', attempts: [{ agent: 'solo' }] });
  const text = desk.file(archivePath(id));
  expect(text).toContain('# ask Luci before you touch this\n');
  expect(text).toContain('title: As it shall be # really\n');
  expect(text).toContain('priority: urgent # since Monday\n');
  expect(await told(desk, issue, 'quarantine:')).toEqual([]);
});

test.concurrent('a park by hand stops the agent that runs; a release by hand starts the next attempt', async () => {
  const { issue, id, path, pids } = await working();
  await editFile(desk, path, (text) => text.replace('state: in_progress', 'state: waiting'));
  await desk.until('every process is gone', () => !pids.some(isAlive));
  const stopped = await desk.until('attempt 1 is stopped', () => {
    const ticket = desk.ticket(id);
    return ticket?.attempts[0]?.stopped ? ticket : undefined;
  });
  expect(stopped).toMatchObject({
    state: 'waiting',
    waiting: { kind: 'parked', by: 'wilma' },
    attempt: null,
    attempts: [{ outcome: 'parked', by: 'wilma' }],
  });
  await desk.until('the evidence', async () => (await told(desk, issue, 'evidence:1')).length === 1);
  await editFile(desk, path, (text) => text.replace('state: waiting', 'state: todo'));
  await desk.until('the agent works again', () => desk.agent(id, 2));
  expect(desk.ticket(id)?.released).toMatchObject({ by: 'wilma' });
  desk.say(id, 2, 'DONE: at last');
  await desk.untilState(id, 'done');
  const history = desk.history(id).map(({ transition, actor }) => `${actor}: ${transition}`);
  expect(history).toEqual(
    expect.arrayContaining(['wilma: park by push: waiting', 'wilma: release by push: todo']),
  );
});

test.concurrent('what Signalbox remembers is put back, the file and the archive too, and the agent is not disturbed', async () => {
  const closed = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
  const { issue, id, path, pids } = await working();
  const archived = await desk.until('another is archived', () => desk.file(archivePath(`MC-${closed}`)));
  const before = desk.ticket(id);
  await pushFiles(
    desk,
    () => ({
      [path]: (desk.file(path) ?? '')
        .replace(/^attempt:\n(?: .*\n)+/m, 'attempt: null\n')
        .replace(/^seen:\n(?: .*\n)+/m, 'seen: {}\n')
        .replace('granted: 0', 'granted: 99'),
    }),
    'lucienne',
  );
  await desk.until('it is put back', () =>
    desk.history(id).some(({ transition }) => transition.startsWith('put back')),
  );
  expect(desk.ticket(id)).toEqual(before);
  await pushFiles(desk, () => ({
    [path]: null,
    [archivePath(`MC-${closed}`)]: archived.replace('done', 'cancelled'),
  }));
  await desk.until('both are put back', () =>
    desk.history(`MC-${closed}`).at(-1)?.transition.startsWith('put back'),
  );
  expect(desk.ticket(id)).toEqual(before);
  expect(desk.file(archivePath(`MC-${closed}`))).toBe(archived);
  const said = await desk.until('people are told', async () => {
    const comments = await told(desk, issue, 'quarantine:');
    return comments.length === 2 ? comments.join('\n') : undefined;
  });
  expect(said).toContain('lucienne pushed did not stand: `illegal-edit`');
  expect(said).toContain("Signalbox's own fields: attempt, seen, lifetime");
  expect(said).toContain('wilma pushed did not stand: `illegal-edit`');
  // the very attempt goes on to its end: what never stood stopped nothing
  expect(pids.every(isAlive)).toBe(true);
  desk.say(id, 1, 'DONE: undisturbed');
  expect((await desk.untilState(id, 'done')).attempts).toMatchObject([{ number: 1, reason: 'undisturbed' }]);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test.concurrent('a state that no row allows is put back, and said with its code', async () => {
  const issue = await desk.openIssue({ body: 'do: finish' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await editFile(desk, ticketPath(id), (text) => text.replace('state: inbox', 'state: in_progress'));
  const [said] = await desk.until('people are told', async () => {
    const comments = await told(desk, issue, 'quarantine:');
    return comments.length > 0 ? comments : undefined;
  });
  expect(said).toContain('`illegal-edit`');
  expect(said).toContain('state inbox to in progress (no-row)');
  expect(desk.ticket(id)?.state).toBe('inbox');
  expect(await desk.runs(id)).toEqual([]);
});

test.concurrent('a bot that pushes only restricts: its release starts nothing, its park stops', async () => {
  const bot = 'github-actions[bot]';
  const push = (path: string, text: string) =>
    desk.github.admin.commit(repository, { branch: 'signalbox', by: bot, files: { [path]: text } });
  const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'park'] });
  const waiting = `MC-${issue}`;
  const { id, path, pids } = await working();
  const text = desk.file(ticketPath(waiting)) ?? '';
  await push(
    ticketPath(waiting),
    text.replace('state: waiting', 'state: todo').replace(/^title: .*$/m, 'title: Mine'),
  );
  await desk.until(
    'it is put back',
    () => desk.ticket(waiting)?.state === 'waiting' && desk.file(ticketPath(waiting)) === text,
  );
  await push(path, (desk.file(path) ?? '').replace('state: in_progress', 'state: waiting'));
  await desk.until('every process is gone', () => !pids.some(isAlive));
  expect(desk.ticket(id)).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked', by: bot }] });
  expect(await desk.runs(`${waiting} #`)).toEqual([]);
  expect(desk.starts(waiting)).toEqual([]);
});

test.concurrent('a signal file in the same push as an edit: both stand', async () => {
  const { id, path } = await working();
  const file = desk.signal({
    ticket: id,
    attempt: 1,
    summary: 'pushed with an edit',
    key: keyOf(desk, id, 1),
  });
  await pushFiles(desk, () => ({
    [path]: (desk.file(path) ?? '').replace('title: A ticket', 'title: Renamed at the end'),
    [`signals/${id}/1.yaml`]: file,
  }));
  expect(await desk.untilState(id, 'done')).toMatchObject({
    title: 'Renamed at the end',
    attempts: [{ outcome: 'done', reason: 'pushed with an edit' }],
  });
  desk.say(id, 1, 'the end');
});

test('the switches in desk.yaml: drained by hand, what runs is parked and nothing starts until it is open again', async () => {
  const { id, pids } = await working();
  await pushFiles(desk, () => ({ 'desk.yaml': '# maintenance\nformat: 1\ndraining: true\n' }), 'lucienne');
  await desk.until('every process is gone', () => !pids.some(isAlive));
  expect(desk.ticket(id)).toMatchObject({
    state: 'waiting',
    attempts: [{ outcome: 'parked', by: 'lucienne' }],
  });
  const next = `MC-${await desk.openIssue({ labels: ['ticket', 'release'] })}`;
  expect(await desk.untilState(next, 'waiting')).toMatchObject({ waiting: { when: { desk: 'open' } } });
  expect(desk.file('desk.yaml')).toContain('# maintenance');
  await editFile(desk, 'desk.yaml', (text) => text.replace('draining: true', 'draining: false'));
  await desk.untilState(next, 'done');
  expect(desk.ticket(id)?.state).toBe('waiting');
});
