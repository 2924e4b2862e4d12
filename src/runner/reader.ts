import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import { type GitResult, git, gitEnvironment, spawnCommand } from '../base/git.ts';
import { guards, must, ownGit } from './own-git.ts';
import type { AgentUser } from './user.ts';

/**
 * Git that reads the agent's tree for a snapshot, into an index and under a configuration of ours. Where the agent has a
 * user of its own it runs as that: what stands at a path in the moment in which it is opened the agent decides, and so
 * nothing is read that the agent could not read itself.
 */
export interface TreeReader {
  run(args: readonly string[], options?: Limits): Promise<GitResult>;
  /** Goes on with an index that does not exist yet: whatever is wrong with the old one, it can be made again. */
  renewIndex(): void;
  /** Writes `info/exclude` or `info/attributes`. */
  writeInfo(name: 'exclude' | 'attributes', text: string): Promise<void>;
  /** Brings a tree that was written, with all it holds, into our clone. @throws SignalboxError `bug` */
  bring(tree: string): Promise<void>;
}

interface Limits {
  input?: string;
  timeoutMs?: number;
}

interface Place {
  bare: string;
  tree: string;
  user: AgentUser | null;
}

/** Before the tree is handed over: with the index of the tree as it is, a snapshot reads only what changed since. */
export async function makeReader({ bare, tree, user }: Place): Promise<TreeReader> {
  const gitDir = user ? join(user.aside, 'snapshot.git') : bare;
  const indices = join(gitDir, 'indices');
  if (user) await makeAside(gitDir, tree);
  await mkdir(indices);
  await mkdir(join(gitDir, 'info'), { recursive: true, mode: 0o755 });
  let number = 0;
  const index = () => join(indices, String(number));
  await copyFile(join(tree, '.git', 'index'), index());
  if (user) {
    await chmod(index(), 0o644);
    for (const its of ['objects', 'indices']) await user.own(join(gitDir, its));
  }
  return {
    run: user
      ? (args, options) => runAs(user, gitDir, args, { GIT_INDEX_FILE: index() }, options)
      : (args, options) => ownGit(bare, args, { ...options, env: { GIT_INDEX_FILE: index() } }),
    renewIndex: () => void number++,
    async writeInfo(name, text) {
      const path = join(gitDir, 'info', name);
      await writeFile(path, text);
      await chmod(path, 0o644);
    },
    bring: async (made) => {
      if (user) await fetchTree({ bare, gitDir, user }, made);
    },
  };
}

/**
 * A repository whose objects alone are the agent's user's, so that nobody else decides what git does in it. What the tree's
 * own repository has, it need not write again; should the agent destroy that, all of the tree is written.
 */
async function makeAside(gitDir: string, tree: string): Promise<void> {
  const made = ['init', '--quiet', '--bare', '--shared=0644', '--template=', gitDir];
  must(await git(made, { cwd: '/' }));
  must(await git(['config', 'uploadpack.allowAnySHA1InWant', 'true'], { cwd: gitDir }));
  const alternates = join(gitDir, 'objects', 'info', 'alternates');
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await writeFile(alternates, `${join(tree, '.git', 'objects')}\n`);
  for (const path of [gitDir, join(gitDir, 'objects', 'info')]) await chmod(path, 0o755);
  for (const path of [alternates, join(gitDir, 'config'), join(gitDir, 'HEAD')]) await chmod(path, 0o644);
}

function runAs(
  user: AgentUser,
  gitDir: string,
  args: readonly string[],
  extra: Record<string, string>,
  { input, timeoutMs = 60_000 }: Limits = {},
): Promise<GitResult> {
  const env = { ...gitEnvironment(extra), HOME: '/' };
  // Of another user's process we may not be able to end it: so it has its limit with it.
  const limited = ['timeout', '-s', 'KILL', String(Math.ceil(timeoutMs / 1000))];
  const command = [...limited, 'git', `--git-dir=${gitDir}`, ...guards, ...args];
  const options = { cwd: gitDir, timeoutMs: timeoutMs + 5_000, ...(input === undefined ? {} : { input }) };
  return spawnCommand(user.as(command, env), options, env);
}

async function fetchTree(
  { bare, gitDir, user }: { bare: string; gitDir: string; user: AgentUser },
  tree: string,
): Promise<void> {
  const failed = (why: string) => new SignalboxError('bug', 'snapshot-failed', why.trim().slice(-500));
  const who = ['AUTHOR', 'COMMITTER'].flatMap((one) => [
    [`GIT_${one}_NAME`, 'signalbox'],
    [`GIT_${one}_EMAIL`, 'signalbox@signalbox.invalid'],
  ]);
  const made = await runAs(user, gitDir, ['commit-tree', tree, '-m', 'snapshot'], Object.fromEntries(who));
  const commit = made.stdout.trim();
  if (made.code !== 0 || !/^[0-9a-f]{40,64}$/.test(commit)) throw failed(`git commit-tree: ${made.stderr}`);
  const brought = await fetchAs(user, bare, { from: gitDir, what: commit, to: 'refs/signalbox/snapshot' });
  if (brought.code !== 0) throw failed(`git fetch: ${brought.stderr}`);
}

/**
 * Fetches into our clone what the user can read. `upload-pack` runs with no token, only the file transport and no lazy
 * fetch, so that nothing in a repository's configuration can start a program.
 */
export function fetchAs(
  user: AgentUser | null,
  bare: string,
  { from, what, to }: { from: string; what: string; to: string },
): Promise<GitResult> {
  const upload = ['git', '-c', 'safe.directory=*', 'upload-pack'];
  const program = user?.as(upload, { PATH: process.env.PATH ?? '/usr/bin:/bin' });
  const quoted = program?.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  const args = ['fetch', ...quiet, ...(quoted ? [`--upload-pack=${quoted}`] : []), from, `+${what}:${to}`];
  return ownGit(bare, args, {
    env: { GIT_ALLOW_PROTOCOL: 'file', GIT_NO_LAZY_FETCH: '1' },
    timeoutMs: 600_000,
  });
}
