import { beforeEach, expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/*
 * Who pushed to a ticket branch, as the app finds it out: all of them since the accepted work was shown, and again until
 * it is known. GitHub's record of a push may come after the push.
 */

const phased = schema.parse({
  ...config,
  phases: { dev: {}, signoff: { agent: 'person', gate: ['person', 'merged'] } },
});
const ref = 'refs/heads/ticket/MC-1';
const [work, wilmas, elmars] = ['1', '2', '3'].map((one) => one.repeat(40)) as [string, string, string];

let desk: OperatedDesk;

beforeEach(async () => {
  desk = await OperatedDesk.start(phased);
  const issue = desk.forge.open('lucienne');
  const over = { phases: ['dev', 'signoff'], phase: 'signoff', attempts: [{ ...stopped, work }] };
  await desk.put(aTicket('MC-1', { ...over, issue, state: 'review' } as Partial<Ticket>));
  await desk.sweep();
  desk.later();
});

const branch = async () => (await desk.ticket('MC-1'))?.branch;
const records = (before: string, after: string, actor: string) =>
  desk.forge.activity.unshift({ before, after, actor });

async function moves(to: string): Promise<void> {
  desk.forge.contained.add(`${work} ${to}`);
  await desk.forge.moveBranch('ticket/MC-1', to);
  await look();
}

async function look(): Promise<void> {
  await desk.operator.lookAtBranch('ticket/MC-1');
  await desk.operator.settled();
  desk.later();
}

async function approves(login: string): Promise<string> {
  desk.forge.say(1, '/approve', login);
  await desk.look(1);
  const { gates = [] } = (await desk.ticket('MC-1')) ?? {};
  const [, code = 'ok'] = /: `(\S+)`/.exec(desk.forge.told(1, 'refused').at(-1) ?? '') ?? [];
  return gates.length > 0 ? 'ok' : code;
}

test('everybody who pushed since the work was shown, though the app saw the last push alone', async () => {
  expect(await branch()).toMatchObject({ commit: work, by: 'luci', pushers: [] });
  records(work, wilmas, 'wilma');
  records(wilmas, elmars, 'elmar');
  await moves(elmars);
  expect(await branch()).toMatchObject({ by: 'elmar', pushers: ['elmar', 'wilma'] });
  expect(await approves('wilma')).toBe('own-work');
  expect(await approves('lucienne')).toBe('ok');
});

test('a push that GitHub has no record of yet is nobody’s to approve; each look asks again', async () => {
  await moves(wilmas);
  expect(await branch()).toMatchObject({ by: 'somebody unknown', pushers: ['somebody unknown'] });
  expect(await approves('wilma')).toBe('pusher-unknown');
  records(work, wilmas, 'wilma');
  await desk.sweep();
  await desk.operator.settled();
  desk.later();
  expect(await branch()).toMatchObject({ by: 'wilma', pushers: ['wilma'] });
  expect(await approves('wilma')).toBe('own-work');
  expect(await approves('lucienne')).toBe('ok');
});

test('one whose record comes late is not forgotten for the next push', async () => {
  await moves(wilmas);
  records(wilmas, elmars, 'elmar');
  await moves(elmars);
  expect((await branch())?.pushers).toEqual(['elmar', 'somebody unknown']);
  desk.forge.activity.splice(1, 0, { before: work, after: wilmas, actor: 'wilma' });
  await look();
  expect((await branch())?.pushers).toEqual(['elmar', 'wilma']);
});

test('work to which the agent added nothing is still whoever’s it was', async () => {
  await moves(wilmas);
  const found = await desk.ticket('MC-1');
  if (!found) throw new Error('there is no MC-1');
  const again = { ...stopped, number: 2, signal: 'e'.repeat(64), work: wilmas };
  await desk.put({ ...found, attempts: [...found.attempts, again] });
  await look();
  expect(await branch()).toMatchObject({ work: wilmas, pushers: ['somebody unknown'] });
  records('0'.repeat(40), work, 'signalbox[bot]');
  records(work, wilmas, 'wilma');
  await look();
  expect((await branch())?.pushers).toContain('wilma');
});

test('a review on the pull request waits until the pusher is known, and counts then', async () => {
  await moves(wilmas);
  const pull = [...desk.forge.pulls.keys()][0] ?? 0;
  const review = { id: 70, by: 'lucienne', by_is_bot: false, commit: wilmas, body: '', at: desk.now };
  desk.forge.reviewsThere.set(pull, [{ ...review, state: 'approved' }]);
  await desk.look(pull);
  expect((await desk.ticket('MC-1'))?.gates).toEqual([]);
  records(work, wilmas, 'wilma');
  await desk.sweep();
  await desk.sweep();
  expect((await desk.ticket('MC-1'))?.gates).toMatchObject([{ by: 'lucienne', commit: wilmas }]);
  expect(desk.forge.told(pull, 'refused')).toEqual([]);
});

test('what is known of a branch costs no more questions', async () => {
  records(work, wilmas, 'wilma');
  await moves(wilmas);
  desk.calls.length = 0;
  await look();
  expect(desk.calls).not.toContain('pushes');
  expect(desk.forge.refs.get(ref)).toBe(wilmas);
});
