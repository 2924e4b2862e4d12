import { type Clock, sleep } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/**
 * How long a step may take. Once Actions cancels the job there are 10 seconds until it kills us (SIGINT, 7.5 s,
 * SIGTERM, 2.5 s), so every step has a second limit: `hurriedBy`, in milliseconds after that moment.
 */
export interface Patience {
  readonly hurried: boolean;
  /** The result of `step`, or undefined where it failed or took too long; both are logged and stop nothing. */
  within<T>(
    name: string,
    limit: { ms: number; hurriedBy: number },
    step: () => Promise<T>,
  ): Promise<T | undefined>;
  /**
   * Repeats `step` every `everyMs` until it succeeds. Rejects with its last failure after `ms`, when hurried, or at once
   * where trying again is of no use.
   */
  insist<T>(name: string, limit: { ms: number; everyMs: number }, step: () => Promise<T>): Promise<T>;
}

export function makePatience(clock: Clock, log: Log, interrupted: AbortSignal): Patience {
  let since = clock.now();
  interrupted.addEventListener(
    'abort',
    () => {
      since = clock.now();
    },
    { once: true },
  );
  return {
    get hurried() {
      return interrupted.aborted;
    },
    async within(name, { ms, hurriedBy }, step) {
      const over = new AbortController();
      const limit = async (): Promise<undefined> => {
        await sleep(clock, ms, AbortSignal.any([interrupted, over.signal]));
        if (interrupted.aborted)
          await sleep(clock, Math.max(300, since + hurriedBy - clock.now()), over.signal);
        if (!over.signal.aborted) log.warn('a step took too long', { step: name });
        return undefined;
      };
      const work = step().catch((thrown: unknown) => {
        log.warn('a step failed', { step: name, error: asError(thrown) });
        return undefined;
      });
      const result = await Promise.race([work, limit()]);
      over.abort();
      return result;
    },
    async insist(name, { ms, everyMs }, step) {
      const begun = clock.now();
      for (;;) {
        try {
          return await step();
        } catch (thrown) {
          log.warn('a step failed', { step: name, error: asError(thrown) });
          if (interrupted.aborted || isFinal(thrown) || clock.now() - begun >= ms) throw thrown;
        }
        await sleep(clock, everyMs, interrupted);
      }
    },
  };
}

/** Of our own errors the forge's and those of a race pass; the others stay until a person acts. */
const isFinal = (thrown: unknown): boolean =>
  thrown instanceof SignalboxError && thrown.kind !== 'forge' && thrown.kind !== 'conflict';

/** `work`, or a rejection once `signal` aborts; the work itself may then go on unheard. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
