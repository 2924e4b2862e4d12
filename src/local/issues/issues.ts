import type { CommentRow, IssueRow, StateReason } from '../data.ts';
import { fullNameOf, issueKey } from '../data.ts';
import { invalid } from '../http.ts';
import { userJson } from '../people.ts';
import { commentJson, issueJson } from '../shapes/issue.ts';
import { repositoryJson } from '../shapes/repository.ts';
import type { Doer } from './doer.ts';
import { saveIssue, tellIssue, writeEvent } from './doer.ts';
import { findLabel, labelsNamed, tellLabel } from './labels.ts';

/** GitHub's limits, in characters. */
const longestTitle = 256;
const longestBody = 65_536;

export interface IssueWish {
  title: string;
  body?: string | null | undefined;
  labels?: readonly string[] | undefined;
  assignees?: readonly string[] | undefined;
}

/** The next number of a repository: issues and pull requests share them. */
const nextNumber = (doer: Doer): number => doer.works.forge.nextId(`number:${doer.repo.id}`);

/** An issue as it is before anything happened to it. */
export function newIssue(doer: Doer, title: string, body: string | null): IssueRow {
  const { forge } = doer.works;
  checkText(title, body);
  return {
    id: forge.nextId('issue'),
    repo: doer.repo.id,
    number: nextNumber(doer),
    title,
    body,
    user: doer.login,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    comments: 0,
    created: forge.now(),
    updated: forge.now(),
    closed: null,
    app: doer.app,
  };
}

/** Opens an issue: `opened` already shows the labels it was made with; `labeled` follows for each, as on GitHub. */
export function createIssue(doer: Doer, wish: IssueWish, mayCreateLabels: boolean): IssueRow {
  const labels = labelsNamed(doer, wish.labels ?? [], mayCreateLabels);
  const assignees = (wish.assignees ?? []).flatMap((login) => assignable(doer, login) ?? []);
  const fresh = newIssue(doer, wish.title, wish.body ?? null);
  const row = saveIssue(doer, { ...fresh, labels: labels.map((label) => label.id), assignees });
  tellIssue(doer, row, 'opened');
  for (const label of labels) tellLabel(doer, row, 'labeled', label);
  for (const login of assignees) tellAssignee(doer, row, 'assigned', login);
  return row;
}

export function editText(
  doer: Doer,
  issue: IssueRow,
  wish: { title?: string | undefined; body?: string | null | undefined },
): IssueRow {
  const { title = issue.title, body = issue.body } = wish;
  checkText(title, body);
  if (title === issue.title && body === issue.body) return issue;
  const row = saveIssue(doer, { ...issue, title, body });
  if (title !== issue.title) writeEvent(doer, row, 'renamed', { rename: { from: issue.title, to: title } });
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? '' } }),
  };
  tellIssue(doer, row, 'edited', { changes });
  return row;
}

/** Closes or reopens; closing what is closed only changes the reason, silently. */
export function setState(
  doer: Doer,
  issue: IssueRow,
  state: 'open' | 'closed',
  reason: StateReason | null,
  commit?: string,
): IssueRow {
  const { forge } = doer.works;
  if (state === issue.state) {
    const same = reason === null || reason === issue.stateReason || state === 'open';
    return same ? issue : saveIssue(doer, { ...issue, stateReason: reason });
  }
  const stateReason = state === 'closed' ? (reason ?? 'completed') : 'reopened';
  const closed = state === 'closed' ? { at: forge.now(), by: doer.login } : null;
  const row = saveIssue(doer, { ...issue, state, stateReason: issue.pull ? null : stateReason, closed });
  const eventReason = state === 'closed' && !issue.pull ? stateReason : null;
  const facts = { stateReason: eventReason, ...(commit ? { commit } : {}) };
  writeEvent(doer, row, state === 'closed' ? 'closed' : 'reopened', facts);
  tellIssue(doer, row, state === 'closed' ? 'closed' : 'reopened');
  return row;
}

/** Adds assignees who belong to the repository; GitHub ignores the others. */
export function assign(doer: Doer, issue: IssueRow, logins: readonly string[]): IssueRow {
  let row = issue;
  for (const login of logins) {
    const name = assignable(doer, login);
    if (!name || row.assignees.includes(name)) continue;
    row = saveIssue(doer, { ...row, assignees: [...row.assignees, name] });
    tellAssignee(doer, row, 'assigned', name);
  }
  return row;
}

export function unassign(doer: Doer, issue: IssueRow, logins: readonly string[]): IssueRow {
  const leaving = new Set(logins.map((login) => login.toLowerCase()));
  let row = issue;
  for (const name of issue.assignees.filter((one) => leaving.has(one.toLowerCase()))) {
    row = saveIssue(doer, { ...row, assignees: row.assignees.filter((one) => one !== name) });
    tellAssignee(doer, row, 'unassigned', name);
  }
  return row;
}

export function setAssignees(doer: Doer, issue: IssueRow, logins: readonly string[]): IssueRow {
  const wanted = logins.map((login) => login.toLowerCase());
  const surplus = issue.assignees.filter((login) => !wanted.includes(login.toLowerCase()));
  return assign(doer, unassign(doer, issue, surplus), logins);
}

export function createComment(doer: Doer, issue: IssueRow, body: string): CommentRow {
  const { forge } = doer.works;
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field');
  checkText('', body);
  const id = forge.nextId('comment');
  const now = forge.now();
  const row = {
    id,
    repo: issue.repo,
    issue: issue.number,
    body,
    user: doer.login,
    created: now,
    updated: now,
    app: doer.app,
  };
  forge.comments.put(String(id), row);
  const grown = saveIssue(doer, { ...issue, comments: issue.comments + 1 });
  tellComment(doer, grown, row, 'created');
  return row;
}

export function editComment(doer: Doer, comment: CommentRow, body: string): CommentRow {
  const { forge } = doer.works;
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field');
  checkText('', body);
  const row = { ...comment, body, updated: forge.now() };
  forge.comments.put(String(row.id), row);
  const issue = forge.issues.get(issueKey(row.repo, row.issue));
  if (issue) tellComment(doer, issue, row, 'edited', { changes: { body: { from: comment.body } } });
  return row;
}

export function deleteComment(doer: Doer, comment: CommentRow): void {
  const { forge } = doer.works;
  forge.comments.delete(String(comment.id));
  const issue = forge.issues.get(issueKey(comment.repo, comment.issue));
  if (!issue) return;
  tellComment(doer, saveIssue(doer, { ...issue, comments: issue.comments - 1 }), comment, 'deleted');
}

/** Deletes an issue for good, as an administrator does in the browser: it answers 410 from now on. */
export function deleteIssue(doer: Doer, issue: IssueRow): void {
  const { forge } = doer.works;
  saveIssue(doer, { ...issue, gone: 'deleted' });
  dropComments(doer, issue);
  doer.works.webhooks.emit(
    doer.repo,
    'issues',
    { action: 'deleted', issue: issueJson(forge, doer.repo, issue) },
    doer.login,
  );
}

/** Moves an issue to another repository: a new number there, the comments with it, the old address redirects. */
export function transferIssue(doer: Doer, issue: IssueRow, to: Doer): IssueRow {
  const { forge, webhooks } = doer.works;
  const names = issue.labels.map((id) => forge.labels.get(String(id))?.name ?? '');
  const labels = names.map((name) => findLabel(forge, to.repo, name)?.id).filter((id) => id !== undefined);
  const number = nextNumber(to);
  const moved: IssueRow = { ...issue, id: forge.nextId('issue'), repo: to.repo.id, number, labels };
  saveIssue(to, moved);
  saveIssue(doer, { ...issue, gone: { repo: to.repo.id, number } });
  for (const comment of commentsOf(doer, issue)) {
    forge.comments.put(String(comment.id), { ...comment, repo: to.repo.id, issue: number });
  }
  const before = issueJson(forge, doer.repo, issue);
  const after = issueJson(forge, to.repo, moved);
  const leaving = { new_issue: after, new_repository: repositoryJson(forge, to.repo) };
  const arriving = { old_issue: before, old_repository: repositoryJson(forge, doer.repo) };
  webhooks.emit(doer.repo, 'issues', { action: 'transferred', issue: before, changes: leaving }, doer.login);
  webhooks.emit(to.repo, 'issues', { action: 'opened', issue: after, changes: arriving }, doer.login);
  forge.log.debug('issue transferred', { from: fullNameOf(doer.repo), to: fullNameOf(to.repo) });
  return moved;
}

function commentsOf({ works: { forge } }: Doer, issue: IssueRow): CommentRow[] {
  return forge.comments.values().filter((row) => row.repo === issue.repo && row.issue === issue.number);
}

function dropComments(doer: Doer, issue: IssueRow): void {
  for (const comment of commentsOf(doer, issue)) doer.works.forge.comments.delete(String(comment.id));
}

function tellComment(
  doer: Doer,
  issue: IssueRow,
  comment: CommentRow,
  action: string,
  more: Record<string, unknown> = {},
): void {
  const { forge, webhooks } = doer.works;
  const payload = {
    action,
    issue: issueJson(forge, doer.repo, issue),
    comment: commentJson(forge, doer.repo, comment),
  };
  webhooks.emit(doer.repo, 'issue_comment', { ...payload, ...more }, doer.login);
}

function tellAssignee(doer: Doer, issue: IssueRow, action: 'assigned' | 'unassigned', login: string): void {
  writeEvent(doer, issue, action, { assignee: login });
  tellIssue(doer, issue, action, { assignee: userJson(doer.works.forge, login) });
}

/** The login as its owner writes it, of those who belong to the repository. */
function assignable({ works: { forge }, repo }: Doer, login: string): string | undefined {
  const name = login.toLowerCase();
  const member = repo.owner.toLowerCase() === name || name in repo.collaborators;
  return member ? forge.users.get(name)?.login : undefined;
}

function checkText(title: string, body: string | null): void {
  if (title.length > longestTitle) {
    throw invalid('Issue', 'title', 'custom', `title is too long (maximum is ${longestTitle} characters)`);
  }
  if (body !== null && [...body].length > longestBody) {
    throw invalid('Issue', 'body', 'custom', `body is too long (maximum is ${longestBody} characters)`);
  }
}
