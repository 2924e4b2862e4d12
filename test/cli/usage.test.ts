import { expect, test } from 'vitest';
import { signalbox } from './command.ts';

test.each([
  ['a command that there is not', ['nonsense'], /^error: unknown command 'nonsense'\n.*--help/],
  ['a command with a slip', ['lst'], /^error: unknown command 'lst'\n\(Did you mean list\?\)\n.*--help/],
  [
    'an option that there is not',
    ['prune', '--everything'],
    /^error: unknown option '--everything'\n.*--help/,
  ],
  ['a command without its command', ['quarantine'], /^Usage: signalbox quarantine/],
  [
    'a command without its argument',
    ['quarantine', 'accept', '--json'],
    /^error: missing required argument .*\n.*--help/,
  ],
  ['a value that is none', ['start', '--port', 'http'], /^error: option '--port <port>' .*\n.*--help/],
])('what is not understood ends with 2, says why and prints nothing: %s', async (_, args, said) => {
  expect(await signalbox(args)).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(said),
  });
});

test('what it says of a name moves no cursor', async () => {
  const { status, stderr } = await signalbox(['doctor', '--clone', '/nowhere\u001b[2J\u009b2J']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('no-clone: /nowhere[2J2J is no')]);
});
