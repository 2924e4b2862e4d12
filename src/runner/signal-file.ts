import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Job } from './job.ts';
import { signalFile, type Workshop } from './repository.ts';
import { readSignalFile, type Verdict } from './verdict.ts';

/** A signal is text of at most 64 KiB; four bytes for each character and some fields. */
const most = 512 * 1024;

/**
 * The verdict an agent wrote into its work tree; null where there is none that can be read. Only a plain file inside
 * the tree is read: a link may lead to what is ours, and a pipe would hold us up.
 */
export async function writtenVerdict(
  { tree }: Pick<Workshop, 'tree'>,
  job: Pick<Job, 'ticket' | 'attempt'>,
  log: Log,
): Promise<Verdict | null> {
  const path = join(tree, signalFile);
  const fault = (why: string): null => {
    log.warn('the signal file is not read', { path: signalFile, why });
    return null;
  };
  try {
    const folder = await realpath(dirname(path));
    if (folder !== join(await realpath(tree), dirname(signalFile))) return fault('its folder is a link');
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) return fault('it is not a plain file');
      if (facts.size > most) return fault('it is too large');
      const read = readSignalFile(await file.readFile('utf8'), job);
      return read.fault === null ? read.verdict : fault(read.fault);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = asError(error) as NodeJS.ErrnoException;
    return code === 'ENOENT' ? null : fault(asError(error).message);
  }
}
