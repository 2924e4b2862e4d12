import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readDesk } from '../../src/ticket/codec.ts';
import { filledForm, reactions, told } from '../support/people.ts';
import { isAlive, type Login, World } from '../support/world.ts';

// The switch that stops everything: pause starts nothing, drain also parks what runs, resume lets the deferred go on.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
/** An issue to talk to the desk on. */
let office: number;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20 } });
  office = await desk.openIssue({ title: 'The office' });
  await desk.untilState(`MC-${office}`, 'inbox');
});
afterAll(() => desk.end());

const lived = (id: string) => desk.everyState(id).filter((state) => state !== 'absent');
const switches = () => readDesk(desk.file('desk.yaml') ?? 'format: 1').desk;
const released = ['ticket', 'release'];

async function working(body = 'do: wait'): Promise<string> {
  const id = `MC-${await desk.openIssue({ body, labels: released })}`;
  await desk.until('the agent works', () => desk.agent(id));
  return id;
}

async function say(command: string, login: Login, shows: string): Promise<void> {
  await desk.nextSecond();
  const comment = await desk.comment(office, command, login);
  await desk.until(`${command} is answered`, async () =>
    (await reactions(desk, comment)).includes(`signalbox[bot] ${shows}`),
  );
}

test('/pause: nothing starts, what runs goes on, and /resume lets what waited for it go on', async () => {
  const solo = (what: string) => filledForm({ what, owner: 'solo' });
  const first = await working(solo('do: wait'));
  const next = `MC-${await desk.openIssue({ body: solo('do: finish'), labels: released })}`;
  await desk.untilState(next, 'todo'); // its agent is busy

  await say('/pause', 'wilma', '+1');
  expect(switches()).toMatchObject({ paused: true, draining: false, by: 'wilma' });
  const late = `MC-${await desk.openIssue({ labels: released })}`;
  const deferred = await desk.untilState(late, 'waiting');
  expect(deferred.waiting).toMatchObject({ when: { desk: 'open' }, reason: 'the desk is paused' });
  desk.say(first, 1, 'DONE: in spite of the pause');
  await desk.untilState(first, 'done');
  await desk.until('its follower says why it does not start', async () =>
    (await told(desk, Number(next.slice(3)), 'status')).some((body) => body.includes('`desk-paused`')),
  );
  expect(lived(next)).toEqual(['inbox', 'todo']);
  expect(lived(late)).toEqual(['inbox', 'waiting']);
  expect([...desk.starts(next), ...desk.starts(late)]).toEqual([]);

  await say('/resume', 'lucienne', '+1');
  expect(switches()).toMatchObject({ paused: false, by: 'lucienne' });
  await Promise.all([desk.untilState(next, 'done'), desk.untilState(late, 'done')]);
});

test('/drain: what runs is parked and stopped; /resume wakes the deferred, not the parked', async () => {
  const id = await working('do: wait, grandchild');
  const agent = desk.agent(id);
  await say('/drain', 'wilma', '+1');
  const parked = await desk.untilState(id, 'waiting');
  expect(parked.waiting).toMatchObject({ kind: 'parked', by: 'wilma', reason: 'the desk is drained' });
  await desk.until('it is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  expect(agent?.pids.some(isAlive)).toBe(false);
  const late = `MC-${await desk.openIssue({ labels: released })}`;
  await desk.untilState(late, 'waiting');

  await say('/resume', 'wilma', '+1');
  await desk.untilState(late, 'done');
  await desk.github.delivered();
  expect(lived(id)).toEqual(['inbox', 'todo', 'in_progress', 'waiting']);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test('only somebody with write throws the switches; of a pause and a resume in one second the pause stands', async () => {
  const before = desk.file('desk.yaml');
  const comments = (await desk.comments(office)).length;
  for (const login of ['elmar', 'visitor'] as const)
    for (const command of ['/pause', '/drain']) await say(command, login, '-1');
  expect(desk.file('desk.yaml')).toBe(before);
  await expect(desk.pushState({ 'desk.yaml': 'format: 1\npaused: true\n' }, 'elmar')).rejects.toThrow(
    /403|denied/i,
  );

  const callOff = desk.github.misbehave.deliveries(({ event }) => event === 'issue_comment' && 'hold');
  await desk.nextSecond();
  await desk.comment(office, '/pause', 'wilma');
  await desk.comment(office, '/resume', 'wilma');
  callOff();
  desk.github.misbehave.releaseDeliveries();
  const [overtaken] = await desk.until('the resume is told that it came too late', async () => {
    const refused = await told(desk, office, 'refused');
    return refused.length > 0 ? refused : undefined;
  });
  expect(overtaken).toContain('`superseded`');
  expect(switches()?.paused).toBe(true);
  await say('/resume', 'elmar', '-1');
  expect(switches()?.paused).toBe(true);
  await say('/resume', 'wilma', '+1');
  expect(switches()?.paused).toBe(false);
  // eight comments of people, and one of ours: whoever may not is answered by a reaction alone
  expect(await desk.comments(office)).toHaveLength(comments + 8 + 1);
});

test('desk.yaml edited by hand throws the same switches', async () => {
  const id = await working();
  const agent = desk.agent(id);
  const set = (line: string) =>
    desk.pushState(
      { 'desk.yaml': (text) => `${text.replace(/^(paused|draining): .*\n/gm, '')}${line}` },
      'wilma',
    );
  await set('paused: true # the fair\n');
  await desk.until('the app knows who', () => switches()?.paused && switches()?.by === 'wilma');
  const late = `MC-${await desk.openIssue({ labels: released })}`;
  await desk.untilState(late, 'waiting');
  expect(desk.ticket(id)?.state).toBe('in_progress');
  expect(agent?.pids.every(isAlive)).toBe(true);
  expect(desk.file('desk.yaml')).toContain('# the fair');

  await set('draining: true\n');
  await desk.untilState(id, 'waiting');
  expect(desk.ticket(id)?.waiting).toMatchObject({ kind: 'parked', by: 'wilma' });
  await desk.until('its agent is gone', () => !agent?.pids.some(isAlive));
  expect(lived(late)).toEqual(['inbox', 'waiting']);

  await set('');
  await desk.untilState(late, 'done');
  await desk.github.delivered();
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});
