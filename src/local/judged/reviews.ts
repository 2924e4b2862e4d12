import type { IssueRow, PullPart } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { isAncestor, resolveCommit } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Doer } from '../issues/doer.ts';
import { saveIssue } from '../issues/doer.ts';
import { lineCommentJson, reviewJson } from '../shapes/judged.ts';
import { simplePullJson } from '../shapes/pull.ts';
import type { LineWish } from './lines.ts';
import { atTheirPlaces } from './lines.ts';
import type { ReviewRow, ReviewState } from './rows.ts';
import { reviewsOf } from './rows.ts';

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';

export interface ReviewWish {
  event: ReviewEvent;
  body?: string | undefined;
  commit_id?: string | undefined;
  comments?: readonly LineWish[] | undefined;
}

const states: Record<ReviewEvent, ReviewState> = {
  APPROVE: 'approved',
  REQUEST_CHANGES: 'changes_requested',
  COMMENT: 'commented',
};

/** GitHub's answer to a review that it does not take. */
const refuse = (words: string): HttpError => new HttpError(422, 'Unprocessable Entity', [words]);

/**
 * Reviews a pull request: the commit that is named, which has to be one of its own, or else its present head. Nobody
 * approves what they opened themselves; a job's token approves nothing, as long as nobody allows that.
 */
export async function submitReview(
  doer: Doer,
  { issue, pull }: { issue: IssueRow; pull: PullPart },
  wish: ReviewWish,
): Promise<ReviewRow> {
  const { works, repo, login } = doer;
  const { forge } = works;
  const body = wish.body ?? '';
  if (issue.user === login && wish.event !== 'COMMENT') {
    const what = wish.event === 'APPROVE' ? 'approve' : 'request changes on';
    throw refuse(`Can not ${what} your own pull request`);
  }
  if (login === 'github-actions[bot]' && wish.event === 'APPROVE')
    throw refuse('GitHub Actions is not permitted to approve pull requests.');
  const { comments = [] } = wish;
  if (body.trim() === '' && comments.length === 0 && wish.event !== 'APPROVE')
    throw refuse("Review Can't be blank");
  const commit = wish.commit_id ?? pull.headSha;
  if (commit !== pull.headSha) {
    const gitDir = gitDirOf(forge, repo);
    const known = await resolveCommit(gitDir, commit);
    if (!known || !(await isAncestor(gitDir, known, pull.headSha)))
      throw refuse('The commit_id is not part of the pull request');
  }
  const row: ReviewRow = {
    id: forge.nextId('review'),
    repo: repo.id,
    pull: issue.number,
    user: login,
    state: states[wish.event],
    body,
    commit,
    submitted: forge.now(),
    comments: await atTheirPlaces(works, repo, { pull, commit }, comments),
  };
  reviewsOf(forge).put(String(row.id), row);
  tell(doer, saveIssue(doer, issue), pull, row, 'submitted');
  return row;
}

/** A review that counts no more, though it stands. */
export function dismissReview(
  doer: Doer,
  { issue, pull }: { issue: IssueRow; pull: PullPart },
  review: ReviewRow,
): ReviewRow {
  if (review.state !== 'approved' && review.state !== 'changes_requested')
    throw refuse(`Can not dismiss a ${review.state} pull request review`);
  const row: ReviewRow = { ...review, state: 'dismissed' };
  reviewsOf(doer.works.forge).put(String(row.id), row);
  tell(doer, saveIssue(doer, issue), pull, row, 'dismissed');
  return row;
}

function tell(
  { works: { forge, webhooks }, repo, login }: Doer,
  issue: IssueRow,
  pull: PullPart,
  row: ReviewRow,
  action: 'submitted' | 'dismissed',
): void {
  const json = reviewJson(forge, repo, row);
  // GitHub writes the state in capitals in answers and small in webhooks, where an empty text is none.
  const review = { ...json, state: row.state, body: row.body === '' ? null : row.body };
  const pull_request = simplePullJson(forge, repo, issue, pull);
  webhooks.emit(repo, 'pull_request_review', { action, review, pull_request }, login);
  if (action !== 'submitted') return;
  for (const one of row.comments) {
    const comment = lineCommentJson(forge, repo, row, one);
    webhooks.emit(repo, 'pull_request_review_comment', { action: 'created', comment, pull_request }, login);
  }
}
