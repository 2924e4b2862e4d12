import type { CommentRow, EventRow, Forge, IssueRow, LabelRow, RepositoryRow } from '../data.ts';
import { associationOf, nodeId, userJson } from '../people.ts';
import { throughApp } from './app.ts';
import { repositoryPage, repositoryUrl } from './repository.ts';

/** GitHub's `issue` as webhooks carry it. */
export function issueJson(forge: Forge, repo: RepositoryRow, issue: IssueRow): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/issues/${issue.number}`;
  const kind = issue.pull ? 'pull' : 'issues';
  const assignees = issue.assignees.map((login) => userJson(forge, login));
  return {
    url,
    repository_url: repositoryUrl(forge, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${repositoryPage(forge, repo)}/${kind}/${issue.number}`,
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: userJson(forge, issue.user),
    labels: labelsOf(forge, issue).map((label) => labelJson(forge, repo, label)),
    state: issue.state,
    locked: false,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments,
    created_at: issue.created,
    updated_at: issue.updated,
    closed_at: issue.closed?.at ?? null,
    author_association: associationOf(repo, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: reactionsJson(forge, `issue:${issue.id}`, `${url}/reactions`),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: throughApp(forge, issue.app),
    state_reason: issue.stateReason,
    ...(issue.pull ? { draft: issue.pull.draft, pull_request: pullLinks(forge, repo, issue) } : {}),
  };
}

/** The same as the REST interface answers it. */
export function restIssueJson(forge: Forge, repo: RepositoryRow, issue: IssueRow): Record<string, unknown> {
  return {
    ...issueJson(forge, repo, issue),
    closed_by: issue.closed ? userJson(forge, issue.closed.by) : null,
  };
}

function pullLinks(forge: Forge, repo: RepositoryRow, issue: IssueRow): Record<string, unknown> {
  const page = `${repositoryPage(forge, repo)}/pull/${issue.number}`;
  return {
    url: `${repositoryUrl(forge, repo)}/pulls/${issue.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: issue.pull?.merged?.at ?? null,
  };
}

/** The labels of an issue by their present names, in the order of names as GitHub lists them. */
export function labelsOf(forge: Forge, issue: IssueRow): LabelRow[] {
  const rows = issue.labels.map((id) => forge.labels.get(String(id))).filter((row) => row !== undefined);
  return rows.sort((a, b) => a.name.localeCompare(b.name));
}

export function labelJson(forge: Forge, repo: RepositoryRow, label: LabelRow): Record<string, unknown> {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(forge, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

/** GitHub's `issue-comment`. */
export function commentJson(forge: Forge, repo: RepositoryRow, comment: CommentRow): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/issues/comments/${comment.id}`;
  const issue = forge.issues.get(`${comment.repo}/${comment.issue}`);
  const kind = issue?.pull ? 'pull' : 'issues';
  return {
    url,
    html_url: `${repositoryPage(forge, repo)}/${kind}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(forge, repo)}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userJson(forge, comment.user),
    created_at: comment.created,
    updated_at: comment.updated,
    author_association: associationOf(repo, comment.user),
    body: comment.body,
    reactions: reactionsJson(forge, `comment:${comment.id}`, `${url}/reactions`),
    performed_via_github_app: throughApp(forge, comment.app),
  };
}

/** GitHub's `issue-event`; times are whole seconds, ids grow with time. */
export function eventJson(forge: Forge, repo: RepositoryRow, event: EventRow): Record<string, unknown> {
  return {
    id: event.id,
    node_id: nodeId('IssueEvent', event.id),
    url: `${repositoryUrl(forge, repo)}/issues/events/${event.id}`,
    actor: userJson(forge, event.actor),
    event: event.event,
    commit_id: event.commit ?? null,
    commit_url: event.commit ? `${repositoryUrl(forge, repo)}/commits/${event.commit}` : null,
    created_at: event.created,
    performed_via_github_app: throughApp(forge, event.app),
    ...(event.label ? { label: event.label } : {}),
    ...(event.rename ? { rename: event.rename } : {}),
    ...(event.stateReason === undefined ? {} : { state_reason: event.stateReason }),
    ...(event.assignee
      ? { assignee: userJson(forge, event.assignee), assigner: userJson(forge, event.actor) }
      : {}),
  };
}

export const reactionContents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const;

export function reactionsJson(forge: Forge, subject: string, url: string): Record<string, unknown> {
  const rows = forge.reactions.values().filter((row) => row.subject === subject);
  const count = (content: string) => rows.filter((row) => row.content === content).length;
  return {
    url,
    total_count: rows.length,
    ...Object.fromEntries(reactionContents.map((content) => [content, count(content)])),
  };
}
