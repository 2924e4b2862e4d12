import { expect, test } from 'vitest';
import { checkedInAgain, endedFollowUp, lateFollowUp } from '../../src/ticket/follow-up.ts';
import { markerOf } from '../../src/ticket/sentences.ts';
import { at, noon } from './fixtures.ts';
import { by, executing, told } from './telling.ts';

const { attempt } = executing;
if (!attempt) throw new Error('an attempt');
const minute = 60_000;

/** What is said of a run that is late by so many minutes. */
const late = (minutes: number) =>
  lateFollowUp('MC-1', attempt, {
    run: { id: 990, status: 'in_progress', url: 'http://run/990' },
    sign: noon,
    lateMs: minutes * minute,
    patienceMs: 15 * minute,
  });
const byHowMuch = (minutes: number) => /late by (.*)\.$/m.exec(late(minutes))?.[1];

test('it says when the last sign came, when the next was due, and that nothing is stopped', () => {
  expect(late(3)).toContain(`saved its work at ${at(0)}`);
  expect(late(3)).toContain(`again by ${at(15 * 60)}: it is late by more than 2 minutes.\n\n`);
  expect(late(3)).toContain('[run 990](http://run/990) is in progress, so nothing is stopped');
  expect(late(3)).toContain(`ends it, at ${attempt.check_in_by}.`);
});

test.each([
  [0, 'less than a minute'],
  [0.99, 'less than a minute'],
  [1, 'more than 1 minute'],
  [2, 'more than 2 minutes'],
  [4.9, 'more than 2 minutes'],
  [5, 'more than 5 minutes'],
  [59, 'more than 30 minutes'],
  [60, 'more than an hour'],
  [119, 'more than an hour'],
  [120, 'more than 2 hours'],
  [239, 'more than 2 hours'],
  [240, 'more than 4 hours'],
  [1000, 'more than 16 hours'],
])('%d minutes late is told as %s: in steps, so that the comment seldom changes', (minutes, words) => {
  expect(byHowMuch(minutes)).toBe(words);
});

test('however it goes on, it is the one comment of the attempt that is changed', () => {
  const [closed] = told(executing, by('e1', 'park', 0)).attempts;
  if (!closed) throw new Error('a closed attempt');
  const again = checkedInAgain('MC-1', attempt, noon + 1000);
  const ended = endedFollowUp('MC-1', closed);
  expect([late(1), again, ended].map(markerOf)).toEqual(['follow-up:1', 'follow-up:1', 'follow-up:1']);
  expect(again).toContain(`checked in again, at ${at(1)}.`);
  expect(ended).toContain(`ended at ${at(0)}: parked.`);
});
