import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeTooled, type Tooled } from './tooled.ts';
import { until, type World, workRefOf } from './world.ts';

// An agent has told its tools of its end, and does not end as one would wish.

vi.setConfig({ testTimeout: 60_000 });

let tooled: Tooled;
let world: World;
beforeEach(async () => {
  tooled = await makeTooled();
  ({ world } = tooled);
});
afterEach(() => world.close());
const run: Tooled['run'] = (...given) => tooled.run(...given);
const answers = () => tooled.answers();

const commit = { run: 'echo raked > shed.txt; git add shed.txt; git commit -qm rake' };
const done = { tool: 'report_done', input: { summary: 'The rake is back.' } } as const;
const question = { tool: 'ask_question', input: { question: 'Which hook?' } } as const;
/** A server's hook that refuses pushes of the work that hold a file of this name. */
function refuseFile(name: string): void {
  mkdirSync(join(world.code, 'hooks'), { recursive: true });
  const hook = `#!/bin/sh\nif git ls-tree -r --name-only $3 | grep -q '${name}'; then echo declined >&2; exit 1; fi\n`;
  writeFileSync(join(world.code, 'hooks', 'update'), hook, { mode: 0o755 });
}

describe('S5, S6: a report that is kept, since nothing can be decided at that moment', () => {
  it.each([
    ['ends with a failure', { run: 'exit 1' }],
    ['prints other words', { print: '\nDONE: that is all' }],
    ['goes on until it is ended', { stay: true }],
    ['reports something else', { tool: 'report_failed', input: { reason: 'not at all' } }],
  ] as const)('is the one that counts, though its agent %s', async (_, then) => {
    world.before = ({ kind }) => {
      if (kind === 'signal' && answers().length === 0) throw new Error('the line is down');
    };
    await run([commit, done, then], { limits: { finish_seconds: 12, end_after_seconds: 1 } });
    expect(answers()[0]).toMatchObject({ status: 'kept', next: expect.stringContaining('end now') });
    const { state, attempts } = world.ticket();
    expect([state, attempts]).toMatchObject(['done', [{ outcome: 'done', reason: 'The rake is back.' }]]);
    expect(await world.git('show', `${attempts[0]?.work}:shed.txt`)).toBe('raked\n');
    expect(attempts[0]?.stopped).not.toBeNull();
  });

  it('is no failure where what came later cannot be saved', async () => {
    refuseFile('secret');
    world.before = ({ kind }) => {
      if (kind === 'signal' && answers().length === 0) throw new Error('the line is down');
    };
    await run([commit, done, { run: 'echo x > secret.txt' }], { limits: { finish_seconds: 12 } });
    expect(world.ticket()).toMatchObject({ state: 'done', attempts: [{ outcome: 'done' }] });
  });

  it('a decision that hangs does not hold up the end of a cancelled run', async () => {
    const handle = (_: string, request: Parameters<World['ask']>[0]) =>
      request.kind === 'signal' ? new Promise<never>(() => {}) : Promise.resolve(world.ask(request));
    const over = run([commit, done, { stay: true }], { handler: { handle } });
    await until('it is handed in', () => world.happened.includes('durable'));
    world.interrupt();
    expect(await over).toMatchObject({ outcome: 'unsaid' });
  }, 20_000);
});

describe('S6: what is not pushed with a report', () => {
  it('uncommitted work that the server takes no push of is bundled, also behind a question', async () => {
    refuseFile('secret');
    const outcome = await run([commit, { run: 'echo x > secret.txt' }, question]);
    expect(answers()).toMatchObject([{ status: 'accepted' }]);
    expect(world.ticket()).toMatchObject({ state: 'waiting', attempts: [{ bundled: true }] });
    expect(existsSync(outcome.bundle ?? '')).toBe(true);
  });

  it('so is what came after it, on top of what was accepted', async () => {
    refuseFile('secret');
    const later = { run: 'echo x > secret.txt' };
    const outcome = await run([commit, done, later], { limits: { end_after_seconds: 30 } });
    const [attempt] = world.ticket().attempts;
    expect(attempt).toMatchObject({ outcome: 'done', bundled: true });
    expect((await world.git('rev-parse', workRefOf())).trim()).toBe(attempt?.work);
    expect(existsSync(outcome.bundle ?? '')).toBe(true);
  });

  it('a file that is attached after it is kept beside the work', async () => {
    const attach = { tool: 'attach_artifact', input: { path: 'shed.txt' } } as const;
    await run([commit, done, attach], { limits: { end_after_seconds: 30 } });
    expect(answers()[1]).toMatchObject({ status: 'ok', path: 'shed.txt' });
    expect(await world.kept('.signalbox/artifacts/shed.txt')).toBe('raked\n');
    expect((await world.git('rev-parse', `${workRefOf()}^`)).trim()).toBe(world.ticket().attempts[0]?.work);
  });

  it('of a bundle the attached files are part', async () => {
    refuseFile('secret');
    const attach = { tool: 'attach_artifact', input: { path: 'secret.log' } } as const;
    const { bundle } = await run([{ run: 'echo x > secret.log' }, attach, { print: '\nDONE: x' }]);
    await world.git('fetch', '--quiet', bundle ?? '', `${workRefOf()}:refs/bundled`);
    expect(await world.git('show', 'refs/bundled:.signalbox/artifacts/secret.log')).toBe('x\n');
  });
});
