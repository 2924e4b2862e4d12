import { type GitResult, git } from '../base/git.ts';
import type { PushResult, RefMove } from './backend.ts';

/** What servers say of a push that will not be allowed tomorrow either. */
const refused =
  /declined|protected|rule|prohibit|denied|deny|not allowed|permission|unauthorized|hidden ref/i;

/** Moves all refs or none. The token comes in `env`, never in an argument. `timeoutMs`: after it the push is killed. */
export async function push(
  folder: string,
  remote: string,
  moves: readonly RefMove[],
  env: Record<string, string>,
  timeoutMs: number,
): Promise<PushResult> {
  const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`);
  const specs = moves.map(({ ref, to }) => `${to ?? ''}:${ref}`);
  const args = ['push', '--porcelain', '--atomic', '--no-verify', '--no-signed', ...leases, remote, ...specs];
  return judge(await git(args, { cwd: folder, env, timeoutMs }), moves);
}

/**
 * Reads git's answer. `=` (up to date) is no success: another writer made the same, and won. A lease that fails is
 * seen before anything is sent, so it is a lost race for sure. A refusal by the server is not: curl sends a request
 * again where a kept connection broke, and the second time finds what the first has done.
 */
function judge({ code, stdout, stderr }: GitResult, moves: readonly RefMove[]): PushResult {
  const flags = new Map<string, string>();
  const words: string[] = [];
  for (const line of stdout.split('\n')) {
    const [, flag, spec, summary] = /^([ +\-*!=])\t(\S+)\t(.*)$/.exec(line) ?? [];
    if (flag === undefined || spec === undefined || summary === undefined) continue;
    flags.set(spec.slice(spec.indexOf(':') + 1), flag);
    // The others fall with the one that failed; they tell nothing.
    if (flag === '!' && !/atomic push fail/.test(summary)) words.push(summary);
  }
  const said = moves.map(({ ref }) => flags.get(ref));
  if (code === 0 && said.every((flag) => flag !== undefined && ' +-*'.includes(flag)))
    return { kind: 'moved', words: '' };
  if (said.every((flag) => flag !== undefined)) {
    if (said.includes('=') || words.some((each) => each.includes('stale info')))
      return { kind: 'raced', words: words.join('; ') };
    const reason = `${words.join('; ')} ${remoteWords(stderr)}`.trim();
    return { kind: words.some((each) => refused.test(each)) ? 'refused' : 'unknown', words: reason };
  }
  return { kind: faultOf(stderr), words: lastWords(stderr) };
}

/** What went wrong where git said nothing of any ref. */
export function faultOf(stderr: string): 'unknown' | 'refused' | 'unreachable' {
  if (
    /Authentication failed|could not read (Username|Password)|returned error: 40[134]|Permission denied|repository '?[^\n]*'? not found|Invalid username/i.test(
      stderr,
    )
  ) {
    return 'refused';
  }
  // These come from the first request, before anything was sent.
  const early =
    /unable to access|does not appear to be a git repository|Could not resolve|Connection refused/;
  return early.test(stderr) ? 'unreachable' : 'unknown';
}

/** The end of what git said, for people and the log; it never holds the token, which git was not told in words. */
export function lastWords(stderr: string): string {
  return stderr.trim().split('\n').slice(-3).join(' ').slice(-500) || 'git ended without a word';
}

function remoteWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('remote:'));
  return lines
    .map((line) => line.slice(7).trim())
    .join(' ')
    .slice(0, 500);
}
