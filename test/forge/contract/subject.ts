import { expect } from 'vitest';
import type { Forge } from '../../../src/engine/ports.ts';

/** lucienne is admin, wilma may write, elmar triage; visitor may only read. */
export type Person = 'lucienne' | 'wilma' | 'elmar' | 'visitor';

/** What other people do to the repository, and what Actions do to its runs. */
export interface Others {
  open(by: Person, title: string, labels?: readonly string[]): Promise<number>;
  edit(issue: number, change: { title?: string; body?: string }, by: Person): Promise<void>;
  /** Of a pull request, too. */
  close(issue: number, by: Person, reason?: 'completed' | 'not_planned'): Promise<void>;
  reopen(issue: number, by: Person): Promise<void>;
  remove(issue: number): Promise<void>;
  label(issue: number, label: string, by: Person): Promise<void>;
  unlabel(issue: number, label: string, by: Person): Promise<void>;
  comment(issue: number, body: string, by: Person): Promise<number>;
  react(comment: number, by: Person): Promise<void>;
  assignees(issue: number): Promise<string[]>;
  merge(pull: number, by: Person): Promise<void>;
  status(
    commit: string,
    name: string,
    state: 'success' | 'failure' | 'error' | 'pending',
    by: Person,
  ): Promise<void>;
  /** Of the pull request's head; answers the review's id. */
  review(
    pull: number,
    verdict: 'approved' | 'changes_requested' | 'commented',
    body: string,
    by: Person,
    lines?: { path: string; line: number; text: string }[],
  ): Promise<number>;
  block(issue: number, blocker: number, by: Person): Promise<void>;
  /** One commit on top of a branch, which is made at the default branch if need be. Answers the commit. */
  push(branch: string, by: Person): Promise<string>;
  /** A file that a pull request adds, of three lines. */
  fileOf(pull: number): Promise<string>;
  /** The run's machine begins with it, and goes on until it is told to finish, or is cancelled. */
  begin(run: number): Promise<void>;
  finish(run: number): Promise<void>;
  /** Somebody presses Cancel. */
  cancel(run: number, by: Person): Promise<void>;
  /** Somebody runs again what has ended. */
  runAgain(run: number, by: Person): Promise<void>;
  /** Some seconds pass: nothing of before has the time of anything after. */
  later(): void;
}

/** A forge, and the others on the same repository. Its tests share it, each with issues and branches of its own. */
export interface Subject {
  forge: Forge;
  others: Others;
  stop(): Promise<void>;
}

export type Use = () => Subject;

/** The file name of the workflow that subjects have; its runs are called `<ticket> #<attempt> <phase>`. */
export const workflow = 'signalbox.yml';

/** A time as GitHub writes it. */
export const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

/** The present time at GitHub (ISO), which nothing that happened before this call has. */
export async function moment({ forge, others }: Subject): Promise<string> {
  others.later();
  const issue = await forge.issue(await forge.createIssue('What time is it?', '', []));
  if (typeof issue === 'string') throw new Error(`a new issue is ${issue}`);
  return issue.created;
}

/** A branch with a commit of its own, and a pull request of it. */
export async function pullOf({ forge, others }: Subject, branch: string): Promise<number> {
  await others.push(branch, 'lucienne');
  return (await forge.openPullRequest(branch, 'The work', 'as asked')).number;
}
