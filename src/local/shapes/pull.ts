import type { Forge, IssueRow, PullPart, RepositoryRow } from '../data.ts';
import { associationOf, nodeId, userJson } from '../people.ts';
import { labelJson, labelsOf } from './issue.ts';
import { repositoryJson, repositoryPage, repositoryUrl } from './repository.ts';

/** GitHub's `pull-request`. Whether it can be merged is worked out only where it is asked for: null means not yet known. */
export function pullJson(
  forge: Forge,
  repo: RepositoryRow,
  issue: IssueRow,
  pull: PullPart,
  mergeable: boolean | null = null,
): Record<string, unknown> {
  const { merged, size } = pull;
  return {
    ...simplePullJson(forge, repo, issue, pull),
    merged: merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: merged ? userJson(forge, merged.by) : null,
    comments: issue.comments,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: size.commits,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.files,
  };
}

/** GitHub's `pull-request-simple`, of which lists are made. */
export function simplePullJson(
  forge: Forge,
  repo: RepositoryRow,
  issue: IssueRow,
  pull: PullPart,
): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/pulls/${issue.number}`;
  const page = `${repositoryPage(forge, repo)}/pull/${issue.number}`;
  const issueUrl = `${repositoryUrl(forge, repo)}/issues/${issue.number}`;
  const assignees = issue.assignees.map((login) => userJson(forge, login));
  const addresses = {
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(forge, repo)}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: `${repositoryUrl(forge, repo)}/statuses/${pull.headSha}`,
  };
  return {
    ...addresses,
    id: issue.id,
    node_id: nodeId('PullRequest', issue.id),
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: userJson(forge, issue.user),
    body: issue.body,
    created_at: issue.created,
    updated_at: issue.updated,
    closed_at: issue.closed?.at ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: [],
    requested_teams: [],
    labels: labelsOf(forge, issue).map((label) => labelJson(forge, repo, label)),
    milestone: null,
    head: endJson(forge, repo, pull.head, pull.headSha),
    base: endJson(forge, repo, pull.base, pull.baseSha),
    _links: linksJson(addresses),
    author_association: associationOf(repo, issue.user),
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.draft,
  };
}

function endJson(forge: Forge, repo: RepositoryRow, ref: string, sha: string): Record<string, unknown> {
  const label = `${repo.owner}:${ref}`;
  return { label, ref, sha, user: userJson(forge, repo.owner), repo: repositoryJson(forge, repo) };
}

function linksJson(addresses: Record<string, string>): Record<string, unknown> {
  const { url, html_url: html, issue_url: issue, comments_url: comments } = addresses;
  const { review_comments_url, review_comment_url, commits_url: commits, statuses_url: statuses } = addresses;
  const links = {
    self: url,
    html,
    issue,
    comments,
    review_comments: review_comments_url,
    review_comment: review_comment_url,
    commits,
    statuses,
  };
  return Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }]));
}
