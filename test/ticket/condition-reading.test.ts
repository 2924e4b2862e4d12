import { describe, expect, test } from 'vitest';
import { readCondition } from '../../src/ticket/condition-reading.ts';
import { conditionWords } from '../../src/ticket/condition-words.ts';
import { readTime } from '../../src/ticket/times.ts';

/** A Thursday, three days before clocks in Europe are put forward. */
const now = Date.parse('2026-03-26T12:00:00Z');
const read = (line: string, zone = 'UTC') => readCondition(line, { now, zone });
const fault = (words: string) => ({ fault: expect.stringContaining(words) });

describe('how long an agent is to be idle, and how many of it may run', () => {
  test.each([
    ['when luci is idle for 30 minutes', { idle: 'luci', minutes: 30 }],
    ['when luci is idle enough for 2 h', { idle: 'luci', minutes: 120 }],
    ['when idle: luci for 1 minute', { idle: 'luci', minutes: 1 }],
    ['when fewer than 2 of luci run for 10 minutes', { idle: 'luci', below: 2, minutes: 10 }],
    ['when fewer than 3 of ada are running', { idle: 'ada', below: 3 }],
  ])('%s', (line, when) => expect(read(line)).toEqual({ when, rest: '' }));

  test.each([
    'when luci is idle for a while', // of a word too few it would start at once
    'when luci is idle for 30 days',
    'when luci is idle for 200 hours',
    'when fewer than 0 of luci run',
    'when fewer than two of luci run',
    'when luci is idleness',
  ])('what cannot be read is no condition at all: %s', (line) => expect(read(line)).toEqual(fault('')));
});

describe('that what is checked at the head of a branch is green', () => {
  test.each([
    ['when checks: main', 'main', ''],
    ['when checks of main are green', 'main', ''],
    ['when the checks on release/1.0 are green: it needs them', 'release/1.0', ': it needs them'],
    ['when all checks of main.', 'main', '.'],
    ['when main is green, it needs that', 'main', ', it needs that'],
  ])('%s', (line, checks, rest) => expect(read(line)).toEqual({ when: { checks }, rest }));

  test('said back it is read as the same', () => {
    expect(read(conditionWords({ checks: 'main' }))).toEqual({ when: { checks: 'main' }, rest: '' });
    expect(read('when checks: main and luci is idle')).toEqual({
      when: { all: [{ checks: 'main' }, { idle: 'luci' }] },
      rest: '',
    });
  });

  test.each([
    'when checks are green',
    'when checks pass',
    'when checks: -x',
    'when checks of ma~in',
    'when checks: a..b',
  ])('what names no branch is no condition: %s', (line) => expect(read(line)).toEqual(fault('')));
});

describe('some conditions joined', () => {
  const until = { until: '2026-03-27T12:00:00Z' };
  test.each([
    ['until friday and when luci is idle', { all: [until, { idle: 'luci' }] }, ''],
    ['until friday, and luci is idle', { all: [until, { idle: 'luci' }] }, ''],
    [
      'until friday or after MC-1 is done: it needs rails',
      { any: [until, { after: ['MC-1'] }] },
      ': it needs rails',
    ],
    [
      'when luci is idle and MC-1, MC-2 are done and ada is idle',
      { all: [{ idle: 'luci' }, { after: ['MC-1', 'MC-2'] }, { idle: 'ada' }] },
      '',
    ],
    [
      'after MC-1 and MC-2 are done or when luci is idle',
      { any: [{ after: ['MC-1', 'MC-2'] }, { idle: 'luci' }] },
      '',
    ],
  ])('%s', (line, when, rest) => expect(read(line)).toEqual({ when, rest }));

  test.each([
    'after MC-1 is done and MC-2',
    'after MC-1 is done, MC-2',
    'after MC-1 is done, MC-2 is done',
    'after MC-1 is done + when luci is idle',
    'until friday and only when luci is idle',
    'until friday; when luci is idle',
    'until friday, when luci is idle',
    'until friday & when luci is idle',
    'until friday, only after MC-1 is done',
    'until friday, luci is idle',
    'until friday but only after MC-1 is done',
    'until friday and then we see',
    'until friday or so',
    'when luci is idle and ada',
    'when luci is idle. And when ada is idle',
    'when main is green, and not before',
    'until tomorrow 9:00 in Europe/Berlin',
    'until tomorrow 9:00, America/Los_Angeles',
  ])('of what goes on with something else nothing counts: %s', (line) =>
    expect(read(line)).toEqual(fault('behind a condition')),
  );

  test.each([
    'until friday: when luci is idle she may look',
    'until friday, she is away',
    'until friday she is away',
    'until friday: MC-2 needs it',
  ])('words of a reason are let be: %s', (line) => expect(read(line)).toMatchObject({ when: until }));

  test('both words at once can be read in two ways', () => {
    expect(read('until friday and when luci is idle or after MC-1 is done')).toEqual(fault('in two ways'));
  });

  test.each([
    'until friday and when the fair is over',
    'until friday when luci is idle',
    'when luci is idle until friday',
    'after MC-1 is done and until the fair',
  ])('of half a condition it would start too early: %s', (line) =>
    expect(read(line)).toEqual(fault('I cannot read')),
  );

  test('brackets are said back, and are for files alone', () => {
    const both = { all: [until, { any: [{ idle: 'luci' }, { after: ['MC-1'] }] }] };
    expect(conditionWords(both)).toBe(
      'until 2026-03-27T12:00:00Z and (when luci is idle or after MC-1 is done)',
    );
  });
});

describe('times', () => {
  const until = (words: string, zone?: string) => {
    const found = read(`until ${words}`, zone);
    return found && 'when' in found ? conditionWords(found.when) : found;
  };
  test.each([
    ['next monday 9:00', 'UTC', 'until 2026-03-30T09:00:00Z'],
    ['next monday 9:00', 'Europe/Berlin', 'until 2026-03-30T07:00:00Z (Mon 2026-03-30 09:00 Europe/Berlin)'],
    [
      'tomorrow 17:00 Europe/Berlin',
      'UTC',
      'until 2026-03-27T16:00:00Z (Fri 2026-03-27 17:00 Europe/Berlin)',
    ],
    [
      'tomorrow 17:00 (America/Los_Angeles)',
      'Europe/Berlin',
      'until 2026-03-28T00:00:00Z (Fri 2026-03-27 17:00 America/Los_Angeles)',
    ],
    ['in 2 hours', 'Asia/Kolkata', 'until 2026-03-26T14:00:00Z (Thu 2026-03-26 19:30 Asia/Kolkata)'],
    ['tomorrow 17:00 CET', 'UTC', 'until 2026-03-27T16:00:00Z'],
    [
      '2026-06-01T09:00:00Z',
      'Europe/Berlin',
      'until 2026-06-01T09:00:00Z (Mon 2026-06-01 11:00 Europe/Berlin)',
    ],
    // "in three days" is the same time by the clock, though one of the days has 23 hours
    ['in 3 days', 'Europe/Berlin', 'until 2026-03-29T11:00:00Z (Sun 2026-03-29 13:00 Europe/Berlin)'],
  ])('%s in %s', (words, zone, said) => expect(until(words, zone)).toBe(said));

  test('today is the day where they are who wrote it', () => {
    // It is Friday already in Auckland.
    expect(until('today 22:00', 'Pacific/Auckland')).toContain('Fri 2026-03-27 22:00');
  });

  test.each([
    [
      'that clocks skip is as much later as they skip',
      '2026-03-29 2:30',
      'Sun 2026-03-29 03:30',
      '2026-03-29T01:30:00Z',
    ],
    ['that they show twice is the later', '2026-10-25 2:30', 'Sun 2026-10-25 02:30', '2026-10-25T01:30:00Z'],
    ['right before they are put forward', '2026-03-29 1:59', 'Sun 2026-03-29 01:59', '2026-03-29T00:59:00Z'],
    ['right after', '2026-03-29 3:00', 'Sun 2026-03-29 03:00', '2026-03-29T01:00:00Z'],
    ['on the day after', '2026-03-30 9:00', 'Mon 2026-03-30 09:00', '2026-03-30T07:00:00Z'],
    ['right before they are put back', '2026-10-25 1:59', 'Sun 2026-10-25 01:59', '2026-10-24T23:59:00Z'],
    ['right after that', '2026-10-25 3:00', 'Sun 2026-10-25 03:00', '2026-10-25T02:00:00Z'],
  ])('a time of daylight saving %s', (_, words, local, utc) => {
    expect(until(words, 'Europe/Berlin')).toBe(`until ${utc} (${local} Europe/Berlin)`);
  });

  test('a zone that is none is said, and other words behind a time are the reason', () => {
    expect(until('friday 9:00 Europe/Berln')).toEqual(fault('There is no time zone Europe/Berln.'));
    expect(readTime('friday and/or saturday', now, 'UTC')).toMatchObject({ length: 'friday'.length });
    expect(until('yesterday 9:00')).toEqual(fault('2026-03-25T09:00:00Z is past.'));
    expect(until('we have talked')).toEqual(fault('as a time'));
  });

  test('a zone in a file that this machine does not know is left out of the words', () => {
    const when = { until: '2026-03-30T09:00:00Z', zone: 'Mars/Olympus' };
    expect(conditionWords(when)).toBe('until 2026-03-30T09:00:00Z');
  });
});
