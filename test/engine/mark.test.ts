import { expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { Mark } from '../../src/engine/mark.ts';
import { aTicket } from './desk.ts';
import { stopped, waiting, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/*
 * What a process that starts need not do again, since another one did it; and what it must do all the same.
 */

const anHourMs = 3600_000;

/** A desk with so many parked tickets, shown and read by a process that has ended. */
async function sweptDesk(tickets: number): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  for (let number = 1; number <= tickets; number++)
    desk.forge.open('lucienne', { title: `Ticket MC-${number}` });
  await desk.sweep();
  for (const issue of desk.forge.issues.keys()) desk.forge.label(issue, 'park', 'elmar');
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    desk.later(anHourMs);
    await desk.sweep();
  }
  desk.later(anHourMs);
  desk.restart();
  return desk;
}

test('a process that starts where nothing happened asks a few questions, however many tickets are open', async () => {
  const asked = async (tickets: number) => {
    const desk = await sweptDesk(tickets);
    const { commit } = await desk.mark();
    await desk.sweep();
    expect((await desk.ticket(`MC-${tickets}`))?.state).toBe('waiting');
    expect((await desk.mark()).commit).toBe(commit); // where nothing changed nothing is pushed
    return desk.calls.toSorted();
  };
  const ofFew = await asked(3);
  expect(ofFew.length).toBeLessThan(15);
  expect(await asked(40)).toEqual(ofFew);
});

test('a label that was put on while no app ran is found by the next', async () => {
  const desk = await sweptDesk(3);
  desk.forge.label(2, 'release', 'wilma');
  desk.later(anHourMs);
  await desk.sweep();
  expect((await desk.ticket('MC-2'))?.released?.by).toBe('wilma');
  expect(desk.forge.taken).toContain(2);
});

test('S7: what was committed by a process that died before it was shown is shown by the next', async () => {
  const desk = await sweptDesk(3);
  const was = await desk.ticket('MC-2');
  if (!was) throw new Error('there is no MC-2');
  await desk.put({ ...was, attempts: [{ ...stopped, outcome: 'parked', signal: null }] });
  await desk.sweep();
  expect(desk.forge.told(2, 'evidence:1')).toHaveLength(1);
});

test('S7: a look that failed keeps the mark where it is, so that the next process looks again', async () => {
  const desk = await sweptDesk(3);
  await desk.sweep();
  const { commit } = await desk.mark();
  desk.forge.failing.set('addLabels', new SignalboxError('forge', 'unreachable', 'no answer'));
  desk.forge.label(2, 'release', 'wilma');
  desk.later(anHourMs);
  await desk.sweep();
  expect((await desk.ticket('MC-2'))?.released?.by).toBe('wilma');
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    desk.later(anHourMs);
    await desk.sweep();
  }
  expect((await desk.mark()).commit).toBe(commit);
  desk.forge.failing.clear();
  desk.restart();
  await desk.sweep();
  expect(desk.forge.issues.get(2)?.labels).not.toContain('ticket: waiting');
  await desk.sweep();
  expect((await desk.mark()).commit).not.toBe(commit);
});

test('a mark is not younger than what was read: what is asked while a sweep goes on is read by the next process', async () => {
  const desk = await sweptDesk(3);
  desk.forge.label(1, 'release', 'wilma'); // so that the sweep has something to mark
  const { issuesSince } = desk.forge;
  desk.forge.issuesSince = async (since) => {
    const found = await issuesSince.call(desk.forge, since);
    desk.forge.label(2, 'release', 'wilma'); // read a moment too early, and no hook tells
    desk.later(10 * 60_000);
    return found;
  };
  await desk.sweep();
  desk.forge.issuesSince = issuesSince;
  expect((await desk.ticket('MC-2'))?.released ?? null).toBeNull();
  desk.restart();
  await desk.sweep();
  expect((await desk.ticket('MC-2'))?.released?.by).toBe('wilma');
});

test('an attempt in hand is looked after by a process that starts, though nothing changed since the mark', async () => {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne');
  const attempt = { ...working.attempt, claimed: desk.now, run: null };
  await desk.put(aTicket('MC-1', { ...working, attempt, issue }));
  await desk.sweep();
  desk.later(anHourMs);
  await desk.sweep();
  expect((await desk.mark()).swept).not.toBeNull();
  desk.restart();
  await desk.sweep();
  expect(desk.calls).toContain('dispatch');
});

test('with a mark that is older than what tickets remember everything is read and shown', async () => {
  const desk = await sweptDesk(3);
  desk.later(31 * 24 * anHourMs);
  desk.forge.taken.length = 0;
  await desk.sweep();
  expect(desk.forge.taken.toSorted()).toEqual([1, 2, 3]);
});

test('where the mark may not be pushed everything works, each start reads everything, and it is said once', async () => {
  const desk = await OperatedDesk.start();
  desk.refuseMarks();
  const issue = await desk.born('lucienne');
  desk.forge.label(issue, 'park', 'elmar');
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    desk.later(anHourMs);
    desk.forge.say(issue, 'hello', 'elmar');
    await desk.sweep();
  }
  expect((await desk.ticket(`MC-${issue}`))?.state).toBe('waiting');
  expect(desk.said.filter((line) => line.includes('cannot be marked'))).toHaveLength(1);
  desk.restart();
  desk.forge.taken.length = 0;
  await desk.sweep();
  expect(desk.forge.taken).toContain(issue);
});

test('what is asked while the desk is frozen is read once it is restored, though a sweep was under way', async () => {
  for (const restarts of [false, true]) {
    const desk = await sweptDesk(2);
    await desk.sweep();
    await desk.put(aTicket('plan', { ...waiting, issue: 100 }));
    desk.forge.label(1, 'release', 'wilma');
    desk.later(anHourMs);
    desk.forge.issuesSince = async () => {
      await desk.moveBack();
      await desk.operator.lookAtHead();
      return structuredClone([...desk.forge.issues.values()]);
    };
    await desk.sweep();
    Reflect.deleteProperty(desk.forge, 'issuesSince');
    desk.later(anHourMs);
    await desk.restore();
    if (restarts) desk.restart();
    await (restarts ? desk.sweep() : desk.lookAtHead());
    await desk.operator.settled();
    expect((await desk.ticket('MC-1'))?.released?.by).toBe('wilma');
  }
});

test('a sweep that is dropped before all that it led to has ended is not marked', async () => {
  const marked: number[] = [];
  let end = (_isWell: boolean): void => {};
  const mark = new Mark({
    store: { markSwept: async ({ time }) => void marked.push(time) },
    now: () => 9,
    quiet: () => new Promise((resolve) => (end = resolve)),
    log: silentLog,
  });
  for (const [time, isDropped] of [
    [1, true],
    [2, false],
  ] as const) {
    mark.note({ head: 'a', time });
    if (isDropped) mark.drop();
    end(true);
    await mark.idle();
  }
  expect(marked).toEqual([2]);
});
