import type { Admin } from './admin.ts';
import type { IssueRow } from './data.ts';
import { fullNameOf } from './data.ts';
import type { Doer } from './issues/doer.ts';
import { issueNumbered } from './issues/doer.ts';
import { deleteIssue, transferIssue } from './issues/issues.ts';
import { repositoryNamed } from './named.ts';
import type { Works } from './works.ts';

type IssueVerbs = Pick<Admin, 'deleteIssue' | 'transferIssue' | 'renameRepository' | 'archiveRepository'>;

/** What people do to issues and repositories in the browser only: the REST interface has no route for it. */
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
