import { git } from '../../base/git.ts';
import type { ActivityRow, IssueRow, PullPart, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { isAncestor, moveRef, moverEnvironment, noCommit, read, resolveCommit } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import { invalid } from '../http.ts';
import type { Works } from '../works.ts';
import type { Doer } from './doer.ts';
import { issueNumbered, saveIssue, tellIssue, writeEvent } from './doer.ts';
import { newIssue } from './issues.ts';
import { closeByKeyword } from './keywords.ts';

export interface PullWish {
  title: string;
  head: string;
  base: string;
  body?: string | null | undefined;
  draft?: boolean | undefined;
}

/** Opens a pull request between two branches of the repository; forks there are none. */
export async function createPull(doer: Doer, wish: PullWish): Promise<IssueRow> {
  const { forge } = doer.works;
  const gitDir = gitDirOf(forge, doer.repo);
  const head = branchName(doer.repo, wish.head);
  const [headSha, baseSha] = await Promise.all(
    [head, wish.base].map((name) => resolveCommit(gitDir, `refs/heads/${name}`)),
  );
  if (!headSha) throw invalid('PullRequest', 'head', 'invalid');
  if (!baseSha) throw invalid('PullRequest', 'base', 'invalid');
  if (await isAncestor(gitDir, headSha, baseSha)) throw custom(`No commits between ${wish.base} and ${head}`);
  const size = await sizeOf(gitDir, baseSha, headSha);
  const twin = openPulls(doer.works, doer.repo).find(
    ({ pull }) => pull.head === head && pull.base === wish.base,
  );
  if (twin) throw custom(`A pull request already exists for ${doer.repo.owner}:${head}.`);
  const pull: PullPart = {
    head,
    headSha,
    base: wish.base,
    baseSha,
    draft: wish.draft ?? false,
    merged: null,
    size,
  };
  const row = saveIssue(doer, { ...newIssue(doer, wish.title, wish.body ?? null), pull });
  tellIssue(doer, row, 'opened');
  return row;
}

/** Whether git can merge it without a conflict. */
export async function mergeTree(gitDir: string, pull: PullPart): Promise<string | undefined> {
  const tree = await read(gitDir, 'merge-tree', '--write-tree', `refs/heads/${pull.base}`, pull.headSha);
  return tree?.split('\n')[0];
}

export interface MergeWish {
  sha?: string | undefined;
  commit_title?: string | undefined;
  commit_message?: string | undefined;
  merge_method?: 'merge' | 'squash' | undefined;
}

/** Merges into the base branch, with a lease on what the base was when the merge was made. */
export async function mergePull(
  doer: Doer,
  issue: IssueRow,
  pull: PullPart,
  wish: MergeWish,
): Promise<string> {
  const { forge } = doer.works;
  if (wish.sha !== undefined && wish.sha !== pull.headSha) {
    throw new HttpError(409, 'Head branch was modified. Review and try the merge again.');
  }
  const gitDir = gitDirOf(forge, doer.repo);
  const base = `refs/heads/${pull.base}`;
  const before = await resolveCommit(gitDir, base);
  const tree = await mergeTree(gitDir, pull);
  if (!before || !tree || issue.state === 'closed') throw new HttpError(405, 'Pull Request is not mergeable');
  const title =
    wish.commit_title ?? `Merge pull request #${issue.number} from ${doer.repo.owner}/${pull.head}`;
  const message = `${title}\n\n${wish.commit_message ?? issue.title}\n`;
  const parents = wish.merge_method === 'squash' ? [before] : [before, pull.headSha];
  const env = moverEnvironment(doer.login, forge.clock.now());
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
  const sha = (await git(args, { cwd: gitDir, env, input: message })).stdout.trim();
  if (await moveRef(gitDir, base, sha, { before, env, message: 'pr_merge' })) {
    throw new HttpError(405, 'Base branch was modified. Review and try the merge again.');
  }
  markMerged(doer, issue, pull, sha);
  await doer.works.refsMoved(doer.repo, [{ ref: base, after: sha }], doer.login);
  return sha;
}

/**
 * What a moved branch does to open pull requests: a new head is `synchronize`, a deleted head closes, and a base that
 * took in the head has merged it, whoever pushed.
 */
export async function followBranch(works: Works, repo: RepositoryRow, move: ActivityRow): Promise<void> {
  const branch = move.ref.slice('refs/heads/'.length);
  const doer: Doer = { works, repo, login: move.actor, app: null };
  const gitDir = gitDirOf(works.forge, repo);
  for (const { issue, pull } of openPulls(works, repo)) {
    if (pull.head === branch && move.after === noCommit) {
      closeUnmerged(doer, issue);
    } else if (pull.head === branch && move.after !== pull.headSha) {
      const size = await sizeOf(gitDir, pull.baseSha, move.after);
      const now = present(doer, issue);
      const row = saveIssue(doer, { ...now, pull: { ...pull, headSha: move.after, size } });
      tellIssue(doer, row, 'synchronize', { before: pull.headSha, after: move.after });
    } else if (pull.base === branch && move.after !== noCommit) {
      if (await isAncestor(gitDir, pull.headSha, move.after)) markMerged(doer, issue, pull, move.after);
    }
  }
}

function openPulls({ forge }: Works, repo: RepositoryRow): { issue: IssueRow; pull: PullPart }[] {
  return forge.issues
    .values()
    .flatMap((issue) =>
      issue.pull && issue.repo === repo.id && issue.state === 'open' ? [{ issue, pull: issue.pull }] : [],
    );
}

function markMerged(doer: Doer, issue: IssueRow, pull: PullPart, sha: string): void {
  const at = doer.works.forge.now();
  const merged = { at, by: doer.login, sha };
  const closed = { at, by: doer.login };
  const row = saveIssue(doer, {
    ...present(doer, issue),
    state: 'closed',
    closed,
    pull: { ...pull, merged },
  });
  writeEvent(doer, row, 'merged', { commit: sha });
  writeEvent(doer, row, 'closed');
  tellIssue(doer, row, 'closed');
  if (pull.base === doer.repo.defaultBranch) closeByKeyword(doer, row.body ?? '');
}

function closeUnmerged(doer: Doer, issue: IssueRow): void {
  const closed = { at: doer.works.forge.now(), by: doer.login };
  const row = saveIssue(doer, { ...present(doer, issue), state: 'closed', closed });
  writeEvent(doer, row, 'closed');
  tellIssue(doer, row, 'closed');
}

/** The issue as it is now: while git was asked something, others went on. */
const present = (doer: Doer, issue: IssueRow): IssueRow =>
  issueNumbered(doer.works.forge, doer.repo, issue.number) ?? issue;

/** `branch` or `owner:branch`. */
export function branchName(repo: RepositoryRow, head: string): string {
  const prefix = `${repo.owner}:`;
  return head.toLowerCase().startsWith(prefix.toLowerCase()) ? head.slice(prefix.length) : head;
}

const custom = (message: string): HttpError =>
  new HttpError(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);

async function sizeOf(gitDir: string, base: string, head: string): Promise<PullPart['size']> {
  const commits = Number((await read(gitDir, 'rev-list', '--count', head, `^${base}`)) ?? 0);
  const stat = (await read(gitDir, 'diff', '--numstat', '--no-renames', `${base}...${head}`)) ?? '';
  const lines = stat.split('\n').filter((line) => line !== '');
  const sum = (column: number) =>
    lines.reduce((all, line) => all + (Number(line.split('\t')[column]) || 0), 0);
  return { commits, additions: sum(0), deletions: sum(1), files: lines.length };
}
