import type { Contexts, Json, Status } from './expressions.ts';
import type { JobRunner } from './job-runner.ts';
import type { Conclusion, JobConclusion } from './records.ts';
import type { Job } from './workflow.ts';

/** One job of the workflow within a run; a matrix gives it several legs. */
export interface Node {
  job: Job;
  state: 'waiting' | 'running' | 'done';
  /** What it counts for in `needs`; meaningful once done. */
  result: JobConclusion;
  outputs: Record<string, string>;
  legs: Leg[];
  failFast: boolean;
  maxParallel: number;
  /** Cancelled or failed fast: no further leg begins. */
  closed: boolean;
}

/** One job as the API knows it. */
export interface Leg {
  jobId: number;
  contexts: Contexts;
  continueOnError: boolean;
  state: 'waiting' | 'requested' | 'running' | 'done';
  /** Takes back its place in the line for a machine. */
  withdraw(): void;
  runner: JobRunner | undefined;
  /** Resolves when its machine is done with it, whatever the API says. */
  gone: Promise<void>;
}

/** What several legs, or several jobs, come to. */
export function together(results: readonly JobConclusion[]): JobConclusion {
  if (results.includes('failure')) return 'failure';
  if (results.includes('cancelled')) return 'cancelled';
  return results.length > 0 && results.every((result) => result === 'skipped') ? 'skipped' : 'success';
}

/** How a run ends. A cancel that came when nothing was left to cancel changed nothing. */
export function runConclusion(nodes: Iterable<Node>, cancelled: boolean): Conclusion {
  const results = [...nodes].map((node) => node.result);
  return cancelled && results.includes('cancelled') ? 'cancelled' : together(results);
}

/** Everything a job depends on, however far back: GitHub's `success()` and `failure()` look at all of it. */
function ancestors(node: Node, nodes: ReadonlyMap<string, Node>): Node[] {
  const found = new Set<Node>();
  const add = (one: Node): void => {
    for (const need of one.job.needs) {
      const other = nodes.get(need);
      if (!other || found.has(other)) continue;
      found.add(other);
      add(other);
    }
  };
  add(node);
  return [...found];
}

export function statusFor(node: Node, nodes: ReadonlyMap<string, Node>, cancelled: boolean): Status {
  const results = ancestors(node, nodes).map((one) => one.result);
  return {
    success: !cancelled && results.every((result) => result === 'success'),
    failure: !cancelled && results.includes('failure'),
    cancelled,
  };
}

/** The `needs` context. */
export function needsContext(node: Node, nodes: ReadonlyMap<string, Node>): Record<string, Json> {
  const entries = node.job.needs.map((id) => {
    const need = nodes.get(id);
    return [id, { result: need?.result ?? 'skipped', outputs: need?.outputs ?? {} }] as const;
  });
  return Object.fromEntries(entries);
}
