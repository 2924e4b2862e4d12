import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// Tickets that wait until what is checked at the head of a branch is green.

const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
type State = 'green' | 'red' | 'pending';

/** A desk on which MC-1 waits for `when`; the head of main is `first`. */
async function waiting(when: Condition = { checks: 'main' }): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  desk.forge.refs.set('main', first);
  const why = { kind: 'deferred', when, reason: '', by: 'elmar', since: desk.now } as const;
  await desk.put(aTicket('MC-1', { state: 'waiting', waiting: why, created: desk.now }));
  await desk.sweep();
  desk.later();
  return desk;
}

function judge(desk: OperatedDesk, commit: string, state: State, name = 'build'): void {
  const others = (desk.forge.checksThere.get(commit) ?? []).filter((check) => check.name !== name);
  desk.forge.checksThere.set(commit, [...others, { name, state, by: 'ci' }]);
}

async function hint(desk: OperatedDesk): Promise<Error | null> {
  const failure = await desk.operator.lookAtChecks().then(
    () => null,
    (error: Error) => error,
  );
  await desk.operator.settled();
  return failure;
}

const state = async (desk: OperatedDesk) => (await desk.ticket('MC-1'))?.state;
const causes = async (desk: OperatedDesk) =>
  (await desk.history('MC-1'))
    .filter(({ transition }) => transition.startsWith('due'))
    .map(({ cause }) => cause);

describe('S2: a ticket that waits for the checks of a branch', () => {
  test('is released by itself once all of them are green, and its condition is named as the cause', async () => {
    const desk = await waiting();
    judge(desk, first, 'pending');
    await hint(desk);
    expect(await state(desk)).toBe('waiting');
    judge(desk, first, 'green');
    judge(desk, first, 'red', 'lint');
    await hint(desk);
    expect(await state(desk)).toBe('waiting');
    judge(desk, first, 'green', 'lint');
    await hint(desk);
    expect(await causes(desk)).toEqual(['due when the checks of main are green']);
    expect(await state(desk)).toBe('in_progress');
  });

  test('is found by the sweep, where nobody told', async () => {
    const desk = await waiting();
    judge(desk, first, 'green');
    await desk.lookAtHead();
    expect(await state(desk)).toBe('waiting');
    await desk.sweep();
    expect(await state(desk)).toBe('in_progress');
  });

  test('waits on where what was green is so no more when it comes due', async () => {
    const desk = await waiting({ all: [{ checks: 'main' }, { after: ['MC-2'] }] });
    judge(desk, first, 'green');
    await desk.put(aTicket('MC-2', { state: 'review' }));
    await hint(desk);
    judge(desk, second, 'red');
    desk.forge.refs.set('main', second);
    const done = await desk.ticket('MC-2');
    if (!done) throw new Error('there is no MC-2');
    await desk.push('wilma', { ...done, state: 'done' });
    await desk.close({ ...done, state: 'done' });
    await desk.lookAtHead();
    expect(await state(desk)).toBe('waiting');
    judge(desk, second, 'green');
    await hint(desk);
    expect(await state(desk)).toBe('in_progress');
  });

  test('waits on while they cannot be read, and while nothing has been checked', async () => {
    const desk = await waiting();
    await hint(desk);
    expect(await state(desk)).toBe('waiting');
    judge(desk, first, 'green');
    desk.forge.failing.set('checks', new SignalboxError('forge', 'unreachable', 'GitHub gave no answer'));
    expect(await hint(desk)).toMatchObject({ code: 'unreachable' });
    expect(await state(desk)).toBe('waiting');
    const forbidden = new SignalboxError('config', 'forbidden', 'cannot read statuses: not accessible');
    desk.forge.failing.set('checks', forbidden);
    expect(await hint(desk)).toBeNull();
    expect(await why(desk)).toContain('the checks of main cannot be read: cannot read statuses');
    desk.forge.failing.delete('checks');
    await hint(desk);
    expect(await state(desk)).toBe('in_progress');
  });

  test('goes on though those of another branch cannot be read', async () => {
    const desk = await waiting();
    desk.forge.refs.set('next', second);
    const read = desk.forge.checks;
    desk.forge.checks = async (commit) => {
      if (commit === second) throw new SignalboxError('forge', 'unavailable', 'HTTP 500');
      return read.call(desk.forge, commit);
    };
    const why = {
      kind: 'deferred',
      when: { checks: 'next' },
      reason: '',
      by: 'elmar',
      since: desk.now,
    } as const;
    await desk.put(aTicket('MC-0', { state: 'waiting', waiting: why }));
    await desk.lookAtHead().catch(() => {});
    judge(desk, first, 'green');
    expect((await hint(desk))?.message).toBe('HTTP 500');
    await desk.lookAtHead().catch(() => {});
    expect(await state(desk)).toBe('in_progress');
    expect((await desk.ticket('MC-0'))?.state).toBe('waiting');
  });

  test('that somebody parked for good is released by no check', async () => {
    const desk = await waiting();
    await desk.operator.handle('MC-1', {
      kind: 'park',
      reason: 'not now',
      source: 'c1',
      at: desk.now,
      actor: 'elmar',
    });
    judge(desk, first, 'green');
    await hint(desk);
    await desk.sweep();
    expect(await state(desk)).toBe('waiting');
  });
});

async function why(desk: OperatedDesk): Promise<string> {
  const explanation = await desk.operator.panel.explain('MC-1');
  return (explanation?.reasons ?? []).map(({ code, message }) => `${code} ${message}`).join('\n');
}

test('why it waits is told as it was seen last, by branch and commit; a branch that is not there is at fault', async () => {
  const desk = await waiting();
  judge(desk, first, 'red');
  judge(desk, first, 'pending', 'e2e');
  await hint(desk);
  expect(await why(desk)).toContain('deferred Deferred when the checks of main are green by elmar.');
  expect(await why(desk)).toContain('main at 1111111: build is red, e2e has not ended');
  desk.forge.refs.delete('main');
  await hint(desk);
  expect(await why(desk)).toContain('bad-condition There is no branch main, so this never comes true.');
});

test('checks are read for tickets that ask about them alone, and once for all of those', async () => {
  const desk = await waiting({ idle: 'luci' });
  const calls = () => desk.calls.splice(0).filter((call) => call === 'checks').length;
  calls();
  await hint(desk);
  await desk.sweep();
  expect(calls()).toBe(0);
  const why = {
    kind: 'deferred',
    when: { checks: 'main' },
    reason: '',
    by: 'elmar',
    since: desk.now,
  } as const;
  await desk.put(...['MC-2', 'MC-3', 'MC-4'].map((id) => aTicket(id, { state: 'waiting', waiting: why })));
  await desk.lookAtHead();
  expect(calls()).toBe(1);
  await desk.lookAtHead();
  expect(calls()).toBe(0);
  await hint(desk);
  expect(calls()).toBe(1);
});
