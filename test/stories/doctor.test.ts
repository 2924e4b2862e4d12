import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Report } from '../../src/cli/doctor.ts';
import { cloneOf, type PersonsClone } from '../support/clone.ts';
import { isAlive } from '../support/repository.ts';
import { World } from '../support/world.ts';

// Somebody with push rights forces the state branch back, deletes it, or puts an empty one there, while an agent works.
// A person with a clone, and nothing else, puts it back with one command.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const branch = 'refs/heads/signalbox';

let desk: World;
let culprit: PersonsClone;
let mender: PersonsClone;
let working: { issue: number; id: string; pids: { pid: number; start: string }[] };
let parked: { issue: number; id: string };

beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 240 } });
  [culprit, mender] = [await cloneOf(desk, 'wilma'), await cloneOf(desk, 'lucienne')];
  const [one, two] = [await release('do: wait'), await release('do: wait')];
  const { pids } = await desk.until('the agent of the first works', () => desk.agent(`MC-${one}`));
  await desk.until('the agent of the second works', () => desk.agent(`MC-${two}`));
  working = { issue: one, id: `MC-${one}`, pids };
  parked = { issue: two, id: `MC-${two}` };
  await desk.label(two, 'park', 'elmar');
  await desk.until('the second is stopped', () => desk.ticket(parked.id)?.attempts[0]?.stopped);
});
afterAll(() => desk.end());

function release(body: string): Promise<number> {
  return desk.openIssue({ body, labels: ['ticket', 'release'] });
}

async function openAlarms(): Promise<string[]> {
  const { data } = await desk
    .as('lucienne')
    .rest.issues.listForRepo({ owner: 'acme', repo: 'desk', state: 'open', labels: 'signalbox' });
  return data.flatMap(({ title, body }) => (title.includes('moved back') ? (body ?? '') : []));
}

const untilFrozen = () => desk.until('an alarm reaches people', async () => (await openAlarms())[0]);

async function examined(...flags: string[]): Promise<{ status: number; report: Report }> {
  const { status, stdout, stderr } = await mender.signalbox('doctor', '--json', ...flags);
  expect(stderr).toBe('');
  return { status, report: JSON.parse(stdout) as Report };
}

/** Nothing was decided, started or stopped on the branch as `by hand` left it; then one command mends it, for good. */
async function frozenThenMended(head: string | null, how: Report['moved']): Promise<void> {
  const alarm = await untilFrozen();
  expect(alarm).toMatch(/by GitHub's record @wilma (deleted|moved) the state branch/);
  expect(alarm).toContain('signalbox doctor --restore');
  const asked = await release('do: finish');
  await desk.github.delivered();
  const { status, report } = await examined();
  expect({ status, ...report }).toMatchObject({ status: 6, standing: 'moved-back', head, moved: how });
  expect(desk.ref(branch)).toBe(head);
  expect(await desk.runs(`MC-${asked} `)).toEqual([]);
  expect(working.pids.every(isAlive)).toBe(true);

  const mended = await examined('--restore');
  expect(mended).toMatchObject({ status: 0, report: { standing: 'restored', moved: how } });
  await desk.until('the alarm is over', async () => (await openAlarms()).length === 0);
  expect(await examined('--restore')).toMatchObject({ status: 0, report: { standing: 'fine', moved: null } });
  expect(desk.messages().filter((message) => message.includes(`Cause: ${report.witness}`))).toHaveLength(1);
  // What was asked meanwhile is carried out; what ran runs on, and what was parked stays so.
  await desk.untilState(`MC-${asked}`, 'done');
  expect(desk.starts(`MC-${asked}`)).toHaveLength(1);
  expect(working.pids.every(isAlive)).toBe(true);
  expect(desk.ticket(working.id)).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
  expect(desk.ticket(parked.id)).toMatchObject({
    state: 'waiting',
    waiting: { kind: 'parked', by: 'elmar' },
  });
}

test('forced back past a park', async () => {
  const heads = desk.github.admin.refHistory('acme/desk', branch).map(({ sha }) => sha);
  const before = heads.findLast((sha) => desk.ticket(parked.id, sha)?.state === 'in_progress') ?? '';
  await culprit.git('fetch', '--quiet', 'origin', branch);
  await culprit.git('push', '--quiet', '--force', 'origin', `${before}:${branch}`);
  const differing = expect.arrayContaining([{ id: parked.id, published: 'waiting', now: 'in_progress' }]);
  await frozenThenMended(before, {
    how: 'rewound',
    commits: expect.any(Number),
    tickets: differing,
    files: expect.anything(),
  });
});

/** What the branch lost where nothing of it is left. */
function allOfIt(how: 'deleted' | 'replaced'): Report['moved'] {
  const tickets = expect.arrayContaining([{ id: working.id, published: 'in_progress', now: null }]);
  return { how, commits: null, tickets, files: expect.anything() };
}

test('deleted', async () => {
  await culprit.git('push', '--quiet', 'origin', `:${branch}`);
  await frozenThenMended(null, allOfIt('deleted'));
});

test('made a mirror of a clone, which has none of our refs: the witness goes, too, and is put back', async () => {
  await culprit.git('push', '--quiet', '--mirror', 'origin');
  await frozenThenMended(null, allOfIt('deleted'));
});

test('S3: recreated empty; and when all is over, nothing was started twice', async () => {
  await culprit.git('push', '--quiet', 'origin', `:${branch}`);
  const tree = await culprit.git('hash-object', '-t', 'tree', '-w', '/dev/null');
  const empty = await culprit.git('commit-tree', tree, '-m', 'a fresh start');
  await culprit.git('push', '--quiet', 'origin', `${empty}:${branch}`);
  await frozenThenMended(empty, allOfIt('replaced'));
  expect(await mender.git('for-each-ref', '--format=%(refname)', 'refs/signalbox', 'refs/heads')).toBe(
    'refs/heads/main',
  );

  desk.say(working.id, 1, 'DONE: undisturbed');
  expect((await desk.untilState(working.id, 'done')).attempts).toMatchObject([
    { number: 1, outcome: 'done' },
  ]);
  const starts = desk.starts();
  expect(new Set(starts).size).toBe(starts.length);
  expect(starts.filter((name) => !name.endsWith('-1'))).toEqual([]);
});
