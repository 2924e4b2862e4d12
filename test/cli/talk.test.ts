import { beforeEach, describe, expect, test, vi } from 'vitest';
import { readTicket, writeTicket } from '../../src/ticket/codec.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { witnessRef } from '../../src/ticket/paths.ts';
import { aTicket } from '../engine/desk.ts';
import { waiting, working } from '../engine/fixtures.ts';
import { stateRef } from '../store/worlds.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

// What a person says to agents from a clone: signalbox tell, interrupt and answer.

vi.setConfig({ testTimeout: 60_000 });

const { here, git, push } = aPerson();
const question = { kind: 'question', question: 'Which shed?', reason: '', by: 'luci' } as const;
const asking: Partial<Ticket> = {
  state: 'waiting',
  waiting: { ...question, options: ['the red one', 'the blue one'], since: '2026-05-25T09:12:00Z' },
};

beforeEach(() => {
  const head = push('signalbox', {
    'tickets/MC-1.yaml': writeTicket(aTicket('MC-1', working)),
    'tickets/MC-2.yaml': writeTicket(aTicket('MC-2', asking)),
    'tickets/MC-3.yaml': writeTicket(aTicket('MC-3', waiting)),
  });
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`);
});

const say = (...args: string[]) => signalbox([...args, '--clone', here.clone]);

function atHead(id: string): Ticket | null {
  git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
  return readTicket(id, git(here.clone, 'show', `FETCH_HEAD:tickets/${id}.yaml`)).ticket;
}

const history = () => {
  git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
  return git(
    here.clone,
    'log',
    '-1',
    '--format=%(trailers:key=Transition,valueonly)%(trailers:key=Actor,valueonly)',
    'FETCH_HEAD',
  );
};

test('tell leaves a message as the person, and says that the agent is not interrupted', async () => {
  const said = await say('tell', 'MC-1', 'Mind', 'the rake.');
  expect(said).toEqual({
    status: 0,
    stdout:
      'Queued: attempt 1 is not interrupted. Its agent gets the message when it asks for messages next, or else the next attempt does.\n',
    stderr: '',
  });
  expect(atHead('MC-1')).toMatchObject({
    state: 'in_progress',
    messages: [{ id: expect.stringMatching(/^cli:/), by: 'Wilma', text: 'Mind the rake.' }],
  });
  expect(history()).toBe('tell: in_progress\nWilma');
});

test('interrupt stops the attempt; where nothing runs it leaves a message, and says so', async () => {
  expect((await say('interrupt', 'MC-1', 'The other shed.')).stdout).toMatch(/^Interrupted: attempt 1/);
  expect(atHead('MC-1')).toMatchObject({
    state: 'todo',
    attempts: [{ outcome: 'interrupted', by: 'Wilma', stopped: null }],
  });
  expect((await say('interrupt', 'MC-3', 'The other shed.')).stdout).toMatch(/^Waiting: .*nothing is interr/);
  expect(atHead('MC-3')).toMatchObject({ state: 'waiting', messages: [{ by: 'Wilma' }] });
});

test('answer takes an option by its number, and one that is not there is refused', async () => {
  const refused = await say('answer', 'MC-2', '7');
  expect(refused).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^no-such-option: /),
  });
  const json = JSON.parse((await say('answer', 'MC-2', '2', '--json')).stdout);
  expect(json).toMatchObject({
    format: 1,
    branch: 'signalbox',
    ticket: 'MC-2',
    decision: { accepted: true, code: 'ok', message: expect.stringMatching(/^Answered: MC-2 is todo/) },
  });
  expect(atHead('MC-2')).toMatchObject({ state: 'todo', messages: [{ text: 'the blue one' }] });
  expect(await say('answer', 'MC-2', '2')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^no-row: /),
  });
});

describe('what cannot be is said, and changes nothing', () => {
  test.each([
    ['a ticket that never was', ['tell', 'MC-9', 'x'], 1, 'no-such-ticket: '],
    ['a name that no ticket can have', ['tell', '../../etc/passwd', 'x'], 1, 'bad-id: '],
    ['nothing to say', ['interrupt', 'MC-1', '  '], 1, 'bad-command: '],
    ['no text', ['answer', 'MC-2'], 2, 'missing required argument'],
    ['too much to say', ['tell', 'MC-3', 'x'.repeat(70_000)], 1, 'bad-field: '],
  ])('%s', async (_, args, status, words) => {
    const head = git(here.clone, 'ls-remote', 'origin', stateRef);
    const said = await say(...args);
    expect([said.status, said.stdout]).toEqual([status, '']);
    expect(said.stderr).toContain(words);
    expect(git(here.clone, 'ls-remote', 'origin', stateRef)).toBe(head);
  });

  test('a refusal with --json is one object, and the exit status tells', async () => {
    const said = await say('tell', 'MC-9', 'x', '--json');
    expect(said).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(said.stdout)).toMatchObject({ decision: { accepted: false, code: 'no-such-ticket' } });
  });
});

test.each(['tell', 'interrupt', 'answer'])('%s --help says what it does, with an example', async (name) => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { status } = await signalbox([name, '--help']);
  const help = written.mock.calls.join('');
  written.mockRestore();
  expect(status).toBe(0);
  expect(help).toContain(`Example:\n  signalbox ${name} MC-4159 `);
  expect(help).toContain('--json');
});
