import { describe, expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const gated = schema.parse({ ...config, phases: { dev: { gate: 'person' }, docs: { gate: 'person' } } });
const branch = 'ticket/MC-1';
/** Commits of the work of its attempts. */
const [work1, work2] = ['1'.repeat(40), '2'.repeat(40)];

/** MC-1, its work accepted and shown, in review. */
async function inReview(over: Partial<Ticket> = {}): Promise<{ desk: OperatedDesk; pull: number }> {
  const desk = await OperatedDesk.start(gated);
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
    const { desk, pull } = await inReview({ phases: ['dev', 'docs'] });
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
