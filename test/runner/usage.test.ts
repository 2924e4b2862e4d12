import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeLog, silentLog } from '../../src/base/log.ts';
import { judge } from '../../src/runner/judge.ts';
import { makeMeter } from '../../src/runner/usage.ts';
import { budgets, mostAmount } from '../../src/ticket/budget-format.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { configOf, makeWorld, type World, workRefOf } from './world.ts';

// What an agent uses: how it is heard, and that it ends at its budget.

describe('what an agent says that it has used', () => {
  let tree: string;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'signalbox-usage-'));
    mkdirSync(join(tree, '.signalbox'));
  });
  afterEach(() => rm(tree, { recursive: true }));
  const writes = (text: string) => writeFileSync(join(tree, '.signalbox', 'usage.json'), text);
  const meterOf = (...patterns: string[]) => makeMeter(tree, patterns, silentLog);

  test('is in its file; one that cannot be read says nothing, and what was said before stands', async () => {
    const meter = meterOf();
    expect(await meter.read()).toBeUndefined();
    writes('{ "tokens": 12 }');
    expect(await meter.read()).toEqual({ tokens: 12 });
    writes('{ "tokens": 34, "dollars": 0.5 }');
    expect(await meter.read()).toEqual({ tokens: 34, dollars: 0.5 });
    for (const bad of ['{ "tokens": 3', '{ "tokens": -1 }', '{ "cents": 1 }', '[]', '', 'x'.repeat(70_000)]) {
      writes(bad);
      expect(await meter.read()).toEqual({ tokens: 34, dollars: 0.5 });
    }
  });

  test('is in lines that it prints: the newest that fits a pattern of its profile', async () => {
    const meter = meterOf('^tokens used: (?<tokens>[\\d,]+)', 'cost: \\$(?<dollars>[\\d.]+)', '(a+)+$');
    meter.hear(() => `tokens used: 5\ncost: $0.1\ntokens used: 1,234\n${'a'.repeat(400)}!\n`);
    expect(await meter.read()).toEqual({ tokens: 1234, dollars: 0.1 });
    writes('{ "dollars": 3 }');
    expect(await meter.read()).toEqual({ tokens: 1234, dollars: 3 });
    expect(await meterOf().read()).toEqual({ dollars: 3 });
  });

  test('is left out where no file could hold it: that is logged once, and the other figure counts', async () => {
    const said: string[] = [];
    const log = makeLog('warn', (line) => said.push(line));
    const meter = makeMeter(tree, ['used: (?<tokens>\\S+) tokens, (?<dollars>\\S+) dollars'], log);
    let line = `used: ${mostAmount} tokens, $0.5 dollars`;
    meter.hear(() => line);
    expect(await meter.read()).toEqual({ tokens: mostAmount, dollars: 0.5 });
    for (const beyond of ['99999999999999999999', '9'.repeat(400)]) {
      line = `used: ${beyond} tokens, $0.75 dollars`;
      for (const _ of [1, 2]) expect(await meter.read()).toEqual({ tokens: mostAmount, dollars: 0.75 });
    }
    expect(said).toEqual([expect.stringContaining('tokens'), expect.stringContaining('tokens')]);
  });
});

test('an agent that was stopped at its budget is blocked, whatever it had said: its words are kept', () => {
  const ended = { cause: 'budget', exit: null, limit: null, lastWords: 'more', closed: false } as const;
  const claim = { kind: 'done', summary: 'all' } as const;
  expect(judge({ ...ended, claim, spent: 'It used all.' })).toEqual({
    spent: 'It used all.',
    lastWords: 'more\n\nIt had said DONE: all',
  });
});

describe('an attempt with a budget', () => {
  let world: World;
  beforeEach(async () => {
    world = await makeWorld({ look_seconds: 0.1 });
  });
  afterEach(() => world.close());
  const budgeted = (command: string, attempt: object) => ({
    config: {
      ...configOf(command, { look_seconds: 0.1 }),
      budgets: budgets.parse({ attempt }),
    },
  });

  test('S8: is stopped once it says that it has used so much, its work is kept, and the ticket is blocked', async () => {
    const command = `echo half > work; echo '{ "tokens": 10 }' > "$SIGNALBOX_USAGE"; echo working on it
      sleep 1; echo '{ "tokens": 1500 }' > "$SIGNALBOX_USAGE"; sleep 600`;
    const outcome = await world.run(command, budgeted(command, { tokens: 1000 }));
    expect(outcome).toMatchObject({ outcome: 'budget', code: 'budget' });
    expect(world.ticket()).toMatchObject({
      state: 'blocked',
      blocked: { code: 'budget', reason: expect.stringContaining('1,500 of 1,000 tokens') },
      lifetime: { retries: 0, reported: { tokens: { amount: 1500 } } },
      attempts: [
        {
          outcome: 'blocked',
          usage: { tokens: 1500 },
          stopped: expect.any(String),
          report: { summary: expect.stringContaining('working on it') },
        },
      ],
    });
    expect(await world.kept('work')).toBe('half\n');
    expect(await world.kept('.signalbox/usage.json')).toBeNull();
    expect(await world.git('log', '-1', '--format=%(trailers:key=Tokens,valueonly)', workRefOf())).toContain(
      '1500',
    );
  });

  test('S9: in minutes ends though the agent says nothing', async () => {
    const command = 'sleep 600';
    const outcome = await world.run(command, budgeted(command, { minutes: 0.01 }));
    expect(outcome).toMatchObject({ outcome: 'budget', code: 'budget' });
    expect(world.ticket().blocked?.reason).toContain('0.01 of 0.01 minutes');
  });

  test('that ends below it has what it used with its completion', async () => {
    const command = `echo '{ "tokens": 999, "dollars": 0.25 }' > "$SIGNALBOX_USAGE"; echo DONE: all of it`;
    expect(await world.run(command, budgeted(command, { tokens: 1000 }))).toMatchObject({ outcome: 'done' });
    expect(world.ticket()).toMatchObject({
      state: 'done',
      attempts: [{ usage: { tokens: 999, dollars: 0.25 } }],
      lifetime: { reported: { dollars: { amount: 0.25 } } },
    });
  });

  test('whose agent prints a number beyond all measure has its completion all the same', async () => {
    const command = `echo all > work; echo 'tokens used: 99999999999999999999'; echo; echo DONE: all of it`;
    const { config } = budgeted(command, {});
    const luci = { ...config.agents.luci, usage: ['^tokens used: (?<tokens>[\\d,]+)'] } as never;
    const outcome = await world.run(command, { config: { ...config, agents: { luci } } });
    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(writeTicket(world.ticket())).toContain('outcome: done'); // its file can hold that
    expect(await world.kept('work')).toBe('all\n');
  });

  test('that was parked says what it used with the end of its run', async () => {
    const command = `echo '{ "tokens": 7 }' > "$SIGNALBOX_USAGE"; echo here; sleep 600`;
    const done = world.run(command, budgeted(command, {}));
    await expect.poll(() => world.log.some((line) => line.includes('agent | here'))).toBe(true);
    world.ask({ kind: 'park', reason: '' });
    await done;
    expect(world.ticket()).toMatchObject({
      state: 'waiting',
      attempts: [{ outcome: 'parked', usage: { tokens: 7 }, stopped: expect.any(String) }],
    });
  });
});
