import { SignalboxError } from '../base/errors.ts';

/** Waits for works that hold up no other: what came of those that ended well, and the failures of the rest. */
export async function together<T>(works: readonly Promise<T>[]): Promise<{ done: T[]; failures: unknown[] }> {
  const results = await Promise.allSettled(works);
  return {
    done: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  };
}

/**
 * Throws the gravest of several failures, if there are any: first what left something undecided, and of those first what
 * may pass by itself, so that it is tried again.
 */
export function throwGravest(failures: readonly unknown[]): void {
  const [gravest] = failures.toSorted((a, b) => harmlessness(a) - harmlessness(b));
  if (gravest !== undefined) throw gravest;
}

function harmlessness(failure: unknown): number {
  if (isUntold(failure)) return 2;
  return failure instanceof SignalboxError && failure.kind === 'config' ? 1 : 0;
}

/** The failure to tell an answer, or to show one: all was decided, and whoever asked does not see it. */
export function untold(cause: unknown): SignalboxError {
  const kind = cause instanceof SignalboxError ? cause.kind : 'forge';
  return new SignalboxError(kind, 'untold', 'an answer could not be told', { cause });
}

export function isUntold(failure: unknown): boolean {
  return failure instanceof SignalboxError && failure.code === 'untold';
}
