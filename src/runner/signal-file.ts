import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readInside } from './artifacts.ts';
import type { Job } from './job.ts';
import { signalFile, type Workshop } from './repository.ts';
import { readSignalFile, type Verdict } from './verdict.ts';

/** A signal is text of at most 64 KiB; four bytes for each character and some fields. */
const most = 512 * 1024;

/** The verdict an agent wrote into its work tree; null where there is none that can be read. */
export async function writtenVerdict(
  { tree }: Pick<Workshop, 'tree'>,
  job: Pick<Job, 'ticket' | 'attempt'>,
  { hide, log }: { hide: (text: string) => string; log: Log },
): Promise<Verdict | null> {
  const fault = (why: string): null => {
    log.warn('the signal file is not read', { path: signalFile, why });
    return null;
  };
  try {
    const bytes = await readInside(tree, signalFile, most);
    if (!bytes) return null;
    const read = readSignalFile(bytes.toString('utf8'), job, hide);
    return read.fault === null ? read.verdict : fault(read.fault);
  } catch (error) {
    return fault(asError(error).message);
  }
}
