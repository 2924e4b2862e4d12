// Bundles the bench, since Node 20 runs no TypeScript, and runs it. usage: npm run bench -- --help
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

// Inside node_modules, so that packages are found from there.
const folder = mkdtempSync(join('node_modules', '.bench-'));
const outfile = join(folder, 'bench.mjs');
try {
  await build({
    entryPoints: ['bench/main.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
