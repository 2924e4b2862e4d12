import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { GitResult } from '../base/git.ts';
import { ownGit, type Remote } from './own-git.ts';
import { fetchAs, type TreeReader } from './reader.ts';
import { agentEmail, ownFiles, type Workshop } from './repository.ts';
import type { AgentUser } from './user.ts';

export interface Snapshot {
  /** The agent's own latest commit, or where the work started. */
  head: string;
  /** The work tree as a git tree, uncommitted and untracked files included, ignored ones left out. */
  tree: string;
  /** Whether the tree is the one of `head`: nothing is uncommitted. */
  clean: boolean;
  /** Uncommitted files that are not in it, since each is larger than `largestUncommitted`. */
  leftOut: { path: string; bytes: number }[];
}

/** An uncommitted file is kept up to this size, in bytes: half of what GitHub takes at most. */
export const largestUncommitted = 50 * 1024 ** 2;

/** The mode of a commit of another repository in a tree. */
const gitlink = /^160000 ([0-9a-f]+) \d\t(.*)$/;

/**
 * Takes the work tree as it is. Git never runs under the agent's own configuration: its commits are fetched like a
 * stranger's, and its files are read through an index and a configuration of ours, as its own user where it has one. Files
 * that vanish or cannot be read meanwhile are left out.
 */
export async function takeSnapshot({ bare, tree, start, user, reader }: Workshop): Promise<Snapshot> {
  const head = (await fetchHead(bare, tree, user)) ?? start;
  const run = strict((args, input) => reader.run(args, input === undefined ? {} : { input }));
  try {
    await run(['read-tree', '-m', '-i', head]); // keeps what the index knows of files that are the same
  } catch {
    reader.renewIndex();
    // Where the agent has destroyed its repository, the objects of its head are not to be had.
    await run(['read-tree', head]).catch(() => run(['read-tree', '--empty']));
  }
  // For a known submodule `git add` would run `git status` inside it, under whatever configuration it has there.
  const links = (await run(['ls-files', '--stage', '-z'])).split('\0').flatMap((line) => {
    const [, sha = '', path = ''] = gitlink.exec(line) ?? [];
    return path === '' ? [] : [{ sha, path }];
  });
  const forget = links.map(({ path }) => `0 ${'0'.repeat(40)}\t${path}\0`).join('');
  if (links.length > 0) await run(['update-index', '-z', '--index-info'], forget);
  const leftOut = await largeFiles(tree, run);
  await markAssumed(run, tree, leftOut, '--assume-unchanged');
  await addAll(reader, tree, leftOut).finally(() => markAssumed(run, tree, leftOut, '--no-assume-unchanged'));
  for (const { sha, path } of links) {
    const taken = await run(['--literal-pathspecs', 'ls-files', '-z', '--', path]);
    if (taken === '') await run(['update-index', '-z', '--index-info'], `160000 ${sha}\t${path}\0`);
  }
  // Not by a pathspec that excludes it: git gives up on all where the agent made its folder a link.
  const none = ownFiles.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`).join('');
  await run(['update-index', '-z', '--index-info'], none);
  const made = (await run(['write-tree'])).trim();
  await reader.bring(made);
  const own = strict((args) => ownGit(bare, args));
  const same = (await own(['rev-parse', '--verify', `${head}^{tree}`])).trim();
  return { head, tree: made, clean: made === same && leftOut.length === 0, leftOut };
}

/** Changed and new files too large to be kept. Their sizes alone are looked at. */
async function largeFiles(tree: string, run: Run): Promise<Snapshot['leftOut']> {
  const asked = ['ls-files', '-z', '--others', '--modified', '--exclude-standard'];
  // Where this fails `git add` will, too, and its words are the ones to tell.
  const listed = (await run([`--work-tree=${tree}`, ...asked]).catch(() => '')).split('\0').filter(Boolean);
  const sized = [...new Set(listed)].map(async (path) => {
    const found = await lstat(join(tree, path)).catch(() => null);
    return found?.isFile() && found.size > largestUncommitted ? [{ path, bytes: found.size }] : [];
  });
  return (await Promise.all(sized)).flat();
}

/** Tracked files are left as they were committed; of a file that is not tracked git has nothing to mark. */
async function markAssumed(
  run: Run,
  tree: string,
  files: Snapshot['leftOut'],
  how: '--assume-unchanged' | '--no-assume-unchanged',
): Promise<void> {
  if (files.length === 0) return;
  const named = files.map(({ path }) => path);
  const listed = await run(['--literal-pathspecs', 'ls-files', '-z', '--', ...named]);
  const mark = [`--work-tree=${tree}`, 'update-index', how, '-z', '--stdin'];
  if (listed !== '') await run(mark, listed);
}

/** A line of an exclude file that means this one path, whatever is in its name. */
const excludedPath = (path: string): string =>
  `/${path.replace(/[\\*?[\] #!]/g, '\\$&').replaceAll('\n', '?')}\n`;

/**
 * Puts the files of the tree into the index. Exit status 1 means that some vanished or cannot be read. A status above it
 * means that git gave up on all: it does so for one file that has not the encoding its attributes claim. Then all are
 * taken as the bytes they are.
 */
async function addAll(reader: TreeReader, tree: string, leftOut: Snapshot['leftOut']): Promise<void> {
  await reader.writeInfo('exclude', leftOut.map(({ path }) => excludedPath(path)).join(''));
  const add = [`--work-tree=${tree}`, 'add', '--all', '--ignore-errors', '--', '.'];
  const tried = async () => {
    const { code, stderr } = await reader.run(add, { timeoutMs: 600_000 });
    return code === 0 || code === 1 ? null : stderr;
  };
  await reader.writeInfo('attributes', '');
  if ((await tried()) === null) return;
  await reader.writeInfo('attributes', '* !working-tree-encoding\n');
  const fault = await tried();
  if (fault !== null)
    throw new SignalboxError('bug', 'snapshot-failed', `git add: ${fault.trim().slice(-500)}`);
}

type Run = (args: readonly string[], input?: string) => Promise<string>;

/** What git prints. @throws SignalboxError `bug` where it fails */
const strict =
  (run: (args: readonly string[], input?: string) => Promise<GitResult>): Run =>
  async (args, input) => {
    const { code, stdout, stderr } = await run(args, input);
    if (code === 0) return stdout;
    throw new SignalboxError('bug', 'snapshot-failed', `git ${args[0]}: ${stderr.trim().slice(-500)}`);
  };

/** Git on our clone with an index of its own. */
export function withIndex(bare: string, name: string): Run {
  const env = { GIT_INDEX_FILE: join(bare, name) };
  return strict((args, input) => ownGit(bare, args, { env, ...(input === undefined ? {} : { input }) }));
}

const workflows = '.github/workflows';
/** Where changed workflow files are put that a job may not push in their place. */
const setAside = '.signalbox/set-aside';

/**
 * The snapshot with the workflow files of where the work started, the agent's own put aside, and all of it in one
 * commit on the start: GitHub takes no push by a job's token with a commit that changes a workflow file.
 */
export async function withoutWorkflows({ bare, start }: Workshop, snapshot: Snapshot): Promise<Snapshot> {
  const run = withIndex(bare, 'aside.index');
  const entries = async (tree: string) =>
    (await run(['ls-tree', '-r', '-z', tree, `${workflows}/`])).split('\0').flatMap((line) => {
      const [, mode = '', oid = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return path === '' ? [] : [{ mode, oid, path }];
    });
  const [was, is] = [await entries(start), await entries(snapshot.tree)];
  const changed = is.filter((now) => !was.some(({ oid, path }) => oid === now.oid && path === now.path));
  await run(['read-tree', snapshot.tree]);
  const lines = [
    ...is.map(({ path }) => `0 ${'0'.repeat(40)}\t${path}`),
    ...was.map(({ mode, oid, path }) => `${mode} ${oid}\t${path}`),
    ...changed.map(({ mode, oid, path }) => `${mode} ${oid}\t${setAside}/${path}`),
  ];
  await run(['update-index', '-z', '--index-info'], lines.map((line) => `${line}\0`).join(''));
  return { ...snapshot, head: start, tree: (await run(['write-tree'])).trim(), clean: false };
}

/**
 * The agent's latest commit, brought into our clone; null where its repository cannot be read.
 */
async function fetchHead(bare: string, tree: string, user: AgentUser | null): Promise<string | null> {
  const own = 'refs/signalbox/agent-head';
  const { code } = await fetchAs(user, bare, { from: tree, what: 'HEAD', to: own });
  if (code !== 0) return null;
  const parsed = await ownGit(bare, ['rev-parse', '--verify', '--quiet', `${own}^{commit}`]);
  return parsed.code === 0 ? parsed.stdout.trim() : null;
}

/** A commit of a snapshot, on top of the agent's own. Returns its id. */
export async function commitSnapshot(
  bare: string,
  snapshot: Snapshot,
  { message, agent, now }: { message: string; agent: string; now: number },
): Promise<string> {
  const date = isoSeconds(now);
  const env = {
    GIT_AUTHOR_NAME: agent,
    GIT_AUTHOR_EMAIL: agentEmail(agent),
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'signalbox',
    GIT_COMMITTER_EMAIL: 'signalbox@signalbox.invalid',
    GIT_COMMITTER_DATE: date,
  };
  const made = await ownGit(bare, ['commit-tree', snapshot.tree, '-p', snapshot.head, '-F', '-'], {
    env,
    input: message,
  });
  if (made.code !== 0) throw new SignalboxError('bug', 'snapshot-failed', made.stderr.trim().slice(-500));
  return made.stdout.trim();
}

/**
 * Moves the attempt's work ref to `commit`. Forced: only the bound run writes it, and an agent may rewrite its own
 * history. @throws SignalboxError `config` where the server refuses it (a file too large, a rule), else `forge`
 */
export async function pushWork(
  bare: string,
  { remote, ref, commit, timeoutMs }: { remote: Remote; ref: string; commit: string; timeoutMs: number },
): Promise<void> {
  const pushed = await ownGit(
    bare,
    ['push', '--quiet', '--force', '--no-verify', remote.url, `${commit}:${ref}`],
    {
      remote,
      timeoutMs,
    },
  );
  if (pushed.code === 0) return;
  const words = pushed.code === -1 ? 'git was ended at its time limit' : pushed.stderr.trim().slice(-500);
  const kind = /\[remote rejected\]/.test(pushed.stderr) ? 'config' : 'forge';
  throw new SignalboxError(kind, 'work-not-pushed', words);
}

/**
 * Puts what `commit` adds to where the work started into a git bundle, under the name of its ref. Answers its path, or
 * null where it adds nothing. @throws SignalboxError `bug`
 */
export async function makeBundle(
  { bare, start }: Workshop,
  { ref, commit, path }: { ref: string; commit: string; path: string },
): Promise<string | null> {
  if (commit === start) return null;
  const own = await ownGit(bare, ['update-ref', ref, commit]);
  const made = await ownGit(bare, ['bundle', 'create', '--quiet', path, ref, `^${start}`], {
    timeoutMs: 600_000,
  });
  if (own.code === 0 && made.code === 0) return path;
  throw new SignalboxError('bug', 'bundle-failed', `${own.stderr}${made.stderr}`.trim().slice(-500));
}
