import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ErrorKind, SignalboxError } from '../base/errors.ts';
import { personsGit } from '../base/persons-git.ts';

/** A person's work tree, with a branch in it that is to be pushed to the branch of the same name. */
export interface WorkTree {
  branch: string;
  /** Whether it is the remote's default branch. */
  isDefault: boolean;
  /** Whether the remote has a branch of that name. */
  hasBranch(name: string): Promise<boolean>;
  /** Texts of files in the work tree, in the last commit, and on the remote's branch; null where there is none. */
  texts(paths: readonly string[]): Promise<Map<string, Texts>>;
  write(path: string, text: string): Promise<void>;
  /** Commits these files, whatever else is staged, as the person. */
  commit(paths: readonly string[], message: string): Promise<void>;
  push(): Promise<void>;
}

export interface Texts {
  here: string | null;
  committed: string | null;
  there: string | null;
}

/** @throws SignalboxError `no-work-tree`, `no-branch`, `empty-repository`, `behind` */
export async function openWorkTree(folder: string, remote: string): Promise<WorkTree> {
  const git = (...args: string[]) => personsGit(args, folder);
  const root = await said(
    git('rev-parse', '--show-toplevel'),
    'no-work-tree',
    'Go to a clone with files in it.',
  );
  const branch = await said(
    git('symbolic-ref', '--short', 'HEAD'),
    'no-branch',
    'Check a branch out: git switch main.',
  );
  const listed = await said(
    git('ls-remote', '--symref', remote, 'HEAD', 'refs/heads/*'),
    'unreachable',
    'Check that `git fetch` works in this clone.',
  );
  const byDefault = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(listed)?.[1];
  if (byDefault === undefined)
    throw refused('empty-repository', 'the remote has no commit yet', 'Push a first commit to it.');
  const tips = new Map(
    [...listed.matchAll(/^(\w+)\trefs\/heads\/(\S+)$/gm)].map(([, sha = '', name = '']) => [name, sha]),
  );
  const tip = tips.get(branch) ?? null;
  if (tip !== null) await mustHave(git, remote, tip, branch);
  return {
    branch,
    isDefault: branch === byDefault,
    hasBranch: async (name) => tips.has(name),
    texts: (paths) => textsOf(root, paths, tip),
    async write(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
    async commit(paths, message) {
      const inRoot = (...args: string[]) => personsGit(args, root);
      const hint = 'Mend that and run `signalbox init` again, or commit the files yourself.';
      await said(inRoot('add', '--force', '--', ...paths), 'not-committed', hint);
      await said(
        inRoot('commit', '--quiet', '--message', message, '--only', '--', ...paths),
        'not-committed',
        hint,
      );
    },
    async push() {
      const hint = `Push it to another branch, and open a pull request: git push ${remote} HEAD:refs/heads/signalbox-setup`;
      await said(git('push', '--quiet', remote, `HEAD:refs/heads/${branch}`), 'push-refused', hint);
    },
  };
}

type Git = (...args: string[]) => ReturnType<typeof personsGit>;

/** What is written on an old state of the branch could not be pushed, and might write again what is there. */
async function mustHave(git: Git, remote: string, tip: string, branch: string): Promise<void> {
  if ((await git('merge-base', '--is-ancestor', tip, 'HEAD')).code === 0) return;
  throw refused(
    'behind',
    `the remote's ${branch} has commits that are not here`,
    `Get them first: git pull ${remote} ${branch}.`,
  );
}

async function textsOf(
  root: string,
  paths: readonly string[],
  tip: string | null,
): Promise<Map<string, Texts>> {
  const at = async (commit: string, path: string) => {
    const { code, stdout } = await personsGit(['show', `${commit}:${path}`], root);
    return code === 0 ? stdout : null;
  };
  const found = new Map<string, Texts>();
  for (const path of paths) {
    const committed = await at('HEAD', path);
    const there = tip === null ? null : await at(tip, path);
    found.set(path, { here: await textIn(join(root, path)), committed, there });
  }
  return found;
}

async function textIn(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).replaceAll('\r\n', '\n'); // as it is committed, where git writes the other
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw refused('unreadable', `${path} cannot be read`, 'See what it is.', error);
  }
}

const refused = (code: string, message: string, hint: string, cause?: unknown) =>
  new SignalboxError('user', code, message, { hint, cause });

const kindOf: Readonly<Record<string, ErrorKind>> = { 'push-refused': 'config', unreachable: 'forge' };

/** What git printed; where it said no, its last words. */
async function said(running: ReturnType<typeof personsGit>, code: string, hint: string): Promise<string> {
  const { code: status, stdout, stderr } = await running;
  if (status === 0) return stdout.trim();
  throw new SignalboxError(kindOf[code] ?? 'user', code, stderr.trim().slice(-600), {
    hint,
  });
}
