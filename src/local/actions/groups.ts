import type { Concurrency } from './workflow.ts';

const longestLine = 100;

interface Group {
  running: number;
  /** Oldest first. */
  pending: number[];
}

/** What `enter` says: go on now, wait, or do not run at all; and which runs have to give way. */
export interface Entry {
  verdict: 'run' | 'wait' | 'cancel';
  cancel: number[];
}

/**
 * Concurrency groups: one run in progress, and by default one pending, where a newer pending run cancels the
 * older; with `queue: max` a line of a hundred. Names do not care for case and are the repository's, not the workflow's.
 */
export class Groups {
  readonly #groups = new Map<string, Group>();

  enter(
    repository: number,
    name: string,
    runId: number,
    rule: Pick<Concurrency, 'queue'> & { cancelInProgress: boolean },
  ): Entry {
    const key = `${repository}:${name.toLowerCase()}`;
    const group = this.#groups.get(key);
    if (!group) {
      this.#groups.set(key, { running: runId, pending: [] });
      return { verdict: 'run', cancel: [] };
    }
    if (rule.queue === 'max') {
      if (group.pending.length >= longestLine) return { verdict: 'cancel', cancel: [] };
      group.pending.push(runId);
      return { verdict: 'wait', cancel: [] };
    }
    const cancel = group.pending.splice(0, group.pending.length, runId);
    return { verdict: 'wait', cancel: rule.cancelInProgress ? [...cancel, group.running] : cancel };
  }

  /** The run has ended, or waits no longer; answers the run that may go on in its place. */
  leave(runId: number): number | undefined {
    for (const [key, group] of this.#groups) {
      group.pending = group.pending.filter((one) => one !== runId);
      if (group.running !== runId) continue;
      const next = group.pending.shift();
      if (next === undefined) this.#groups.delete(key);
      else group.running = next;
      return next;
    }
    return undefined;
  }
}
