import { describe, expect, test, vi } from 'vitest';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { spoken } from '../../src/ticket/spoken.ts';
import { aTeamsDesk } from './teams-desk.ts';

// What a person asks of a ticket from a clone, in the words of comments.

vi.setConfig({ testTimeout: 60_000 });

const { run, data, ticket, history } = aTeamsDesk();

describe('each word does what it says, as the person', () => {
  test('park stops what runs, and says so before', async () => {
    const said = await run('park', 'MC-1', 'Not', 'before the fair.');
    expect(said).toEqual({
      status: 0,
      stdout: 'MC-1 is waiting.\n',
      stderr: 'MC-1: this stops attempt 1 by luci: u\n',
    });
    expect(ticket('MC-1')).toMatchObject({
      state: 'waiting',
      waiting: { kind: 'parked', reason: 'Not before the fair.', by: 'Wilma' },
      attempts: [{ outcome: 'parked', by: 'Wilma', stopped: null }],
    });
    expect(history()).toEqual(['park: in_progress -> waiting', 'Wilma']);
  });

  test('park takes the conditions of comments', async () => {
    expect((await run('park', 'MC-3', 'until 2099-01-01 9:00, the fair')).status).toBe(0);
    expect(ticket('MC-3')?.waiting).toMatchObject({
      kind: 'deferred',
      when: { until: '2099-01-01T09:00:00Z' },
      reason: 'the fair',
    });
    expect(await run('park', 'MC-3', 'after', 'MC-1', 'is', 'done')).toMatchObject({ status: 0 });
    expect(ticket('MC-3')?.waiting?.when).toEqual({ after: ['MC-1'] });
    // What cannot be read parks all the same, and that is said.
    expect(await run('park', 'MC-3', 'until', 'pigs', 'fly')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/only a release wakes it.* `bad-condition` I cannot read/),
    });
    expect(ticket('MC-3')?.waiting).toMatchObject({ kind: 'parked', reason: 'until pigs fly' });
  });

  test('after says what must be done before, and with "and park" stops what runs', async () => {
    expect(await run('after', 'MC-1', 'MC-2')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^running: .*\/after MC-2 and park/),
    });
    expect((await run('after', 'MC-1', 'MC-2', 'and', 'park')).status).toBe(0);
    expect(ticket('MC-1')).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' }, after: ['MC-2'] });
    expect(await run('after', 'MC-2', 'MC-1')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^circle: MC-2 -> MC-1 -> MC-2/),
    });
    expect((await run('after', 'MC-1', 'nothing')).status).toBe(0);
    expect(ticket('MC-1')?.after).toEqual([]);
  });

  test.each([
    ['hold', 'MC-1', [], { state: 'in_progress', hold: true }],
    ['release', 'MC-2', [], { state: 'todo', released: { by: 'Wilma' } }],
    ['release', 'MC-4', [], { state: 'todo' }],
    ['retry', 'MC-5', [], { state: 'todo' }],
    ['reject', 'MC-6', ['There is no test.'], { state: 'todo', messages: [{ text: 'There is no test.' }] }],
  ])('%s %s', async (name, id, words, stands) => {
    expect(await run(name, id, ...words)).toMatchObject({ status: 0, stderr: '' });
    expect(ticket(id)).toMatchObject(stands);
  });

  test('approve and cancel close, and reopen brings back into the inbox', async () => {
    expect((await run('approve', 'MC-6')).stdout).toBe('MC-6 is done.\n');
    expect((await run('cancel', 'MC-5', 'Too dear.')).stdout).toBe('MC-5 is cancelled.\n');
    expect(ticket('MC-5', archivePath('MC-5'))?.state).toBe('cancelled');
    expect((await run('reopen', 'MC-7')).status).toBe(0);
    expect(ticket('MC-7', ticketPath('MC-7'))?.state).toBe('inbox');
  });
});

test('for programs: what it stops, and the decision; a refusal has its code, and the exit status tells', async () => {
  expect(await data('cancel', 'MC-1')).toEqual({
    status: 0,
    json: {
      format: 1,
      remote: expect.any(String),
      branch: 'signalbox',
      ticket: 'MC-1',
      stops: { attempt: 1, agent: 'luci', run: 'u' },
      decision: { accepted: true, code: 'ok', message: 'MC-1 is cancelled.' },
    },
  });
  expect(await data('approve', 'MC-4')).toMatchObject({
    status: 1,
    json: { stops: null, decision: { accepted: false, code: 'no-row' } },
  });
  expect(await run('hold', 'MC-99')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^no-such-ticket: /),
  });
});

test('the desk, or one agent, is paused and resumed; the list says what is shut', async () => {
  expect(await run('pause', 'luci', 'Her', 'model is gone.')).toMatchObject({
    status: 0,
    stdout: 'luci: pause.\n',
  });
  expect(history()).toEqual(['luci: pause', 'Wilma']);
  expect(await run('drain')).toMatchObject({ status: 0, stdout: 'The desk: drain.\n' });
  expect((await run('list')).stdout).toMatch(
    /^The desk is draining.*\(Wilma, since .*\/resume ends it\.\nluci is paused: Her model is gone\. .*\/resume luci ends it\.\n/,
  );
  expect(await data('list')).toMatchObject({ json: { switches: [{ profile: null }, { profile: 'luci' }] } });
  expect(await data('resume', 'lucy')).toMatchObject({
    status: 1,
    json: { decision: { accepted: false, code: 'no-such-agent' } },
  });
  // What is asked in the very second of the drain is not younger than it, and refused.
  await vi.waitFor(async () => expect(await run('resume')).toMatchObject({ status: 0 }), 10_000);
});

test('every word that is said in a clone is a command', async () => {
  for (const { name } of spoken.filter(({ where }) => where !== 'comment'))
    expect([name, (await run(name, '../x', 'y')).stderr]).toEqual([
      name,
      expect.stringMatching(/^(bad-id|error|no-such-agent): /),
    ]);
});
