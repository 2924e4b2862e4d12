import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, sources } from './source.ts';

const fileLines = 300;

test(`no file is longer than ${fileLines} lines`, () => {
  const long = [...sources('src'), ...sources('test'), ...sources('scripts'), ...sources('bench')].flatMap(
    ({ path, text }) => {
      const lines = text.split('\n').length - 1;
      return lines > fileLines
        ? [`${path} has ${lines} lines: it does more than one thing; take one of them out`]
        : [];
    },
  );
  expect(long.join('\n')).toBe('');
});

/** Rules that Biome keeps (`biome.json`), each with code that breaks it. */
const lint: { rule: string; broken: string; why: string }[] = [
  {
    rule: 'complexity/noExcessiveLinesPerFunction',
    broken: `export function long() {\n${'  console.log(1);\n'.repeat(71)}}\n`,
    why: 'a function is read at one look: at most 70 lines',
  },
  {
    rule: 'style/noDefaultExport',
    broken: 'export default 1;\n',
    why: 'a thing has one name, the same in every file',
  },
  {
    rule: 'style/noEnum',
    broken: 'export enum A { B }\n',
    why: 'erasable syntax only: a union of literals says the same',
  },
  {
    rule: 'style/noNamespace',
    broken: 'export namespace A { export const b = 1; }\n',
    why: 'erasable syntax only: a file is a module already',
  },
  {
    rule: 'style/noParameterProperties',
    broken: 'export class A { constructor(readonly b: number) {} }\n',
    why: 'erasable syntax only: write the field out',
  },
  {
    rule: 'suspicious/noExplicitAny',
    broken: 'export const a: any = 1;\n',
    why: 'unknown, and a check, says what is really known',
  },
  {
    rule: 'suspicious/noTsIgnore',
    broken: '// @ts-ignore\nexport const a: string = 1;\n',
    why: 'the compiler is right, or the type is wrong',
  },
  {
    rule: 'style/noNonNullAssertion',
    broken: 'export const a = (b: string | null) => b!.length;\n',
    why: 'what cannot be null is shown not to be',
  },
  {
    rule: 'suspicious/noFocusedTests',
    broken: "import { test } from 'vitest';\ntest.only('a', () => {});\n",
    why: 'one focused test hides all the others',
  },
  {
    rule: 'suspicious/noSkippedTests',
    broken: "import { test } from 'vitest';\ntest.skip('a', () => {});\n",
    why: 'a test that does not run shows nothing',
  },
];

interface Diagnostic {
  category: string;
  location: { path: string };
}

/** What Biome finds, with the project's own `biome.json`, in a folder that holds one broken sample for each rule. */
function lintSamples(): Diagnostic[] {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-lint-'));
  try {
    const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    mkdirSync(join(folder, 'src'));
    for (const { rule, broken } of lint) writeFileSync(join(folder, samplePath(rule)), broken);
    const args = ['lint', '--reporter=json', '--max-diagnostics=none', 'src'];
    const run = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' });
    return (
      JSON.parse(run.stdout) as { diagnostics: (Diagnostic & { severity: string })[] }
    ).diagnostics.filter(({ severity }) => severity === 'error');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const samplePath = (rule: string): string => `src/${rule.replace('/', '-')}.test.ts`;

describe('lint keeps', () => {
  const found = lintSamples();
  test.each(lint)('$rule', ({ rule, why }) => {
    const caught = found.filter(({ location }) => location.path === samplePath(rule));
    expect(
      caught.map(({ category }) => category),
      `biome.json must make ${rule} an error: ${why}`,
    ).toContain(`lint/${rule}`);
  });
});
