import { describe, expect, test } from 'vitest';
import { type Import, imports, type Source, sources } from './source.ts';

/** What the files of one folder of `src` may import beyond their own folder. */
interface Layer {
  /** Other folders of `src`. */
  folders: string[];
  /** Files of other folders, for their types alone. */
  types: string[];
  /** Third-party packages; `types of X` where nothing of X may be left at run time. */
  packages: string[];
  /** Node's own modules; `*` for all. */
  node: string[];
  why: string;
}

const rules: Record<string, Layer> = {
  base: {
    folders: [],
    types: [],
    packages: [],
    node: ['*'],
    why: 'base is the bottom: time, chance, errors, log and git, for everybody',
  },
  ticket: {
    folders: ['base'],
    types: [],
    packages: ['zod', 'yaml', 'chrono-node'],
    node: ['node:util'],
    why: 'the rules are pure: no I/O, no clock, nothing to wait for, so that every state can be tried',
  },
  engine: {
    folders: ['ticket', 'base'],
    types: [],
    packages: [],
    node: [],
    why: 'the engine knows ports, never adapters: the same engine runs on any store and any forge',
  },
  store: {
    folders: ['ticket', 'base'],
    types: ['src/engine/ports.ts'],
    packages: ['simple-git'],
    node: ['*'],
    why: 'the store keeps files and swaps heads; what may be written is decided elsewhere',
  },
  forge: {
    folders: ['ticket', 'base'],
    types: ['src/engine/ports.ts', 'src/engine/sights.ts', 'src/setup/facts.ts'],
    packages: ['@octokit/rest', 'probot'],
    node: [],
    why: 'the forge is the only Octokit, and it decides nothing',
  },
  runner: {
    folders: ['engine', 'ticket', 'base'],
    types: [],
    packages: ['simple-git', 'zod'],
    node: ['*'],
    why: 'surfaces ask the engine; they know neither each other nor an adapter',
  },
  app: {
    folders: ['engine', 'ticket', 'base'],
    types: [],
    packages: ['probot'],
    node: ['*'],
    why: 'surfaces ask the engine; they know neither each other nor an adapter',
  },
  outward: {
    folders: ['ticket', 'base'],
    types: ['src/engine/receivers.ts'],
    packages: [],
    node: ['*'],
    why: 'it calls those who are told; what they are told, and when, is decided elsewhere',
  },
  setup: {
    folders: ['engine', 'ticket', 'base'],
    types: [],
    packages: [],
    node: ['node:crypto'],
    why: 'what a repository needs, and what it lacks, are judged from facts: whoever looks hands them over',
  },
  cli: {
    folders: ['setup', 'engine', 'ticket', 'base'],
    types: [],
    packages: ['commander'],
    node: ['*'],
    why: 'surfaces ask the engine; they know neither each other nor an adapter',
  },
  board: {
    folders: ['engine', 'ticket', 'base'],
    types: [],
    packages: ['hono', '@hono/node-server'],
    node: ['node:crypto', 'node:fs', 'node:http'],
    why: 'surfaces ask the engine; they know neither each other nor an adapter',
  },
  mcp: {
    folders: ['ticket', 'base'],
    types: [],
    packages: ['@modelcontextprotocol/sdk'],
    node: ['node:net'],
    why: 'the agent starts it, without any right: it offers the table of tools, and asks whoever has one',
  },
  local: {
    folders: ['base'],
    types: [],
    packages: [
      'hono',
      '@hono/node-server',
      'yaml',
      'zod',
      'fflate',
      '@actions/expressions',
      'types of @octokit/rest',
    ],
    node: ['*'],
    why: 'the embedded GitHub knows GitHub and nothing of Signalbox, or it would be no test of it',
  },
};

/** The files that put the parts together: the only ones that see adapters, and everything else. */
const composers = [
  'src/wire.ts',
  'src/wire-local.ts',
  'src/wire-clone.ts',
  'src/wire-doctor.ts',
  'src/wire-facts.ts',
  'src/wire-init.ts',
  'src/wire-mcp.ts',
  'src/main.ts',
  'src/wire-run.ts',
  'src/action.ts',
];

/** The machine's own time and chance: chosen where the parts are put together, handed to all others. */
const realPorts = ['systemClock', 'systemRandom'];

/** Why an import is not allowed; undefined where it is. */
function fault(path: string, { target, names, typesOnly }: Import): string | undefined {
  const folder = folderOf(path);
  const layer = rules[folder];
  if (composers.includes(path)) return undefined;
  if (!layer)
    return `${path}: add src/${folder} to the table in test/house/layers.test.ts, or compose in src/wire.ts`;
  const real = names.filter((name) => realPorts.includes(name));
  if (real.length > 0 && folder !== 'base')
    return `${path} imports ${real}: take a Clock or a Random as an argument, so that a test can drive it`;
  const because = `\n    because ${layer.why}`;
  if (target.startsWith('node:')) {
    const known = layer.node.includes('*') || layer.node.includes(target);
    return known ? undefined : `${path} imports ${target}: src/${folder} does no I/O${because}`;
  }
  if (!target.startsWith('src/')) {
    const name = packageOf(target);
    const known = layer.packages.includes(name) || (typesOnly && layer.packages.includes(`types of ${name}`));
    return known
      ? undefined
      : `${path} imports the package ${name}: not among those of src/${folder}${because}`;
  }
  const other = folderOf(target);
  if (other === folder || layer.folders.includes(other)) return undefined;
  if (layer.types.includes(target))
    return typesOnly ? undefined : `${path} imports more than types from ${target}${because}`;
  return `${path} imports ${target}: src/${folder} may not know src/${other}${because}`;
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1)[1] ?? '';
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function faults(tree: Source[]): string[] {
  return tree.flatMap((source) => imports(source).flatMap((one) => fault(source.path, one) ?? []));
}

test('every file imports only what its folder may know', () => {
  expect(faults(sources('src')).join('\n')).toBe('');
});

test('the embedded GitHub has no word of Signalbox in its code', () => {
  // Not counted: the errors of src/base, and a login that stands for any app's.
  const words =
    /\b(quarantine\/|defer(red|ral)|parked|witness|state branch|look-out|tickets?\/)|signalbox(?!Error|\[bot\])/i;
  const found = sources('src/local').flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (words.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(
    found.join('\n'),
    'what src/local does for us alone, GitHub will not do: move it out of src/local',
  ).toBe('');
});

describe('the table catches', () => {
  const samples: [string, string, string][] = [
    ['src/ticket/a.ts', "import { readFileSync } from 'node:fs';", 'does no I/O'],
    ['src/ticket/a.ts', "import type { Store } from '../engine/ports.ts';", 'may not know src/engine'],
    ['src/store/a.ts', "import { makeHandler } from '../engine/handle.ts';", 'may not know src/engine'],
    ['src/store/a.ts', "import { x } from '../engine/ports.ts';", 'more than types'],
    ['src/engine/a.ts', "import type { GitStore } from '../store/git-store.ts';", 'may not know src/store'],
    ['src/mcp/a.ts', "import { makeHandler } from '../engine/handle.ts';", 'may not know src/engine'],
    ['src/app/a.ts', "import { runAttempt } from '../runner/run.ts';", 'may not know src/runner'],
    [
      'src/local/actions/a.ts',
      "import { idPattern } from '../../ticket/format.ts';",
      'may not know src/ticket',
    ],
    ['src/local/a.ts', "import { Octokit } from '@octokit/rest';", 'the package @octokit/rest'],
    ['src/engine/a.ts', "import {\n  systemClock,\n} from '../base/clock.ts';", 'take a Clock'],
    ['src/wall/a.ts', "import { Hono } from 'hono';", 'add src/wall to the table'],
    ['src/board/a.tsx', "import type { Store } from '../store/git-store.ts';", 'may not know src/store'],
    ['src/app/a.ts', "const late = await import('../forge/forge.ts');", 'may not know src/forge'],
  ];
  test.each(samples)('%s: %s', (path, text, message) => {
    expect(faults([{ path, text }]).join('\n')).toContain(message);
  });

  test('and lets the rest pass', () => {
    const text =
      "import type { Store } from '../engine/ports.ts';\nimport { z } from './z.ts';\nexport { a, type B } from '../base/log.ts';";
    expect(faults([{ path: 'src/store/a.ts', text }])).toEqual([]);
    expect(imports({ path: 'src/store/a.ts', text }).map(({ names }) => names)).toEqual([
      ['Store'],
      ['z'],
      ['a', 'B'],
    ]);
  });
});
