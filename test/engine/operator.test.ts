import { afterEach, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeOperator } from '../../src/engine/operator.ts';
import type { Forge, Issue, IssueEvent, Operator } from '../../src/engine/ports.ts';
import { aTicket, config, Desk } from './desk.ts';

const start = systemClock.now();
const daysAgo = (days: number) => isoSeconds(start - days * 24 * 3600_000);
const operators: Operator[] = [];
afterEach(() => Promise.all(operators.splice(0).map((one) => one.close())));

/** An operator of a desk, under an installation that is so many days old; `over` is what its forge does. */
function operatorOf({ store }: Desk, installedDaysAgo: number, over: Partial<Forge> = {}): Operator {
  const forge = {
    now: () => systemClock.now(),
    permission: async () => 'write',
    comments: async () => [],
    issuesLabelled: async () => [],
    removeLabel: async () => {},
    updateIssue: async () => {},
    ...over,
  } as unknown as Forge;
  const world = { clock: systemClock, random: systemRandom, log: silentLog };
  const installedAt = daysAgo(installedDaysAgo);
  operators.unshift(makeOperator({ ...world, store, forge, config: async () => config, installedAt }));
  return operators[0] as Operator;
}

/** A forge with an open issue that somebody labelled `ticket` and `release` so many days ago. */
function labelled(ago: number): Partial<Forge> {
  const by = { actor: 'wilma', ours: false, at: daysAgo(ago), event: 'labeled' } as const;
  const labels = ['ticket', 'release'];
  const events: IssueEvent[] = labels.map((label, index) => ({ ...by, id: index + 1, label }));
  const text = { title: 'Old', body: '', author: 'wilma', created: daysAgo(ago) };
  const issue: Issue = {
    ...text,
    number: 1,
    labels,
    state: 'open',
    state_reason: null,
    is_pull_request: false,
  };
  return { issue: async () => issue, events: async () => events };
}

test('what was labelled before the repository was added to an old installation is no ticket', async () => {
  const desk = await Desk.with();
  const operator = operatorOf(desk, 400, labelled(20));
  await operator.lookAtIssue(1);
  expect((await desk.head()).tickets.size).toBe(0);
  expect((await desk.head()).desk.serving_since ?? '').toMatch(daysAgo(0).slice(0, 10));
});

test('what was labelled before the app first looked is one where the installation is fresh', async () => {
  const desk = await Desk.with();
  await operatorOf(desk, 0.5, labelled(0.2)).lookAtIssue(1);
  expect((await desk.ticket('MC-1'))?.released?.by).toBe('wilma');
  expect((await desk.head()).desk.serving_since).toBe(daysAgo(0.5));
});

test('when serving began is written once, by whichever process comes first, and nobody edits it', async () => {
  const desk = await Desk.with(aTicket('MC-1'));
  const two = [operatorOf(desk, 400), operatorOf(desk, 0.1)];
  await Promise.all(two.map((one) => one.lookAtHead()));
  await Promise.all(two.map((one) => one.settled()));
  const since = (await desk.head()).desk.serving_since;
  expect(since).not.toBeNull();
  await desk.push('wilma', { 'desk.yaml': 'format: 1\nserving_since: 2020-01-01T00:00:00Z\npaused: true\n' });
  expect((await desk.head()).desk).toMatchObject({ serving_since: since, paused: true });
  await operatorOf(desk, 0.1, labelled(0.05)).lookAtIssue(1);
  expect((await desk.head()).desk.serving_since).toBe(since);
});
