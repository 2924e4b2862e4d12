import type { Admin } from './admin.ts';
import type { IssueRow } from './data.ts';
import { fullNameOf } from './data.ts';
import type { Doer } from './issues/doer.ts';
import { issueNumbered } from './issues/doer.ts';
import { deleteIssue, transferIssue } from './issues/issues.ts';
import type { ReviewWish } from './judged/reviews.ts';
import { submitReview } from './judged/reviews.ts';
import type { StatusWish } from './judged/statuses.ts';
import { addStatus } from './judged/statuses.ts';
import { repositoryNamed } from './named.ts';
import type { Works } from './works.ts';

type IssueVerbs = Pick<
  Admin,
  'deleteIssue' | 'transferIssue' | 'renameRepository' | 'archiveRepository' | 'review' | 'setStatus'
>;

export type ReviewBy = ReviewWish & { by?: string };
export type StatusBy = StatusWish & { by?: string };

/** What people do to issues, pull requests and repositories in the browser. */
export function issueVerbs(works: Works): IssueVerbs {
  const { forge, webhooks } = works;
  const doerIn = (repository: string, by?: string): Doer => {
    const repo = repositoryNamed(forge, repository);
    return { works, repo, login: by ?? repo.owner, app: null };
  };
  return {
    deleteIssue(repository, number, by) {
      const doer = doerIn(repository, by);
      deleteIssue(doer, present(doer, number));
    },
    transferIssue(repository, number, to, by) {
      const doer = doerIn(repository, by);
      return transferIssue(doer, present(doer, number), doerIn(to, by ?? doer.login)).number;
    },
    async review(repository, number, { by, ...wish }) {
      const doer = doerIn(repository, by);
      const issue = present(doer, number);
      if (!issue.pull) throw new Error(`${repository}#${number} is no pull request`);
      return (await submitReview(doer, { issue, pull: issue.pull }, wish)).id;
    },
    async setStatus(repository, sha, { by, ...wish }) {
      await addStatus(doerIn(repository, by), sha, wish);
    },
    renameRepository(repository, name, by) {
      const { repo, login } = doerIn(repository, by);
      const formerNames = [...repo.formerNames, fullNameOf(repo).toLowerCase()];
      const row = { ...repo, name, formerNames, updated: forge.now() };
      forge.repositories.put(String(row.id), row);
      const changes = { repository: { name: { from: repo.name } } };
      webhooks.emit(row, 'repository', { action: 'renamed', changes }, login);
    },
    archiveRepository(repository, by) {
      const { repo, login } = doerIn(repository, by);
      const row = { ...repo, archived: true, updated: forge.now() };
      forge.repositories.put(String(row.id), row);
      webhooks.emit(row, 'repository', { action: 'archived' }, login);
    },
  };
}

function present(doer: Doer, number: number): IssueRow {
  const issue = issueNumbered(doer.works.forge, doer.repo, number);
  if (!issue || issue.gone) throw new Error(`${fullNameOf(doer.repo)} has no issue ${number}`);
  return issue;
}
