import { asError } from '../base/errors.ts';
import { git } from '../base/git.ts';
import type { Log } from '../base/log.ts';

/**
 * Keeps a mirror quick: each commit and each fetch leaves a pack, and git looks into all of them. It runs beside the
 * work, one at a time, and drops no object: another process may be about to push it.
 */
export class Maintenance {
  readonly #folder: string;
  readonly #log: Log;
  #running: Promise<void> | null = null;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async close(): Promise<void> {
    await this.#running;
  }

  /** Small packs into larger ones by size, so that the large are seldom touched; and what makes `log -- path` quick. */
  async #run(): Promise<void> {
    const options = { cwd: this.#folder, timeoutMs: 10 * 60_000 };
    try {
      for (const args of [
        ['-c', 'pack.threads=1', 'repack', '--geometric=2', '-d', '-q'],
        ['commit-graph', 'write', '--reachable', '--changed-paths', '--split', '--no-progress'],
      ]) {
        const { code, stderr } = await git(args, options);
        if (code !== 0) this.#log.warn('the mirror could not be tidied', { words: stderr.slice(-300) });
      }
    } catch (thrown) {
      this.#log.warn('the mirror could not be tidied', { error: asError(thrown) });
    }
  }
}
