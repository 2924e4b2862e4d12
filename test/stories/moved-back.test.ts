import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeHandler } from '../../src/engine/handle.ts';
import type { Store } from '../../src/engine/ports.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import { cloneOf } from '../support/clone.ts';
import { isAlive, repository } from '../support/repository.ts';
import { lives, untilConcluded, working } from '../support/runs.ts';
import { World } from '../support/world.ts';

// A state branch that somebody moved back freezes the desk until a person restores it.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const stateRef = 'refs/heads/signalbox';
const witnessRef = 'refs/signalbox/witness';

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 120 } });
});
afterAll(() => desk.end());

/** A store as a person has it who came to mend the desk. */
function storeOf(world: World, name: string): Promise<Store> {
  return openGitStore({
    folder: join(world.folder, `${name}.git`),
    remote: `${world.github.url}/${repository}.git`,
    branch: 'signalbox',
    token: async () => world.tokens.get('lucienne') ?? '',
    author: { name: 'lucienne', email: 'lucienne@acme.invalid' },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
}

async function alarm(): Promise<{ number: number; state: string } | undefined> {
  const { data } = await desk
    .as('lucienne')
    .rest.issues.listForRepo({ owner: 'acme', repo: 'desk', state: 'all' });
  return data.find(({ title }) => title.includes('moved back'));
}

test('claim 1, branch moved back: nothing is claimed, bound, stopped or shown until it is restored; then all goes on', async () => {
  const working = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const one = `MC-${working}`;
  const { pids } = await desk.until('the agent of the first works', () => desk.agent(one));
  desk.github.actions.holdRuns();
  const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'release'] });
  const two = `MC-${issue}`;
  await desk.until('the second is dispatched', async () => (await desk.runs(`${two} #1`)).length === 1);
  await desk.until('and shown so', async () => (await desk.labels(issue)).includes('ticket: in progress'));
  const todo = desk.github.admin
    .refHistory(repository, stateRef)
    .findLast(({ sha }) => desk.ticket(two, sha)?.state === 'todo');

  await desk.github.misbehave.rewriteRef(repository, stateRef, todo?.sha ?? '', 'lucienne');
  const witness = desk.ref(witnessRef);
  expect(desk.ticket(two)?.state).toBe('todo');
  await desk.until('an alarm reaches people', async () => (await alarm())?.state === 'open');
  await desk.label(working, 'park', 'elmar');
  desk.github.actions.releaseRuns();
  await desk.until(
    'the run of claim 1 has met the gate',
    async () => (await desk.runs(`${two} #1`))[0]?.status === 'completed',
  );
  await desk.github.delivered();
  expect(desk.ref(stateRef)).toBe(todo?.sha);
  expect(desk.ref(witnessRef)).toBe(witness);
  expect(desk.starts(two)).toEqual([]);
  expect(await desk.runs(`${two} #`)).toHaveLength(1);
  expect(pids.every(isAlive)).toBe(true);
  expect(await desk.labels(working)).toContain('park'); // asked, and not yet carried out
  expect(await desk.labels(issue)).toContain('ticket: in progress');

  const store = await storeOf(desk, 'mender');
  const restored = await store.restore(await store.read({ fresh: true }));
  await store.close();
  expect(restored.status).toBe('swapped');
  await desk.until('the park is carried out', () => !pids.some(isAlive));
  expect(desk.ticket(one)).toMatchObject({
    state: 'waiting',
    attempts: [{ outcome: 'parked', by: 'elmar' }],
  });
  const done = await desk.untilState(two, 'done');
  expect(done.attempts).toMatchObject([
    { number: 1, outcome: 'lost', run: null },
    { number: 2, outcome: 'done' },
  ]);
  expect(desk.starts(two)).toEqual([`${two}-2`]);
  await desk.until('the alarm is over', async () => (await alarm())?.state === 'closed');
});

test('a slow writer’s commit would be a fast-forward of the branch that was moved back: refused', async () => {
  const apart = await World.start({ noApp: true });
  try {
    const store = await storeOf(apart, 'slow');
    const config = configSchema.parse({ format: 1 });
    const now = () => systemClock.now();
    const judge = async () => [];
    const writer = makeHandler({
      store,
      config: async () => config,
      now,
      clock: systemClock,
      log: silentLog,
      judge,
    });
    const asked = { at: isoSeconds(now()), actor: 'lucienne' };
    const about = { issue: null, title: 't', body: '', owner: null, park: null, hold: false, mirrored: null };
    for (const id of ['TW-1', 'TW-2'])
      await writer.handle(id, { ...asked, ...about, kind: 'create', id, source: 'e1', answered: {} });
    const [first, second] = apart.github.admin.refHistory(repository, stateRef).map(({ sha }) => sha);
    await apart.github.misbehave.rewriteRef(repository, stateRef, first ?? '', 'lucienne');
    // The writer still believes in the second head, and decides on it.
    const decision = await writer.handle('TW-1', { ...asked, kind: 'release', source: 'e2' });
    expect(decision).toMatchObject({ accepted: false, code: 'head-moved-back' });
    expect(apart.ref(stateRef)).toBe(first);
    expect(apart.ref(witnessRef)).toBe(second);
    expect(apart.everyState('TW-1')).toEqual(['inbox']);
    await store.close();
  } finally {
    await apart.end();
  }
});

test('S7: the branch is deleted, an agent ends, and the app is started again: one alarm, and nothing lost or twice', async () => {
  const apart = await World.start({ limits: { unreadable_seconds: 240 } });
  onTestFinished(() => apart.end());
  const mender = await cloneOf(apart, 'lucienne');
  const [ending, going] = [await working(apart, 'do: wait'), await working(apart, 'do: wait')];
  const asked = await apart.openIssue({ body: 'do: finish' });
  await apart.untilState(`MC-${asked}`, 'inbox');
  const alarms = async () => {
    const at = { owner: 'acme', repo: 'desk', state: 'all' as const, labels: 'signalbox' };
    const { data } = await apart.as('lucienne').rest.issues.listForRepo(at);
    return data.filter(({ title }) => title.includes('moved back'));
  };

  await apart.github.misbehave.rewriteRef(repository, stateRef, '0'.repeat(40), 'wilma');
  await apart.until('an alarm reaches people', async () => (await alarms()).length > 0);
  apart.say(ending.id, 1, 'DONE: in the dark');
  await untilConcluded(apart, ending.run);
  await apart.stopApp();
  await apart.nextSecond();
  await apart.label(asked, 'release');
  const before = apart.records.length;
  await apart.startApp();
  const frozen = 'head-moved-back: the desk is frozen';
  await apart.until('it is frozen again', () =>
    apart.records.slice(before).some(({ message }) => message === frozen),
  );
  await apart.github.delivered();
  expect(apart.ref(stateRef)).toBeNull();
  expect(await apart.runs()).toHaveLength(2);
  expect(lives(going)).toBe(true);

  expect(await mender.signalbox('doctor', '--restore')).toMatchObject({ status: 0 });
  const done = await apart.untilState(ending.id, 'done');
  expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done', reason: 'in the dark' }]);
  await apart.until('its work is shown', () => apart.ref(`refs/heads/ticket/${ending.id}`));
  await apart.untilState(`MC-${asked}`, 'done');
  await apart.until('the alarm is over', async () =>
    (await alarms()).every(({ state }) => state === 'closed'),
  );
  expect(await alarms()).toHaveLength(1);
  expect((await alarms())[0]?.body).toContain('@wilma');
  expect(lives(going)).toBe(true);
  expect(apart.ticket(going.id)).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
  expect(apart.starts().sort()).toEqual([ending.id, going.id, `MC-${asked}`].map((id) => `${id}-1`).sort());
});
