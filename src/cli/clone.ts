import { isAbsolute, resolve } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import { loginOf, personsGit } from '../base/persons-git.ts';
import { loadConfig } from '../engine/settings.ts';

/** A person's clone of the team's repository: how Signalbox reaches the same remote from there, as the same person. */
export interface Clone {
  /** Address of the remote, with what it may hold of a login: not to be shown. */
  remote: string;
  login: Record<string, string>;
  author: { name: string; email: string };
  /** The config on the remote's default branch: the state branch's name, and why its newest version is not in force. */
  settings(): Promise<{ branch: string; broken: string | null }>;
}

/** `remote` is a name that the clone has, or an address. */
export async function openClone(folder: string, remote: string): Promise<Clone> {
  const top = await personsGit(['rev-parse', '--show-toplevel'], folder);
  const bare = top.code === 0 ? top : await personsGit(['rev-parse', '--absolute-git-dir'], folder);
  if (bare.code !== 0) {
    const hint = "Go to a clone of the team's repository, or name one: --clone <folder>.";
    throw new SignalboxError('user', 'no-clone', `${folder} is no git repository`, { hint });
  }
  const root = bare.stdout.trim();
  return {
    remote: await addressOf(root, remote),
    login: await loginOf(root),
    author: await authorOf(root),
    settings: () => settingsOf(root, remote),
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

/** Read by git, since there is no token here. What is fetched for it stays without a name in the clone. */
async function settingsOf(clone: string, remote: string): Promise<{ branch: string; broken: string | null }> {
  const listed = await personsGit(['ls-remote', remote, 'HEAD'], clone);
  if (listed.code !== 0) throw unreachable(listed.stderr);
  const tip = listed.stdout.split('\t')[0];
  if (tip && (await personsGit(['cat-file', '-e', `${tip}^{commit}`], clone)).code !== 0) {
    const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    const { code, stderr } = await personsGit(['fetch', ...flags, remote, tip], clone);
    if (code !== 0) throw unreachable(stderr);
  }
  const { config, broken } = await loadConfig({
    async file(path, commit = tip) {
      const { code, stdout } = await personsGit(['show', `${commit}:${path}`], clone);
      return code === 0 ? stdout : null;
    },
    async commitsOf(path, most) {
      const { stdout } = await personsGit(['log', `-n${most}`, '--format=%H', tip ?? '', '--', path], clone);
      return stdout.split('\n').filter(Boolean);
    },
  });
  return { branch: config.branch, broken };
}

function unreachable(words: string): SignalboxError {
  const last = words.trim().split('\n').slice(-3).join(' ');
  return new SignalboxError('forge', 'unreachable', last, {
    hint: 'Check that `git fetch` works in this clone.',
  });
}
