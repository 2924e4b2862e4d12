import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeTooled, type Tooled } from './tooled.ts';
import { until, type World, workRefOf } from './world.ts';

// A real client (the SDK's own) starts the server of tools, which asks the runner over its socket.

vi.setConfig({ testTimeout: 60_000 });

let tooled: Tooled;
let world: World;
let folder: string;
beforeEach(async () => {
  tooled = await makeTooled();
  ({ world, folder } = tooled);
});
afterEach(() => world.close());
const run: Tooled['run'] = (...given) => tooled.run(...given);
const answers = () => tooled.answers();

const commit = { run: 'echo raked > shed.txt; git add shed.txt; git commit -qm rake' };
const done = { tool: 'report_done', input: { summary: 'The rake is back.' } } as const;

describe('an agent reports by its tools', () => {
  it('done: saved, durable and accepted before it is answered; then it is ended, and "stopped" is said last', async () => {
    const evidence = [{ command: 'ls', exit: 0, output: 'shed.txt' }];
    const report = { tool: 'report_done', input: { ...done.input, evidence } } as const;
    const outcome = await run([commit, report, { stay: true }], { limits: { end_after_seconds: 2 } });

    expect(answers()).toEqual([
      expect.objectContaining({
        status: 'accepted',
        code: 'ok',
        isError: false,
        next: 'Stop working and end now.',
      }),
    ]);
    expect(outcome).toMatchObject({ outcome: 'done', code: 'ok' });
    expect(world.happened).toEqual(['bind', 'printed', 'durable', 'work is there', 'signal', 'stopped']);
    expect(world.log).toContain('stopping the agent: reported');
    const [attempt] = world.ticket().attempts;
    expect(world.ticket().state).toBe('done');
    expect(attempt).toMatchObject({ outcome: 'done', reason: 'The rake is back.', said: { evidence } });
    expect(attempt?.work).toBe((await world.git('rev-parse', workRefOf())).trim());
    expect(attempt?.stopped).not.toBeNull();
  });

  it('the attempt counts as being stopped until the agent has ended, and as no longer its own meanwhile', async () => {
    const over = run([commit, done, { tool: 'check_in' }, { file: 'told', until: 'go' }], {
      limits: { end_after_seconds: 60, look_seconds: 0.05 },
    });
    await until('its answers', () => answers().length === 2);
    expect(world.ticket()).toMatchObject({ state: 'done', attempts: [{ outcome: 'done', stopped: null }] });
    expect(answers()[1]).toMatchObject({ status: 'refused', code: 'attempt-closed' });
    writeFileSync(join(folder, 'go'), ''); // the look-out leaves it alone: it ends by itself
    await over;
    expect(world.log.filter((line) => line.startsWith('stopping'))).toEqual([]);
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
  });

  it.each([
    ['report_review', { summary: 'look at the hook' }, { state: 'review' }],
    [
      'ask_question',
      { question: 'Which hook?', options: ['left', 'right'] },
      {
        state: 'waiting',
        waiting: { kind: 'question', question: 'Which hook?', options: ['left', 'right'] },
      },
    ],
    ['report_failed', { reason: 'no hook' }, { state: 'todo', lifetime: { retries: 1 } }],
  ] as const)('%s', async (tool, input, ticket) => {
    await run([{ tool, input }]);
    expect(answers()).toMatchObject([{ status: 'accepted' }]);
    expect(world.ticket()).toMatchObject(ticket);
  });

  it('S6: what it did after its report is kept on top of what was accepted', async () => {
    await run([commit, done, { run: 'echo late > late.txt' }], { limits: { end_after_seconds: 30 } });
    const work = world.ticket().attempts[0]?.work ?? '';
    expect(await world.git('show', '--name-only', '--format=', work)).toBe('shed.txt\n');
    expect(await world.kept('late.txt')).toBe('late\n');
    expect((await world.git('rev-parse', `${workRefOf()}^`)).trim()).toBe(work);
  });

  it('what it prints behind an accepted report is in the log, and no second signal', async () => {
    await run([commit, done, { print: 'QUESTION: or is it?' }]);
    expect(world.ticket()).toMatchObject({ state: 'done', attempts: [{ outcome: 'done' }] });
    expect(world.happened.filter((one) => one === 'signal')).toHaveLength(1);
    expect(world.log).toContain('agent | QUESTION: or is it?');
  });

  it('a second report: the same is accepted, another is refused, and each stands in the log', async () => {
    const other = { tool: 'report_failed', input: { reason: 'not at all' } } as const;
    const again = { tool: 'report_done', input: { summary: ' The rake is back.\r\n' } } as const;
    await run([commit, done, again, other], { limits: { end_after_seconds: 30 } });
    expect(answers()).toMatchObject([
      { status: 'accepted' },
      { status: 'accepted' },
      { status: 'refused', code: 'attempt-closed', isError: true, next: expect.stringContaining('end now') },
    ]);
    expect(world.ticket()).toMatchObject({ state: 'done', attempts: [{ outcome: 'done' }] });
    expect(world.log.join('\n')).toContain('summary: not at all');
    expect(world.requests.filter(({ kind }) => kind === 'signal')).toHaveLength(3);
  });
});

describe('S5: a report counts as any signal does', () => {
  it('of a parked ticket it is refused with its code, and what to do', async () => {
    const over = run([commit, { file: 'at work', until: 'parked' }, done, { stay: true }], {
      limits: { look_seconds: 3 },
    });
    await until('the agent', () => existsSync(join(folder, 'at work')));
    world.ask({ kind: 'park', reason: 'not now' });
    writeFileSync(join(folder, 'parked'), '');
    await until('the answer', () => answers().length === 1);
    expect(answers()).toMatchObject([
      { status: 'refused', code: 'attempt-closed', isError: true, next: expect.stringContaining('end now') },
    ]);
    expect(await over).toMatchObject({ outcome: 'stopped', code: 'attempt-closed' });
    expect(world.ticket()).toMatchObject({
      state: 'waiting',
      attempts: [{ outcome: 'parked', signal: null }],
    });
  });

  it('without the commit that its phase needs it is turned back, and may be made again', async () => {
    const reason = {
      tool: 'report_done',
      input: { summary: 'as it was', no_commit: 'it hung there' },
    } as const;
    await run([done, reason], { needs: 'commit' });
    expect(answers()).toMatchObject([
      { status: 'refused', code: 'needs-commit', next: expect.stringContaining('Commit your work') },
      { status: 'accepted' },
    ]);
    expect(world.ticket().attempts).toMatchObject([
      { outcome: 'done', reason: 'as it was', said: { no_commit: 'it hung there' } },
    ]);
  });

  it('turned back and never made again, it is kept as the last word of the attempt', async () => {
    const outcome = await run([done], { needs: 'commit' });
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'needs-commit' });
    expect(world.requests.map(({ kind }) => kind)).toEqual(['bind', 'signal', 'lost']);
    expect(world.ticket()).toMatchObject({ state: 'todo', attempts: [{ outcome: 'lost' }] });
  });

  it('where its work cannot be pushed a completion is turned back with the words of git', async () => {
    const hook = join(world.code, 'hooks', 'update');
    writeFileSync(
      hook,
      '#!/bin/sh\ncase "$1" in refs/signalbox/work/*) echo "push declined: a secret" >&2; exit 1;; esac\n',
      {
        mode: 0o755,
      },
    );
    await run([commit, done]);
    expect(answers()).toMatchObject([
      { status: 'refused', code: 'work-not-saved', message: expect.stringContaining('a secret') },
    ]);
    expect(world.ticket().attempts).toMatchObject([{ outcome: 'failed', bundled: true }]);
  });

  it('the answer of a decision is lost: decided again, accepted once', async () => {
    let lost = false;
    world.after = ({ kind }) => {
      if (kind !== 'signal' || lost) return;
      lost = true;
      throw new Error('the line broke');
    };
    await run([commit, done]);
    expect(answers()).toMatchObject([{ status: 'accepted' }]);
    expect(world.ticket().attempts).toHaveLength(1);
  });
});

describe('an agent asks its tools', () => {
  it('for the ticket, for messages, and whether it may go on', async () => {
    world.setTicket({
      messages: [{ by: 'elmar', at: '2026-05-25T09:12:00Z', text: 'mind the cat' }],
    } as never);
    await run([{ list: true }, { tool: 'get_ticket' }, { tool: 'get_messages' }, { tool: 'check_in' }, done]);
    const [listed, ticket, messages, checkedIn] = answers() as unknown as Record<string, unknown>[];
    expect(Object.values(listed ?? {}).map((one) => (one as { name: string }).name)).toEqual([
      'get_ticket',
      'check_in',
      'get_messages',
      'attach_artifact',
      'report_done',
      'report_review',
      'report_verdict',
      'ask_question',
      'report_failed',
    ]);
    expect(ticket).toMatchObject({
      status: 'ok',
      id: 'MC-1',
      title: 'Tidy the shed',
      attempt: 1,
      state: 'in_progress',
    });
    expect(messages).toMatchObject({ messages: [{ by: 'elmar', text: 'mind the cat' }] });
    expect(checkedIn).toMatchObject({ status: 'ok', saved: expect.stringMatching(/^yes: [0-9a-f]{40}$/) });
  });

  it.each(['get_messages', 'get_ticket', 'check_in'] as const)(
    'S6: what is said while it works comes with %s, counts as given from then on, and not before',
    async (tool) => {
      const over = run([{ file: 'at work', until: 'told' }, { tool }, { until: 'go' }, done], {
        limits: { look_seconds: 0.05 },
      });
      await until('the agent', () => existsSync(join(folder, 'at work')));
      world.ask({ kind: 'tell', source: 'c5', text: 'mind the cat' });
      expect(world.ticket().messages[0]?.delivered).toBeUndefined();
      writeFileSync(join(folder, 'told'), '');
      await until('it is noted', () => world.ticket().messages[0]?.delivered?.attempt === 1);
      await until('it is heard', () => answers().length === 1);
      expect(answers()).toMatchObject([{ messages: [{ by: 'elmar', text: 'mind the cat' }] }]);
      writeFileSync(join(folder, 'go'), '');
      await over;
    },
  );

  it('S8: a head that cannot tell whose the attempt is sends no agent home', async () => {
    const over = run([{ file: 'at work', until: 'moved' }, { tool: 'check_in' }, { until: 'go' }, done]);
    await until('the agent', () => existsSync(join(folder, 'at work')));
    world.reads = 'broken';
    writeFileSync(join(folder, 'moved'), '');
    await until('an answer', () => answers().length === 1);
    expect(answers()).toMatchObject([
      { status: 'ok', code: 'bad-yaml', next: expect.stringContaining('Go on') },
    ]);
    world.reads = 'well';
    writeFileSync(join(folder, 'go'), '');
    await over;
  });

  it('a check-in saves the work as it is, and not again at once', async () => {
    const over = run([
      { run: 'echo half > half.txt' },
      { tool: 'check_in', input: { note: 'half of it' } },
      { tool: 'check_in' },
      { until: 'go' },
      { print: 'DONE: all' },
    ]);
    await until('both answers', () => answers().length === 2);
    expect(await world.kept('half.txt')).toBe('half\n');
    expect(await world.git('log', '-1', '--format=%s', workRefOf())).toBe('MC-1 #1: half of it\n');
    expect(answers()[1]).toMatchObject({ saved: 'no: it was saved a moment ago' });
    writeFileSync(join(folder, 'go'), '');
    await over;
  });

  it('what is wrong with a call is answered by what is wrong', async () => {
    await run([
      { tool: 'report_done', input: { summary: '   ' } },
      { tool: 'report_done', input: { summary: 'x', evidense: [] } },
      { tool: 'no_such_tool' },
      done,
    ]);
    expect(
      answers()
        .slice(0, 3)
        .map(({ isError }) => isError),
    ).toEqual([true, true, true]);
    expect(answers()[3]).toMatchObject({ status: 'accepted' });
  });
});
