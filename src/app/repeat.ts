import type { Clock } from '../base/clock.ts';

/** However often something fails, it is tried this often. */
const slowestMs = 5 * 60_000;

/**
 * Does `work` every `everyMs` milliseconds, counted from its end, so that it never overlaps itself; after failures
 * more and more seldom. The returned function calls it off.
 */
export function repeat(
  clock: Clock,
  everyMs: number,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): () => void {
  let failures = 0;
  let off = false;
  let callOff = () => {};
  const wait = () => {
    callOff = clock.after(Math.min(everyMs * 2 ** failures, Math.max(everyMs, slowestMs)), () => void beat());
  };
  const beat = async () => {
    try {
      await work();
      failures = 0;
    } catch (error) {
      failures++;
      failed(error);
    }
    if (!off) wait();
  };
  wait();
  return () => {
    off = true;
    callOff();
  };
}
