import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { judge } from '../../src/runner/judge.ts';
import { limitMet } from '../../src/runner/limit.ts';
import { config } from '../../src/ticket/config.ts';
import { at, noon } from '../ticket/fixtures.ts';

/** What is seen of an agent that printed so and ended with `code`. */
function met(quota: object, printed: string, code = 1) {
  return metBy({ command: ['x'], quota }, printed, code);
}

function metBy(luci: object, printed: string, code = 1) {
  const { agents } = config.parse({ format: 1, agents: { luci } });
  const [profile] = Object.values(agents);
  return profile && limitMet(profile, { exit: { code }, printed, now: noon, log: silentLog });
}

describe('the limit of a provider, as a profile says how it looks', () => {
  test.each([
    [
      'a line with a time',
      { patterns: ['limit reached.*resets (?<until>.+)$'] },
      'working\nClaude usage limit reached, resets 3pm\n',
      at(3 * 3600),
    ],
    ['seconds', { patterns: ['retry after (?<until>\\d+)s'] }, '429: Retry after 120s', at(120)],
    [
      'an epoch behind a bar',
      { patterns: ['limit reached\\|(?<until>\\d+)'] },
      `AI usage limit reached|${noon / 1000 + 60 * 60}`,
      at(3600),
    ],
    [
      'a line without a time',
      { patterns: ['quota exceeded'], pause_minutes: 10 },
      'Error: QUOTA exceeded\n',
      at(600),
    ],
    [
      'drawn over a spinner',
      { patterns: ['^limit reached$'] },
      '⠋ thinking\r\u001b[2Klimit reached\r\n',
      at(3600),
    ],
    ['an exit status', { exit_codes: [1, 75], pause_minutes: 5 }, 'bye', at(300)],
  ])('%s', (_, quota, printed, until) => expect(met(quota, printed)?.until).toBe(until));

  test.each([
    ['another exit status', { exit_codes: [75] }, 'limit'],
    ['no line that fits', { patterns: ['limit reached'] }, 'all is well'],
    ['a line long ago', { patterns: ['limit reached'] }, `limit reached\n${'on it goes\n'.repeat(50)}`],
    ['nothing printed', { patterns: ['.'] }, ''],
  ])('not met: %s', (_, quota, printed) => expect(met(quota, printed)).toBeNull());

  test('the newest line counts, and is named', () => {
    expect(met({ patterns: ['after (?<until>\\d+)'] }, 'after 100\nafter 200\n')).toEqual({
      until: at(200),
      line: 'after 200',
    });
  });

  test('a pattern that would take for ever is left out, and the next is asked', () => {
    const evil = { patterns: ['(a+)+$', 'enough'] };
    expect(met(evil, `${'a'.repeat(400)}!\nenough`)).toMatchObject({ line: 'enough' });
  });
});

describe('what follows from it', () => {
  const limit = { until: at(3600), line: 'limit reached' };
  const ended = { cause: null, exit: { code: 1 }, claim: null, limit, lastWords: 'tired', closed: false };
  test('neither a failure nor a loss', () => {
    expect(judge(ended)).toEqual({ quota: limit, lastWords: 'tired' });
    expect(judge({ ...ended, exit: { code: 0 } })).toEqual({ quota: limit, lastWords: 'tired' });
  });
  test('an agent that completed has completed, whatever it printed', () => {
    const claim = { kind: 'done', summary: 'all' } as const;
    expect(judge({ ...ended, exit: { code: 0 }, claim })).toEqual({ signal: claim });
    expect(judge({ ...ended, claim })).toEqual({ quota: limit, lastWords: 'tired\n\nIt had said DONE: all' });
  });
  test('a stop of ours is what it is', () => {
    expect(judge({ ...ended, cause: 'not-mine' })).toEqual({ nothing: true });
  });
});

describe('the limit that a preset knows, as its program printed it', () => {
  const none = at(3600);
  const evening = '2026-05-25T23:10:00Z';
  test.each([
    ['claude', "You've hit your 5-hour limit · resets 11:10pm (UTC)", evening],
    ['claude', 'API Error: Request rejected (429) · This request would exceed your limit.', none],
    [
      'codex',
      'ERROR: You’ve hit your usage limit. Upgrade to Pro (https://a.example) or try again at 11:10 PM.',
      evening,
    ],
    ['codex', 'ERROR: Quota exceeded. Check your plan and billing details.', none],
    ['copilot', '402 You have no quota', none],
    ['copilot', '✗ Execution failed: 402 You have no quota (Request ID: 1:2)', none],
    ['copilot', '429 rate limit', none],
  ])('%s: %s', (preset, printed, until) => expect(metBy({ preset }, printed)?.until).toBe(until));

  test.each([
    ['claude', "The page now says: You've hit your limit, resets at noon."],
    ['codex', "> ERROR: You've hit your usage limit. (of the ticket, which it repeats)"],
    ['copilot', 'The server answers 402 where the quota is used up, and that test fails.'],
  ])('%s does not take a line of its work for one: %s', (preset, printed) =>
    expect(metBy({ preset }, printed)).toBeNull(),
  );
});
