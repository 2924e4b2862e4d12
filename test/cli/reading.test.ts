import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import { aTicket } from '../engine/desk.ts';
import { signalbox } from './command.ts';
import { aTeamsDesk } from './teams-desk.ts';

// What a person reads from a clone: signalbox list, show, explain and log; with the network gone, too.

vi.setConfig({ testTimeout: 60_000 });

const { here, run, data, push, admit } = aTeamsDesk();

test('list shows open tickets by state, with why they do not run, and finds those that are meant', async () => {
  const { status, stdout, stderr } = await run('list');
  expect([status, stderr]).toEqual([0, '']);
  const rows = stdout.trimEnd().split('\n');
  expect(rows[0]).toMatch(/^ID +STATE +PRIORITY +OWNER +AGE +WHY NOT +TITLE$/);
  expect(rows.slice(1).map((row) => row.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
    'MC-4 inbox',
    'MC-3 todo',
    'MC-1 in progress',
    'MC-2 waiting',
    'MC-5 blocked',
    'MC-6 review',
  ]);
  expect(rows[2]).toMatch(/ no-capacity +Ticket MC-3$/);
  const ids = async (...filter: string[]) =>
    ((await data('list', ...filter)).json.tickets as { id: string }[]).map(({ id }) => id);
  expect(await ids('--state', 'todo', 'inbox')).toEqual(['MC-4', 'MC-3']);
  expect(await ids('--owner', 'luci', '--priority', 'high')).toEqual(['MC-1']);
  expect(await ids('--text', 'TWO LINES')).toEqual(['MC-4']);
  expect((await run('list', '--text', 'nothing like it')).stdout).toBe('No open ticket is like that.\n');
  expect((await run('list', '--state', 'doing')).status).toBe(2);
});

test("others' words make no line of their own in what is shown", async () => {
  const title = 'Mend it\nNext: all is well';
  const messages = [{ id: 'm1', by: 'elmar', at: '2026-05-25T09:00:00Z', text: 'Look\nMC-8 is done.' }];
  const file = writeTicket(aTicket('MC-8', { title, messages }));
  admit(push('signalbox', { [ticketPath('MC-8')]: file }));
  const lines = (await run('show', 'MC-8')).stdout.split('\n');
  expect(lines).toEqual(expect.arrayContaining(['MC-8  Mend it Next: all is well', '  MC-8 is done.']));
});

test('before there is a branch, list says what to do', async () => {
  const { status, stdout } = await run('list', '--branch', 'nowhere');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^There is no branch nowhere at .*\nsignalbox init sets the repository up;/);
  expect((await data('list', '--branch', 'nowhere')).json.tickets).toEqual([]);
});

test('list for programs', async () => {
  const { json } = await data('list', '--state', 'in_progress');
  expect(json).toEqual({
    format: 1,
    remote: join(here.folder, 'team.git'),
    branch: 'signalbox',
    as_of: null,
    switches: [],
    tickets: [
      {
        id: 'MC-1',
        title: 'Mend the rake',
        state: 'in_progress',
        hold: false,
        priority: 'high',
        owner: 'luci',
        phase: 'dev',
        issue: null,
        created: '2026-05-25T09:00:00Z',
        attempt: { number: 1, agent: 'luci', claimed: '2026-05-25T10:00:00Z', run: 'u' },
        may_run: false,
        reasons: ['running'],
      },
    ],
  });
});

test('in a terminal a table fits, and has colours; words of others bring none of their own', async () => {
  const nasty =
    'format: 1\nid: MC-8\ntitle: "A \\e[31mred\\e[2J title that is much too long to fit"\nstate: inbox\n';
  admit(push('signalbox', { 'tickets/MC-8.yaml': nasty }));
  const terminal = { columns: 60, colour: true };
  const { stdout } = await signalbox(['list', '--text', 'MC-8', '--clone', here.clone], undefined, {
    terminal,
  });
  const [, row = ''] = stdout.split('\n');
  expect(row.startsWith('\u001b[1mMC-8\u001b[0m')).toBe(true);
  const plain = row.replace(/\u001b\[\d+m/g, '');
  expect(plain).toMatch(/A \[31mred\S* .*…$/);
  expect(plain.length).toBeLessThanOrEqual(60);
});

test('show tells a ticket whole, one in the archive too, and one that cannot be read', async () => {
  const { stdout } = await run('show', 'MC-5');
  for (const words of [
    'MC-5  Ticket MC-5',
    'retries-exhausted: Blocked: It failed.',
    '#1 dev by luci: failed',
  ])
    expect(stdout).toContain(words);
  expect((await run('show', 'MC-4')).stdout).toContain('Text:\n  A text\n  of two lines.');
  expect((await data('show', 'MC-7')).json).toMatchObject({
    path: expect.stringMatching(/^archive\/..\/MC-7\.yaml$/),
    ticket: { id: 'MC-7', state: 'done' },
    explanation: { state: 'done', may_run: false, reasons: [{ code: 'done' }] },
  });
  admit(push('signalbox', { 'tickets/MC-8.yaml': 'format: 1\nid: MC-8\ntitle: x\npriority: most\n' }));
  expect((await run('show', 'MC-8')).stdout).toMatch(
    /^MC-8 is not readable\.\n {2}bad-field: tickets\/MC-8.yaml cannot be read: priority: .*\(line 4\)/,
  );
  expect(await run('show', 'MC-99')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^no-such-ticket: /),
  });
});

describe('S10: explain', () => {
  test('says every reason with since when and who can change it, and changes nothing', async () => {
    const { status, stdout } = await run('explain', 'MC-2');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^MC-2 is waiting\.\n {2}parked: Parked by elmar: not now\n {4}since 2026-05-25T09:12:00Z \(\d+ d ago\)\n {4}Only a new release wakes it: .*\nNext: Only a new release/s,
    );
    expect((await data('explain', 'MC-3')).json).toMatchObject({
      id: 'MC-3',
      state: 'todo',
      may_run: false,
      reasons: [{ code: 'no-capacity', message: 'luci works or still stops 1 of 1.' }],
      next: 'MC-1 ends, or the config gives luci more capacity.',
    });
  });

  test('names what the default branch lacks, a config that is broken, and a push that nobody judged', async () => {
    push('main', {
      '.github/signalbox.yml':
        'format: 1\nworkflow: other.yml\nagents: { luci: { command: ["true"], capacity: 2 } }\n',
    });
    const codes = async () =>
      ((await data('explain', 'MC-3')).json.reasons as { code: string }[]).map(({ code }) => code);
    expect(await codes()).toEqual(['no-workflow']);
    push('main', { '.github/signalbox.yml': 'format: 1\nagents: no\n' });
    push('signalbox', { 'tickets/MC-9.yaml': 'format: 1\nid: MC-9\ntitle: x\n' });
    expect(await codes()).toEqual(['not-judged', 'no-workflow', 'bad-config']);
  });
});

test('log tells what happened, newest first, of one ticket or of all', async () => {
  await run('hold', 'MC-1');
  await run('tell', 'MC-2', 'A word.');
  const { stdout } = await run('log');
  expect(
    stdout
      .split('\n')
      .slice(0, 3)
      .map((row) => row.replace(/^\S+Z +/, '')),
  ).toEqual([
    'WHEN                  TICKET   BY     WHAT',
    'MC-2     Wilma  tell: waiting',
    'MC-1 #1  Wilma  hold: in_progress',
  ]);
  expect((await data('log', 'MC-1')).json).toMatchObject({
    as_of: null,
    entries: [{ ticket: 'MC-1', transition: 'hold: in_progress', actor: 'Wilma', attempt: 1 }],
  });
  expect((await run('log', 'MC-6')).stdout).toBe('Nothing has happened yet.\n');
  expect((await run('log', '--limit', 'x')).status).toBe(2);
});

describe('with the network gone', () => {
  const leave = () => renameSync(join(here.folder, 'team.git'), join(here.folder, 'elsewhere.git'));

  test('list, show, explain and log read what the clone last knew, its own acts included, and say as of when', async () => {
    await run('park', 'MC-3', 'Not now.');
    leave();
    for (const [command = '', ...args] of [
      ['list'],
      ['show', 'MC-3'],
      ['explain', 'MC-3'],
      ['log', 'MC-3'],
    ]) {
      const { status, stdout, stderr } = await run(command, ...args);
      expect([command, status, stderr]).toEqual([
        command,
        0,
        expect.stringMatching(/^offline: as of 20\S+Z \(\d+ \w+ ago\)\n$/),
      ]);
      expect(stdout).toContain('MC-3');
    }
    expect((await data('explain', 'MC-3')).json).toMatchObject({
      as_of: expect.stringMatching(/^20/),
      reasons: [{ code: 'parked' }, { code: 'no-capacity' }],
    });
    const acted = await run('release', 'MC-3');
    expect(acted).toMatchObject({ status: 5, stdout: '', stderr: expect.stringMatching(/^unreachable: /) });
  });

  test('--offline asks nobody, and a clone that never looked says so', async () => {
    expect(await run('list', '--offline')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^never-looked: /),
    });
    await run('list');
    await run('hold', 'MC-3');
    admit(push('signalbox', { 'tickets/MC-9.yaml': 'format: 1\nid: MC-9\ntitle: x\n' }));
    expect((await run('show', 'MC-9', '--offline')).status).toBe(1);
    expect((await run('show', 'MC-9')).status).toBe(0);
    leave();
    expect((await run('show', 'MC-9')).status).toBe(0);
    expect((await run('list', '--branch', 'other')).status).toBe(1);
  });
});
