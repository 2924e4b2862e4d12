import { build } from 'esbuild';

/** Bundles the runner as the embedded repository's action, so that stories run the code as it stands. */
export async function setup(): Promise<void> {
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
}
