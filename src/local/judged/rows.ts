import type { Forge } from '../data.ts';
import type { Table } from '../host.ts';

/** What is kept of judgements: of a commit (statuses, check runs) and of a pull request (reviews). */

export type StatusState = 'error' | 'failure' | 'pending' | 'success';

export interface StatusRow {
  id: number;
  repo: number;
  sha: string;
  state: StatusState;
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: string;
  created: string;
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed';
export const checkConclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'timed_out',
] as const;
export type CheckConclusion = (typeof checkConclusions)[number];

/** A check run: an app's judgement, or a job of Actions, which has the job's own id. */
export interface CheckRow {
  id: number;
  repo: number;
  sha: string;
  name: string;
  /** Slug of the app whose it is. */
  app: string;
  /** Check runs of one app and commit belong together; those of a run of Actions have the run's id. */
  suite: number;
  branch: string | null;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  started: string;
  completed: string | null;
  page: string | null;
  externalId: string;
  output: { title: string | null; summary: string | null; text: string | null };
}

export type ReviewState = 'approved' | 'changes_requested' | 'commented' | 'dismissed';

export interface ReviewRow {
  id: number;
  repo: number;
  pull: number;
  user: string;
  state: ReviewState;
  body: string;
  /** The commit that it speaks of. */
  commit: string;
  submitted: string;
  /** What it says of single lines. */
  comments: LineComment[];
}

export interface LineComment {
  id: number;
  path: string;
  /** In the file as the reviewed commit has it. */
  line: number;
  body: string;
  /** The part of the difference that ends with the line, and the line's place in the whole of the file's. */
  hunk: string;
  position: number;
}

export const statusesOf = (forge: Forge): Table<StatusRow> => forge.tables.table('statuses');
export const checksOf = (forge: Forge): Table<CheckRow> => forge.tables.table('check-runs');
export const reviewsOf = (forge: Forge): Table<ReviewRow> => forge.tables.table('reviews');
