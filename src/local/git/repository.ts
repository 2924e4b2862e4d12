import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { git, gitEnvironment } from '../../base/git.ts';

export const noCommit = '0'.repeat(40);

/**
 * What a bare repository is set to. Every ref keeps a log for ever: the activity of a repository, and what tests ask
 * of the past of a ref, is read from there, in the order in which git itself moved the ref.
 */
const settings = [
  ['core.logAllRefUpdates', 'always'],
  ['gc.auto', '0'],
  ['gc.reflogExpire', 'never'],
  ['gc.reflogExpireUnreachable', 'never'],
  ['receive.autogc', 'false'],
  ['receive.fsckObjects', 'true'],
  ['receive.advertiseAtomic', 'true'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
] as const;

/**
 * GitHub refuses workflow files from apps that lack the permission, and what a ruleset forbids; only here, inside git's
 * quarantine, can the new commits be seen before a ref moves. The server sets the variables: the first for such
 * pushers, the second to a line `<ref> <rule>` for each rule on a ref that is pushed.
 */
const preReceive = `#!/bin/sh
[ -n "$EMBEDDED_REFUSE_WORKFLOWS$EMBEDDED_RULES" ] || exit 0
ruled() { printf '%s\\n' "$EMBEDDED_RULES" | grep -qxF "$ref $1"; }
refuse() {
  echo "error: GH013: Repository rule violations found for $ref." >&2
  echo "- $1" >&2
  exit 1
}
while read -r old new ref; do
  case "$new" in
    *[!0]*) ;;
    *) ruled deletion && refuse "Cannot delete this branch"
      continue ;;
  esac
  case "$old" in *[!0]*)
    ruled non_fast_forward && ! git merge-base --is-ancestor "$old" "$new" && refuse "Cannot force-push to this branch" ;;
  esac
  [ -n "$EMBEDDED_REFUSE_WORKFLOWS" ] || continue
  file=$(git log --format= --name-only "$new" --not --all -- .github/workflows | head -n 1)
  if [ -n "$file" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission" >&2
    exit 1
  fi
done
`;

export async function initRepository(gitDir: string, defaultBranch: string): Promise<void> {
  if (existsSync(gitDir)) return;
  mkdirSync(gitDir, { recursive: true, mode: 0o700 });
  const init = await git(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.'], {
    cwd: gitDir,
  });
  if (init.code !== 0) throw new Error(`git init: ${init.stderr}`);
  const lines = settings.map(([key, value]) => {
    const [section, name] = key.split('.');
    return `[${section}]\n\t${name} = ${value}\n`;
  });
  writeFileSync(`${gitDir}/config`, lines.join(''), { flag: 'a' });
  writeHook(gitDir);
}

/** Of every start, since a repository of an earlier version has an earlier hook. */
export function writeHook(gitDir: string): void {
  mkdirSync(`${gitDir}/hooks`, { recursive: true });
  writeFileSync(`${gitDir}/hooks/pre-receive`, preReceive, { mode: 0o755 });
}

/**
 * Removes what a killed machine left: the lock file of a ref, with which the ref could never be moved again. To be
 * called before anything else works on the repository.
 */
export function removeStaleLocks(gitDir: string): void {
  const refs = readdirSync(`${gitDir}/refs`, { recursive: true, encoding: 'utf8' }).map(
    (name) => `refs/${name}`,
  );
  const locks = ['packed-refs.lock', 'HEAD.lock', ...refs.filter((name) => name.endsWith('.lock'))];
  for (const name of locks) rmSync(`${gitDir}/${name}`, { force: true });
}

/** Who moves a ref, and when: this is what the ref's log will say. `atMs` is milliseconds since the epoch. */
export function moverEnvironment(login: string, atMs: number): Record<string, string> {
  const date = `@${Math.floor(atMs / 1000)} +0000`;
  return {
    GIT_COMMITTER_NAME: login,
    GIT_COMMITTER_EMAIL: `${login}@users.noreply.github.com`,
    GIT_COMMITTER_DATE: date,
    GIT_AUTHOR_NAME: login,
    GIT_AUTHOR_EMAIL: `${login}@users.noreply.github.com`,
    GIT_AUTHOR_DATE: date,
  };
}

/** The output of a git command, or undefined where git said no. */
export async function read(gitDir: string, ...args: string[]): Promise<string | undefined> {
  const result = await git(args, { cwd: gitDir });
  return result.code === 0 ? result.stdout : undefined;
}

/** The same as bytes: a file's content need not be text. */
export async function readBytes(gitDir: string, ...args: string[]): Promise<Buffer | undefined> {
  const child = spawn('git', args, {
    cwd: gitDir,
    env: gitEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? Buffer.concat(chunks) : undefined;
}

/** The commit that a branch, tag, full ref or (abbreviated) commit name stands for, branches first as on GitHub. */
export async function resolveCommit(gitDir: string, name: string): Promise<string | undefined> {
  if (name.startsWith('-')) return undefined;
  const candidates = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, name];
  for (const candidate of candidates) {
    const sha = await read(
      gitDir,
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate}^{commit}`,
    );
    if (sha) return sha.trim();
  }
  return undefined;
}

/** What a full ref points at now. */
export async function refValue(gitDir: string, ref: string): Promise<string | undefined> {
  const sha = await read(gitDir, 'rev-parse', '--verify', '--quiet', '--end-of-options', ref);
  return sha?.trim();
}

/** Moves, makes (`before` all zeros) or deletes (`after` all zeros) a ref, if it is still at `before` where that is given. */
export async function moveRef(
  gitDir: string,
  ref: string,
  after: string,
  options: { before?: string; env: Record<string, string>; message?: string },
): Promise<string | undefined> {
  const line = `${after === noCommit ? 'delete' : 'update'} ${ref}${after === noCommit ? '' : ` ${after}`}${
    options.before === undefined ? '' : ` ${options.before}`
  }\n`;
  const result = await git(['update-ref', '--stdin', '-m', options.message ?? 'push'], {
    cwd: gitDir,
    input: line,
    env: options.env,
  });
  return result.code === 0 ? undefined : result.stderr.trim();
}

/** Whether `ancestor` is one of `commit`'s ancestors, or the same. */
export async function isAncestor(gitDir: string, ancestor: string, commit: string): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', ancestor, commit], { cwd: gitDir })).code === 0;
}
