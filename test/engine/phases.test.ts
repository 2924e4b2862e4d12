import { beforeEach, describe, expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/*
 * The ticket branch as the app sees it: who pushed its head, what that voids, and what people say on its pull request.
 */

const phased = schema.parse({
  ...config,
  agents: { luci: { command: ['true'] }, rex: { command: ['true'] } },
  phases: {
    dev: {},
    review: { agent: 'rex', reviews: true },
    signoff: { agent: 'person', gate: ['person', 'merged'] },
    build: { gate: { checks: ['build'] } },
  },
});
const branch = 'ticket/MC-1';
const [work, theirs] = ['1'.repeat(40), '2'.repeat(40)];
const phases = ['dev', 'review', 'signoff'];

let desk: OperatedDesk;

/** MC-1, whose work was accepted. */
async function worked(over: Partial<Ticket>): Promise<void> {
  desk = await OperatedDesk.start(phased);
  const issue = desk.forge.open('lucienne');
  await desk.put(aTicket('MC-1', { phases, issue, attempts: [{ ...stopped, work }], ...over }));
  await desk.sweep();
  desk.later();
}

const ticket = async () => {
  const found = await desk.ticket('MC-1');
  if (!found) throw new Error('there is no MC-1');
  return found;
};

/** Somebody pushes to the ticket branch; GitHub tells, or nobody does until the next sweep. */
async function pushes(by: string, isTold = true): Promise<void> {
  const before = desk.forge.refs.get(`refs/heads/${branch}`) ?? '';
  desk.forge.contained.add(`${work} ${theirs}`);
  desk.forge.activity.unshift({ before, after: theirs, actor: by });
  await desk.forge.moveBranch(branch, theirs);
  desk.forge.edit([...desk.forge.pulls.keys()][0] ?? 0, {}); // a pull request whose branch moves has changed
  if (isTold) await desk.operator.lookAtBranch(branch);
  else await desk.sweep();
  await desk.operator.settled();
}

describe('accepted work', () => {
  test('is judged once it is on the branch, at that very commit, and by another agent', async () => {
    await worked({ state: 'todo', phase: 'review' });
    expect(await ticket()).toMatchObject({
      branch: { commit: work, by: 'luci', work },
      state: 'in_progress',
      attempt: { agent: 'rex', phase: 'review', commit: work },
    });
  });

  test('is judged as well where somebody deleted the issue: nothing of it lies there', async () => {
    await worked({ state: 'todo', phase: 'review', issue: null, mirrored: 'f'.repeat(64) });
    expect(await ticket()).toMatchObject({
      branch: { commit: work },
      state: 'in_progress',
      attempt: { agent: 'rex', commit: work },
    });
  });

  test('that adds no commit has none to be judged', async () => {
    desk = await OperatedDesk.start(phased);
    desk.forge.contained.add(`${work} main`);
    const issue = desk.forge.open('lucienne');
    const attempts = [{ ...stopped, work }];
    await desk.put(aTicket('MC-1', { phases, phase: 'review', state: 'todo', issue, attempts }));
    await desk.sweep();
    expect(await ticket()).toMatchObject({
      branch: { commit: null },
      attempt: { agent: 'rex', commit: null },
    });
  });
});

describe('a sign-off', () => {
  const approved = {
    ...stopped,
    number: 2,
    phase: 'review',
    agent: 'rex',
    outcome: 'approved',
    commit: work,
    signal: 'd'.repeat(64),
  } as const;
  beforeEach(() => worked({ state: 'review', phase: 'signoff', attempts: [{ ...stopped, work }, approved] }));
  const pull = () => [...desk.forge.pulls.keys()][0] ?? 0;
  const reviews = async (by: string, commit: string, over: object = {}) => {
    const all = desk.forge.reviewsThere.get(pull()) ?? [];
    const review = {
      id: 70 + all.length,
      by,
      by_is_bot: false,
      state: 'approved',
      commit,
      body: '',
      at: desk.now,
    };
    desk.forge.reviewsThere.set(pull(), [...all, { ...review, ...over } as (typeof all)[number]]);
    await desk.look(pull());
  };
  const refusals = () => [...desk.forge.told(1, 'refused'), ...desk.forge.told(pull(), 'refused')];

  test.each([true, false])(
    'is void once somebody pushes (told: %s): reviewed again, and it is said',
    async (isTold) => {
      await pushes('wilma', isTold);
      expect(await ticket()).toMatchObject({
        branch: { commit: theirs, by: 'wilma' },
        phase: 'review',
        attempt: { agent: 'rex', commit: theirs },
      });
      expect(desk.forge.told(1, 'void')).toEqual([
        expect.stringContaining(
          '**The approval of attempt 2 (review, by rex) counts no more.** It is of 1111111111',
        ),
      ]);
    },
  );

  test('by the label, by a comment, or by a review on the pull request, and then a merge: done', async () => {
    desk.forge.label(1, 'approve', 'wilma');
    await desk.look(1);
    expect((await ticket()).gates).toMatchObject([{ gate: 'person', by: 'wilma', commit: work }]);
    expect(desk.forge.issues.get(1)?.labels).not.toContain('approve');
    desk.forge.merge(branch, 'wilma');
    await desk.sweep();
    expect((await ticket()).state).toBe('done');
  });

  test('a merge that came first is found when the gate is asked for', async () => {
    desk.forge.merge(branch, 'wilma');
    await desk.look(pull());
    expect(await ticket()).toMatchObject({ state: 'review', gates: [{ gate: 'merged', by: 'wilma' }] });
    await reviews('lucienne', work);
    expect((await ticket()).state).toBe('done');
  });

  test('refused: a bot that sets the label, one without the right, and of an old commit; each with its code', async () => {
    desk.forge.label(1, 'approve', 'helper[bot]');
    desk.forge.roles['helper[bot]'] = 'admin';
    await desk.look(1);
    desk.forge.label(1, 'approve', 'elmar');
    await desk.look(1);
    await reviews('wilma', theirs);
    await reviews('elmar', work);
    await reviews('visitor', work);
    await reviews('helper[bot]', work, { by_is_bot: true });
    expect((await ticket()).gates).toEqual([]);
    expect(refusals().map((words) => words.replace(/^.*\n@(\S+): `(\S+)`.*$/s, '$1 $2'))).toEqual([
      'helper[bot] not-permitted',
      'elmar not-permitted',
      'wilma old-commit',
      'elmar not-permitted',
    ]);
  });

  test('refused: by who pushed the head', async () => {
    await desk.put({
      ...(await ticket()),
      branch: { commit: work, by: 'wilma', pushers: [], at: desk.now, work },
    });
    desk.forge.say(1, '/approve', 'wilma');
    await desk.look(1);
    expect(refusals()).toEqual([expect.stringContaining('@wilma: `own-work`')]);
  });

  test('a review that asks for changes sends it back, with its words', async () => {
    await reviews('wilma', work, { state: 'changes_requested', body: 'Mind the rake.' });
    expect(await ticket()).toMatchObject({
      phase: 'dev',
      messages: [{ by: 'wilma', text: 'Mind the rake.' }],
    });
  });

  test('what it says of lines goes along, since whoever works on it sees no more', async () => {
    desk.forge.findingsThere.set(70, [
      { path: 'src/shed.ts', line: 7, text: 'It leaks.\n' },
      { path: 'README.md', line: null, text: 'Outdated.' },
    ]);
    await reviews('wilma', work, { state: 'changes_requested' });
    const [message] = (await ticket()).messages;
    expect(message?.text).toBe('- src/shed.ts:7: It leaks.\n- README.md: Outdated.');
  });

  test('the latest review of a person counts, and one that was dismissed does not', async () => {
    await reviews('wilma', work, { state: 'dismissed' });
    await reviews('lucienne', work, { state: 'commented' });
    expect((await ticket()).gates).toEqual([]);
    await reviews('wilma', work);
    expect((await ticket()).gates).toMatchObject([{ by: 'wilma' }]);
  });
});

test('checks that turn green at the head meet their gate, and no others', async () => {
  await worked({ state: 'review', phases: ['build'], phase: 'build' });
  const check = (name: string, state: 'green' | 'red') => ({ name, state, by: 'ci' });
  desk.forge.checksThere.set(work, [check('build', 'red'), check('lint', 'green')]);
  await desk.operator.lookAtChecks();
  await desk.operator.settled();
  expect((await ticket()).state).toBe('review');
  desk.forge.checksThere.set(work, [check('build', 'green'), check('lint', 'red')]);
  await desk.operator.lookAtChecks();
  await desk.operator.settled();
  expect(await ticket()).toMatchObject({ state: 'done', gates: [{ gate: 'checks', commit: work }] });
});
