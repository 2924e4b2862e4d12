import type { Forge, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import type { CommitFacts, Person } from '../git/commits.ts';
import { read } from '../git/repository.ts';
import { nodeId, userJson } from '../people.ts';
import { repositoryPage, repositoryUrl } from './repository.ts';

const utc = ({ name, email, date }: Person): Person => ({
  name,
  email,
  date: new Date(Date.parse(date)).toISOString().replace('.000Z', 'Z'),
});

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** GitHub's `commit`, without the files that only the answer about one commit has. */
export function commitJson(forge: Forge, repo: RepositoryRow, commit: CommitFacts): Record<string, unknown> {
  const url = repositoryUrl(forge, repo);
  const page = repositoryPage(forge, repo);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: utc(commit.author),
      committer: utc(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: accountOf(forge, commit.author),
    committer: accountOf(forge, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  };
}

/** The account behind a commit's address, as GitHub finds it by its no-reply addresses; null where there is none. */
function accountOf(forge: Forge, { email }: Person): Record<string, unknown> | null {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  const user = login === undefined ? undefined : forge.users.get(login.toLowerCase());
  return user ? userJson(forge, user.login) : null;
}

const statusWords: Record<string, string> = { A: 'added', D: 'removed', M: 'modified', T: 'changed' };

/** GitHub's `diff-entry` for each path that differs between two commits or trees; without the patch's text. */
export async function filesJson(
  forge: Forge,
  repo: RepositoryRow,
  head: string,
  ...range: string[]
): Promise<Record<string, unknown>[]> {
  const args = ['diff-tree', '-r', '--root', '--no-commit-id', '--no-renames', '--abbrev=40', '-z'];
  const gitDir = gitDirOf(forge, repo);
  const [raw = '', stat = ''] = await Promise.all([
    read(gitDir, ...args, '--raw', ...range),
    read(gitDir, ...args, '--numstat', ...range),
  ]);
  const counts = new Map(
    stat.split('\0').map((line) => {
      const [added = '', deleted = '', path = ''] = line.split('\t');
      return [path, { additions: Number(added) || 0, deletions: Number(deleted) || 0 }];
    }),
  );
  const tokens = raw.split('\0');
  const entries: Record<string, unknown>[] = [];
  for (let at = 0; at + 1 < tokens.length; at += 2) {
    const [, , before = '', after = '', status = ''] = (tokens[at] ?? '').split(' ');
    const filename = tokens[at + 1] ?? '';
    const { additions, deletions } = counts.get(filename) ?? { additions: 0, deletions: 0 };
    entries.push({
      sha: status === 'D' ? before : after,
      filename,
      status: statusWords[status] ?? 'changed',
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${repositoryPage(forge, repo)}/blob/${head}/${encodeURI(filename)}`,
      raw_url: `${repositoryPage(forge, repo)}/raw/${head}/${encodeURI(filename)}`,
      contents_url: `${repositoryUrl(forge, repo)}/contents/${encodeURI(filename)}?ref=${head}`,
    });
  }
  return entries;
}
