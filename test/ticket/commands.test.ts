import { describe, expect, test } from 'vitest';
import { readCommand } from '../../src/ticket/commands.ts';
import { readCommentSignal } from '../../src/ticket/comment-signal.ts';

/** A Monday. */
const now = Date.parse('2026-05-25T12:00:00Z');
const read = (body: string) => readCommand(body, { now, zone: 'UTC' });
/** What the ticket would wait for, and why. */
const parked = (line: string) => {
  const command = read(`/park ${line}`);
  return command?.name === 'park' && command.unread === undefined ? [command.when, command.reason] : command;
};
/** Parked for good, with all that was said as the reason. */
const unread = (line: string) => ({ name: 'park', unread: expect.any(String), reason: line });

describe('a command is the first word of the first line', () => {
  test.each(['hold', 'release', 'retry', 'status', 'approve'])('/%s', (name) => {
    expect(read(`  /${name}  \r\nthanks`)).toEqual({ name });
    expect(read(`/${name} now`)).toEqual({ name });
    expect(read(`/${name}s`)).toBeNull();
    expect(read(`please /${name}`)).toBeNull();
  });

  test.each([
    '',
    'hold',
    '/',
    '/ hold',
    '/HOLD',
    '/hold!',
    '/usr/bin',
    'I think so\n/release',
    '/constructor',
  ])('anything else is talk: %j', (body) => expect(read(body)).toBeNull());

  test.each(['cancel', 'reject'])('/%s takes all words as its reason', (name) => {
    expect(read(`/${name} not\r\n\r\nthis year `)).toEqual({ name, reason: 'not\n\nthis year' });
    expect(read(`/${name}`)).toEqual({ name, reason: '' });
  });

  test('/answer wants an answer, on its line or below', () => {
    expect(read('/answer the left one\nI think')).toEqual({ name: 'answer', text: 'the left one\nI think' });
    expect(read('/answer\nthe left one')).toEqual({ name: 'answer', text: 'the left one' });
    expect(read('/answer  ')).toMatchObject({ name: 'error', command: 'answer' });
  });

  test('/priority takes one of four words, and says which where it is none', () => {
    expect(read('/priority URGENT')).toEqual({ name: 'priority', priority: 'urgent' });
    for (const words of ['/priority', '/priority now', '/priority high low'])
      expect(read(words)).toMatchObject({ name: 'error', command: 'priority' });
  });

  test.each(['pause', 'drain', 'resume'])(
    '/%s is said to the desk, or to an agent by its name, with a reason',
    (name) => {
      expect(read(`  /${name}  \r\nthanks`)).toMatchObject({ name });
      expect(read(`/${name}`)).toEqual({ name });
      expect(read(`/${name} @luci`)).toEqual({ name, profile: 'luci' });
      expect(read(`/${name} luci, its model\nis gone`)).toEqual({
        name,
        profile: 'luci',
        reason: 'its model\nis gone',
      });
    },
  );

  test.each(['accept', 'discard'])('/%s names what lies in quarantine by its digest', (name) => {
    expect(read(`/${name} \`3FA9C0DE\` please`)).toEqual({ name, digest: '3fa9c0de' });
    expect(read(`/${name}\n3fa9c0de`)).toEqual({ name, digest: '3fa9c0de' });
    for (const none of ['', ' 3fa9', ' the last', ' ../../x'])
      expect(read(`/${name}${none}`)).toMatchObject({ name: 'error', command: name });
  });
});

describe('/park until a time', () => {
  test.each([
    ['until 2026-06-01 9:00', '2026-06-01T09:00:00Z', ''],
    ['until 2026-06-01 9:00: when the fair is over', '2026-06-01T09:00:00Z', 'when the fair is over'],
    ['UNTIL  tomorrow at 8: the shop is closed', '2026-05-26T08:00:00Z', 'the shop is closed'],
    ['until next friday at 9:00 – the demo', '2026-06-05T09:00:00Z', 'the demo'],
    ['until sunday', '2026-05-31T12:00:00Z', ''], // the next, not the one that was yesterday
  ])('%s', (line, until, reason) => expect(parked(line)).toEqual([{ until }, reason]));

  test('the lines below are its reason, too', () => {
    expect(parked('until tomorrow at 8, the shop\n\nis closed ')).toEqual([
      { until: '2026-05-26T08:00:00Z' },
      'the shop\nis closed',
    ]);
  });

  test.each(['until maybe tomorrow', 'until we have talked', 'until 2026-05-24', 'until 2026-05-25 12:00'])(
    '%s: a time that cannot be read or is past parks without a condition, and is said',
    (line) => expect(parked(line)).toEqual(unread(line)),
  );
});

describe('/park when or after', () => {
  test.each([
    ['when luci is idle', 'luci', ''],
    ['When Luci  is idle enough, she has a lot to do', 'Luci', 'she has a lot to do'],
    ['when idle: luci', 'luci', ''],
    ['when idle luci; she has a lot to do', 'luci', 'she has a lot to do'],
  ])('%s', (line, idle, reason) => expect(parked(line)).toEqual([{ idle }, reason]));

  test.each([
    ['after MC-1 is done', ['MC-1'], ''],
    [
      'when MC-1, MC-2 AND fix-and-test are done: it needs their rails',
      ['MC-1', 'MC-2', 'fix-and-test'],
      'it needs their rails',
    ],
    ['after MC-1,MC-2 are done', ['MC-1', 'MC-2'], ''],
  ])('%s', (line, after, reason) => expect(parked(line)).toEqual([{ after }, reason]));

  test.each([
    ['words', 'after the fair'],
    ['half an id: the other half would let the ticket start too early', 'when MC-1 and MC- are done'],
    ['no id', 'after -- is done'],
    ['another word', 'after MC-1 is donewards'],
    ['51 ids', `after ${Array.from({ length: 51 }, (_, at) => `MC-${at}`).join(', ')} are done`],
    ['a long id', `after ${'x'.repeat(65)} is done`],
    ['a long name', `when ${'x'.repeat(501)} is idle`],
  ])('a condition that no file can hold parks without one, and is said: %s', (_, line) =>
    expect(parked(line)).toEqual(unread(line)),
  );

  test.each([
    '',
    'Not before we have talked.',
    'whenever',
    'afterwards we see',
    'until',
    'Not when luci is idle',
    'Not only after MC-1 is done',
    'We wait until tomorrow',
  ])('no condition, a reason alone: %j', (line) => expect(parked(line)).toEqual([undefined, line]));
});

describe('/after', () => {
  test.each([
    ['MC-1', ['MC-1']],
    ['MC-1, MC-2 and fix-it, MC-1', ['MC-1', 'MC-2', 'fix-it']],
    ['MC-1,MC-2\nthanks', ['MC-1', 'MC-2']],
    ['nothing', []],
    ['None', []],
  ])('%s', (line, after) => expect(read(`/after ${line}`)).toEqual({ name: 'after', after }));

  test('with "and park" it is a park, which stops what runs', () => {
    const park = { name: 'park', reason: '', after: ['MC-1', 'MC-2'] };
    expect(read('/after MC-1 and MC-2 and park')).toEqual(park);
    expect(read('/after MC-1, MC-2  AND  park')).toEqual(park);
  });

  test.each(['', 'MC-', 'MC-1;MC-2', 'the fair', 'and park', '../../x', 'x'.repeat(65)])(
    'what names no ticket is said: %j',
    (line) => expect(read(`/after ${line}`)).toMatchObject({ name: 'error', command: 'after' }),
  );
});

test.each([
  ['ids that could be parted in two ways', `/park after a${'anda'.repeat(40)} is`],
  ['spaces', `/park after MC-1${' '.repeat(60_000)}x`],
  ['joints', `/park when luci is idle${' and when luci is idle'.repeat(3_000)} or x`],
  ['joints in a reason', `/park when luci is idle${' and a'.repeat(10_000)}`],
  ['commas', `/park after MC-1${' ,'.repeat(30_000)}x`],
  ['keys', `DONE: x\nkey:${'\n'.repeat(60_000)}`],
  ['a reason with gaps', `DONE: x\nkey: 12e4-abcd\nno-commit: a${' '.repeat(60_000)}b`],
])('a comment of a stranger that is full of %s is read at once', (_, body) => {
  const before = process.cpuUsage();
  read(body);
  readCommentSignal(body);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(1);
});

describe('a verdict in a comment', () => {
  test('has its key on a line of its own, hidden or not, and may name its attempt', () => {
    const signal = { summary: 'The rails lie.\n\nAll of them.', key: '12e4-abcd', attempt: null };
    const words = 'The rails lie.\r\n\r\nAll of them.';
    expect(readCommentSignal(`DONE: ${words}\r\nkey: 12e4-abcd`)).toEqual({ kind: 'done', ...signal });
    expect(readCommentSignal(`REVIEW:${words}\n<!-- key: 12e4-abcd -->\n`)).toEqual({
      kind: 'review',
      ...signal,
    });
    expect(readCommentSignal(`QUESTION: ${words}\n<!--attempt: 12-->\n<!--key:12e4-abcd-->`)).toEqual({
      kind: 'question',
      ...signal,
      attempt: 12,
    });
    expect(readCommentSignal(`DONE: my attempt: 3\nkey: 12e4-abcd`)).toMatchObject({
      summary: 'my attempt: 3',
      attempt: null,
    });
    expect(readCommentSignal(`FAILED:\nattempt: 3\n${words}\nkey: 12e4-abcd`)).toEqual({
      kind: 'failed',
      ...signal,
      attempt: 3,
    });
  });

  test('has in a field what stands in its line alone', () => {
    const read = (words: string) => readCommentSignal(`DONE: x\n${words}`);
    expect(read('no-commit:\nkey: 12e4-abcd')).not.toHaveProperty('no_commit');
    expect(read('no-commit: it hung there -->\nkey: 12e4-abcd')).toMatchObject({
      no_commit: 'it hung there',
    });
    expect(read('commit: the rake\nkey: 12e4-abcd')).toMatchObject({ summary: 'x\ncommit: the rake' });
    expect(read(`commit: ${'c'.repeat(40)}\nkey: 12e4-abcd`)).toMatchObject({
      summary: 'x',
      work: 'c'.repeat(40),
    });
  });

  test.each([
    'DONE: all of it',
    'DONE: my key: 12e4-abcd',
    'DONE: x\nkey: short',
    `DONE: x\nkey: ${'x'.repeat(201)}`,
    'DONE: x\nkey: 12e4-abcd and more',
    'I am DONE: x\nkey: 12e4-abcd',
    'done: x\nkey: 12e4-abcd',
    'MERGED: x\nkey: 12e4-abcd',
  ])('is talk without that: %s', (body) => expect(readCommentSignal(body)).toBeNull());
});
