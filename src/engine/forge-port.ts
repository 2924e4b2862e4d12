import type { Judgements } from './judgements.ts';
import type { Sights } from './sights.ts';

export type PermissionRole = 'admin' | 'write' | 'triage' | 'read' | 'none';

export interface Issue {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  /** `completed`, `not_planned`, `duplicate`, `reopened` or null. */
  state_reason: string | null;
  labels: string[];
  author: string;
  /** True where this app itself opened it. */
  ours: boolean;
  created: string;
  is_pull_request: boolean;
}

/** One of the issue events that mean something to us; `label` is empty for the last two. */
export interface IssueEvent {
  id: number;
  event: 'labeled' | 'unlabeled' | 'closed' | 'reopened';
  label: string;
  actor: string;
  /** True where this app itself did it. */
  ours: boolean;
  at: string;
}

export interface Comment {
  id: number;
  body: string;
  author: string;
  author_is_bot: boolean;
  /** True where this app itself wrote it. */
  ours: boolean;
  at: string;
}

export interface Run {
  id: number;
  run_attempt: number;
  /** `run-name` as evaluated: `MC-4159 #3 dev`. */
  title: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  url: string;
  created: string;
  /** When it was last seen to change; for a completed run, about when it ended. */
  updated: string;
}

/** A dispatch that can never succeed as things are: a person must act. */
export type DispatchRefusal = { code: 'no-workflow' | 'dispatch-refused'; message: string };

export interface PullRequest {
  number: number;
  title: string;
  body: string;
  /** Its branch, and the commit of it that is or was asked for. */
  head: string;
  head_sha: string;
  base: string;
  state: 'open' | 'closed';
  /** GitHub merges a pull request once at most. A list does not say who did: `ghost`. */
  merged: { at: string; by: string } | null;
  url: string;
}

/** What GitHub does for one repository. */
export interface Forge extends Sights, Judgements {
  /** The forge's clock in milliseconds: its last Date header, moved on by ours. */
  now(): number;
  /** Text of a file on the default branch, or as it was at a commit; null where absent. */
  file(path: string, commit?: string): Promise<string | null>;
  /** Commits of the default branch that changed a file, newest first. */
  commitsOf(path: string, most: number): Promise<string[]>;
  /** `none` also for somebody else who has the name by now: one whose id is not `id`. `fresh`: as of now, not of seconds ago. */
  permission(login: string, id?: number, options?: { fresh: boolean }): Promise<PermissionRole>;

  /** `gone`: deleted (410) or never there; `moved`: transferred. */
  issue(number: number): Promise<Issue | 'gone' | 'moved'>;
  /** Open issues with a label; pull requests left out. */
  issuesLabelled(label: string): Promise<Issue[]>;
  /** Issues, open and closed, in which anything changed at or after `since` (ISO); pull requests left out. */
  issuesSince(since: string): Promise<Issue[]>;
  createIssue(title: string, body: string, labels: string[]): Promise<number>;
  updateIssue(
    number: number,
    change: { title?: string; body?: string; state?: 'open' | 'closed'; state_reason?: string },
  ): Promise<void>;
  /** Assigns people to an issue, besides those who are; who may not be assigned is left out without a word. */
  assign(number: number, logins: readonly string[]): Promise<void>;
  /** Labelled, unlabelled, closed, reopened: oldest first. */
  events(number: number): Promise<IssueEvent[]>;
  addLabels(number: number, labels: string[]): Promise<void>;
  /** Absent is fine. */
  removeLabel(number: number, label: string): Promise<void>;
  /** Without a description where nobody gave one, as where an issue brought the label. */
  repositoryLabels(): Promise<{ name: string; description: string }[]>;
  createLabel(name: string, color: string, description: string): Promise<void>;

  comments(number: number): Promise<Comment[]>;
  createComment(number: number, body: string): Promise<number>;
  updateComment(id: number, body: string): Promise<void>;
  deleteComment(id: number): Promise<void>;
  /** One reaction on a comment; again is fine. */
  react(comment: number, content: '+1' | '-1' | 'eyes' | 'confused'): Promise<void>;
  /** Whether this app has reacted to a comment. */
  hasReacted(comment: number): Promise<boolean>;

  /** Starts the workflow on the default branch. Exactly one POST, never repeated by the client. */
  dispatch(
    workflow: string,
    inputs: Record<string, string>,
  ): Promise<{ run: number | null } | { refused: DispatchRefusal }>;
  /** Runs of the workflow created at or after `since` (ISO), newest first. */
  runs(workflow: string, since: string): Promise<Run[]>;
  run(id: number): Promise<Run | null>;
  /** Asks for an end; true where GitHub took the request. Never queued behind other calls. */
  cancel(run: number): Promise<boolean>;
  forceCancel(run: number): Promise<boolean>;

  /** Commit of a branch or other full ref name; null where absent. */
  ref(name: string): Promise<string | null>;
  /** When a commit was made (ISO); null where there is none. */
  commitTime(sha: string): Promise<string | null>;
  /** Moves or creates a branch; fast-forward only. False where it would not be one. */
  moveBranch(branch: string, sha: string): Promise<boolean>;
  defaultBranch(): Promise<string>;
  /** True where `sha` adds commits to `base`: the default branch, unless named. */
  isAhead(sha: string, base?: string): Promise<boolean>;
  /** The open one of a branch of this repository, else its newest. */
  pullRequest(branch: string): Promise<PullRequest | null>;
  /** Those of branches of this repository in which anything changed at or after `since` (ISO). */
  pullRequestsSince(since: string): Promise<PullRequest[]>;
  /** Null for one of a fork, whose branch may have any name. */
  pullRequestNumbered(number: number): Promise<PullRequest | null>;
  openPullRequest(branch: string, title: string, body: string): Promise<PullRequest>;
  updatePullRequest(number: number, change: { title?: string; body?: string }): Promise<void>;

  /** Who pushed what to a ref, newest first (the repository's activity). */
  pushes(ref: string): Promise<{ before: string; after: string; actor: string }[]>;
}
