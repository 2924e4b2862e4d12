import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignalboxError } from '../base/errors.ts';

/**
 * Keeps two processes from writing one data folder: each would overwrite what the other remembers. What a killed
 * process left is taken over. Answers what releases it.
 */
export function lockFolder(dataFolder: string): () => void {
  const path = join(dataFolder, 'process');
  const holder = read(path);
  const [pid = ''] = holder.split(' ');
  if (holder !== '' && Number(pid) !== process.pid && holder === describe(pid)) {
    throw new SignalboxError('user', 'data-folder-in-use', `${dataFolder} is in use by process ${pid}`, {
      hint: 'Stop that process, or choose another data folder.',
    });
  }
  writeFileSync(path, describe(String(process.pid)), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** A process by its id and, where the system tells, its start time: ids are used again. */
function describe(pid: string): string {
  const stat = read(`/proc/${pid}/stat`);
  if (stat !== '') return `${pid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? ''}`;
  try {
    process.kill(Number(pid), 0);
    return pid;
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
