import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './source.ts';

/*
 * What guards the guards: the two programs that say whether the tests are to be believed, run on a project of three
 * files.
 */

const sum = 'export const sum = (a: number, b: number) => a + b;\n';
const green = `import { expect, test } from 'vitest';
import { sum } from '../src/sum.ts';
test('sums', () => { expect(sum(1, 2)).toBe(3); });
test('is a function', () => { expect(typeof sum).toBe('function'); });
`;
const change =
  '--- a/src/sum.ts\n+++ b/src/sum.ts\n@@ -1 +1 @@\n-FROM\n+export const sum = (a: number, b: number) => a - b;\n';

// The project's own configuration, less what it sets up for stories.
const config = `import config from '${join(root, 'vitest.config.ts')}';
export default { test: { ...config.test, globalSetup: [] } };
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-house-'));
  for (const name of ['src', 'test/faults']) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'vitest.config.ts'), config);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
  writeFileSync(join(folder, 'src/sum.ts'), sum);
  writeFileSync(join(folder, 'test/sum.test.ts'), green);
  spawnSync('git', ['init', '--quiet'], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

function plant(name: string, red: string, from = sum): void {
  const patch = `What is broken.\nRed: ${red}\n\n${change.replace('FROM\n', from)}`;
  writeFileSync(join(folder, `test/faults/${name}.patch`), patch);
}

function run(program: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CI: '', ...env },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

test('faults: caught, survived, not applied, and a test that is not there are told apart', () => {
  plant('caught', 'test/sum.test.ts > sums');
  plant('survived', 'test/sum.test.ts > is a function');
  plant('stale', 'test/sum.test.ts > sums', 'export const other = 1;\n');
  plant('unnamed', 'test/sum.test.ts > multiplies');
  const { status } = run('node', [join(root, 'scripts/faults.mjs'), '--json', 'verdicts.json']);
  const verdicts = JSON.parse(readFileSync(join(folder, 'verdicts.json'), 'utf8')) as Record<
    string,
    string
  >[];
  expect(status).toBe(1);
  expect(Object.fromEntries(verdicts.map(({ fault, outcome }) => [fault, outcome]))).toEqual({
    caught: 'caught',
    survived: 'survived',
    stale: 'error',
    unnamed: 'error',
  });
  const message = (name: string) => verdicts.find(({ fault }) => fault === name)?.message;
  expect(message('stale')).toContain('does not apply');
  expect(message('unnamed')).toContain('no such test');
});

test('the build server reads one plain last line, and a skipped test is a failure there', () => {
  const vitest = join(root, 'node_modules/.bin/vitest');
  const all = run(vitest, ['run'], { CI: '1' });
  expect(all).toMatchObject({ status: 0 });
  expect(all.lines.at(-1)).toBe('2 passed, 0 failed');
  writeFileSync(join(folder, 'test/skips.test.ts'), "import { test } from 'vitest';\ntest.todo('later');\n");
  const some = run(vitest, ['run'], { CI: '1' });
  expect(some).toMatchObject({ status: 1 });
  expect(some.lines.slice(-2)).toEqual([
    'skipped, and with CI set that is a failure: test/skips.test.ts > later',
    '2 passed, 1 failed',
  ]);
});

test('every planted fault still applies', () => {
  const faults = readdirSync(join(root, 'test/faults'));
  const apply = (name: string) =>
    spawnSync('git', ['apply', '--check', `test/faults/${name}`], { cwd: root, encoding: 'utf8' });
  expect(faults.filter((name) => apply(name).status !== 0)).toEqual([]);
});
