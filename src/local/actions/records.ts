import type { Json } from './expressions.ts';
import type { CommitJson } from './tree.ts';

/** What is kept of workflows, runs and jobs. A record handed to a table is never changed: a new one replaces it. */
export interface WorkflowRecord {
  id: number;
  /** The repository's id: names change. */
  repository: number;
  path: string;
  createdAt: number;
}

export type RunStatus = 'queued' | 'pending' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'startup_failure';
export type RunEvent = 'workflow_dispatch' | 'push';

export interface RunRecord {
  id: number;
  repository: number;
  workflowId: number;
  workflowPath: string;
  runNumber: number;
  event: RunEvent;
  /** The event's own part of `github.event`. */
  payload: Record<string, Json>;
  /** Typed, as the `inputs` context has them. */
  inputs: Record<string, Json>;
  /** `refs/heads/main` */
  ref: string;
  sha: string;
  commit: CommitJson;
  actor: string;
  createdAt: number;
  /** Hidden from listings for a while, at a test's wish. */
  hidden: boolean;
  /** At least one; the last is the one that counts. */
  attempts: AttemptRecord[];
}

export interface AttemptRecord {
  number: number;
  triggeringActor: string;
  workflowName: string;
  displayTitle: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  startedAt: number;
  updatedAt: number;
  /** Why it could not start, for `startup_failure`. */
  problem: string | null;
  /** The jobs of the workflow that run again; undefined: all. Others keep what they had in an earlier attempt. */
  only?: string[];
  /** Ids of jobs, in order of creation; those kept from an earlier attempt included. */
  jobs: number[];
}

export type JobConclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface JobRecord {
  id: number;
  runId: number;
  attempt: number;
  /** The key in the workflow file. */
  key: string;
  name: string;
  labels: string[];
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: JobConclusion | null;
  /** What it counts for in `needs` and in the run's conclusion (`continue-on-error` makes a failure a success). */
  result: JobConclusion | null;
  outputs: Record<string, string>;
  createdAt: number;
  startedAt: number | null;
  completedAt: number | null;
  /** Marks its processes' environments (`RUNNER_TRACKING_ID`). */
  trackingId: string;
  /** Its `GITHUB_TOKEN` while it runs. */
  token: string | null;
  steps: StepRecord[];
}

export interface StepRecord {
  number: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: JobConclusion | null;
  startedAt: number | null;
  completedAt: number | null;
}

/** Files of a run that outlive it; the zip lies in a file of its own. */
export interface ArtifactRecord {
  id: number;
  runId: number;
  name: string;
  /** Of the zip, in bytes. */
  size: number;
  /** `sha256:…` of the zip. */
  digest: string;
  createdAt: number;
  expiresAt: number;
}

/** Secrets and variables of one repository, by upper-case name. */
export interface SettingsRecord {
  secrets: Record<string, string>;
  variables: Record<string, string>;
}

/** The attempt that counts. */
export function latest(run: RunRecord): AttemptRecord {
  const attempt = run.attempts.at(-1);
  if (!attempt) throw new Error(`run ${run.id} has no attempt`);
  return attempt;
}
