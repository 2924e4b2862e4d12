/*
 * What people want to see of GitHub beside the issues. The engine itself never asks it: nothing follows from it.
 */

/** One step of a run's job, as Actions shows it while it works. */
export interface RunStep {
  name: string;
  /** `queued`, `in_progress`, or how it ended: `success`, `failure`, `cancelled`, `skipped`. */
  status: string;
}

/** What is left of an hour's calls; `reset` in milliseconds. */
export interface RateLimit {
  limit: number;
  remaining: number;
  reset: number;
}

export interface Sights {
  /** Whether a stranger may not even know of the repository. */
  isPrivate(): Promise<boolean>;
  /** As the last answer told; null before the first. */
  rateLimit(): RateLimit | null;
  /** When a commit was made (ISO), and its message; null where there is none. */
  commitWords(sha: string): Promise<{ at: string; message: string } | null>;
  /** Steps of a run's jobs; empty where GitHub knows no such run. */
  runSteps(run: number): Promise<RunStep[]>;
  /** The logs of a run's jobs. GitHub gives them when a job has ended: null before, and when they were deleted. */
  runLog(run: number): Promise<string | null>;
}
