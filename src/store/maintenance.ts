import { asError } from '../base/errors.ts';
import { git } from '../base/git.ts';
import type { Log } from '../base/log.ts';

/** Commits after which packs are joined: each commit is a pack of its own, and git looks into all of them. */
const every = 100;

/** Keeps the mirror quick. Runs beside the work, one at a time; what it may never do is drop an object. */
export class Maintenance {
  readonly #folder: string;
  readonly #log: Log;
  #count = 0;
  #running: Promise<void> | null = null;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** To be called for each commit written. */
  written(): void {
    if (++this.#count < every || this.#running) return;
    this.#count = 0;
    this.#running = this.#run().finally(() => {
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
