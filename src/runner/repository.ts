import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import { git } from '../base/git.ts';
import { newestWork, workRef } from '../ticket/paths.ts';
import { must, ownGit, type Remote } from './own-git.ts';
import { makeReader, type TreeReader } from './reader.ts';
import type { AgentUser } from './user.ts';

/*
 * Two repositories, so that the process that holds the token never runs git under the agent's configuration: our own
 * bare clone, which alone talks to the forge, and the agent's work tree, made from it, without any remote.
 */

export interface Workshop {
  /** Our bare clone. Outside `folder`. */
  bare: string;
  /** What is the agent's: its work tree and its home. */
  folder: string;
  /** Whose it is; null where the agent has no user of its own. */
  user: AgentUser | null;
  reader: TreeReader;
  tree: string;
  home: string;
  temp: string;
  /** Branch of the work tree. */
  branch: string;
  /** Commit the work started at. */
  start: string;
  /** Branch in the work tree that is the remote's default. */
  base: string;
  /** Ref in the work tree with an earlier attempt's unfinished work; null where there is none. */
  salvage: string | null;
}

/** File in the work tree in which an agent may write its verdict; never part of its work. */
export const signalFile = '.signalbox/signal.yaml';
/** File in which it may write what it has used; no part of its work either. */
export const usageFile = '.signalbox/usage.json';
/** Both. */
export const ownFiles = [signalFile, usageFile];

/**
 * Makes both repositories in `root`. The work tree is on `ticket/<ID>`, which starts at that branch where the remote
 * has it, else at the default branch; with a `commit` it starts there, wherever that branch is by now. With `user` it lies in
 * that user's folder, and is its own. @throws SignalboxError `forge` where the remote cannot be read.
 */
export async function makeWorkshop(
  root: string,
  remote: Remote,
  job: { ticket: string; attempt: number; earlier: readonly number[]; agent: string; commit?: string | null },
  user: AgentUser | null,
): Promise<Workshop> {
  const bare = join(root, 'own.git');
  const given = user?.folder ?? join(root, 'agent');
  for (const made of [bare, given]) await mkdir(made, { recursive: true });
  const folder = await realpath(given); // by it the kernel tells where a process sits
  const [tree, home, temp] = [join(folder, 'tree'), join(folder, 'home'), join(folder, 'temp')];
  for (const made of [tree, home, temp]) await mkdir(made);
  must(await git(['init', '--quiet', '--bare', '--template=', bare], { cwd: root }));
  const branch = `ticket/${job.ticket}`;
  const salvages = job.earlier.map((number) => workRef(job.ticket, number));
  const listed = must(
    await ownGit(bare, ['ls-remote', '--symref', remote.url, 'HEAD', `refs/heads/${branch}`, ...salvages], {
      remote,
    }),
  );
  const { defaultRef, shas } = readListing(listed);
  const salvage = newestWork(job.ticket, job.earlier, shas);
  const from = shas.has(`refs/heads/${branch}`) ? `refs/heads/${branch}` : defaultRef;
  const refs = [...new Set([defaultRef, from]), ...(salvage ? [salvage] : [])];
  must(
    await ownGit(
      bare,
      ['fetch', '--quiet', '--no-tags', remote.url, ...refs.map((ref) => `+${ref}:${ref}`)],
      {
        remote,
        timeoutMs: 600_000,
      },
    ),
  );
  const start = job.commit
    ? await fetched(bare, remote, job.commit)
    : must(await ownGit(bare, ['rev-parse', '--verify', `${from}^{commit}`])).trim();
  await ownGit(bare, ['update-ref', `refs/heads/${branch}`, start]);
  // Copied by fetch, not linked as a clone of a path would be: an agent that rewrites its objects cannot reach ours.
  const inTree = async (...args: string[]) => must(await git(args, { cwd: tree, timeoutMs: 600_000 }));
  await inTree('init', '--quiet', '--template=', `--initial-branch=${branch}`);
  await inTree(
    'fetch',
    '--quiet',
    '--no-tags',
    '--update-head-ok',
    '--no-write-fetch-head',
    bare,
    '+refs/*:refs/*',
  );
  await inTree('reset', '--quiet', '--hard');
  await mkdir(join(tree, '.git', 'info'), { recursive: true });
  await writeFile(join(tree, '.git', 'info', 'exclude'), ownFiles.map((path) => `/${path}\n`).join(''));
  for (const path of ownFiles) await rm(join(tree, path), { force: true }); // one that somebody committed says nothing
  await mkdir(join(tree, dirname(signalFile)), { recursive: true });
  await inTree('config', 'user.name', job.agent);
  await inTree('config', 'user.email', agentEmail(job.agent));
  const reader = await makeReader({ bare, tree, user });
  await user?.give();
  const base = defaultRef.replace('refs/heads/', '');
  return { bare, folder, user, reader, tree, home, temp, branch, start, base, salvage };
}

/** A commit that is to be judged: asked for by itself where its branch does not hold it any more. */
async function fetched(bare: string, remote: Remote, commit: string): Promise<string> {
  const known = await ownGit(bare, ['cat-file', '-e', `${commit}^{commit}`]);
  if (known.code !== 0)
    must(
      await ownGit(bare, ['fetch', '--quiet', '--no-tags', remote.url, commit], {
        remote,
        timeoutMs: 600_000,
      }),
    );
  return commit;
}

/** An address that belongs to nobody (RFC 2606), so that no forge shows a person as the author. */
export const agentEmail = (agent: string): string =>
  `${agent.replace(/[^A-Za-z0-9.-]+/g, '-') || 'agent'}@signalbox.invalid`;

/** `git ls-remote --symref`: which branch is the default, and the commit of each ref asked for. */
function readListing(text: string): { defaultRef: string; shas: Map<string, string> } {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const symref = lines.find(([value, name]) => name === 'HEAD' && value?.startsWith('ref: '))?.[0];
  if (!symref)
    throw new SignalboxError('config', 'no-default-branch', 'the repository has no default branch yet');
  const shas = new Map(lines.map(([sha = '', name = '']) => [name, sha]));
  return { defaultRef: symref.slice('ref: '.length), shas };
}
