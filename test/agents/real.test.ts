import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type AgentUser, takeUser } from '../../src/runner/user.ts';
import { config as configSchema, type Profile } from '../../src/ticket/config.ts';
import { handover } from '../../src/ticket/presets.ts';
import { makeWorld, script, type World } from '../runner/world.ts';
import { toolProgram } from '../support/tool-agent.ts';
import { type Model, type Refusal, startModel } from './model.ts';

/*
 * The presets against the programs themselves, which `npm run test:agents` installs for these tests alone: they know every
 * flag, and a model that calls `report_done` brings a ticket to done. Nothing leaves the machine: the model is here.
 */

const { AGENTS: programs } = process.env;
const names = ['claude', 'codex', 'copilot'] as const;
type Name = (typeof names)[number];

/** How each is led to the model on this machine. */
function provider(name: Name, url: string): { arguments?: string[]; variables: Record<string, string> } {
  const own = { name: 'here', base_url: `${url}/v1`, wire_api: 'responses', requires_openai_auth: true };
  const toml = Object.entries(own).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return {
    claude: { variables: { CLAUDE_CODE_OAUTH_TOKEN: 'a-key-of-claude', ANTHROPIC_BASE_URL: url } },
    codex: {
      arguments: ['-c', `model_providers.here={${toml.join(',')}}`, '-c', 'model_provider="here"'],
      variables: { CODEX_API_KEY: 'a-key-of-codex' },
    },
    copilot: {
      variables: {
        COPILOT_GITHUB_TOKEN: 'a-key-of-copilot',
        COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
        COPILOT_MODEL: 'gpt-5',
        COPILOT_OFFLINE: 'true',
      },
    },
  }[name];
}

const profileOf = (luci: object): Profile =>
  configSchema.parse({ format: 1, agents: { luci } }).agents.luci ?? never();

describe.skipIf(!programs)('every flag that a preset passes is one that its program knows', () => {
  const server = { name: 'signalbox', command: ['node', 'mcp.cjs'] as const, environment: { A: 'b' } };

  it.each(names)('%s', { timeout: 60_000 }, (name) => {
    const { command } = profileOf({ preset: name, model: 'm' });
    const [program, ...words] = [...command, ...handover(name, server).args];
    const asked = name === 'codex' ? ['exec', '--help'] : ['--help'];
    const help = execFileSync(`${programs}/${program}`, asked, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const isKnown = (flag: string) => new RegExp(`^\\s*(?:-\\w, )?${flag}(?![\\w-])`, 'm').test(help);
    const flags = words.filter((word) => word.startsWith('-'));
    expect(flags.length).toBeGreaterThan(2);
    expect(flags.filter((flag) => !isKnown(flag))).toEqual([]);
    expect(isKnown('--not-a-flag')).toBe(false);
  });
});

describe.skipIf(!programs)('the program itself', () => {
  let world: World;
  let model: Model;
  let user: AgentUser | null;
  beforeEach(async () => {
    world = await makeWorld();
    chmodSync(world.folder, 0o755);
    model = await startModel();
    user = await takeUser(systemClock, silentLog);
  });
  afterEach(async () => {
    await user?.release();
    model.close();
    await world.close();
  });

  /** An attempt on the runner's path, of an agent that is the program. */
  async function run(name: Name) {
    const { arguments: more = [], variables } = provider(name, model.url);
    const luci = {
      preset: name,
      arguments: more,
      environment: Object.keys(variables),
      time_limit_minutes: 2,
    };
    const config = configSchema.parse({ format: 1, agents: { luci }, limits: { look_seconds: 0.2 } });
    const environment = { PATH: `${programs}:${process.env.PATH}`, LANG: 'C.UTF-8', ...variables };
    // On a slow machine the tools come late, and its model may not begin without them.
    const late = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);';
    const program = script(world, 'mcp.cjs', `${late}\n${await toolProgram()}`);
    return world.run('', { config, environment, toolProgram: program, user });
  }

  it.each(names)(
    '%s is given its prompt and the tools, and reports by them',
    { timeout: 180_000 },
    async (name) => {
      const outcome = await run(name);
      expect(model.asked.join('\n')).toContain('Put the rake back.');
      expect(outcome, world.log.join('\n')).toMatchObject({ outcome: 'done' });
      expect(world.ticket()).toMatchObject({ state: 'done', attempts: [{ reason: 'The rake is back.' }] });
      expect(world.log.join('\n')).not.toMatch(/a-key-of|agent gets no tools/);
    },
  );

  const soon = Math.floor(systemClock.now() / 1000) + 7200;
  const refusals: [Name, string, Refusal][] = [
    [
      'claude',
      'of a subscription',
      {
        status: 429,
        headers: {
          'x-should-retry': 'false',
          'anthropic-ratelimit-unified-status': 'rejected',
          'anthropic-ratelimit-unified-reset': String(soon),
          'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        },
        body: { type: 'error', error: { type: 'rate_limit_error', message: 'Try again later.' } },
      },
    ],
    [
      'codex',
      'of a plan',
      { status: 429, body: { error: { type: 'usage_limit_reached', plan_type: 'plus', resets_at: soon } } },
    ],
    [
      'codex',
      'of an account',
      {
        status: 429,
        body: { error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'x' } },
      },
    ],
    [
      'copilot',
      'of a plan',
      { status: 402, body: { error: { message: 'You have no quota', code: 'quota_exceeded' } } },
    ],
  ];
  it.each(refusals)(
    "%s meets its provider's limit, %s, and no retry is spent",
    { timeout: 180_000 },
    async (name, _, refusal) => {
      model.refuse(refusal);
      const outcome = await run(name);
      expect(outcome, world.log.join('\n')).toMatchObject({ outcome: 'quota' });
      const until = world.requests.flatMap((one) => (one.kind === 'quota' ? [Date.parse(one.until)] : []));
      if (JSON.stringify(refusal).includes(String(soon)))
        expect(until).toEqual([expect.closeTo(soon * 1000, -6)]);
    },
  );
});

function never(): never {
  throw new Error('cannot be');
}
