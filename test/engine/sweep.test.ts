import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import { sha256 } from '../../src/base/random.ts';
import type { Run } from '../../src/engine/ports.ts';
import { writeSignal } from '../../src/ticket/codec.ts';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { signalPath } from '../../src/ticket/paths.ts';
import { ticketMarker } from '../../src/ticket/texts.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/*
 * What one sweep finds, with no webhook at all: by the process that has swept before, and by the next one, which has
 * nothing but the mark to go by.
 */

const aMinuteMs = 60_000;
const gated = schema.parse({ ...config, phases: { dev: { gate: 'merged' } } });
const key = 'the-key-of-the-bound-run';

describe.each([
  ['the process that has swept before', false],
  ['the next process', true],
])('%s finds', (_who, restarts) => {
  /** MC-1 on its issue, shown and read, long ago. */
  async function desk(over: Partial<Ticket> = {}, settings = config, runs: Run[] = []) {
    const found = await OperatedDesk.start(settings);
    found.forge.runsThere.push(...runs);
    const issue = found.forge.open('lucienne', { title: 'Ticket MC-1', body: '' });
    await found.put(aTicket('MC-1', { issue, ...over }));
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      await found.sweep();
      found.later(10 * aMinuteMs);
    }
    if (restarts) found.restart();
    const sweep = async (ms = 10 * aMinuteMs) => {
      found.later(ms);
      expect(await found.sweep()).toBeNull();
      return found.ticket('MC-1');
    };
    const { forge } = found;
    return { desk: found, forge, issue, sweep };
  }

  /** A bound attempt whose run is alive, and knows its key. */
  async function atWork() {
    const now = isoSeconds(Date.now());
    const run = { id: 990, run_attempt: 1, key_sha256: sha256(key), url: 'u', started: now };
    const deadline = '2099-01-01T00:00:00Z';
    const attempt = {
      number: 1,
      claim: 'c1',
      phase: 'dev',
      agent: 'luci',
      claimed: now,
      check_in_by: deadline,
      run,
    };
    const alive = { status: 'in_progress', conclusion: null, url: 'u', created: now, updated: now } as const;
    return desk({ state: 'in_progress', attempt }, config, [
      { ...alive, id: 990, run_attempt: 1, title: 'MC-1 #1 dev' },
    ]);
  }

  /** Its work shown by a pull request. */
  async function inReview() {
    const attempts: Ticket['attempts'] = [{ ...stopped, outcome: 'review', work: '1'.repeat(40) }];
    const found = await desk({ state: 'review', attempts }, gated);
    return { ...found, pull: [...found.forge.pulls.keys()][0] ?? 0 };
  }

  describe('on the issue', () => {
    test('a command', async () => {
      const { forge, issue, sweep } = await desk();
      const said = forge.say(issue, '/park until 2099-06-01', 'wilma');
      expect(await sweep()).toMatchObject({ state: 'waiting', waiting: { kind: 'deferred', by: 'wilma' } });
      expect(forge.reactions).toEqual([`${said} +1`]);
    });

    test('a completion with the key of the bound run', async () => {
      const { forge, issue, sweep } = await atWork();
      forge.say(issue, `DONE: it works\nkey: ${key}`, 'github-actions[bot]');
      expect(await sweep()).toMatchObject({ state: 'done', attempts: [{ outcome: 'done' }] });
    });

    test.each(['park', 'hold', 'release'])('a label: %s', async (label) => {
      const { forge, issue, sweep } = await desk(label === 'release' ? waiting : {});
      forge.label(issue, label, 'wilma');
      const ticket = await sweep();
      if (label === 'release') expect(ticket?.released?.by).toBe('wilma');
      else expect(ticket?.state).toBe('waiting');
      expect(forge.issues.get(issue)?.labels).not.toContain(label);
    });

    test('its being closed as not planned', async () => {
      const { forge, issue, sweep } = await desk();
      forge.close(issue, 'not_planned', 'wilma');
      expect(await sweep()).toMatchObject({ state: 'cancelled' });
    });

    test('its being reopened', async () => {
      const { forge, issue, sweep } = await desk();
      forge.close(issue, 'not_planned', 'wilma');
      await sweep();
      await sweep();
      forge.reopen(issue, 'wilma');
      expect(await sweep()).toMatchObject({ state: 'inbox' });
    });

    test('its new title', async () => {
      const { forge, issue, sweep } = await desk();
      forge.edit(issue, { title: 'Another title' });
      expect(await sweep()).toMatchObject({ title: 'Another title' });
    });

    test('its being deleted, and transferred', async () => {
      for (const how of ['gone', 'moved'] as const) {
        const { forge, issue, sweep } = await desk();
        forge.take(issue, how);
        expect(await sweep()).toMatchObject({ state: 'waiting', issue: null });
      }
    });

    test('a label of the state that somebody set by hand, though GitHub does not say that the issue changed', async () => {
      const { forge, issue, sweep } = await desk();
      forge.label(issue, 'ticket: done', 'elmar');
      forge.unlabel(issue, 'ticket: inbox', 'elmar');
      forge.issuesSince = async () => [];
      await sweep();
      expect(forge.issues.get(issue)?.labels.toSorted()).toEqual(['ticket', 'ticket: inbox']);
    });

    test('a status comment of ours that is there twice', async () => {
      const { forge, issue, sweep } = await desk();
      const [status = ''] = forge.told(issue, 'status');
      forge.say(issue, status, 'signalbox[bot]');
      await sweep();
      expect(forge.told(issue, 'status')).toEqual([status]);
    });
  });

  describe('on the pull request', () => {
    test('a command', async () => {
      const { forge, pull, sweep } = await inReview();
      forge.say(pull, '/hold', 'elmar');
      expect(await sweep()).toMatchObject({ state: 'review', hold: true });
    });

    test('a completion', async () => {
      const { desk: where, forge, sweep } = await atWork();
      const pull = await forge.openPullRequest('ticket/MC-1', 'MC-1', '');
      forge.say(pull.number, `QUESTION: which one?\nkey: ${key}`, 'github-actions[bot]');
      expect(await sweep()).toMatchObject({ state: 'waiting', waiting: { question: 'which one?' } });
      expect(where.said.join()).not.toContain(key);
    });

    test('that it was merged', async () => {
      const { forge, sweep } = await inReview();
      forge.merge('ticket/MC-1', 'wilma');
      expect(await sweep()).toMatchObject({ state: 'done' });
    });
  });

  test('a second issue that was made for one ticket, and closes it', async () => {
    const { forge, issue, sweep } = await desk();
    const double = forge.open('signalbox[bot]', { title: 'Ticket MC-1', body: `${ticketMarker('MC-1')}\n` });
    await sweep();
    expect(forge.issues.get(double)).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
    expect(forge.issues.get(issue)).toMatchObject({ state: 'open' });
  });

  const verdict = { format: 1, ticket: 'MC-1', attempt: 1, kind: 'review', summary: 'look', key } as const;
  const run = { id: 990, run_attempt: 1 };

  test('a signal that a runner left on its ref', async () => {
    const { desk: where, sweep } = await atWork();
    await where.signal('MC-1', 1, writeSignal({ ...verdict, run, agent_gone: true }));
    expect(await sweep()).toMatchObject({ state: 'review', attempts: [{ outcome: 'review' }] });
  });

  test('a signal that an agent pushed as a file', async () => {
    const { desk: where, sweep } = await atWork();
    await where.pushUnseen(
      'wilma',
      signalPath('MC-1', 1),
      writeSignal({ ...verdict, run, agent_gone: false }),
    );
    expect(await sweep()).toMatchObject({
      state: 'review',
      attempts: [{ outcome: 'review', stopped: null }],
    });
  });

  test('a run that ended without a word', async () => {
    const { forge, sweep } = await atWork();
    for (const one of forge.runsThere) Object.assign(one, { status: 'completed', conclusion: 'failure' });
    expect(await sweep()).toMatchObject({ state: 'todo', attempts: [{ outcome: 'lost' }] });
  });

  test('a claim whose run never appeared', async () => {
    const now = isoSeconds(Date.now());
    const deadline = isoSeconds(Date.now() + 35 * aMinuteMs);
    const claim = {
      number: 1,
      claim: 'c1',
      phase: 'dev',
      agent: 'luci',
      claimed: now,
      check_in_by: deadline,
      run: null,
    };
    const { sweep } = await desk({ state: 'in_progress', attempt: claim });
    expect(await sweep(0)).toMatchObject({ state: 'in_progress' });
    expect(await sweep()).toMatchObject({ attempts: [{ number: 1, outcome: 'lost' }] });
  });

  test('a deferral that came due, and a retry', async () => {
    const until = isoSeconds(Date.now() + 35 * aMinuteMs);
    const deferral = { ...waiting.waiting, kind: 'deferred', when: { until } } as const;
    const deferred = await desk({ ...waiting, waiting: deferral });
    expect(await deferred.sweep(0)).toMatchObject({ state: 'waiting' });
    expect(await deferred.sweep()).toMatchObject({ state: 'in_progress' });
    const retried = await desk({ state: 'todo', not_before: until });
    expect(await retried.sweep(0)).toMatchObject({ state: 'todo' });
    expect(await retried.sweep()).toMatchObject({ state: 'in_progress' });
  });
});

test('one step that fails for ever has nothing read again that was read, and is said at every sweep', async () => {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne', { labels: ['ticket'] });
  await desk.put(aTicket('MC-1', { issue }));
  desk.forge.repositoryLabels = async () => {
    throw new SignalboxError('config', 'forbidden', 'Resource not accessible by integration');
  };
  const swept = async () => {
    desk.later(10 * aMinuteMs);
    desk.calls.length = 0;
    return desk.sweep();
  };
  for (let sweeps = 0; sweeps < 3; sweeps++) expect(await swept()).toMatchObject({ code: 'forbidden' });
  expect(desk.calls).not.toContain('comments');
  desk.forge.say(issue, '/park', 'lucienne');
  expect(await swept()).toMatchObject({ code: 'forbidden' });
  expect((await desk.ticket('MC-1'))?.state).toBe('waiting');
});
