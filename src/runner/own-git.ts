import { SignalboxError } from '../base/errors.ts';
import { type GitResult, git, gitLogin } from '../base/git.ts';

export interface Remote {
  /** Clone URL without a credential, or a path. */
  url: string;
  /** Sent as the password, by environment only; null for a path. */
  token: string | null;
}

/** No hook, no helper and no maintenance of ours runs on what an agent may have made. */
const guarding = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false'];

export const guards: readonly string[] = guarding.flatMap((guard) => ['-c', guard]);

/** Runs git on our bare clone; with `remote` it may talk to the forge. Never call it with a cwd inside the agent's folder. */
export function ownGit(
  bare: string,
  args: readonly string[],
  options: { remote?: Remote; env?: Record<string, string>; input?: string; timeoutMs?: number } = {},
): Promise<GitResult> {
  const { remote, env = {}, input, timeoutMs } = options;
  const login = remote?.token ? gitLogin(remote.url, remote.token) : {};
  return git([`--git-dir=${bare}`, ...guards, ...args], {
    cwd: bare,
    env: { ...login, ...env },
    ...(input === undefined ? {} : { input }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** What git printed. @throws SignalboxError `forge` `git-failed` */
export function must({ code, stdout, stderr }: GitResult): string {
  if (code === 0) return stdout;
  throw new SignalboxError('forge', 'git-failed', `git ended with ${code}: ${stderr.trim().slice(-500)}`);
}
