import { expect, test } from 'vitest';
import { checkInWords } from '../../src/ticket/check-in.ts';

const trailers = 'Ticket: MC-1\nAttempt: 3\nRun: 990\nChecked-in: 2026-05-25T12:00:00Z';

test.each([
  [`MC-1 #3: check-in\n\n${trailers}\n`, 'check-in'],
  [`MC-1 #3: Half of it\n\nHalf of it is there.\n\n${trailers}`, 'Half of it is there.'],
  [`MC-1 #3: Two things\n\nTwo things:\n\n- one\n\n${trailers}`, 'Two things:\n\n- one'],
  ['Mend the rake\n\nIt was broken.', 'Mend the rake\n\nIt was broken.'],
  ['', ''],
])('%s', (message, words) => {
  expect(checkInWords(message)).toBe(words);
});
