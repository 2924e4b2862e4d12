import type { ActivityRow, RepositoryRow } from '../data.ts';
import type { CommitFacts } from '../git/commits.ts';
import type { Works } from '../works.ts';
import type { Doer } from './doer.ts';
import { issueNumbered } from './doer.ts';
import { setState } from './issues.ts';

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? +#(\d+)\b/gi;

/** GitHub's closing keywords (`fixes #42`), once the text has reached the default branch. */
export function closeByKeyword(doer: Doer, text: string, commit?: string): void {
  for (const [, number] of text.matchAll(closing)) {
    const issue = issueNumbered(doer.works.forge, doer.repo, Number(number));
    if (issue && !issue.pull && !issue.gone) setState(doer, issue, 'closed', 'completed', commit);
  }
}

/** The same for the commits that a push brought to the default branch. */
export function closeByCommits(
  works: Works,
  repo: RepositoryRow,
  move: ActivityRow,
  commits: CommitFacts[],
): void {
  if (move.ref !== `refs/heads/${repo.defaultBranch}`) return;
  const doer = { works, repo, login: move.actor, app: null };
  for (const { message, sha } of commits) closeByKeyword(doer, message, sha);
}
