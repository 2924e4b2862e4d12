import { beforeEach, describe, expect, test, vi } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import type { ClosedAttempt } from '../../src/ticket/format.ts';
import { witnessRef } from '../../src/ticket/paths.ts';
import { aTicket } from '../engine/desk.ts';
import { waiting, working } from '../engine/fixtures.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

// What an agent is told, read from a clone: signalbox prompt.

vi.setConfig({ testTimeout: 60_000 });

const { here, git, push } = aPerson();
const told = { id: 'c1', by: 'elmar', at: '2026-05-25T09:12:00Z', text: 'Mind the rake.' };
const agents =
  'format: 1\ndefault_agent: luci\nagents: { luci: { preset: claude }, ada: { command: [x] } }\n';
const closed: ClosedAttempt = {
  number: 1,
  claim: 'c',
  phase: 'dev',
  agent: 'luci',
  run: null,
  outcome: 'failed',
  by: 'luci',
  reason: 'The shed is locked.',
  signal: null,
  started: told.at,
  ended: told.at,
  stopped: told.at,
};

beforeEach(() => {
  push('main', { 'README.md': 'Desk', '.github/signalbox.yml': agents });
  const files = {
    'MC-1': aTicket('MC-1', working),
    'MC-2': aTicket('MC-2', { ...waiting, owner: null, messages: [told], attempts: [closed] }),
    'MC-3': aTicket('MC-3', { ...waiting, owner: 'wilma' }),
    'MC-4': aTicket('MC-4', { state: 'done' }),
  };
  const head = push(
    'signalbox',
    Object.fromEntries(Object.entries(files).map(([id, one]) => [`tickets/${id}.yaml`, writeTicket(one)])),
  );
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`, `${head}:refs/signalbox/work/MC-2/1`);
});

const prompt = (...args: string[]) => signalbox(['prompt', ...args, '--clone', here.clone]);

test('prints what the next attempt is told: the ticket, messages, what was tried, and what is left of it', async () => {
  const { status, stdout, stderr } = await prompt('MC-2');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^You work on ticket MC-2, phase dev, as the agent luci\. This is attempt 2\.\n/);
  expect(stdout).toContain('> Mind the rake.\n');
  expect(stdout).toContain('> #1 dev, by luci: failed. The shed is locked.\n');
  expect(stdout).toContain('git diff HEAD...refs/signalbox/work/MC-2/1');
  expect(stdout).toContain('`report_done`');
});

test('of an attempt in hand, by the template on the default branch, as one object with --json', async () => {
  push('main', { '.github/signalbox/prompt.md': 'We use pnpm, {{agent}}.\n\n{{ticket}}\n' });
  const { stdout } = await prompt('MC-1', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    format: 1,
    branch: 'signalbox',
    ticket: 'MC-1',
    attempt: { number: 1, phase: 'dev', agent: 'luci', open: true },
    template: '.github/signalbox/prompt.md',
    prompt: expect.stringMatching(/^We use pnpm, luci\.\n\nThe ticket\n/),
  });
});

test('prints the built-in template to begin with', async () => {
  const { stdout } = await signalbox(['prompt', '--template']);
  push('main', { '.github/signalbox/prompt.md': stdout });
  const byItself = await prompt('MC-2', '--json');
  expect(JSON.parse(byItself.stdout)).toMatchObject({ template: '.github/signalbox/prompt.md' });
  push('main', { '.github/signalbox/prompt.md': '' });
  expect((await prompt('MC-2')).stdout).toBe(JSON.parse(byItself.stdout).prompt);
});

describe('what cannot be is said', () => {
  test.each([
    ['a ticket that never was', 'MC-9', 1, 'no-such-ticket: there is no ticket MC-9.\n'],
    ['no name of one', '', 1, 'bad-id: '],
    ["a person's ticket", 'MC-3', 1, 'owner-is-a-person: wilma is no configured agent profile'],
    ['a ticket that is done', 'MC-4', 1, 'no-row: MC-4 is done.\n'],
  ])('%s', async (_, id, status, words) => {
    const said = await prompt(id);
    expect([said.status, said.stdout]).toEqual([status, '']);
    expect(said.stderr).toContain(words);
  });

  test('a slip in the template, with its line', async () => {
    push('main', { '.github/signalbox/prompt.md': 'Hi.\n{{tickit}}\n' });
    const said = await prompt('MC-1');
    expect([said.status, said.stdout]).toEqual([3, '']);
    expect(said.stderr).toMatch(
      /^bad-prompt: \.github\/signalbox\/prompt\.md, line 2: \{\{tickit\}\} is no placeholder\. There are \{\{/,
    );
  });
});

test('--help says what it does, with an example', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { status } = await signalbox(['prompt', '--help']);
  const help = written.mock.calls.join('');
  written.mockRestore();
  expect(status).toBe(0);
  expect(help).toContain('Example:\n  signalbox prompt MC-4159\n');
  expect(help).toContain('--json');
});
