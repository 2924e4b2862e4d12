import type { Forge, RepositoryRow } from '../data.ts';
import type { CheckRow, LineComment, ReviewRow, StatusRow } from '../judged/rows.ts';
import { associationOf, nodeId, userJson, userOf } from '../people.ts';
import { throughApp } from './app.ts';
import { reactionsJson } from './issue.ts';
import { repositoryPage, repositoryUrl } from './repository.ts';

/** GitHub's `status`. */
export function statusJson(forge: Forge, repo: RepositoryRow, row: StatusRow): Record<string, unknown> {
  return {
    url: `${repositoryUrl(forge, repo)}/statuses/${row.sha}`,
    avatar_url: `${forge.origin}/avatars/u/${userOf(forge, row.creator).id}`,
    id: row.id,
    node_id: nodeId('StatusContext', row.id),
    state: row.state,
    description: row.description,
    target_url: row.targetUrl,
    context: row.context,
    created_at: row.created,
    updated_at: row.created,
    creator: userJson(forge, row.creator),
  };
}

/** GitHub's `check-run`. */
export function checkRunJson(forge: Forge, repo: RepositoryRow, row: CheckRow): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/check-runs/${row.id}`;
  const page = row.page ?? `${repositoryPage(forge, repo)}/runs/${row.id}`;
  return {
    id: row.id,
    node_id: nodeId('CheckRun', row.id),
    head_sha: row.sha,
    external_id: row.externalId,
    url,
    html_url: page,
    details_url: page,
    status: row.status,
    conclusion: row.conclusion,
    started_at: row.started,
    completed_at: row.completed,
    output: { ...row.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: row.name,
    check_suite: { id: row.suite },
    app: throughApp(forge, row.app),
    pull_requests: pullsAt(forge, repo, row.sha),
  };
}

/** The suite of a check run as webhooks carry it: ended when all of it has ended, well when nothing of it went wrong. */
export function checkSuiteJson(
  forge: Forge,
  repo: RepositoryRow,
  { suite, sha, branch, app }: CheckRow,
  runs: readonly CheckRow[],
): Record<string, unknown> {
  const has = (...all: CheckRow['conclusion'][]) => runs.some(({ conclusion }) => all.includes(conclusion));
  const ended = runs.every(({ status }) => status === 'completed');
  const failed = has('cancelled') ? 'cancelled' : 'success';
  const conclusion = has('failure', 'timed_out', 'action_required') ? 'failure' : failed;
  const times = runs.map(({ started, completed }) => completed ?? started).sort();
  return {
    id: suite,
    node_id: nodeId('CheckSuite', suite),
    head_branch: branch,
    head_sha: sha,
    status: ended ? 'completed' : runs.some(({ status }) => status !== 'queued') ? 'in_progress' : 'queued',
    conclusion: ended ? conclusion : null,
    url: `${repositoryUrl(forge, repo)}/check-suites/${suite}`,
    before: null,
    after: sha,
    pull_requests: pullsAt(forge, repo, sha),
    app: throughApp(forge, app),
    created_at: runs.map(({ started }) => started).sort()[0],
    updated_at: times.at(-1),
  };
}

/** Open pull requests whose head a commit is, as briefly as GitHub names them here. */
function pullsAt(forge: Forge, repo: RepositoryRow, sha: string): Record<string, unknown>[] {
  const url = repositoryUrl(forge, repo);
  const place = { id: repo.id, url, name: repo.name };
  return forge.issues.values().flatMap(({ id, number, repo: home, state, pull }) => {
    if (!pull || home !== repo.id || state !== 'open' || pull.headSha !== sha) return [];
    const head = { ref: pull.head, sha, repo: place };
    const base = { ref: pull.base, sha: pull.baseSha, repo: place };
    return [{ url: `${url}/pulls/${number}`, id, number, head, base }];
  });
}

/** GitHub's `pull-request-review`. */
export function reviewJson(forge: Forge, repo: RepositoryRow, row: ReviewRow): Record<string, unknown> {
  const pull = `${repositoryUrl(forge, repo)}/pulls/${row.pull}`;
  const page = `${repositoryPage(forge, repo)}/pull/${row.pull}#pullrequestreview-${row.id}`;
  return {
    id: row.id,
    node_id: nodeId('PullRequestReview', row.id),
    user: userJson(forge, row.user),
    body: row.body,
    state: row.state.toUpperCase(),
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(repo, row.user),
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: row.submitted,
    commit_id: row.commit,
  };
}

/** GitHub's `pull-request-review-comment`: what a review says of one line of the new file. */
export function lineCommentJson(
  forge: Forge,
  repo: RepositoryRow,
  review: ReviewRow,
  { id, path, line, body, hunk, position }: LineComment,
): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/pulls/comments/${id}`;
  const pull = `${repositoryUrl(forge, repo)}/pulls/${review.pull}`;
  const page = `${repositoryPage(forge, repo)}/pull/${review.pull}#discussion_r${id}`;
  return {
    url,
    pull_request_review_id: review.id,
    id,
    node_id: nodeId('PullRequestReviewComment', id),
    diff_hunk: hunk,
    path,
    position,
    original_position: position,
    commit_id: review.commit,
    original_commit_id: review.commit,
    user: userJson(forge, review.user),
    body,
    created_at: review.submitted,
    updated_at: review.submitted,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(repo, review.user),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    reactions: reactionsJson(forge, `line-comment:${id}`, `${url}/reactions`),
    start_line: null,
    original_start_line: null,
    start_side: null,
    line,
    original_line: line,
    side: 'RIGHT',
    subject_type: 'line',
  };
}
