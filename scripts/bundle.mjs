// Bundles the runner into the local action, so that a repository that uses it needs no `npm ci`.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/runner/action.ts'],
  outfile: '.github/actions/signalbox/index.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
});
