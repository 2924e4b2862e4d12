import { execFileSync } from 'node:child_process';

/** Bundles the runner as the embedded repository's action, so that stories run the code as it stands. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/bundle.mjs'], { stdio: 'inherit' });
}
