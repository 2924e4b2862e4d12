import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './source.ts';

const vendored = '.github/actions/signalbox';
const action = (folder: string): string => readFileSync(join(root, folder, 'action.yml'), 'utf8');

test('the action by its repository and the one that is copied are the same, and run the same bundle', () => {
  const own = action('.').replace(`main: ${vendored}/index.js`, 'main: index.js');
  expect(own, 'change both action.yml').toBe(action(vendored));
});

test('a bundle is the same whenever it is made, and one that is not what the sources make is named', {
  timeout: 120_000, // three builds, on a machine that may be busy
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bundle-'));
  const bundle = ['scripts/bundle.mjs', folder];
  const check = () =>
    spawnSync(process.execPath, [bundle[0] ?? '', '--check', folder], { cwd: root, encoding: 'utf8' });
  try {
    execFileSync(process.execPath, bundle, { cwd: root });
    expect(check()).toMatchObject({ status: 0, stderr: '' });
    appendFileSync(join(folder, 'mcp.js'), '// by hand');
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain(`not what the sources make: ${join(folder, 'mcp.js')}.`);
    expect(stderr).toContain('npm run build');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
