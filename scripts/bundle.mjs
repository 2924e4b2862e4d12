// Bundles the runner into the local action, so that a repository that uses it needs no `npm ci`; and beside it the tools
// that it hands to an agent, in a file of their own: the agent's user may not be able to read where the action lies.
import { build } from 'esbuild';

const folder = '.github/actions/signalbox';
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: ['src/runner/action.ts'],
  outfile: `${folder}/index.js`,
  format: 'cjs',
});
await build({
  ...common,
  entryPoints: ['src/mcp/main.ts'],
  outfile: `${folder}/mcp.js`,
  format: 'cjs',
  minify: true,
});
