// Stryker disable StringLiteral,Regex: what other programs call their flags and say of their limits; held against those programs in test/agents
/*
 * The command-line agents that a profile may name instead of a command. A preset is data: how its program is started so
 * that it works alone, which variables hold its login, how it is handed the tools, and how its provider's limit looks.
 * Checked against the programs themselves (`npm run test:agents`).
 *
 * Each skips its program's own questions, since nobody is there to answer, and its own sandbox, which would keep it from
 * what a ticket needs (commits, packages, tests): what confines it is the user that it runs as. Each takes its prompt on
 * standard input, for a command line is short and everybody's to read, and prints nothing but the agent's words on
 * standard output, where a verdict is looked for. None updates itself.
 */

/** How a client of the tools starts their server (MCP, over standard input and output). Nothing in it is secret. */
export interface ToolServer {
  name: string;
  command: readonly [string, ...string[]];
  environment: Readonly<Record<string, string>>;
}

interface Preset {
  /** Its package on npm, at the version that it was checked with. */
  package: string;
  /** Program and arguments. */
  command: readonly string[];
  modelFlag: string;
  /** Names of the variables that may hold its login. */
  logins: readonly string[];
  /** Variables that it is given besides. */
  settings: Readonly<Record<string, string>>;
  /** Arguments that hand over the tools. */
  tools(server: ToolServer): string[];
  /** How the end of what it prints looks where its provider lets it do no more; as `quota.patterns` of a profile. */
  limits: readonly string[];
}

/** Seconds that a tool may take (a report answers once it is pushed and decided), and the server of tools to start. */
const [toolSeconds, startSeconds] = [600, 120];

const presets = {
  claude: {
    package: '@anthropic-ai/claude-code@2.1.332',
    command: ['claude', '--print', '--dangerously-skip-permissions'],
    modelFlag: '--model',
    logins: ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'],
    settings: { DISABLE_AUTOUPDATER: '1', MCP_TIMEOUT: String(startSeconds * 1000) },
    tools: (server) => [
      // `--mcp-config` takes all words up to the next flag. No other server: one in the tree is anybody's who pushed it.
      '--mcp-config',
      serverList(server, {}),
      '--strict-mcp-config',
    ],
    limits: [
      '^You.ve hit your .*limit.* resets (?<until>[^(]+)',
      '^You.ve hit your .*limit',
      '^Credit balance is too low',
      '^API Error: .*\\(429\\)',
    ],
  },
  codex: {
    package: '@openai/codex@0.171.0',
    command: ['codex', 'exec', '--dangerously-bypass-approvals-and-sandbox', '--color', 'never'],
    modelFlag: '--model',
    // Not OPENAI_API_KEY: `codex exec` does not log in by it.
    logins: ['CODEX_API_KEY'],
    settings: {},
    tools({ name, command: [program, ...args], environment }) {
      const variables = Object.entries(environment).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      // Values are TOML, whose strings and lists are written as in JSON.
      return [
        `command=${JSON.stringify(program)}`,
        `args=${JSON.stringify(args)}`,
        `env={${variables.join(',')}}`,
        `tool_timeout_sec=${toolSeconds}`,
        `startup_timeout_sec=${startSeconds}`,
        'required=true', // else its model begins before the tools are there
      ].flatMap((setting) => ['--config', `mcp_servers.${name}.${setting}`]);
    },
    limits: [
      '^ERROR: You.ve hit your usage limit.*try again at (?<until>[^.]+)',
      '^ERROR: You.(?:ve hit your usage limit|re out of credits)',
      '^ERROR: Quota exceeded',
      '^ERROR: .*last status: 429',
    ],
  },
  copilot: {
    package: '@github/copilot@1.0.102',
    command: [
      'copilot',
      '--allow-all',
      '--no-ask-user',
      '--no-auto-update',
      '--no-color',
      '--silent',
      // Its own tools of GitHub would write to issues past everybody.
      '--disable-builtin-mcps',
    ],
    modelFlag: '--model',
    // Not GH_TOKEN or GITHUB_TOKEN, which it would read as well: a job's own token may push.
    logins: ['COPILOT_GITHUB_TOKEN'],
    settings: {},
    tools: (server) => [
      '--additional-mcp-config',
      serverList(server, { type: 'local', tools: ['*'], timeout: toolSeconds * 1000 }),
    ],
    limits: [
      '^\\W*(?:[\\w ]+: )?(?:402|429) .*try again in (?<until>[^.]+)',
      '^\\W*(?:[\\w ]+: )?(?:402 .*quota|429 )',
    ],
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** The npm packages, at the version that each was checked with, of the presets that these profiles name. */
export function packagesOf(profiles: Iterable<{ preset?: PresetName | undefined }>): string[] {
  const names = [...profiles].flatMap(({ preset }) => preset ?? []);
  return [...new Set(names)].map((name) => presets[name].package);
}

/** The form that most clients read: `{ mcpServers: { <name>: … } }`. */
function serverList({ name, command: [command, ...args], environment }: ToolServer, more: object): string {
  return JSON.stringify({ mcpServers: { [name]: { ...more, command, args, env: environment } } });
}

/** What a profile says of its program. */
interface Chosen {
  preset?: PresetName | undefined;
  command?: string[] | undefined;
  model?: string | undefined;
  arguments?: string[] | undefined;
  environment: string[];
  quota?: { exit_codes: number[]; patterns: string[]; pause_minutes: number } | undefined;
}

/** What is wrong with how a profile chooses its program: the field, and what to do. */
export function chosenFault({
  preset,
  command,
  ...chosen
}: Chosen): { field: string; message: string } | null {
  if (preset === undefined && command === undefined)
    return {
      field: 'preset',
      message: `missing: one of ${presetNames.join(', ')}, or a command of your own`,
    };
  if (preset === undefined) {
    const field = (['model', 'arguments'] as const).find((name) => chosen[name] !== undefined);
    return field ? { field, message: 'only beside a preset: write it into the command' } : null;
  }
  if (command === undefined) return null;
  return { field: 'command', message: 'not beside a preset: leave one of them out, or use arguments' };
}

/** How a preset's program is started, with what the profile says besides; a command of its own as it is. */
export function withPreset<T extends Chosen>(profile: T, pauseMinutes: number) {
  const { preset: name, command = [], model, arguments: more = [], environment, quota, ...rest } = profile;
  if (name === undefined) return { ...rest, preset: undefined, command, environment, quota };
  const preset: Preset = presets[name];
  const chosenModel = model === undefined ? [] : [preset.modelFlag, model];
  return {
    ...rest,
    preset: name,
    command: [...preset.command, ...chosenModel, ...more],
    environment: [...new Set([...preset.logins, ...environment])],
    quota: {
      exit_codes: quota?.exit_codes ?? [],
      patterns: [...(quota?.patterns ?? []), ...preset.limits],
      pause_minutes: quota?.pause_minutes ?? pauseMinutes,
    },
  };
}

/** What starting an agent takes besides its profile's command: arguments that hand it its tools, and variables. */
export function handover(
  name: PresetName | undefined,
  server: ToolServer | null,
): { args: string[]; settings: Readonly<Record<string, string>> } {
  if (name === undefined) return { args: [], settings: {} };
  const preset: Preset = presets[name];
  return { args: server ? preset.tools(server) : [], settings: preset.settings };
}
