import { expect, test } from 'vitest';
import { signalbox } from './command.ts';

test.each([
  ['a command that there is not', ['nonsense']],
  ['an option that there is not', ['prune', '--everything']],
  ['a command without its command', ['quarantine']],
  ['a command without its argument', ['quarantine', 'accept', '--json']],
  ['a value that is none', ['start', '--port', 'http']],
])('what is not understood ends with 2, says why and prints nothing: %s', async (_, args) => {
  expect(await signalbox(args)).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/\(--help says what there is\.\)$|^Usage: signalbox/m),
  });
});

test('what it says of a name moves no cursor', async () => {
  const { status, stderr } = await signalbox(['doctor', '--clone', '/nowhere\u001b[2J\u009b2J']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('no-clone: /nowhere[2J2J is no')]);
});
