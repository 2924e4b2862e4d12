import { describe, expect, test } from 'vitest';
import { areGreen, type ChecksSeen, checkWords } from '../../src/ticket/checks.ts';

const commit = 'abcdef0'.padEnd(40, '1');
type State = 'green' | 'red' | 'pending';

function seen(checks: Record<string, State>, over: Partial<ChecksSeen> = {}): ChecksSeen {
  const all = Object.entries(checks).map(([name, state]) => ({ name, state }));
  return { commit, at: '2026-05-25T09:12:00Z', checks: all, ...over };
}

describe('checks are green', () => {
  test.each<[string, boolean, ChecksSeen | undefined, string[]?]>([
    ['where all that ran are', true, seen({ build: 'green', lint: 'green' })],
    ['not where one is red', false, seen({ build: 'green', lint: 'red' })],
    ['not where one has not ended', false, seen({ build: 'green', lint: 'pending' })],
    ['not where nothing ran: nobody has said that it is well', false, seen({})],
    ['not where nobody looked', false, undefined],
    ['not where they could not be read', false, seen({ build: 'green' }, { fault: 'no access' })],
    ['where those that are asked for are, whatever the others', true, seen({ a: 'green', b: 'red' }), ['a']],
    ['not where one that is asked for has not begun', false, seen({ a: 'green' }), ['a', 'b']],
  ])('%s', (_, expected, facts, names) => {
    expect(areGreen(facts, names)).toBe(expected);
    expect(checkWords('main', facts, names) === '').toBe(expected);
  });

  test('not where one of two of the same name is red', () => {
    const twice = {
      ...seen({ a: 'green' }),
      checks: [...seen({ a: 'green' }).checks, { name: 'a', state: 'red' }],
    };
    expect(areGreen(twice as ChecksSeen, ['a'])).toBe(false);
  });
});

describe('what keeps them from it', () => {
  test.each<[string, ChecksSeen | undefined, string[]?]>([
    [
      'main at abcdef0: build, lint are red, e2e has not ended (seen at 2026-05-25T09:12:00Z)',
      seen({ build: 'red', lint: 'red', e2e: 'pending', docs: 'green' }),
    ],
    [
      'main at abcdef0: qa has not begun (seen at 2026-05-25T09:12:00Z)',
      seen({ a: 'red', b: 'green' }),
      ['b', 'qa'],
    ],
    ['main at abcdef0: nothing has been checked there (seen at 2026-05-25T09:12:00Z)', seen({})],
    ['there is no branch main', seen({}, { commit: null })],
    ['nobody has looked at the checks of main here', undefined],
    ['the checks of main cannot be read: no access', seen({}, { commit: null, fault: 'no access' })],
  ])('%s', (words, facts, names) => {
    expect(checkWords('main', facts, names)).toBe(words);
  });

  test('of many some are named; a commit is its own place', () => {
    const many = seen(Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`t${n}`, 'red' as const])));
    expect(checkWords(commit, many)).toContain('abcdef0: t1, t2, t3, t4, t5 and 2 more are red');
  });
});
