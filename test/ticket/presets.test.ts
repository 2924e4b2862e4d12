import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/ticket/codec.ts';
import type { Profile } from '../../src/ticket/config.ts';
import { handover } from '../../src/ticket/presets.ts';

const configWith = (luci: object) => readConfig(`format: 1\nagents:\n  luci: ${JSON.stringify(luci)}\n`);

function profileOf(luci: object): Profile {
  const profile = configWith(luci).config?.agents.luci;
  if (!profile) throw new Error(configWith(luci).broken?.message);
  return profile;
}

const server = {
  name: 'signalbox',
  command: ['node', '/tmp/a "b"/mcp.cjs'] as const,
  environment: { SIGNALBOX_SOCKET: '/tmp/x/s' },
};

describe('a profile with a preset', () => {
  test('has the command that works alone, the model, and what the profile adds', () => {
    expect(profileOf({ preset: 'claude', model: 'opus', arguments: ['--effort', 'high'] })).toMatchObject({
      preset: 'claude',
      command: ['claude', '--print', '--dangerously-skip-permissions', '--model', 'opus', '--effort', 'high'],
      capacity: 1,
    });
    expect(profileOf({ preset: 'codex' }).command).toEqual(
      expect.arrayContaining(['codex', 'exec', '--dangerously-bypass-approvals-and-sandbox']),
    );
    expect(profileOf({ preset: 'copilot' }).command).toEqual(
      expect.arrayContaining(['copilot', '--allow-all', '--no-ask-user']),
    );
  });

  test.each([
    ['claude', ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN']],
    ['codex', ['CODEX_API_KEY']],
    ['copilot', ['COPILOT_GITHUB_TOKEN']],
  ])('%s may see its own logins, and what the profile names', (preset, logins) => {
    expect(profileOf({ preset, environment: ['NPM_TOKEN', ...logins] }).environment).toEqual([
      ...logins,
      'NPM_TOKEN',
    ]);
  });

  test("its provider's limit is known; the profile's own patterns are asked first", () => {
    const { quota } = profileOf({ preset: 'claude', quota: { patterns: ['enough'], exit_codes: [75] } });
    expect(quota).toMatchObject({ exit_codes: [75], pause_minutes: 60 });
    expect(quota?.patterns[0]).toBe('enough');
    expect(quota?.patterns.length).toBeGreaterThan(1);
    expect(profileOf({ preset: 'codex', quota: { pause_minutes: 5 } }).quota?.pause_minutes).toBe(5);
    expect(profileOf({ command: ['x'] }).quota).toBeUndefined();
  });
});

describe('the tools are handed over', () => {
  const entry = {
    command: 'node',
    args: ['/tmp/a "b"/mcp.cjs'],
    env: { SIGNALBOX_SOCKET: '/tmp/x/s' },
  };
  test('to claude and copilot as JSON, beside no server that lies in the tree', () => {
    const [flag, claude = '', strict] = handover('claude', server).args;
    expect([flag, strict]).toEqual(['--mcp-config', '--strict-mcp-config']);
    expect(JSON.parse(claude)).toEqual({ mcpServers: { signalbox: entry } });
    const [more, copilot = ''] = handover('copilot', server).args;
    expect(more).toBe('--additional-mcp-config');
    expect(JSON.parse(copilot)).toEqual({
      mcpServers: { signalbox: { ...entry, type: 'local', tools: ['*'], timeout: 600_000 } },
    });
  });
  test('to codex as settings, written in TOML', () => {
    expect(handover('codex', server).args.filter((word) => word !== '--config')).toEqual([
      'mcp_servers.signalbox.command="node"',
      'mcp_servers.signalbox.args=["/tmp/a \\"b\\"/mcp.cjs"]',
      'mcp_servers.signalbox.env={SIGNALBOX_SOCKET="/tmp/x/s"}',
      'mcp_servers.signalbox.tool_timeout_sec=600',
      'mcp_servers.signalbox.startup_timeout_sec=120',
      'mcp_servers.signalbox.required=true',
    ]);
  });
  test('not to a command of a team’s own, which finds them in its environment; nor where there are none', () => {
    expect(handover(undefined, server)).toEqual({ args: [], settings: {} });
    expect(handover('claude', null)).toMatchObject({ args: [], settings: { DISABLE_AUTOUPDATER: '1' } });
  });
});

describe('a profile that cannot be understood says which field, and what to do', () => {
  test.each([
    ['neither', {}, 'agents.luci.preset: missing: one of claude, codex, copilot, or a command of your own'],
    ['both', { preset: 'claude', command: ['x'] }, 'agents.luci.command: not beside a preset'],
    [
      'an unknown preset',
      { preset: 'cloud' },
      'agents.luci.preset: Invalid option: expected one of "claude"',
    ],
    ['a model for a command', { command: ['x'], model: 'opus' }, 'agents.luci.model: only beside a preset'],
    ['arguments for a command', { command: ['x'], arguments: [] }, 'agents.luci.arguments: only beside a'],
    ['an empty command', { command: [] }, 'agents.luci.command: '],
  ])('%s', (_, luci, words) => {
    expect(configWith(luci)).toMatchObject({
      config: null,
      broken: { code: 'bad-field', message: expect.stringContaining(words) },
    });
  });
});
