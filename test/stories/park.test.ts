import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  evidenceOf,
  lives,
  livingAtPushes,
  logOf,
  refuseCancels,
  runOf,
  untilConcluded,
  type Working,
  working,
} from '../support/runs.ts';
import { isAlive, World } from '../support/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const inARow = 10;

/** Parks a working ticket as elmar and waits until everything of its attempt is over. */
async function park(desk: World, { issue, id, run }: Working): Promise<void> {
  await desk.label(issue, 'park', 'elmar');
  await desk.untilState(id, 'waiting');
  await untilConcluded(desk, run);
  await desk.until(`${id}: stopped is said`, () => desk.ticket(id)?.attempts[0]?.stopped);
}

/**
 * Ten times a ticket at work whose agent has a grandchild in a session of its own, deaf to SIGTERM; parked, and all that
 * must be true of it. Three at a time: more would only wait for each other.
 */
async function tenInARow(desk: World, story: (one: Working) => Promise<void>): Promise<void> {
  const left = Array.from({ length: inARow }, (_, index) => index);
  const lane = async () => {
    while (left.pop() !== undefined) {
      const one = await working(desk, 'do: wait, grandchild, ignore sigterm');
      expect(one.agent.pids).toHaveLength(2);
      expect(one.agent.pids.every(isAlive)).toBe(true);
      await story(one);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
}

/** What must be true of every parked attempt, however it was stopped. `living`: see `livingAtPushes`. */
async function expectStopped(desk: World, one: Working, living: Map<string, string[]>): Promise<void> {
  const { issue, id, run } = one;
  expect(lives(one)).toBe(false);
  const ticket = desk.ticket(id);
  expect(ticket?.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  const [attempt] = ticket?.attempts ?? [];
  expect(attempt).toMatchObject({ outcome: 'parked', by: 'elmar', run: { id: run }, signal: null });
  // First parked, then stopped; and stopped by the runner's own word, given after the last process was gone.
  const [parked, ended] = desk.history(id).slice(-2);
  expect(parked).toMatchObject({ transition: 'park: in_progress -> waiting', actor: 'elmar' });
  expect(ended).toMatchObject({
    transition: 'stopped: waiting',
    actor: 'signalbox',
    cause: `run-${run}-1-stopped`,
  });
  expect(living.get(ended?.commit ?? '')).not.toContain(`${id}-1`);
  const evidence = await evidenceOf(desk, issue);
  expect(evidence.split('\n').slice(1)).toEqual([
    `**Attempt 1 of ${id} was stopped: parked.**`,
    '',
    `- By: elmar, at ${attempt?.ended}`,
    `- From: in progress (dev, by luci, started ${attempt?.started})`,
    `- Run: [${run}](${attempt?.run?.url}), run attempt 1`,
    `- Stop asked ${attempt?.ended}, seen to have ended ${attempt?.stopped}`,
    expect.stringMatching(/^- Isolation: `(user|none)`, /),
    `- Work kept: \`git fetch origin refs/signalbox/work/${id}/1\``,
  ]);
  expect(desk.file('work.txt', `refs/signalbox/work/${id}/1`)).toBe('attempt 1 was here\n');
  expect(desk.starts(id)).toEqual([`${id}-1`]);
}

describe('ten in a row, cancels refused for ever', () => {
  let desk: World;
  beforeAll(async () => {
    desk = await World.start();
  });
  afterAll(() => desk.end());

  test('the look-out alone stops the agent and everything it started', async () => {
    const living = livingAtPushes(desk);
    await tenInARow(desk, async (one) => {
      refuseCancels(desk, one.run);
      await park(desk, one);
      await expectStopped(desk, one, living);
      // Actions has not stopped it: the job went to its end by itself.
      expect(await runOf(desk, one.run)).toMatchObject({ conclusion: 'success' });
      expect(await logOf(desk, one.run)).toContain('stopping the agent: not-mine');
      const refused = expect.objectContaining({ message: 'a cancel was not taken', run: one.run });
      expect(desk.records).toContainEqual(refused);
      expect(await desk.labels(one.issue)).toEqual(['ticket', 'ticket: waiting']);
    });
  });
});

describe('ten in a row, the look-out asleep', () => {
  let desk: World;
  beforeAll(async () => {
    desk = await World.start({ limits: { look_seconds: 300, unreadable_seconds: 900 } });
  });
  afterAll(() => desk.end());

  test('the cancel alone stops the agent and everything it started', async () => {
    const living = livingAtPushes(desk);
    await tenInARow(desk, async (one) => {
      await park(desk, one);
      await expectStopped(desk, one, living);
      expect(await runOf(desk, one.run)).toMatchObject({ conclusion: 'cancelled' });
      expect(await logOf(desk, one.run)).toContain('stopping the agent: cancelled');
    });
  });
});
