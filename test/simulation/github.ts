import { isoSeconds } from '../../src/base/clock.ts';
import type { Comment, Issue, IssueEvent, PermissionRole, PullRequest, Run } from '../../src/engine/ports.ts';
import { MemoryRemote } from '../../src/store/memory-store.ts';
import type { Schedule } from './machine.ts';

export const slug = 'signalbox';
export const self = `${slug}[bot]`;
/** Who jobs are to GitHub: what they do sends no webhook. */
export const jobs = 'github-actions[bot]';
const repository = { id: 7, full_name: 'acme/desk' };
const installation = { id: 3 };

export const people: Readonly<Record<string, PermissionRole>> = {
  lucienne: 'admin',
  wilma: 'write',
  elmar: 'triage',
  visitor: 'read',
};

/** What a run is to its machine before anything happened. */
export const freshRun = { cancelAsked: false, isDeaf: false, givenUp: false } as const;

export interface Delivery {
  guid: string;
  name: string;
  payload: Record<string, unknown>;
}

export interface SimRun extends Run {
  inputs: Record<string, string>;
  cancelAsked: boolean;
  /** GitHub takes a cancel of it, and nothing comes of it; a force-cancel only makes GitHub give up its machine. */
  isDeaf: boolean;
  givenUp: boolean;
}

/** What GitHub is to us, in memory: one repository. Nothing here knows the rules. */
export class SimGitHub {
  readonly schedule: Schedule;
  readonly remote: MemoryRemote;
  readonly issues = new Map<number, Issue>();
  /** When anything of an issue last changed. */
  readonly updated = new Map<number, string>();
  readonly events = new Map<number, IssueEvent[]>();
  readonly comments = new Map<number, Comment[]>();
  readonly reactions = new Map<number, string[]>();
  readonly assigned = new Map<number, string[]>();
  readonly labels = new Set<string>();
  readonly runs = new Map<number, SimRun>();
  readonly pulls: PullRequest[] = [];
  readonly branches = new Map<string, string>();
  readonly activity: { before: string; after: string; actor: string }[] = [];
  readonly deliveries: Delivery[] = [];
  /** Whose push is being carried out. */
  pusher = self;
  /** Cancels that GitHub still refuses, and dispatches that it takes without starting anything. */
  refusing = 0;
  swallowing = 0;
  /** Whether somebody took the workflow off the default branch. */
  hasNoWorkflow = false;
  #last = 0;
  #issues = 0;

  constructor(schedule: Schedule) {
    this.schedule = schedule;
    this.remote = new WatchedRemote((ref, before, after) => this.#moved(ref, before, after));
  }

  id(): number {
    return ++this.#last;
  }

  get at(): string {
    return isoSeconds(this.schedule.now);
  }

  openIssue(author: string, title: string, body: string, labels: readonly string[]): number {
    const number = ++this.#issues;
    const state = { state: 'open', state_reason: null } as const;
    const about = {
      number,
      title,
      body,
      author,
      created: this.at,
      is_pull_request: false,
      ours: author === self,
    };
    this.issues.set(number, { ...about, ...state, labels: [] });
    this.#issue(number, 'opened', author);
    for (const label of labels) this.label(number, label, author);
    return number;
  }

  label(number: number, label: string, actor: string): void {
    const issue = this.issues.get(number);
    if (!issue || issue.labels.includes(label)) return;
    issue.labels.push(label);
    this.#happened(number, 'labeled', label, actor);
  }

  unlabel(number: number, label: string, actor: string): void {
    const issue = this.issues.get(number);
    if (!issue?.labels.includes(label)) return;
    issue.labels = issue.labels.filter((one) => one !== label);
    this.#happened(number, 'unlabeled', label, actor);
  }

  update(
    number: number,
    change: Partial<Pick<Issue, 'title' | 'body' | 'state' | 'state_reason'>>,
    actor: string,
  ): void {
    const issue = this.issues.get(number);
    if (!issue) return;
    const before = issue.state;
    Object.assign(issue, change);
    if (issue.state !== before) {
      this.#happened(number, issue.state === 'open' ? 'reopened' : 'closed', '', actor);
    } else this.#issue(number, 'edited', actor);
  }

  assign(number: number, logins: readonly string[]): void {
    const there = this.assigned.get(number) ?? [];
    const fresh = logins.filter((login) => people[login] && !there.includes(login));
    this.assigned.set(number, [...there, ...fresh]);
    if (fresh.length > 0) this.#issue(number, 'assigned', self);
  }

  deleteIssue(number: number, actor: string): void {
    if (!this.issues.has(number)) return;
    this.issues.delete(number);
    this.#issue(number, 'deleted', actor);
  }

  comment(number: number, body: string, author: string): Comment {
    const author_is_bot = author.endsWith('[bot]');
    const comment = { id: this.id(), body, author, author_is_bot, ours: author === self, at: this.at };
    this.comments.set(number, [...(this.comments.get(number) ?? []), comment]);
    this.updated.set(number, this.at);
    const user = { login: author, type: author_is_bot ? 'Bot' : 'User' };
    const about = { id: comment.id, body, user, created_at: comment.at };
    this.emit('issue_comment', 'created', author, { issue: { number }, comment: about });
    return comment;
  }

  dispatch(inputs: Record<string, string>): SimRun {
    const id = this.id();
    const title = `${inputs.ticket} #${inputs.attempt} ${inputs.phase}`;
    const url = `https://github.test/runs/${id}`;
    const times = { created: this.at, updated: this.at };
    const state = { status: 'queued', conclusion: null, ...freshRun } as const;
    const run: SimRun = { id, run_attempt: 1, title, url, inputs, ...times, ...state };
    this.runs.set(id, run);
    this.#run(run, 'requested');
    return run;
  }

  setRun(run: SimRun, change: Partial<SimRun>): void {
    Object.assign(run, change, { updated: this.at });
    this.#run(run, run.status === 'completed' ? 'completed' : run.status);
  }

  /** A pull request is closed, merged or not. */
  closePull(number: number, actor: string, isMerged: boolean): void {
    const pull = this.pulls.find((one) => one.number === number);
    if (pull?.state !== 'open') return;
    Object.assign(pull, { state: 'closed', merged: isMerged ? { at: this.at, by: actor } : null });
    const head = { ref: pull.head, repo: { id: repository.id } };
    const about = { number, head, base: { repo: { id: repository.id } } };
    this.emit('pull_request', 'closed', actor, { pull_request: about });
  }

  emit(event: string, action: string | null, sender: string, rest: Record<string, unknown>): void {
    if (sender === jobs) return;
    const payload = { action, repository, installation, sender: { login: sender }, ...rest };
    const name = action === null ? event : `${event}.${action}`;
    this.deliveries.push({ guid: `guid-${this.id()}`, name, payload });
  }

  #happened(number: number, event: IssueEvent['event'], label: string, actor: string): void {
    const happened = { id: this.id(), event, label, actor, ours: actor === self, at: this.at };
    this.events.set(number, [...(this.events.get(number) ?? []), happened]);
    this.#issue(number, event, actor);
  }

  #issue(number: number, action: string, sender: string): void {
    this.updated.set(number, this.at);
    this.emit('issues', action, sender, { issue: { number, updated_at: this.at } });
  }

  #run(run: SimRun, action: string): void {
    const { id, run_attempt, title, status, conclusion, url, created, updated } = run;
    const about = { id, run_attempt, display_title: title, status, conclusion, html_url: url };
    const workflow_run = { event: 'workflow_dispatch', ...about, created_at: created, updated_at: updated };
    this.emit('workflow_run', action, self, { workflow_run });
  }

  #moved(ref: string, before: string | null, after: string | null): void {
    const zero = '0'.repeat(40);
    if (ref !== this.remote.stateRef) return;
    this.activity.unshift({ before: before ?? zero, after: after ?? zero, actor: this.pusher });
    this.emit('push', null, this.pusher, { ref });
  }
}

class WatchedRemote extends MemoryRemote {
  readonly #moved: (ref: string, before: string | null, after: string | null) => void;

  constructor(moved: (ref: string, before: string | null, after: string | null) => void) {
    super();
    this.#moved = moved;
  }

  override move(ref: string, oid: string | null): void {
    const before = this.refs.get(ref) ?? null;
    super.move(ref, oid);
    this.#moved(ref, before, oid);
  }
}
