import { isoSeconds } from '../../src/base/clock.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import type { Comment, Issue, IssueEvent, PullRequest, Run } from '../../src/engine/ports.ts';
import { SimJudged } from './judged.ts';
import type { Schedule } from './machine.ts';
import { installation, jobs, mainRef, people, repository, self } from './names.ts';
import { WatchedRemote } from './remote.ts';

/** What a run is to its machine before anything happened. */
const freshRun = { cancelAsked: false, isDeaf: false, givenUp: false } as const;

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

/** What a pull request is beside the issue that it is, too. */
type SimPull = Pick<PullRequest, 'head' | 'head_sha' | 'merged'>;

/**
 * What GitHub is to us, in memory: one repository. Nothing here knows the rules. What the app sees of it through
 * `simForge` is held to the same contract as the embedded GitHub (`test/forge/contract.ts`).
 */
export class SimGitHub {
  readonly schedule: Schedule;
  readonly remote: WatchedRemote;
  /** Pull requests are among them. */
  readonly issues = new Map<number, Issue>();
  /** When anything of an issue last changed. */
  readonly updated = new Map<number, string>();
  readonly events = new Map<number, IssueEvent[]>();
  readonly comments = new Map<number, Comment[]>();
  /** Who reacted to a comment, and how: `elmar +1`. */
  readonly reactions = new Map<number, Set<string>>();
  readonly assigned = new Map<number, string[]>();
  /** By their names in small letters. */
  readonly labels = new Map<string, { name: string; description: string }>();
  readonly runs = new Map<number, SimRun>();
  readonly pulls = new Map<number, SimPull>();
  readonly judged = new SimJudged(this);
  /** Newest first. */
  readonly activity: { ref: string; before: string; after: string; actor: string }[] = [];
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
    const number = this.#open(author, title, body, false);
    this.#tell(number, 'opened', author);
    for (const label of labels) this.label(number, label, author);
    return number;
  }

  openPull(author: string, head: string, title: string, body: string): number {
    const number = this.#open(author, title, body, true);
    const head_sha = this.remote.refs.get(`refs/heads/${head}`) ?? '';
    this.pulls.set(number, { head, head_sha, merged: null });
    this.#tell(number, 'opened', author);
    return number;
  }

  pull(number: number): PullRequest | null {
    const [issue, pull] = [this.issues.get(number), this.pulls.get(number)];
    if (!issue || !pull) return null;
    const { title, body, state } = issue;
    const now = state === 'open' ? this.remote.refs.get(`refs/heads/${pull.head}`) : undefined;
    const head_sha = now ?? pull.head_sha;
    const url = `https://github.test/pull/${number}`;
    return { number, title, body, state, base: 'main', url, ...pull, head_sha };
  }

  /** @throws SignalboxError as the real forge does where there is no such issue, or none any more. */
  present(number: number): Issue {
    const issue = this.issues.get(number);
    if (issue) return issue;
    const isDeleted = number > 0 && number <= this.#issues;
    throw new SignalboxError('config', isDeleted ? 'gone' : 'not-found', `issue ${number} is not there`);
  }

  /** A label as the repository has it; one that it has not is made. */
  labelNamed(name: string, description = ''): string {
    const known = this.labels.get(name.toLowerCase()) ?? { name, description };
    this.labels.set(name.toLowerCase(), known);
    return known.name;
  }

  label(number: number, name: string, actor: string): void {
    const issue = this.issues.get(number);
    if (!issue) return;
    const label = this.labelNamed(name);
    if (issue.labels.includes(label)) return;
    issue.labels = [...issue.labels, label].sort((a, b) => a.localeCompare(b));
    this.#happened(number, 'labeled', label, actor);
  }

  unlabel(number: number, name: string, actor: string): void {
    const issue = this.issues.get(number);
    const label = issue?.labels.find((one) => one.toLowerCase() === name.toLowerCase());
    if (!issue || label === undefined) return;
    issue.labels = issue.labels.filter((one) => one !== label);
    this.#happened(number, 'unlabeled', label, actor);
  }

  update(
    number: number,
    { state, state_reason, ...text }: Partial<Pick<Issue, 'title' | 'body' | 'state' | 'state_reason'>>,
    actor: string,
  ): void {
    const issue = this.issues.get(number);
    if (!issue) return;
    Object.assign(issue, text);
    const isTurned = state !== undefined && state !== issue.state;
    if (isTurned) issue.state = state;
    if (isTurned && !issue.is_pull_request)
      issue.state_reason = state === 'open' ? 'reopened' : (state_reason ?? 'completed');
    else if (state === 'closed' && !issue.is_pull_request)
      issue.state_reason = state_reason ?? issue.state_reason;
    if (isTurned) this.#happened(number, state === 'open' ? 'reopened' : 'closed', '', actor);
    else this.#tell(number, 'edited', actor);
  }

  assign(number: number, logins: readonly string[]): void {
    const there = this.assigned.get(number) ?? [];
    const known = logins.map((login) => login.toLowerCase()).filter((login) => people[login]);
    const fresh = known.filter((login) => !there.includes(login));
    this.assigned.set(number, [...there, ...fresh]);
    if (fresh.length > 0) this.#tell(number, 'assigned', self);
  }

  deleteIssue(number: number, actor: string): void {
    if (!this.issues.delete(number)) return;
    this.comments.delete(number);
    this.#tell(number, 'deleted', actor);
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

  deleteComment(id: number): void {
    for (const [number, all] of this.comments) {
      const left = all.filter((one) => one.id !== id);
      this.comments.set(number, left);
      if (left.length < all.length) this.updated.set(number, this.at);
    }
  }

  react(comment: number, login: string, content: string): void {
    this.reactions.set(comment, (this.reactions.get(comment) ?? new Set()).add(`${login} ${content}`));
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

  /** Somebody presses Cancel. What comes of it on the run's machine is the machine's affair. */
  pressCancel(run: SimRun): void {
    if (run.status === 'queued') this.setRun(run, { status: 'completed', conclusion: 'cancelled' });
    else run.cancelAsked = true;
  }

  /** Somebody runs again what has ended. */
  runAgain(run: SimRun): void {
    const again = { status: 'queued', conclusion: null, ...freshRun } as const;
    this.setRun(run, { ...again, run_attempt: run.run_attempt + 1 });
  }

  async merge(number: number, actor: string): Promise<void> {
    const pull = this.pulls.get(number);
    if (!pull || this.issues.get(number)?.state !== 'open') return;
    const main = this.remote.refs.get(mainRef) ?? '';
    pull.head_sha = this.remote.refs.get(`refs/heads/${pull.head}`) ?? pull.head_sha;
    const commit = await this.commit([main, pull.head_sha], `Merge #${number}`);
    pull.merged = { at: this.at, by: actor };
    this.update(number, { state: 'closed' }, actor);
    this.push(mainRef, commit, actor);
  }

  /** A commit, on no ref yet. What is in it is nobody's affair here. */
  commit(parents: readonly string[], message: string): Promise<string> {
    const seconds = Math.floor(this.schedule.now / 1000);
    const commit = {
      parents: [...parents],
      changes: new Map(),
      message: `${message}\n\n${this.id()}`,
      seconds,
    };
    return this.remote.objects.commit(commit, 'Somebody <somebody@test>');
  }

  push(ref: string, commit: string, actor: string): void {
    this.pusher = actor;
    this.remote.move(ref, commit);
  }

  emit(event: string, action: string | null, sender: string, rest: Record<string, unknown>): void {
    if (sender === jobs) return;
    const payload = { action, repository, installation, sender: { login: sender }, ...rest };
    const name = action === null ? event : `${event}.${action}`;
    this.deliveries.push({ guid: `guid-${this.id()}`, name, payload });
  }

  #open(author: string, title: string, body: string, is_pull_request: boolean): number {
    const number = ++this.#issues;
    const about = { number, title, body, author, created: this.at, is_pull_request, ours: author === self };
    this.issues.set(number, { ...about, state: 'open', state_reason: null, labels: [] });
    return number;
  }

  #happened(number: number, event: IssueEvent['event'], label: string, actor: string): void {
    const happened = { id: this.id(), event, label, actor, ours: actor === self, at: this.at };
    this.events.set(number, [...(this.events.get(number) ?? []), happened]);
    this.#tell(number, event, actor);
  }

  /** A pull request has an event of its own. */
  #tell(number: number, action: string, sender: string): void {
    this.updated.set(number, this.at);
    const pull = this.pulls.get(number);
    if (pull) {
      const head = { ref: pull.head, repo: { id: repository.id } };
      const about = { number, head, base: { repo: { id: repository.id } } };
      this.emit('pull_request', action, sender, { pull_request: about });
    } else this.emit('issues', action, sender, { issue: { number, updated_at: this.at } });
  }

  #run(run: SimRun, action: string): void {
    const { id, run_attempt, title, status, conclusion, url, created, updated } = run;
    const about = { id, run_attempt, display_title: title, status, conclusion, html_url: url };
    const workflow_run = { event: 'workflow_dispatch', ...about, created_at: created, updated_at: updated };
    this.emit('workflow_run', action, self, { workflow_run });
  }

  #moved(ref: string, before: string | null, after: string | null): void {
    const zero = '0'.repeat(40);
    if (ref.startsWith('refs/heads/'))
      this.activity.unshift({ ref, before: before ?? zero, after: after ?? zero, actor: this.pusher });
    this.judged.left(ref, before);
    if (ref === this.remote.stateRef) this.emit('push', null, this.pusher, { ref });
    for (const [number, pull] of this.pulls) {
      if (`refs/heads/${pull.head}` !== ref || this.issues.get(number)?.state !== 'open') continue;
      pull.head_sha = after ?? zero;
      this.#tell(number, 'synchronize', this.pusher);
    }
  }
}
