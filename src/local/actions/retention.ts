import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** How long logs are kept, and artifacts of which nobody says otherwise: what GitHub does unless it is set. In days. */
export const retentionDays = 90;

/** Deletes the logs of jobs that were written last before then, in milliseconds. */
export function dropOldLogs({ logFolder, clock }: Pick<Machine, 'logFolder' | 'clock'>): void {
  const before = clock.now() - retentionDays * 24 * 3600 * 1000;
  for (const name of readdirSync(logFolder)) {
    const path = join(logFolder, name);
    if (statSync(path).mtimeMs < before) rmSync(path, { recursive: true, force: true });
  }
}
