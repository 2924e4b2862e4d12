import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { readQuarantined, readTicket, writeTicket } from '../../src/ticket/codec.ts';
import { ticketPath, witnessRef } from '../../src/ticket/paths.ts';
import type { ToolAnswer, ToolName } from '../../src/ticket/tools.ts';
import { aTicket } from '../engine/desk.ts';
import { waiting, working } from '../engine/fixtures.ts';
import { bundled } from '../support/bundled.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

// An agent that works in a clone of its own, with a git login of its own: the same tools, without a runner.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { here, git, push } = aPerson();
const key = 'the-key-of-run-990';
let client: Client | null = null;
afterEach(() => client?.close());

/** MC-1 is being worked by the bound run whose key the agent has; `over` says how it stands else. */
function stands(over: Parameters<typeof aTicket>[1] = {}): void {
  const run = { ...working.attempt.run, key_sha256: sha256(key) };
  const ticket = aTicket('MC-1', { ...working, attempt: { ...working.attempt, run }, ...over });
  const head = push('signalbox', { 'tickets/MC-1.yaml': writeTicket(ticket) });
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`);
  git(here.clone, 'checkout', '--quiet', '-B', 'work', 'origin/main');
}

beforeEach(() => {
  const phases = 'phases: { dev: { needs: commit } }';
  push('main', { '.github/signalbox.yml': `format: 1\n${phases}\n` });
  git(here.clone, 'fetch', '--quiet', 'origin');
});

/** A client of the tools, as `signalbox mcp` serves them in the clone. */
async function tools(): Promise<(name: ToolName, input?: object) => Promise<ToolAnswer>> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: here.folder,
    SIGNALBOX_TICKET: 'MC-1',
    SIGNALBOX_ATTEMPT: '1',
    SIGNALBOX_KEY: key,
  };
  const args = [await bundled('src/main.ts'), 'mcp', '--clone', here.clone];
  client = new Client({ name: 'story', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
  return async (name, input = {}) =>
    (await client?.callTool({ name, arguments: { ...input } }))?.structuredContent as ToolAnswer;
}

const atHead = (path: string) => git(here.clone, 'show', `FETCH_HEAD:${path}`);
const fetch = () => git(here.clone, 'fetch', '--quiet', 'origin', 'signalbox');

test('it reports done: a bare claim is turned back, with its commit it is accepted, and the work is on its ref', async () => {
  stands();
  const call = await tools();
  expect(await call('get_ticket')).toMatchObject({
    status: 'ok',
    id: 'MC-1',
    attempt: 1,
    explanation: { may_run: false, reasons: [{ code: 'running' }] },
  });
  const summary = 'The rake is back.';
  expect(await call('report_done', { summary })).toMatchObject({ status: 'refused', code: 'needs-commit' });
  git(here.clone, 'commit', '--quiet', '--allow-empty', '--message', 'rake');
  const work = git(here.clone, 'rev-parse', 'HEAD');
  expect(await call('report_done', { summary, artifacts: ['https://example.com/'] })).toMatchObject({
    status: 'accepted',
    code: 'ok',
  });
  fetch();
  // Its run is not known to have ended: it says so itself, or GitHub does.
  expect(readTicket('MC-1', atHead(ticketPath('MC-1'))).ticket).toMatchObject({
    state: 'done',
    attempts: [
      {
        outcome: 'done',
        reason: summary,
        work,
        stopped: null,
        said: { artifacts: ['https://example.com/'] },
      },
    ],
  });
  expect(git(here.clone, 'ls-remote', 'origin', 'refs/signalbox/*')).not.toContain('signal/MC-1');
  expect(git(here.clone, 'ls-remote', 'origin', 'refs/signalbox/work/MC-1/1')).toContain(work);
});

test('S5, S6: of a parked ticket it is told so, and what it says lies in quarantine', async () => {
  stands({ ...waiting, attempt: null, attempts: [] });
  git(here.clone, 'commit', '--quiet', '--allow-empty', '--message', 'rake');
  const call = await tools();
  expect(await call('check_in')).toMatchObject({ status: 'refused', code: 'unknown-attempt' });
  expect(await call('report_done', { summary: 'late' })).toMatchObject({
    status: 'refused',
    code: 'unknown-attempt',
    next: expect.stringContaining('end now'),
  });
  fetch();
  const [path = ''] = git(here.clone, 'ls-tree', '-r', '--name-only', 'FETCH_HEAD', 'quarantine/').split(
    '\n',
  );
  expect(readQuarantined(atHead(path)).quarantined).toMatchObject({
    code: 'unknown-attempt',
    signal: { summary: 'late' },
  });
});

test('S6: what was accepted stays where it is named, whatever the agent saves or says afterwards', async () => {
  stands();
  const call = await tools();
  const commit = () => git(here.clone, 'commit', '--quiet', '--amend', '--allow-empty', '--message', 'rake');
  git(here.clone, 'commit', '--quiet', '--allow-empty', '--message', 'begun');
  const work = git(here.clone, 'rev-parse', 'HEAD');
  expect(await call('report_done', { summary: 'x' })).toMatchObject({ status: 'accepted' });
  commit();
  expect(await call('check_in')).toMatchObject({ status: 'refused', saved: expect.stringMatching(/^no/) });
  expect(await call('report_done', { summary: 'y' })).toMatchObject({ code: 'attempt-closed' });
  expect(git(here.clone, 'ls-remote', 'origin', 'refs/signalbox/work/MC-1/1')).toContain(work);
});

test('S6, S8: a file that somebody broke ends no attempt, and what is reported meanwhile is kept', async () => {
  stands();
  const head = push('signalbox', { 'tickets/MC-1.yaml': 'title: [' });
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`);
  const call = await tools();
  expect(await call('check_in')).toMatchObject({ status: 'ok', code: 'bad-yaml' });
  expect(await call('ask_question', { question: 'Which hook?' })).toMatchObject({ status: 'kept' });
  expect(git(here.clone, 'ls-remote', 'origin', 'refs/signalbox/signal/*')).toContain('signal/MC-1/1');
});

test('what people say meanwhile it is given, and that is noted', async () => {
  stands({ messages: [{ id: 'c5', by: 'elmar', at: '2026-05-25T09:12:00Z', text: 'mind the cat' }] });
  const call = await tools();
  expect(await call('get_messages')).toMatchObject({ messages: [{ text: 'mind the cat' }] });
  await vi.waitFor(() => {
    fetch();
    expect(readTicket('MC-1', atHead('tickets/MC-1.yaml')).ticket?.messages).toMatchObject([
      { delivered: { attempt: 1 } },
    ]);
  }, 20_000);
});

test('what it cannot do here it says, and the rest goes on', async () => {
  stands();
  const call = await tools();
  expect(await call('attach_artifact', { path: 'x' })).toMatchObject({
    status: 'error',
    code: 'bad-artifact',
  });
  expect(await call('ask_question', { question: 'Which hook?', options: ['left'] })).toMatchObject({
    status: 'accepted',
  });
  fetch();
  expect(readTicket('MC-1', atHead('tickets/MC-1.yaml')).ticket?.waiting).toMatchObject({
    options: ['left'],
  });
});

test('without a word of whose tools these are it says what to set', async () => {
  const { status, stderr } = await signalbox(['mcp', '--clone', join(here.folder, 'nowhere')]);
  expect([status, stderr]).toEqual([1, expect.stringContaining('SIGNALBOX_TICKET')]);
});

test('S5: without tools it says so by signalbox signal, with the same key', async () => {
  stands();
  const environment = { SIGNALBOX_TICKET: 'MC-1', SIGNALBOX_ATTEMPT: '1', SIGNALBOX_KEY: key };
  const say = (given: Record<string, string>, ...args: string[]) =>
    signalbox(['signal', ...args, '--clone', here.clone], undefined, { environment: given });
  expect(await say(environment, 'done', 'It', 'works.')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^needs-commit: /),
  });
  const wrong = await say({ ...environment, SIGNALBOX_KEY: 'guessed' }, 'failed', 'No.', '--json');
  expect([wrong.status, JSON.parse(wrong.stdout)]).toEqual([
    1,
    {
      format: 1,
      status: 'refused',
      code: 'wrong-key',
      message: expect.any(String),
      next: expect.any(String),
    },
  ]);
  const list = join(here.folder, 'evidence.json');
  writeFileSync(list, '{}');
  for (const [file, words] of [
    [join(here.folder, 'nowhere'), 'no-file'],
    [list, 'holds no list'],
  ] as const)
    expect(await say(environment, 'review', 'x', '--evidence-file', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(words),
    });
  writeFileSync(list, '[{ "command": "npm run lint", "exit": 1, "output": "2 faults", "mood": "" }]');
  expect(await say(environment, 'failed', 'No.', '--evidence-file', list)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('evidence'),
  });
  writeFileSync(list, '[{ "command": "npm run lint", "exit": 1, "output": "2 faults" }]');
  const asked = await say(
    environment,
    'question',
    'Which shed?',
    '--option',
    'the red one',
    '--option',
    'the blue one',
    '--evidence',
    'npm test -> 0',
    '--evidence-file',
    list,
  );
  expect(asked).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Accepted as question\. /),
  });
  fetch();
  expect(readTicket('MC-1', atHead('tickets/MC-1.yaml')).ticket?.waiting).toMatchObject({
    question: 'Which shed?',
    options: ['the red one', 'the blue one'],
  });
  expect(readTicket('MC-1', atHead('tickets/MC-1.yaml')).ticket?.attempts[0]?.said?.evidence).toMatchObject([
    { command: 'npm test', exit: 0 },
    { command: 'npm run lint', exit: 1, output: '2 faults' },
  ]);
  expect(await say({}, 'done', 'x')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('SIGNALBOX_KEY'),
  });
});
