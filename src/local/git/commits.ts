import { read } from './repository.ts';

export interface Person {
  name: string;
  email: string;
  /** ISO 8601 with the zone that the commit carries. */
  date: string;
}

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
  files: { status: string; path: string }[];
}

const fields = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

/** Commits as `git log` gives them with these arguments, each with the paths in which it differs from its first parent. */
export async function readCommits(gitDir: string, ...args: string[]): Promise<CommitFacts[]> {
  const format = `--format=tformat:${fields.join('%x00')}%x00`;
  const shape = ['-z', '--no-renames', '--name-status', '--diff-merges=first-parent', format];
  const text = await read(gitDir, 'log', ...shape, ...args);
  return text === undefined ? [] : parse(text.split('\0'));
}

/** Nothing in a commit can contain NUL, so a commit is ten tokens, then pairs of a status letter and a path. */
function parse(tokens: string[]): CommitFacts[] {
  const commits: CommitFacts[] = [];
  let at = 0;
  const take = (): string => tokens[at++] ?? '';
  while (at < tokens.length) {
    const token = take().trim();
    if (token === '') continue;
    const last = commits.at(-1);
    if (last && /^[A-Z]$/.test(token)) {
      last.files.push({ status: token, path: take() });
      continue;
    }
    const tree = take();
    const parents = take()
      .split(' ')
      .filter((parent) => parent !== '');
    const author = { name: take(), email: take(), date: take() };
    const committer = { name: take(), email: take(), date: take() };
    commits.push({
      sha: token,
      tree,
      parents,
      author,
      committer,
      message: take().replace(/\n$/, ''),
      files: [],
    });
  }
  return commits;
}
