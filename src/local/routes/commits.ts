import type { RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { readCommits } from '../git/commits.ts';
import { read, resolveCommit } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { notFound, pageQuery, paginate } from '../http.ts';
import { commitJson, filesJson } from '../shapes/git.ts';
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

const need = { permission: 'contents', level: 'read' } as const;

export function mountCommitRoutes(route: Route, works: Works): void {
  const { forge } = works;
  const commitNamed = async (repo: RepositoryRow, name: string): Promise<string> => {
    const sha = await resolveCommit(gitDirOf(forge, repo), name);
    if (!sha) throw new HttpError(422, `No commit found for SHA: ${name}`);
    return sha;
  };
  const listQuery = [...pageQuery, 'sha', 'path', 'since', 'until'];
  route('GET /repos/:owner/:repo/commits', { query: listQuery }, async (call) => {
    const { repo } = call.access(need);
    const asked = call.query('sha');
    const sha = await resolveCommit(gitDirOf(forge, repo), asked ?? repo.defaultBranch);
    if (!sha) throw asked === undefined ? new HttpError(409, 'Git Repository is empty.') : notFound();
    // The page is cut from names, so that only what is shown is read.
    const { slice } = paginate(call.c, await history(call, repo, sha));
    const gitDir = gitDirOf(forge, repo);
    const commits = slice.length === 0 ? [] : await readCommits(gitDir, '--no-walk=unsorted', ...slice);
    return call.c.json(commits.map((commit) => commitJson(forge, repo, commit)));
  });
  route('GET /repos/:owner/:repo/commits/:ref{.+}', {}, async (call) => {
    const { repo } = call.access(need);
    const sha = await commitNamed(repo, call.param('ref'));
    const [commit] = await readCommits(gitDirOf(forge, repo), '--max-count=1', sha);
    if (!commit) throw notFound();
    const [parent] = commit.parents;
    const files = await filesJson(forge, repo, sha, ...(parent ? [parent, sha] : [sha]));
    const sum = (key: string) => files.reduce((all, file) => all + Number(file[key]), 0);
    const stats = { total: sum('changes'), additions: sum('additions'), deletions: sum('deletions') };
    return call.c.json({ ...commitJson(forge, repo, commit), stats, files });
  });
  mountCompareRoute(route, works);
}

/** Names of commits, newest first. */
async function history(call: Call<unknown>, repo: RepositoryRow, sha: string): Promise<string[]> {
  const args = ['rev-list', sha];
  for (const name of ['since', 'until']) {
    const at = call.query(name);
    if (at !== undefined) args.push(`--${name}=${at}`);
  }
  const path = call.query('path');
  if (path !== undefined) args.push('--', path);
  const text = (await read(gitDirOf(call.forge, repo), ...args)) ?? '';
  return text.split('\n').filter((line) => line !== '');
}

function mountCompareRoute(route: Route, { forge }: Works): void {
  route('GET /repos/:owner/:repo/compare/:basehead{.+}', { query: pageQuery }, async (call) => {
    const { repo } = call.access(need);
    const gitDir = gitDirOf(forge, repo);
    const names = call.param('basehead').split('...');
    const [base, head] = await Promise.all(names.map((name) => resolveCommit(gitDir, name)));
    if (names.length !== 2 || !base || !head) throw notFound();
    const common = (await read(gitDir, 'merge-base', base, head))?.trim();
    if (!common) throw new HttpError(404, `No common ancestor between ${names.join(' and ')}.`);
    const count = async (from: string, to: string) =>
      Number(await read(gitDir, 'rev-list', '--count', to, `^${from}`));
    const [ahead, behind] = [await count(base, head), await count(head, base)];
    const commits = await readCommits(gitDir, '--reverse', head, `^${base}`);
    const [baseCommit] = await readCommits(gitDir, '--max-count=1', base);
    const [commonCommit] = await readCommits(gitDir, '--max-count=1', common);
    if (!baseCommit || !commonCommit) throw notFound();
    const page = `${repositoryPage(forge, repo)}/compare/${base}...${head}`;
    const { slice } = paginate(call.c, commits);
    return call.c.json({
      url: `${repositoryUrl(forge, repo)}/compare/${call.param('basehead')}`,
      html_url: page,
      permalink_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      base_commit: commitJson(forge, repo, baseCommit),
      merge_base_commit: commitJson(forge, repo, commonCommit),
      status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: slice.map((commit) => commitJson(forge, repo, commit)),
      files: await filesJson(forge, repo, head, common, head),
    });
  });
}
