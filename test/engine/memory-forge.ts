import { SignalboxError } from '../../src/base/errors.ts';
import type {
  Comment,
  Forge,
  Issue,
  IssueEvent,
  PermissionRole,
  PullRequest,
  Run,
} from '../../src/engine/ports.ts';
import type { RunStep } from '../../src/engine/sights.ts';
import { MemoryJudgements } from './memory-judgements.ts';

/** GitHub's limits, and the words it refuses with. */
const [longestText, longestTitle] = [65_536, 256];

/** One repository of a forge, in memory, and its people's hands on it. No hook tells the app of anything. */
export class MemoryForge extends MemoryJudgements implements Forge {
  readonly roles: Record<string, PermissionRole> = { lucienne: 'admin', wilma: 'write', elmar: 'triage' };
  readonly pulls = new Map<number, PullRequest>();
  readonly refs = new Map<string, string>();
  readonly runsThere: Run[] = [];
  /** When commits were made (ISO). */
  readonly commitTimes = new Map<string, string>();
  /** Commits that add nothing to another: `work base`. */
  readonly contained = new Set<string>();
  /** Reactions: `7 -1`. */
  readonly reactions: string[] = [];
  /** Issues that were taken in, in order. */
  readonly taken: number[] = [];
  /** When anything of an issue or a pull request last changed. */
  readonly updated = new Map<number, string>();
  readonly activity: Awaited<ReturnType<Forge['pushes']>> = [];
  /** Issues whose comments were read, in order. */
  readonly commentsRead: number[] = [];
  /** Who was assigned, in order: `7 wilma`. */
  readonly assigned: string[] = [];
  readonly #events = new Map<number, IssueEvent[]>();
  readonly #comments = new Map<number, Comment[]>();
  readonly #labels: { name: string; description: string }[] = [];
  readonly #moved = new Set<number>();
  readonly #at: () => string;
  #last = 0;
  #ids = 1000;

  isPrivate = async () => false;
  rateLimit: Forge['rateLimit'] = () => null;
  readonly commitMessages = new Map<string, string>();
  commitWords = async (sha: string): Promise<{ at: string; message: string } | null> => {
    const at = this.commitTimes.get(sha);
    return at === undefined ? null : { at, message: this.commitMessages.get(sha) ?? '' };
  };
  runSteps = async (): Promise<RunStep[]> => [];
  runLog = async (): Promise<string | null> => null;

  constructor(at: () => string) {
    super();
    this.#at = at;
  }

  // ---- what people do ----

  open(
    author: string,
    { title = 'A ticket', body = 'do it', labels = ['ticket'] }: Partial<Issue> = {},
  ): number {
    const number = ++this.#last;
    const ours = author === 'signalbox[bot]';
    const [created, state] = [this.#at(), 'open' as const];
    const shape = { state, state_reason: null, labels: [], is_pull_request: false };
    this.issues.set(number, { number, title, body, author, ours, created, ...shape });
    this.#touch(number);
    for (const label of labels) this.label(number, label, author);
    return number;
  }

  label(number: number, label: string, actor: string): void {
    if (this.#issue(number).labels.includes(label)) return;
    this.#issue(number).labels.push(label);
    this.#tell(number, { event: 'labeled', label, actor });
  }

  unlabel(number: number, label: string, actor: string): void {
    const issue = this.#issue(number);
    issue.labels = issue.labels.filter((one) => one !== label);
    this.#tell(number, { event: 'unlabeled', label, actor });
  }

  close(number: number, state_reason: string, actor: string): void {
    this.edit(number, { state: 'closed', state_reason });
    this.#tell(number, { event: 'closed', label: '', actor });
  }

  edit(number: number, change: Partial<Issue>): void {
    Object.assign(this.#issue(number), change);
    this.#touch(number);
  }

  reopen(number: number, actor: string): void {
    this.edit(number, { state: 'open', state_reason: 'reopened' });
    this.#tell(number, { event: 'reopened', label: '', actor });
  }

  /** Somebody deletes an issue, or moves it to another repository. */
  take(number: number, how: 'gone' | 'moved'): void {
    this.issues.delete(number);
    if (how === 'moved') this.#moved.add(number);
  }

  say(number: number, body: string, author: string): number {
    this.#checkBody(body);
    const id = ++this.#ids;
    const ours = author === 'signalbox[bot]';
    const said = { id, body, author, author_is_bot: author.endsWith('[bot]'), ours, at: this.#at() };
    this.#comments.set(number, [...(this.#comments.get(number) ?? []), said]);
    this.#touch(number);
    return id;
  }

  #checkBody(body: string): void {
    if ([...body].length > longestText) throw this.#refusal('body is too long (maximum is 65536 characters)');
  }

  /** What the app said on an issue whose marker begins so. */
  told(number: number, marker = ''): string[] {
    const all = this.#comments.get(number) ?? [];
    return all.flatMap(({ ours, body }) => (ours && body.startsWith(`<!-- signalbox:${marker}`) ? body : []));
  }

  /** Pull requests as people see them: `ticket/MC-1 open`. */
  shownPulls(): string[] {
    return [...this.pulls.values()].map(({ head, state, merged }) => `${head} ${merged ? 'merged' : state}`);
  }

  /** Somebody merges the newest pull request of a branch. */
  merge(head: string, by: string, base = 'main'): number {
    const pull = [...this.pulls.values()].findLast((one) => one.head === head);
    if (!pull) throw new Error(`${head} has no pull request`);
    Object.assign(pull, { state: 'closed', merged: { at: this.#at(), by }, base });
    this.#touch(pull.number);
    return pull.number;
  }

  // ---- what the app asks ----

  now = () => Date.parse(this.#at());
  file = async () => null;
  commitsOf = async () => [];
  async permission(login: string): Promise<PermissionRole> {
    this.#meet('permission');
    return this.roles[login] ?? 'none';
  }
  async issue(number: number): Promise<Issue | 'gone' | 'moved'> {
    this.#meet('issue');
    return structuredClone(this.issues.get(number)) ?? (this.#moved.has(number) ? 'moved' : 'gone');
  }
  async issuesSince(since: string): Promise<Issue[]> {
    const all = [...this.issues.values()].filter(({ is_pull_request }) => !is_pull_request);
    return structuredClone(all.filter(({ number }) => (this.updated.get(number) ?? '') >= since));
  }
  async issuesLabelled(label: string): Promise<Issue[]> {
    const all = [...this.issues.values()].filter(({ is_pull_request }) => !is_pull_request);
    return structuredClone(all.filter(({ state, labels }) => state === 'open' && labels.includes(label)));
  }
  async createIssue(title: string, body: string, labels: string[]): Promise<number> {
    this.#meet('createIssue');
    this.#checkBody(body);
    for (const name of labels) await this.createLabel(name, '', ''); // as GitHub does
    return this.open('signalbox[bot]', { title, body, labels });
  }
  async updateIssue(number: number, change: Partial<Issue>): Promise<void> {
    this.#checkBody(change.body ?? '');
    this.edit(number, change);
  }
  async assign(number: number, logins: readonly string[]): Promise<void> {
    this.#meet('assign');
    for (const login of logins) this.assigned.push(`${number} ${login}`);
  }
  async events(number: number): Promise<IssueEvent[]> {
    this.#meet('events');
    this.taken.push(number);
    return structuredClone(this.#events.get(number) ?? []);
  }
  async addLabels(number: number, labels: string[]): Promise<void> {
    this.#meet('addLabels');
    for (const label of labels) this.label(number, label, 'signalbox[bot]');
  }
  removeLabel = async (number: number, label: string) => this.unlabel(number, label, 'signalbox[bot]');
  repositoryLabels = async () => this.#labels;
  createLabel = async (name: string, _color: string, description: string) => {
    const isThere = this.#labels.some((label) => label.name.toLowerCase() === name.toLowerCase());
    if (!isThere) this.#labels.push({ name, description });
  };

  async comments(number: number): Promise<Comment[]> {
    this.commentsRead.push(number);
    return structuredClone(this.#comments.get(number) ?? []);
  }
  async createComment(number: number, body: string): Promise<number> {
    this.#meet('createComment');
    return this.say(number, body, 'signalbox[bot]');
  }
  async updateComment(id: number, body: string): Promise<void> {
    for (const [number, all] of this.#comments)
      for (const one of all) {
        if (one.id !== id) continue;
        one.body = body;
        this.#touch(number);
      }
  }
  async deleteComment(id: number): Promise<void> {
    for (const [number, all] of this.#comments) {
      const left = all.filter((one) => one.id !== id);
      this.#comments.set(number, left);
      if (left.length < all.length) this.#touch(number);
    }
  }
  async react(comment: number, content: string): Promise<void> {
    this.#meet('react');
    this.reactions.push(`${comment} ${content}`);
  }
  hasReacted = async (comment: number) => this.reactions.some((one) => one.startsWith(`${comment} `));

  dispatch = async () => ({ run: null });
  runs = async () => this.runsThere;
  run = async (id: number) => this.runsThere.find((run) => run.id === id) ?? null;
  cancel = async (_run: number) => true;
  forceCancel = async (_run: number) => true;

  ref = async (name: string) => this.refs.get(name) ?? null;
  async commitTime(sha: string): Promise<string | null> {
    this.#meet('commitTime');
    return this.commitTimes.get(sha) ?? null;
  }
  async moveBranch(branch: string, sha: string): Promise<boolean> {
    this.refs.set(`refs/heads/${branch}`, sha);
    for (const pull of this.pulls.values())
      if (pull.head === branch && pull.state === 'open') pull.head_sha = sha;
    return true;
  }
  defaultBranch = async () => 'main';
  isAhead = async (sha: string, base = 'main') => !this.contained.has(`${sha} ${base}`);
  async pullRequest(branch: string): Promise<PullRequest | null> {
    const all = [...this.pulls.values()].filter(({ head }) => head === branch).reverse();
    const found = all.find(({ state }) => state === 'open') ?? all[0];
    return found ? this.#shown(found) : null;
  }
  pullRequestsSince = async (since: string) =>
    [...this.pulls.values()].filter(({ number }) => (this.updated.get(number) ?? '') >= since);
  pullRequestNumbered = async (number: number) => this.pulls.get(number) ?? null;
  async openPullRequest(head: string, title: string, body: string): Promise<PullRequest> {
    if ([...title].length > longestTitle)
      throw this.#refusal('title is too long (maximum is 256 characters)');
    const number = this.open('signalbox[bot]', { title, body, labels: [] });
    this.edit(number, { is_pull_request: true });
    const head_sha = this.refs.get(`refs/heads/${head}`) ?? '';
    const shown = { number, title, body, head, head_sha, base: 'main', url: 'u' };
    const pull: PullRequest = { ...shown, state: 'open', merged: null };
    this.pulls.set(number, pull);
    return pull;
  }
  updatePullRequest = async (number: number, change: object) => this.edit(number, change);
  pushes = async () => this.activity;

  /** A pull request with its text as it is now. */
  #shown(pull: PullRequest): PullRequest {
    const { title, body } = this.#issue(pull.number);
    return { ...pull, title, body };
  }

  #touch(number: number): void {
    this.updated.set(number, this.#at());
  }

  #issue(number: number): Issue {
    const issue = this.issues.get(number);
    if (!issue) throw new Error(`there is no issue ${number}`);
    return issue;
  }

  #tell(number: number, event: Pick<IssueEvent, 'event' | 'label' | 'actor'>): void {
    const ours = event.actor === 'signalbox[bot]';
    const all = this.#events.get(number) ?? [];
    this.#touch(number);
    this.#events.set(number, [...all, { id: ++this.#ids, ours, at: this.#at(), ...event }]);
  }

  /** Fails where the call is to fail, before anything of it was done. */
  #meet(call: keyof Forge): void {
    const error = this.failing.get(call);
    if (error) throw error;
  }

  #refusal(words: string): Error {
    return new SignalboxError('config', 'rejected', words);
  }
}
