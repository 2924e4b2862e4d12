import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Clock, isoSeconds, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type Random, systemRandom } from '../../src/base/random.ts';
import { makeHandler, type Writer } from '../../src/engine/handle.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import { repository } from '../support/repository.ts';
import { quarantineOf } from '../support/signals.ts';
import { World } from '../support/world.ts';

// The gap between look and act: whatever lands in it is decided upon, and what landed is not done again.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const stateRef = 'refs/heads/signalbox';
const worker = 'github-actions[bot]';

let desk: World;
beforeAll(async () => {
  desk = await World.start();
});
afterAll(() => desk.end());

async function working(): Promise<{ issue: number; id: string }> {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  return { issue, id };
}

/** What the runner of an attempt wrote into its job's log. */
async function logOf(title: string): Promise<string> {
  const [run] = await desk.runs(title);
  const { data } = await desk
    .as('lucienne')
    .rest.actions.listJobsForWorkflowRun({ owner: 'acme', repo: 'desk', run_id: run?.id ?? 0 });
  return data.jobs.map((job) => desk.github.actions.log(job.id)).join('\n');
}

const config = configSchema.parse({ format: 1, agents: { luci: { command: ['true'], capacity: 9 } } });

/** A writer of its own on the repository, as every surface has one. */
async function writer(
  world: World,
  name: string,
  { clock = systemClock, random = systemRandom }: { clock?: Clock; random?: Random } = {},
): Promise<Writer> {
  const store = await openGitStore({
    folder: join(world.folder, `${name}.git`),
    remote: `${world.github.url}/${repository}.git`,
    branch: 'signalbox',
    token: async () => world.tokens.get('lucienne') ?? '',
    author: { name: 'signalbox', email: 'signalbox@signalbox.invalid' },
    clock,
    random,
    log: silentLog,
  });
  const options = { store, config: async () => config, now: () => clock.now(), clock, log: silentLog };
  return makeHandler({ ...options, judge: async () => [] });
}

test('a park that lands between a completion’s look and its swap: refused, decided again, quarantined', async () => {
  const { id } = await working();
  await desk.stopApp(); // so that nobody decides but the runner, and a person who parks
  const person = await writer(desk, 'person');
  const tried: string[] = [];
  const callOff = desk.github.misbehave.onPreReceive(repository, async ({ refs, actor }) => {
    const swap = refs.find(({ ref }) => ref === stateRef);
    if (actor !== worker || !swap || tried.length > 0) return;
    tried.push(swap.after);
    const park = { kind: 'park', reason: 'wait', source: 'e1', at: isoSeconds(systemClock.now()) } as const;
    expect((await person.handle(id, { ...park, actor: 'elmar' })).accepted).toBe(true);
  });
  desk.say(id, 1, 'DONE: just in time');
  const [refused] = await desk.until('the word is kept', () => {
    const all = quarantineOf(desk, id);
    return all.length > 0 ? all : undefined;
  });
  callOff();
  expect(refused).toMatchObject({ code: 'attempt-closed', state: 'waiting', channel: 'runner' });
  expect(refused?.signal).toMatchObject({ kind: 'done', summary: 'just in time' });
  // the completion was on its way when the park landed, and never came to be
  expect(tried).toHaveLength(1);
  expect(desk.github.admin.refHistory(repository, stateRef).map(({ sha }) => sha)).not.toContain(tried[0]);
  await desk.startApp();
  await desk.until('the attempt is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  expect(desk.ticket(id)).toMatchObject({
    state: 'waiting',
    attempts: [{ outcome: 'parked', signal: null }],
  });
  expect(desk.everyState(id).join(' ')).toMatch(/todo in_progress waiting$/);
  expect(quarantineOf(desk, id)).toHaveLength(1);
  expect(desk.ref(`refs/heads/ticket/${id}`)).toBeNull();
});

test('a completion whose answer is lost after it landed: accepted, once', async () => {
  const { id } = await working();
  const { misbehave } = desk.github;
  // Right when the verdict was made durable, so that the very next push is the one that decides it.
  const callOff = misbehave.onPreReceive(repository, ({ refs }) => {
    if (refs.some(({ ref, after }) => ref === `refs/signalbox/signal/${id}/1` && !/^0+$/.test(after))) {
      callOff();
      misbehave.dropAnswer({ route: 'git-receive-pack' });
    }
  });
  desk.say(id, 1, 'DONE: though nobody heard');
  await desk.untilState(id, 'done');
  await desk.until('the run has ended', async () => (await desk.runs(`${id} #1`))[0]?.status === 'completed');
  const lost = 'the answer to a push did not come';
  const told = [await logOf(`${id} #1`), JSON.stringify(desk.records)].filter((log) => log.includes(lost));
  expect(told).toHaveLength(1);
  expect(desk.history(id).filter(({ transition }) => transition.startsWith('done:'))).toHaveLength(1);
  expect(desk.ticket(id)?.attempts).toMatchObject([{ outcome: 'done', reason: 'though nobody heard' }]);
  expect(quarantineOf(desk, id)).toEqual([]);
  expect((await desk.runs(`${id} #1`))[0]?.conclusion).toBe('success');
});

describe('two writers with byte-identical changes', () => {
  const noon = '2027-01-15T12:00:00Z';
  const still: Clock = { now: () => Date.parse(noon), after: () => () => {} };
  const asked = { at: noon, actor: 'signalbox' };
  let apart: World; // with nobody there but the two
  beforeAll(async () => {
    apart = await World.start({ noApp: true });
  });
  afterAll(() => apart.end());

  /** A ticket that may be claimed; both writers have seen it. */
  async function todo(id: string, one: Writer, other: Writer): Promise<void> {
    const about = {
      issue: null,
      title: id,
      body: '',
      owner: 'luci',
      park: null,
      hold: false,
      mirrored: null,
    };
    await one.handle(id, { ...asked, ...about, kind: 'create', id, source: 'e1', answered: {} });
    await one.handle(id, { ...asked, kind: 'release', source: 'e2' });
    await other.read({ fresh: true });
  }

  const claim = (by: Writer, id: string) =>
    by.handle(id, { ...asked, kind: 'claim', claim: 'the-same', source: 'scheduler' });

  test.each([
    ['at the same time', systemRandom],
    // The very same commit, to the last byte: git calls the second push up to date, and it is no success.
    ['one after the other, and chance repeats itself', { hex: (bytes: number) => '7'.repeat(2 * bytes) }],
  ])('%s: one wins, and the other is told what stands now', async (how, random) => {
    const id = `TW-${how.length}`;
    const [one, other] = await Promise.all([
      writer(apart, `${id}-one`, { clock: still, random }),
      writer(apart, `${id}-two`, { clock: still, random }),
    ]);
    await todo(id, one, other);
    const first = claim(one, id);
    if (!how.startsWith('at')) await first;
    const decisions = await Promise.all([first, claim(other, id)]);
    expect(decisions.map(({ code }) => code).sort()).toEqual(['no-row', 'ok']);
    expect(apart.history(id).filter(({ transition }) => transition.startsWith('claim:'))).toHaveLength(1);
    expect(apart.ticket(id)?.lifetime.attempts).toBe(1);
  });
});
