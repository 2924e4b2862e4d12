import { expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import {
  deliver,
  desk,
  from,
  gate,
  installation,
  issueEvent,
  RecordingOperator,
  startWorld,
  until,
} from './world.ts';

test.each(['opened', 'labeled', 'unlabeled', 'edited', 'closed', 'reopened'])(
  'an issue that was %s is looked at',
  async (action) => {
    const { app, operator } = await startWorld();
    await deliver(app, issueEvent(7, action));
    expect(operator.asked).toEqual(['issue 7']);
  },
);

test.each(['assigned', 'pinned', 'milestoned', 'locked'])(
  'an issue that was %s is none of our business',
  async (action) => {
    const { app, operator } = await startWorld();
    await deliver(app, issueEvent(7, action));
    expect(operator.asked).toEqual([]);
  },
);

test.each(['deleted', 'transferred'])('an issue that was %s is gone, and by whom', async (action) => {
  const { app, operator } = await startWorld();
  await deliver(app, issueEvent(7, action));
  expect(operator.asked).toEqual([`gone 7 ${action} elmar 2026-05-25T09:12:00Z`]);
});

test('a push to a branch that may hold tickets or the config is looked at, and one to a ticket branch; a tag is not', async () => {
  const { app, operator } = await startWorld();
  const push = (ref: string) => deliver(app, { event: 'push', payload: { ref, ...from('elmar') } });
  for (const ref of ['refs/heads/ticket/MC-4159', 'refs/tags/v1']) await push(ref);
  expect(operator.asked).toEqual(['branch ticket/MC-4159']);
  for (const ref of ['refs/heads/signalbox', 'refs/heads/main', 'refs/signalbox/signal/MC-4159/3'])
    await push(ref);
  expect(operator.asked.slice(1)).toEqual(['head', 'head', 'head']);
});

test("a closed pull request of a ticket branch is told, a fork's branch of the same name is not", async () => {
  const { app, operator } = await startWorld();
  const close = (head: object, over: object = {}) =>
    deliver(app, {
      event: 'pull_request',
      payload: {
        action: 'closed',
        pull_request: {
          number: 9,
          head,
          base: { repo: { id: 90001 } },
          merged: true,
          closed_at: '2026-05-25T09:12:00Z',
          ...over,
        },
        ...from('lucienne'),
      },
    });
  await close({ ref: 'ticket/MC-4159', repo: { id: 666 } });
  await close({ ref: 'ticket/MC-4159', repo: null });
  await close({ ref: 'feature', repo: { id: 90001 } });
  expect(operator.asked).toEqual([]);
  await close({ ref: 'ticket/MC-4159', repo: { id: 90001 } });
  await close({ ref: 'ticket/MC-4160', repo: { id: 90001 } }, { number: 10, merged: false });
  expect(operator.asked).toEqual(['issue 9', 'issue 10']);
});

test("a review of a ticket's pull request is told, and so is whatever judges a commit, in the app's name as well", async () => {
  const { app, operator } = await startWorld();
  const review = (ref: string) =>
    deliver(app, {
      event: 'pull_request_review',
      payload: {
        action: 'submitted',
        review: { id: 71, state: 'approved' },
        pull_request: { number: 9, head: { ref, repo: { id: 90001 } }, base: { repo: { id: 90001 } } },
        ...from('lucienne'),
      },
    });
  await review('feature');
  await review('ticket/MC-4159');
  const status = { sha: 'a'.repeat(40), context: 'build', state: 'success' };
  await deliver(app, { event: 'status', payload: { ...status, ...from('lucienne') } });
  const check_run = { id: 5, name: 'build', status: 'completed' };
  const payload = { action: 'completed', check_run, ...from('signalbox[bot]') };
  await deliver(app, { event: 'check_run', payload });
  expect(operator.asked).toEqual(['issue 9', 'checks', 'checks']);
});

const other = { id: 90002, owner: 'acme', repo: 'other' };
const named = ({ id, owner, repo }: typeof other) => ({ id, name: repo, full_name: `${owner}/${repo}` });

test('an installation is swept when it is made, and forgotten when it is suspended', async () => {
  const { app, made, installations } = await startWorld();
  const event = (action: string) => ({
    event: 'installation',
    payload: {
      action,
      installation: { id: 5002 },
      repositories: [named(other)],
      sender: { login: 'lucienne' },
    },
  });
  expect(await deliver(app, event('created'))).toMatchObject({ status: 200 });
  expect(made[1]).toMatchObject({ name: 'acme/other', operator: { ended: ['sweep'] } });
  await deliver(app, event('suspend'));
  await until(() => made[1]?.operator.ended.includes('close'));
  expect(made[0]?.operator.ended).not.toContain('close');

  installations.push({ id: 5002, repositories: [other] });
  await deliver(app, event('unsuspend'));
  await until(() => made[2]?.operator.ended.includes('sweep'));
});

test('repositories come and go with their installation', async () => {
  const { app, made } = await startWorld();
  const event = (added: object[], removed: object[]) => ({
    event: 'installation_repositories',
    payload: {
      action: 'added',
      installation: { id: installation },
      repositories_added: added,
      repositories_removed: removed,
      sender: { login: 'lucienne' },
    },
  });
  await deliver(app, event([named(other)], []));
  expect(made.map(({ name }) => name)).toEqual(['acme/desk', 'acme/other']);
  await deliver(app, event([], [named(other)]));
  await until(() => made[1]?.operator.ended.includes('close'));
});

test('a renamed repository gets a new operator, after the old one has ended', async () => {
  const { app, made, operator } = await startWorld();
  const slow = gate();
  operator.look = (name) => (name === 'issue 7' ? slow.passed : Promise.resolve());
  const looking = deliver(app, issueEvent(7));
  await until(() => operator.begun.includes('issue 7'));
  const renamed = { ...desk, repo: 'bureau' };
  const answered = deliver(app, {
    event: 'repository',
    payload: { action: 'renamed', changes: {}, ...from('lucienne', renamed) },
  });
  await deliver(app, { event: 'ping', payload: { zen: 'wait' } });
  expect(made).toHaveLength(1);
  slow.open();
  expect(await looking).toMatchObject({ status: 200 });
  expect(await answered).toMatchObject({ status: 200 });
  expect(operator.ended.at(-1)).toBe('close');
  expect(made[1]).toMatchObject({ name: 'acme/bureau', alone: true, operator: { ended: ['sweep'] } });
});

test('an archived repository is let go', async () => {
  const { app, operator } = await startWorld();
  await deliver(app, { event: 'repository', payload: { action: 'archived', ...from('lucienne') } });
  await until(() => operator.ended.includes('close'));
});

test('heads are looked at every ten seconds, everything every few minutes, and lost installation events are made up for', async () => {
  const { clock, operator, made, installations } = await startWorld({
    intervals: { head: 10_000, sweep: 180_000 },
  });
  const heads = () => operator.ended.filter((name) => name === 'head').length;
  for (let n = 1; n <= 3; n++) {
    clock.move(10_000);
    await until(() => heads() === n && clock.waiting(10_000) === 1);
  }
  expect(operator.asked).toEqual(['head', 'head', 'head']);
  installations.splice(0, 1, { id: installation, repositories: [other] });
  clock.move(150_000);
  await until(() => made[1]?.operator.ended.includes('sweep') && operator.ended.includes('close'));
});

test('a desk whose operator cannot be made is tried again, more and more seldom, until it can', async () => {
  let tries = 0;
  const operator = new RecordingOperator();
  const operators = async () => {
    tries++;
    if (tries < 4) throw new SignalboxError('forge', 'unreachable', 'GitHub is down');
    return operator;
  };
  const { clock } = await startWorld({ operators, intervals: { head: 10_000, sweep: 3_600_000 } });
  await until(() => tries === 1);
  for (const [ms, count] of [
    [10_000, 2],
    [20_000, 3],
    [40_000, 4],
  ] as const) {
    await until(() => clock.waiting(ms) === 1);
    clock.move(ms - 1);
    clock.move(1);
    await until(() => tries === count);
  }
  await until(() => operator.ended.includes('head') && clock.waiting(10_000) === 1);
});
