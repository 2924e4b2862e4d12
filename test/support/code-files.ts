import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits, Profile } from '../../src/ticket/config.ts';

/**
 * Short, so that stories are; but a look is six processes of git (a client, two requests, a server for each), and on a
 * busy machine the head may well be out of sight for some seconds.
 */
const usualLimits = {
  look_seconds: 1,
  unreadable_seconds: 20,
  kill_after_seconds: 0.3,
  retry_after_seconds: 1,
  // What many stories share fails and starts often: those that are about it say so.
  starts_per_hour: 1000,
  ticket_starts_per_hour: 1000,
  failures_in_row: 1000,
};

/** Files of a story's repository on its default branch: the workflow and the action as users copy them, a config, an agent. */
export function codeFiles({
  config = '',
  limits = {},
  agents = {},
  phases = '{ dev: {}, review: { gate: person } }',
}: {
  config?: string;
  limits?: Partial<Limits>;
  agents?: Record<string, Partial<Profile>>;
  phases?: string;
}): Record<string, string> {
  const root = join(import.meta.dirname, '..', '..');
  const copied = [
    '.github/workflows/signalbox.yml',
    '.github/actions/signalbox/action.yml',
    '.github/actions/signalbox/index.js',
    '.github/actions/signalbox/mcp.js',
  ];
  const storyAgent = { command: ['node', 'agents/agent.mjs'], environment: ['STORY_FOLDER'] };
  const profiles = { luci: { capacity: 20 }, solo: { capacity: 1 }, ...agents };
  return {
    'README.md': '# desk\n',
    '.github/signalbox.yml': `format: 1
prefix: MC
default_agent: luci
agents:
${fields(profiles, (profile) => ({ ...storyAgent, ...profile }))}
phases: ${phases}
limits: ${JSON.stringify({ ...usualLimits, ...limits })}
${config}`,
    'agents/agent.mjs': readFileSync(join(root, 'test/support/agent.mjs'), 'utf8'),
    ...Object.fromEntries(copied.map((path) => [path, readFileSync(join(root, path), 'utf8')])),
  };
}

function fields<T>(values: Record<string, T>, of: (value: T) => unknown): string {
  return Object.entries(values)
    .map(([name, value]) => `  ${name}: ${JSON.stringify(of(value))}`)
    .join('\n');
}
