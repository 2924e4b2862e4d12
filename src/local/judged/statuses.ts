import type { RepositoryRow } from '../data.ts';
import { fullNameOf, gitDirOf } from '../data.ts';
import { readCommits } from '../git/commits.ts';
import { read, resolveCommit } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Doer } from '../issues/doer.ts';
import { commitJson } from '../shapes/git.ts';
import { statusJson } from '../shapes/judged.ts';
import { repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';
import type { StatusRow, StatusState } from './rows.ts';
import { statusesOf } from './rows.ts';

export interface StatusWish {
  state: StatusState;
  context?: string | undefined;
  description?: string | null | undefined;
  target_url?: string | null | undefined;
}

/** Branches that a webhook names at most. */
const branchesMax = 10;

/** The commit of that full name; an abbreviated one will not do for a judgement. */
export async function judgedCommit({ forge }: Works, repo: RepositoryRow, sha: string): Promise<string> {
  const found = /^[0-9a-f]{40}$/.test(sha) ? await resolveCommit(gitDirOf(forge, repo), sha) : undefined;
  if (!found) throw new HttpError(422, `No commit found for SHA: ${sha}`);
  return found;
}

/** Adds a status to a commit; the latest of each context counts. */
export async function addStatus(doer: Doer, sha: string, wish: StatusWish): Promise<StatusRow> {
  const { works, repo, login } = doer;
  const { forge } = works;
  await judgedCommit(works, repo, sha);
  const row: StatusRow = {
    id: forge.nextId('status'),
    repo: repo.id,
    sha,
    state: wish.state,
    context: wish.context ?? 'default',
    description: wish.description ?? null,
    targetUrl: wish.target_url ?? null,
    creator: login,
    created: forge.now(),
  };
  statusesOf(forge).put(String(row.id), row);
  await tell(doer, row);
  return row;
}

/** Newest first. */
export const statusesAt = ({ forge }: Works, repo: RepositoryRow, sha: string): StatusRow[] =>
  statusesOf(forge)
    .values()
    .filter((row) => row.repo === repo.id && row.sha === sha)
    .reverse();

/** The latest of each context, and what they come to. */
export function combined(rows: readonly StatusRow[]): { state: StatusState; latest: StatusRow[] } {
  const latest = rows.filter((row, at) => rows.findIndex(({ context }) => context === row.context) === at);
  const some = (...states: StatusState[]) => latest.some(({ state }) => states.includes(state));
  if (some('error', 'failure')) return { state: 'failure', latest };
  return { state: latest.length === 0 || some('pending') ? 'pending' : 'success', latest };
}

async function tell({ works, repo, login }: Doer, row: StatusRow): Promise<void> {
  const { forge, webhooks } = works;
  const gitDir = gitDirOf(forge, repo);
  const [commit] = await readCommits(gitDir, '--max-count=1', row.sha);
  if (!commit) return;
  const { avatar_url, ...json } = statusJson(forge, repo, row);
  const { commit: inner, ...whole } = commitJson(forge, repo, commit) as { commit: { verification: object } };
  // A webhook's commit has a time of signing no more than it has one of the status' creator.
  const verification = { verified: false, reason: 'unsigned', signature: null, payload: null };
  webhooks.emit(
    repo,
    'status',
    {
      id: json.id,
      sha: row.sha,
      name: fullNameOf(repo),
      avatar_url,
      target_url: row.targetUrl,
      context: row.context,
      description: row.description,
      state: row.state,
      commit: { ...whole, commit: { ...inner, verification } },
      branches: await branchesWith(works, repo, row.sha),
      created_at: row.created,
      updated_at: row.created,
    },
    login,
  );
}

/** Branches that contain the commit, as far as a webhook names them. */
async function branchesWith({ forge }: Works, repo: RepositoryRow, sha: string): Promise<object[]> {
  const format = '--format=%(refname:lstrip=2) %(objectname)';
  const text = await read(gitDirOf(forge, repo), 'for-each-ref', format, `--contains=${sha}`, 'refs/heads');
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  return lines.slice(0, branchesMax).map((line) => {
    const [name = '', head = ''] = line.split(' ');
    const commit = { sha: head, url: `${repositoryUrl(forge, repo)}/commits/${head}` };
    return { name, commit, protected: false };
  });
}
