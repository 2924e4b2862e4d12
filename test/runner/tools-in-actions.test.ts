import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readQuarantined } from '../../src/ticket/codec.ts';
import { answersIn, type Step, toolAgent } from '../support/tool-agent.ts';
import { type Desk, makeDesk } from './desk.ts';
import { until } from './world.ts';

// The bundled action in the embedded Actions; a real client starts the bundled server of tools, as the agent's user.

let desk: Desk;
afterEach(() => desk.close());

/** A desk whose agent goes through these steps. */
async function deskWith(steps: Step[], limits: Record<string, number> = {}): Promise<void> {
  desk = await makeDesk(
    { luci: 'exec node agents/tools.mjs "$(cat agents/steps.json)" "$STORY_FOLDER"' },
    { limits, files: { 'agents/tools.mjs': await toolAgent(), 'agents/steps.json': JSON.stringify(steps) } },
  );
}

const commit = { run: 'echo raked > shed.txt; git add shed.txt; git commit -qm rake' };
const done = { tool: 'report_done', input: { summary: 'The rake is back.' } } as const;

describe('an agent that is a client of the tools', { timeout: 120_000 }, () => {
  it('takes its ticket to done', async () => {
    const question = { tool: 'attach_artifact', input: { path: 'out.log' } } as const;
    await deskWith(
      [{ tool: 'get_ticket' }, commit, { run: 'echo x > out.log' }, question, done, { stay: true }],
      {
        end_after_seconds: 2,
      },
    );
    const claim = await desk.claimed('MC-1', 'luci');
    const { log, conclusion } = await desk.ended(await desk.dispatch('MC-1', 1, claim));

    expect(log).not.toContain('the agent gets no tools');
    expect(answersIn(desk.story)).toMatchObject([
      { tool: 'get_ticket', status: 'ok', id: 'MC-1', body: 'Do it.' },
      { tool: 'attach_artifact', status: 'ok' },
      { tool: 'report_done', status: 'accepted', code: 'ok' },
    ]);
    expect(conclusion).toBe('success');
    expect(log).toContain('stopping the agent: reported');
    const ticket = await desk.ticket('MC-1');
    expect(ticket).toMatchObject({
      state: 'done',
      attempts: [{ outcome: 'done', reason: 'The rake is back.', said: { artifacts: ['out.log'] } }],
    });
    const [attempt] = ticket.attempts;
    expect(attempt?.stopped).not.toBeNull();
    expect(await desk.git('show', `${attempt?.work}:shed.txt`)).toBe('raked\n');
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:.signalbox/artifacts/out.log')).toBe('x\n');
    expect(await desk.git('for-each-ref', 'refs/signalbox/signal')).toBe('');
  });

  it('S5, S6: parked, its report_done is refused with its code, and lies in quarantine', async () => {
    // The look-out is slow here, as where the line to the server is down for a while.
    await deskWith([commit, { file: 'at work', until: 'parked' }, done, { stay: true }], {
      look_seconds: 20,
    });
    const claim = await desk.claimed('MC-1', 'luci');
    const run = await desk.dispatch('MC-1', 1, claim);
    await until('the agent', () => existsSync(join(desk.story, 'at work')));
    await desk.ask('MC-1', { kind: 'park', reason: 'not now' });
    writeFileSync(join(desk.story, 'parked'), '');
    const { log } = await desk.ended(run);

    expect(answersIn(desk.story)).toMatchObject([
      { status: 'refused', code: 'attempt-closed', isError: true, next: expect.stringContaining('end now') },
    ]);
    const [path = ''] = (await desk.git('ls-tree', '-r', '--name-only', 'signalbox', 'quarantine/')).split(
      '\n',
    );
    const { quarantined } = readQuarantined(await desk.git('show', `signalbox:${path}`));
    expect(quarantined).toMatchObject({
      ticket: 'MC-1',
      code: 'attempt-closed',
      state: 'waiting',
      channel: 'runner',
      signal: { kind: 'done', summary: 'The rake is back.', key: '' },
    });
    const ticket = await desk.ticket('MC-1');
    expect(ticket).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked', signal: null }] });
    expect(ticket.attempts[0]?.stopped).not.toBeNull();
    expect(log).toContain('summary: The rake is back.');
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:shed.txt')).toBe('raked\n');
  });

  it('has no token in its environment, its files, or what starts its tools, and its socket is for it alone', async () => {
    const look = `tr '\\0' '\\n' < /proc/self/environ > "$STORY_FOLDER/seen"; grep -r . $(dirname "$SIGNALBOX_SOCKET") >> "$STORY_FOLDER/seen" 2>&1; stat -c '%a %U %n' "$SIGNALBOX_SOCKET" > "$STORY_FOLDER/socket"; id -un > "$STORY_FOLDER/user"`;
    await deskWith([{ run: look }, done]);
    const claim = await desk.claimed('MC-1', 'luci');
    await desk.ended(await desk.dispatch('MC-1', 1, claim));

    const read = (name: string) => readFileSync(join(desk.story, name), 'utf8').trim();
    expect(read('seen')).toContain('SIGNALBOX_SOCKET=');
    expect(read('seen')).not.toMatch(/gh[sp]_[A-Za-z0-9]{8}|Basic [A-Za-z0-9+/]{16}|INPUT_TOKEN=/);
    expect(read('socket')).toMatch(new RegExp(`^600 ${read('user')} /`));
    expect((await desk.ticket('MC-1')).state).toBe('done');
  });
});
