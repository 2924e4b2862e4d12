import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import { loginOf, personsGit } from '../base/persons-git.ts';
import { loadConfig } from '../engine/settings.ts';
import type { Config } from '../ticket/config.ts';

/** A person's clone of the team's repository: how Signalbox reaches the same remote from there, as the same person. */
export interface Clone {
  /** Address of the remote, with what it may hold of a login: not to be shown. */
  remote: string;
  login: Record<string, string>;
  author: { name: string; email: string };
  /** The person, as history shall name them: their login where their address tells it, else their name. */
  person: string;
  /** Folder in the clone's git directory for what Signalbox keeps there; it may be deleted at any time. */
  keep: string;
  /** The config on the remote's default branch, and why its newest version is not in force. */
  settings(): Promise<{ config: Config; broken: string | null }>;
  /** Text of a file on the remote's default branch; null where there is none. */
  file(path: string): Promise<string | null>;
  /** The same of several files, of one commit. */
  files(paths: readonly string[]): Promise<Map<string, string | null>>;
  /** Whether git may push, as it says before anything is moved; its words where it may not. */
  mayPush(): Promise<{ known: true } | { unknown: string }>;
  /** Refs of the remote that begin so, with their commits. */
  refs(prefix: string): Promise<Map<string, string>>;
  /** Deletes refs of the remote that still are what was seen; answers those that went. */
  dropRefs(refs: ReadonlyMap<string, string>): Promise<string[]>;
}

/** `remote` is a name that the clone has, or an address. */
export async function openClone(folder: string, remote: string): Promise<Clone> {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const asked = async (what: string) => (isFolder ? personsGit(['rev-parse', what], folder) : null);
  const top = await asked('--show-toplevel');
  const bare = top?.code === 0 ? top : await asked('--absolute-git-dir');
  if (bare?.code !== 0) {
    const hint = "Go to a clone of the team's repository, or name one: --clone <folder>.";
    throw new SignalboxError('user', 'no-clone', `${folder} is no git repository`, { hint });
  }
  const root = bare.stdout.trim();
  const author = await authorOf(root);
  const common = (await personsGit(['rev-parse', '--git-common-dir'], root)).stdout.trim();
  return {
    keep: resolve(root, common, 'signalbox'),
    remote: await addressOf(root, remote),
    login: await loginOf(root),
    author,
    person: personOf(author),
    settings: async () => loadConfig(await defaultBranch(root, remote)),
    file: async (path) => (await defaultBranch(root, remote)).file(path),
    async files(paths) {
      const { file } = await defaultBranch(root, remote);
      return new Map(await Promise.all(paths.map(async (path) => [path, await file(path)] as const)));
    },
    mayPush: () => mayPush(root, remote),
    refs: (prefix) => refsOf(root, remote, prefix),
    dropRefs: (refs) => dropRefs(root, remote, refs),
  };
}

async function addressOf(clone: string, remote: string): Promise<string> {
  const named = await personsGit(['remote', 'get-url', '--push', remote], clone);
  // Not the name of one: an address, as the person's `url.*.insteadOf` has it.
  const { stdout } = named.code === 0 ? named : await personsGit(['ls-remote', '--get-url', remote], clone);
  const address = stdout.trim();
  const isPath = !/^[^/]*:/.test(address);
  if (named.code !== 0 && isPath && !/[./]/.test(address)) {
    const hint = 'Name another with --remote <name-or-url>.';
    throw new SignalboxError('user', 'no-remote', `the clone has no remote "${remote}"`, { hint });
  }
  return isPath && !isAbsolute(address) ? resolve(clone, address) : address;
}

/** Who the person's commits are by; git guesses where nothing is set, and a repair is not refused for want of a name. */
async function authorOf(clone: string): Promise<Clone['author']> {
  const { stdout } = await personsGit(['var', 'GIT_COMMITTER_IDENT'], clone);
  const [, name = 'signalbox doctor', email = 'doctor@signalbox.invalid'] =
    /^(.*) <(.*)> \d+ [+-]\d+$/.exec(stdout.trim()) ?? [];
  return { name, email };
}

/** GitHub's own no-reply addresses name the login: `7+wilma@users.noreply.github.com`. */
function personOf({ name, email }: Clone['author']): string {
  const login = /^(?:\d+\+)?([A-Za-z0-9-]+)@users\.noreply\./.exec(email)?.[1];
  return login ?? name.slice(0, 100);
}

async function refsOf(clone: string, remote: string, prefix: string): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await personsGit(['ls-remote', remote, `${prefix}*`], clone);
  if (code !== 0) throw unreachable(stderr);
  const lines = stdout.split('\n').flatMap((line) => {
    const [sha, ref] = line.split('\t');
    return sha && ref?.startsWith(prefix) ? [[ref, sha] as const] : [];
  });
  return new Map(lines);
}

/** So many refs a push, that its command line stays short enough for any system. */
const atOnce = 100;

async function dropRefs(clone: string, remote: string, refs: ReadonlyMap<string, string>): Promise<string[]> {
  const gone: string[] = [];
  const all = [...refs];
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    const leases = some.map(([ref, sha]) => `--force-with-lease=${ref}:${sha}`);
    const push = ['push', '--porcelain', '--no-verify', ...leases, remote, ...some.map(([ref]) => `:${ref}`)];
    const { stdout, stderr } = await personsGit(push, clone);
    const went = some.filter(([ref]) => stdout.includes(`-\t:${ref}\t`)).map(([ref]) => ref);
    if (went.length === 0 && !stdout.includes('[rejected]')) throw notDropped(stdout, stderr);
    gone.push(...went);
  }
  return gone;
}

function notDropped(stdout: string, stderr: string): SignalboxError {
  const refused = /\[remote rejected\][^\n]*/.exec(stdout)?.[0];
  if (!refused) return unreachable(stderr);
  const hint = 'Deleting refs needs the right to push, and no rule against it.';
  return new SignalboxError('config', 'push-refused', refused, { hint });
}

/** The default branch as it is now, by git, since there is no token here. What is fetched for it gets no name in the clone. */
async function defaultBranch(clone: string, remote: string) {
  const listed = await personsGit(['ls-remote', remote, 'HEAD'], clone);
  if (listed.code !== 0) throw unreachable(listed.stderr);
  const tip = listed.stdout.split('\t')[0] ?? '';
  if (tip && (await personsGit(['cat-file', '-e', `${tip}^{commit}`], clone)).code !== 0) {
    const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    const { code, stderr } = await personsGit(['fetch', ...flags, remote, tip], clone);
    if (code !== 0) throw unreachable(stderr);
  }
  return {
    tip,
    async file(path: string, commit = tip) {
      const { code, stdout } = await personsGit(['show', `${commit}:${path}`], clone);
      return code === 0 ? stdout : null;
    },
    async commitsOf(path: string, most: number) {
      const { stdout } = await personsGit(['log', `-n${most}`, '--format=%H', tip, '--', path], clone);
      return stdout.split('\n').filter(Boolean);
    },
  };
}

async function mayPush(clone: string, remote: string): Promise<{ known: true } | { unknown: string }> {
  const { tip } = await defaultBranch(clone, remote);
  if (tip === '') return { unknown: 'the remote has no commit yet' };
  const flags = ['--dry-run', '--quiet', '--no-verify'];
  const update = `${tip}:refs/heads/signalbox-doctor`;
  const { code, stderr } = await personsGit(['push', ...flags, remote, update], clone);
  return code === 0 ? { known: true } : { unknown: stderr.trim().split('\n').slice(0, 2).join(' ') };
}

function unreachable(words: string): SignalboxError {
  const last = words.trim().split('\n').slice(-3).join(' ');
  return new SignalboxError('forge', 'unreachable', last, {
    hint: 'Check that `git fetch` works in this clone.',
  });
}
