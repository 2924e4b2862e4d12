import { describe, expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const gated = schema.parse({ ...config, phases: { dev: { gate: 'merged' }, docs: { gate: 'merged' } } });
const branch = 'ticket/MC-1';
/** Commits of the work of its attempts. */
const [work1, work2] = ['1'.repeat(40), '2'.repeat(40)];

/** MC-1, its work accepted and shown, in review. */
async function inReview(
  over: Partial<Ticket> = {},
  of = gated,
): Promise<{ desk: OperatedDesk; pull: number }> {
  const desk = await OperatedDesk.start(of);
  const issue = desk.forge.open('lucienne', { title: over.title ?? 'A ticket' });
  const attempts: Ticket['attempts'] = [{ ...stopped, outcome: 'review', work: work1 }];
  await desk.put(aTicket('MC-1', { state: 'review', attempts, issue, ...over }));
  await desk.sweep();
  desk.later();
  const pull = [...desk.forge.pulls.keys()][0];
  if (pull === undefined) throw new Error('its work was not shown');
  return { desk, pull };
}

/** The next attempt of MC-1 was accepted, too. */
async function workedAgain(desk: OperatedDesk, over: Partial<Ticket> = {}): Promise<void> {
  const ticket = await desk.ticket('MC-1');
  if (!ticket) throw new Error('there is no MC-1');
  const again = {
    ...stopped,
    number: 2,
    outcome: 'review',
    work: work2,
    signal: 'c'.repeat(64),
    ended: desk.now,
  } as const;
  const attempts = [...ticket.attempts, again];
  await desk.put({ ...ticket, state: 'review', waiting: null, attempts, ...over });
  desk.later();
}

describe('a merged pull request', () => {
  test('approves the review, also where its hook was lost', async () => {
    const { desk } = await inReview();
    desk.forge.merge(branch, 'wilma');
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('done');
  });

  test('approves one review, however often it is seen: not that of the next phase', async () => {
    // Phases that name no gate look at no commit.
    const ungated = schema.parse({ ...config, phases: { dev: {}, docs: {} } });
    const { desk, pull } = await inReview({ phases: ['dev', 'docs'] }, ungated);
    desk.forge.merge(branch, 'wilma');
    await desk.look(pull);
    expect(await desk.ticket('MC-1')).toMatchObject({ phase: 'docs' });
    await workedAgain(desk, { attempts: [] }); // nothing tells but what the ticket remembers
    await desk.look(pull);
    expect(await desk.ticket('MC-1')).toMatchObject({ phase: 'docs', state: 'review' });
  });

  test('approves no work that was done after it, though nobody heard of it in time', async () => {
    const { desk, pull } = await inReview();
    desk.forge.merge(branch, 'wilma');
    desk.later();
    await workedAgain(desk);
    await desk.look(pull);
    expect((await desk.ticket('MC-1'))?.state).toBe('review');
    expect(desk.forge.told(pull, 'refused')).toEqual([expect.stringContaining('@wilma: `no-row`')]);
  });

  test('into another branch than the default one is nothing to the ticket', async () => {
    const { desk } = await inReview();
    desk.forge.merge(branch, 'wilma', 'experiment');
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('review');
  });
});

test('the sweep finds what was asked on the pull request', async () => {
  const { desk, pull } = await inReview();
  desk.forge.say(pull, '/hold', 'elmar');
  await desk.sweep();
  expect(await desk.ticket('MC-1')).toMatchObject({ state: 'review', hold: true });
});

describe('work that is accepted after a pull request was closed', () => {
  test.for(['merged', 'closed'] as const)('is shown in another, where the first was %s', async (how) => {
    const { desk, pull } = await inReview();
    desk.forge.merge(branch, 'wilma');
    if (how === 'closed') Object.assign(desk.forge.pulls.get(pull) ?? {}, { merged: null });
    desk.later();
    await workedAgain(desk);
    await desk.sweep();
    expect(desk.forge.shownPulls()).toEqual([`${branch} ${how}`, `${branch} open`]);
    expect(desk.forge.refs.get(`refs/heads/${branch}`)).toBe(work2);
  });

  test('is not shown again where it is in that very one, whoever added to it', async () => {
    const { desk } = await inReview();
    desk.forge.merge(branch, 'wilma', 'experiment');
    desk.forge.refs.delete(`refs/heads/${branch}`); // as GitHub does on request, after a merge
    desk.forge.contained.add(`${work1} ${work1}`);
    await desk.sweep();
    expect(desk.forge.shownPulls()).toEqual([`${branch} merged`]);
    expect(desk.forge.refs.has(`refs/heads/${branch}`)).toBe(false);
  });
});

test.for(['t', '🚂'])(
  'a title longer than GitHub takes is cut, never through a character: %s',
  async (one) => {
    const { desk, pull } = await inReview({ title: one.repeat(256 / one.length) });
    const shown = desk.forge.issues.get(pull)?.title ?? '';
    expect(shown).toMatch(/^MC-1: [t🚂]+…$/u);
    expect(shown.length).toBeLessThanOrEqual(256);
  },
);

describe('the pull request of a ticket', () => {
  test('is opened by attempt 1, brought up to date by attempt 2, and its merge is the end of the ticket', async () => {
    const { desk, pull } = await inReview();
    expect(desk.forge.issues.get(pull)?.body).toContain('Attempt 1 (dev) by luci ended with');
    desk.forge.say(1, '/reject There is no test.', 'wilma');
    await desk.look(1);
    expect(desk.forge.shownPulls()).toEqual([`${branch} open`]);
    await workedAgain(desk);
    await desk.sweep();
    expect(desk.forge.shownPulls()).toEqual([`${branch} open`]);
    expect(desk.forge.issues.get(pull)?.body).toContain('Attempt 2 (dev) by luci ended with');
    expect(desk.forge.refs.get(`refs/heads/${branch}`)).toBe(work2);
    desk.forge.merge(branch, 'wilma');
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('done');
  });

  test('stays as it is where the next attempt is parked halfway, and the evidence says so', async () => {
    const { desk, pull } = await inReview();
    const ticket = await desk.ticket('MC-1');
    const parked = { ...stopped, number: 2, outcome: 'parked', signal: null, by: 'elmar' } as const;
    if (ticket) await desk.put({ ...ticket, ...waiting, attempts: [...ticket.attempts, parked] });
    const before = structuredClone(desk.forge.issues.get(pull));
    await desk.sweep();
    expect(desk.forge.shownPulls()).toEqual([`${branch} open`]);
    expect(desk.forge.refs.get(`refs/heads/${branch}`)).toBe(work1);
    expect(desk.forge.issues.get(pull)).toEqual(before);
    const [evidence] = desk.forge.told(1, 'evidence:2');
    expect(evidence).toContain('**Attempt 2 of MC-1 was stopped: parked.**');
    expect(evidence).toContain(
      '- Branch `ticket/MC-1` and its pull request stay as they are, with the work of attempt 1',
    );
  });

  test('shows what a person pushed on top of the work, and says nothing of it', async () => {
    const { desk } = await inReview();
    const theirs = '7'.repeat(40);
    await workedAgain(desk);
    desk.forge.refs.set(`refs/heads/${branch}`, theirs);
    desk.forge.contained.add(`${work2} ${theirs}`);
    await desk.sweep();
    expect(desk.forge.refs.get(`refs/heads/${branch}`)).toBe(theirs);
    expect(desk.forge.told(1, 'beside')).toEqual([]);
    expect(desk.forge.shownPulls()).toEqual([`${branch} open`]);
  });

  test('and what a person pushed to its branch stays; that the work is beside it is said once', async () => {
    const { desk } = await inReview();
    const theirs = '7'.repeat(40);
    desk.forge.refs.set(`refs/heads/${branch}`, theirs);
    desk.forge.moveBranch = async () => false; // GitHub: it would not be a fast-forward
    await workedAgain(desk);
    await desk.sweep();
    desk.restart();
    await desk.sweep();
    expect(desk.forge.refs.get(`refs/heads/${branch}`)).toBe(theirs);
    expect(desk.forge.told(1, 'beside')).toEqual([
      expect.stringContaining('**The work of attempt 2 is not shown:** somebody pushed to `ticket/MC-1`'),
    ]);
    expect(desk.forge.told(1, 'beside')[0]).toContain('`git fetch origin refs/signalbox/work/MC-1/2`');
  });
});

describe('a pull request that is closed and not merged', () => {
  /** Somebody closes it, as GitHub shows that. */
  function close(desk: OperatedDesk, pull: number, who = 'wilma'): void {
    desk.forge.close(pull, 'completed', who);
    Object.assign(desk.forge.pulls.get(pull) ?? {}, { state: 'closed' });
    desk.later();
  }
  const note = (desk: OperatedDesk, pull: number) => desk.forge.told(pull, 'answer');
  const messages = async (desk: OperatedDesk) =>
    (await desk.ticket('MC-1'))?.messages.map(({ by, text }) => `${by}: ${text}`);

  test('leaves the review open, with a note that the next attempt reads, however often it is seen', async () => {
    const { desk, pull } = await inReview();
    desk.forge.contained.add(`${work1} ${work1}`);
    close(desk, pull);
    await desk.look(pull);
    desk.restart();
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('review');
    const words = `wilma: Pull request #${pull}, which showed the work so far, was closed and not merged.`;
    expect(await messages(desk)).toEqual([words]);
    expect(note(desk, pull)).toEqual([expect.stringContaining('@wilma: Noted: MC-1 stays in review')]);
    expect(desk.forge.told(1, 'status')[0]).toContain('was closed and not merged.');
    expect(desk.forge.shownPulls()).toEqual([`${branch} closed`]); // not opened again
  });

  test('into another branch than the default one, it says nothing of the ticket', async () => {
    const { desk } = await inReview();
    desk.forge.contained.add(`${work1} ${work1}`);
    desk.forge.merge(branch, 'wilma');
    await desk.sweep();
    desk.later();
    const { number } = await desk.forge.openPullRequest(branch, 'for the old release', '');
    Object.assign(desk.forge.pulls.get(number) ?? {}, { base: 'release-1' });
    close(desk, number);
    await desk.look(number);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'done', messages: [] });
  });

  test('brings a ticket that was done back into review, and its issue with it', async () => {
    const approved = schema.parse({ ...config, phases: { dev: { gate: 'person' } } });
    const { desk, pull } = await inReview({}, approved);
    desk.forge.say(1, '/approve', 'wilma');
    await desk.look(1);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('done');
    expect(desk.forge.issues.get(1)?.state).toBe('closed');
    desk.later();
    close(desk, pull);
    await desk.look(pull);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('review');
    expect(desk.forge.issues.get(1)?.state).toBe('open');
    expect(note(desk, pull)[0]).toContain('was done, and is in review again');
    desk.forge.say(1, '/approve', 'wilma');
    await desk.look(1);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('done');
  });

  test('S8: stops no attempt, and wakes nothing that waits', async () => {
    const { desk, pull } = await inReview();
    const ticket = await desk.ticket('MC-1');
    const attempt = { ...working.attempt, number: 2, claim: 'c2' };
    if (ticket) await desk.put({ ...ticket, ...working, attempt });
    await desk.lookAtHead();
    close(desk, pull);
    await desk.look(pull);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', attempt: { number: 2 } });
    expect(note(desk, pull)[0]).toContain('Noted: MC-1 is in progress as before.');
    const parked = await inReview();
    const other = await parked.desk.ticket('MC-1');
    if (other) await parked.desk.put({ ...other, ...waiting });
    await parked.desk.lookAtHead();
    close(parked.desk, parked.pull);
    await parked.desk.look(parked.pull);
    expect(await parked.desk.ticket('MC-1')).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' } });
  });

  test('and that a later one has followed, or that is of a cancelled ticket, is history', async () => {
    const { desk, pull } = await inReview();
    close(desk, pull);
    await workedAgain(desk);
    await desk.sweep();
    expect(desk.forge.shownPulls()).toEqual([`${branch} closed`, `${branch} open`]);
    const told = await messages(desk);
    desk.forge.edit(pull, { state: 'open' });
    close(desk, pull);
    await desk.look(pull);
    expect(await messages(desk)).toEqual(told);
    desk.forge.say(1, '/cancel', 'wilma');
    await desk.look(1);
    close(desk, [...desk.forge.pulls.keys()].at(-1) ?? 0);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.state).toBe('cancelled');
  });
});
