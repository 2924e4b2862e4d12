import { execFileSync } from 'node:child_process';

/**
 * Bundles the runner as the embedded repository's action, so that stories run the code as it stands. With
 * `ACTION=as-committed` it stays as it is, for a few tests that run no action, again and again: it takes as long as they do.
 */
export function setup(): void {
  if (process.env.ACTION === 'as-committed') return;
  execFileSync(process.execPath, ['scripts/bundle.mjs'], { stdio: 'inherit' });
}
