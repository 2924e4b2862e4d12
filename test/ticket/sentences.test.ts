import { describe, expect, test } from 'vitest';
import type { ClosedAttempt, Quarantined } from '../../src/ticket/format.ts';
import { pullRequestText } from '../../src/ticket/pull-words.ts';
import {
  callComment,
  evidenceComment,
  markerOf,
  movedBackAlarm,
  nextAction,
  personsOf,
  quarantineComment,
  settledQuarantine,
  statusComment,
} from '../../src/ticket/sentences.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

/* What people find in these comments, and where it comes from; not how it is put. */

const here = { view: view(), now: noon, config };
const status = (ticket: Ticket) => statusComment(ticket, here);
const parked = told(executing, by('e1', 'park', 0, { reason: 'Not\nnow.' }));

function closed(ticket: Ticket): ClosedAttempt {
  const one = ticket.attempts.at(-1);
  if (!one) throw new Error('a closed attempt');
  return one;
}

describe('the status', () => {
  test('says whether it is held, which run works, and which is still being stopped', () => {
    expect(status(executing)).toMatch(/\*\*MC-1\*\* is \*\*in progress\*\*\.\n/);
    expect(status(executing)).toContain('Attempt 1 (dev) by luci: [run 990](http://run/990).');
    expect(status({ ...executing, hold: true })).toContain(', and held.');
    expect(status(parked)).toContain('Attempt 1 is being stopped ([run 990](http://run/990)).');
    const stopped = { ...parked, attempts: [{ ...closed(parked), stopped: at(5) }] };
    expect(status(stopped)).not.toContain('Attempt');
    const unbound = executing.attempt && { ...executing.attempt, run: null };
    expect(status({ ...executing, attempt: unbound })).toContain('has not started yet');
  });

  test('of a todo ticket names every obstacle, or that an agent takes it', () => {
    expect(nextAction(ticketIn('todo'), here)).toMatch(/^Next: /);
    const paused = { ...here, view: view({ desk: { ...here.view.desk, paused: true } }) };
    expect(nextAction(ticketIn('todo', { not_before: at(60) }), paused)).toMatch(
      /^Not started:\n- `not-before` .*\n- `desk-paused` |^Not started:\n- `desk-paused` .*\n- `not-before` /,
    );
  });

  test('of a waiting ticket says who parked it, since when, why, and what wakes it', () => {
    const words = nextAction(parked, here);
    expect(words).toMatch(
      /^Parked by lucienne since 2026-05-25T12:00:00Z:\n> Not\n> now\.\n\nNext: .*release/,
    );
    const plain = told(executing, by('e1', 'park', 0));
    expect(nextAction(plain, here)).toMatch(/^Parked by lucienne since 2026-05-25T12:00:00Z\.\n\n/);
    const deferred = told(executing, by('e1', 'park', 0, { when: { idle: 'luci' } }));
    expect(nextAction(deferred, here)).toMatch(/^Deferred .*luci.* by lucienne/);
    expect(nextAction(deferred, here)).not.toContain('bad-condition');
    const asked = told(executing, by('s1', 'question', 0));
    expect(nextAction(asked, here)).toMatch(/> words\n\nNext: `\/answer <text>`/);
  });

  test('of each other state says who can do what next', () => {
    expect(nextAction(ticketIn('inbox'), here)).toContain('/release');
    expect(nextAction(ticketIn('in_progress'), here)).toContain('`park`');
    expect(nextAction(ticketIn('blocked'), here)).toMatch(/`retries-exhausted`[\s\S]*\/retry/);
    expect(nextAction(ticketIn('review', { phase: 'review' }), here)).toMatch(/review: `\/approve`/);
    for (const state of ['done', 'cancelled'] as const)
      expect(nextAction(ticketIn(state), here)).toContain('Reopen');
  });
});

describe('the evidence of a stop', () => {
  test('says by whom, when, from which run, why, and where the work is kept', () => {
    const stopped = { ...closed(parked), stopped: at(5) };
    expect(evidenceComment(parked, stopped).split('\n')).toEqual([
      '<!-- signalbox:evidence:1 -->',
      '**Attempt 1 of MC-1 was stopped: parked.**',
      '',
      `- By: lucienne, at ${at(0)}`,
      `- From: in progress (dev, by luci, started ${at(-30)})`,
      '- Run: [990](http://run/990), run attempt 1',
      `- Stop asked ${at(0)}, seen to have ended ${at(5)}`,
      '- Work kept: `git fetch origin refs/signalbox/work/MC-1/1`',
      '- Reason:',
      '> Not',
      '> now.',
    ]);
  });

  test('of an attempt that never had a run names no work; no reason is no line', () => {
    const words = evidenceComment(parked, { ...closed(parked), run: null, reason: '' });
    expect(words).toContain('- Run: none');
    expect(words).not.toMatch(/Work kept|Reason/);
  });

  test('names the isolation that was in force, and warns where there was none', () => {
    const one = closed(parked);
    const as = (isolation: 'user' | 'none') =>
      evidenceComment(parked, { ...one, run: one.run && { ...one.run, isolation } });
    expect(as('none')).toContain("- Isolation: `none`, its agent ran as the job's own user");
    expect(as('user')).toContain('- Isolation: `user`, its agent had a user of its own');
  });
});

describe('what lies in quarantine', () => {
  const digest = `3fa9c0de${'0'.repeat(56)}`;
  const signal = { format: 1, ticket: 'MC-1', attempt: 1, kind: 'done', summary: 'All of it.' } as const;
  const entry = {
    format: 1,
    ticket: 'MC-1',
    attempt: 1,
    digest,
    code: 'attempt-closed',
    reason: 'It was parked.',
    state: 'in_progress',
    channel: 'runner',
    actor: 'luci',
    at: at(0),
    signal: { ...signal, run: null, key: '', agent_gone: true },
  } as const satisfies Quarantined;
  const comment = quarantineComment(entry);

  test('is told whole, with the state it met and the ways out', () => {
    expect(markerOf(comment)).toBe(`quarantine:${digest}`);
    expect(comment).toMatch(/^\*\*A signal of attempt 1 .*`attempt-closed`.* It was parked\.$/m);
    expect(comment).toContain(`The ticket was in progress at ${at(0)}.`);
    expect(comment).toContain('> DONE: All of it.');
    expect(comment).toMatch(/`\/accept 3fa9c0de0000`.*`\/discard 3fa9c0de0000`/);
  });

  test.each<[string, Partial<Quarantined>]>([
    ['a failure', { signal: { ...entry.signal, kind: 'failed' } }],
    ['what nobody could read', { signal: { unreadable: 'a: [' } }],
    ['a pushed change', { channel: 'push' }],
  ])('%s can be discarded, not accepted', (_, over) => {
    expect(quarantineComment({ ...entry, ...over })).not.toContain('/accept');
    expect(quarantineComment({ ...entry, ...over })).toContain('/discard');
  });

  test('of what nobody could read the text is shown, of a push who pushed', () => {
    expect(quarantineComment({ ...entry, signal: { unreadable: 'a: [' } })).toContain('> a: [');
    expect(quarantineComment({ ...entry, channel: 'push', state: 'none' })).toMatch(
      /that luci pushed did not stand[\s\S]*The ticket was not there/,
    );
  });

  test('once it lies there no more the comment says what became of it, and offers nothing', () => {
    const [above] = comment.split('\n---\n');
    const accepted = { kind: 'done', summary: 'All of it.', digest, by: 'wilma', at: at(9) } as const;
    const taken = { ...parked, attempts: [{ ...closed(parked), accepted }] };
    expect(settledQuarantine(comment, digest, taken)).toBe(
      `${above}\n---\n**Accepted** by wilma at ${at(9)}.`,
    );
    const other = settledQuarantine(comment, 'f'.repeat(64), taken);
    expect(other.slice(above?.length)).toMatch(/^\n---\nTaken out of quarantine;/);
    const discarded = settledQuarantine(comment, digest, { ...parked, seen: { [digest]: at(9) } });
    expect(discarded.slice(above?.length)).toContain(`Taken out of quarantine at ${at(9)};`);
  });
});

test('who is called is mentioned, a team as well; nobody is no mention', () => {
  expect(callComment('blocked', ['wilma', 'acme/ops'], 'Look.')).toMatch(/\n@wilma @acme\/ops: Look\.$/);
  expect(callComment('blocked', [], 'Look.')).toMatch(/ -->\nLook\.$/);
});

test('called first are who released the ticket, and an owner who is a person', () => {
  const released = { by: 'wilma', at: at(0) };
  expect(personsOf(ticketIn('todo', { released }), config)).toEqual(['wilma']);
  expect(personsOf(ticketIn('todo', { released, owner: 'elmar' }), config)).toEqual(['wilma', 'elmar']);
  expect(personsOf(ticketIn('todo', { owner: null }), config)).toEqual([]);
});

test('a head that was moved back names the mover, if anybody knows, and the two ways out', () => {
  const moved = { branch: 'signalbox', head: 'a'.repeat(40), witness: 'b'.repeat(40), mover: 'wilma' };
  const words = movedBackAlarm(moved);
  expect(words).toMatch(/@wilma moved the state branch `signalbox` to a{40}\. .*\(b{40}\)/);
  expect(words).toContain('git push --force origin FETCH_HEAD:refs/heads/signalbox');
  expect(movedBackAlarm({ ...moved, head: null, mover: null })).toMatch(
    /somebody .* deleted the state branch `signalbox`\./,
  );
});

test("a pull request's title is as long as GitHub takes it, and ends in no half of a character", () => {
  const titled = (title: string) => pullRequestText(ticketIn('review', { title }), closed(parked)).title;
  expect(titled('x'.repeat(250))).toBe(`MC-1: ${'x'.repeat(250)}`);
  expect(titled('x'.repeat(251))).toBe(`MC-1: ${'x'.repeat(249)}…`);
  expect(titled(`${'x'.repeat(248)}🚂xx`)).toBe(`MC-1: ${'x'.repeat(248)}…`);
  expect(pullRequestText(ticketIn('review', { issue: 7 }), closed(parked)).body).toMatch(/^For #7\.\n\n/);
  expect(pullRequestText(ticketIn('review'), closed(parked)).body).toMatch(/^Attempt 1 /);
});
