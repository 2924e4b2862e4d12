import { git } from '../../base/git.ts';
import type { Json } from './expressions.ts';

/** A commit as events carry it (`commit-simple`). */
export type CommitJson = { [key: string]: Json } & { id: string; message: string };

/** Looks into a bare repository. Nothing here writes. */
export interface Tree {
  /** The commit of a branch or tag, `main` or `refs/heads/main`; undefined where there is none. */
  resolve(name: string): Promise<{ ref: string; sha: string } | undefined>;
  /** The text of a file at a commit; undefined where it is not there. */
  file(sha: string, path: string): Promise<string | undefined>;
  /** The paths of the workflow files at a commit. */
  workflows(sha: string): Promise<string[]>;
  commit(sha: string): Promise<CommitJson>;
}

export const workflowFolder = '.github/workflows';

export function treeOf(gitDir: string): Tree {
  const run = (...args: string[]) => git(args, { cwd: gitDir });
  const commitOf = async (ref: string): Promise<string | undefined> => {
    // A ref's name holds none of these; git would take them as `the parent of`, `the file in` and so on.
    if (!ref.startsWith('refs/') || /[\s~^:?*[\\]|\.\.|@\{/.test(ref)) return undefined;
    const commit = await run('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    return commit.code === 0 ? commit.stdout.trim() : undefined;
  };
  return {
    async resolve(name) {
      for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
        const sha = await commitOf(ref);
        if (sha) return { ref, sha };
      }
      return undefined;
    },
    async file(sha, path) {
      const { code, stdout } = await run('cat-file', 'blob', `${sha}:${path}`);
      return code === 0 ? stdout : undefined;
    },
    async workflows(sha) {
      const { stdout } = await run('ls-tree', '-z', '--name-only', sha, `${workflowFolder}/`);
      return stdout.split('\0').filter((path) => /\.ya?ml$/.test(path));
    },
    async commit(sha) {
      const format = '%H%x00%T%x00%aI%x00%an%x00%ae%x00%cn%x00%ce%x00%B';
      const { stdout } = await run('log', '-1', `--format=${format}`, sha);
      const [id = sha, tree = '', timestamp = '', an = '', ae = '', cn = '', ce = '', message = ''] =
        stdout.split('\0');
      return {
        id,
        tree_id: tree,
        message: message.trimEnd(),
        timestamp,
        author: { name: an, email: ae },
        committer: { name: cn, email: ce },
      };
    },
  };
}
