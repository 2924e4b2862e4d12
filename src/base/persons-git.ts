import { SignalboxError } from './errors.ts';
import { type GitResult, spawnCommand } from './git.ts';

/*
 * Git as the person has it who types a command in a clone: with their own configuration, credential helpers, ssh agent
 * and prompts, which Signalbox's own git is kept from.
 */

/** Variables that point git at another repository than the folder's (a hook sets them). */
const elsewhere =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|PREFIX|NAMESPACE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|QUARANTINE_PATH|CONFIG)$/;

/** What of a person's variables is no way to a remote: git's others, and those that simple-git takes for a danger. */
const noWay = /^GIT_(?!ASKPASS$|SSH|SSL_|HTTP_|PROXY_|TERMINAL_PROMPT$)|^(EDITOR|VISUAL|PAGER)$/;

/** Settings that say how a remote is reached. Its address was rewritten by `url.*` before. */
const reaching = /^(credential|http|https|ssh|safe)\.|^core\.(askpass|sshcommand|gitproxy)$/i;

function environment(without: RegExp): Record<string, string> {
  const all = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || without.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(all), LC_ALL: 'C' };
}

/** Runs one git command in a person's clone as they would. */
export function personsGit(args: readonly string[], clone: string): Promise<GitResult> {
  return spawnCommand(['git', ...args], { cwd: clone, timeoutMs: 10 * 60_000 }, environment(elsewhere));
}

/**
 * Environment that lets git of ours, in a folder of ours, reach a remote as `git push` in the clone would. The clone's
 * configuration is read where it stands: what holds for this folder alone (`includeIf`) counts, and nothing else of it comes along.
 */
export async function loginOf(clone: string): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await personsGit(['config', '--list', '-z'], clone);
  if (code !== 0) throw new SignalboxError('user', 'bad-git-config', stderr.trim());
  const settings = stdout
    .split('\0')
    .filter((entry) => reaching.test(entry.split('\n')[0] ?? ''))
    .map((entry): [string, string] => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  const handed = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    GIT_TERMINAL_PROMPT: '1', // somebody sits there; git of ours asks nobody
    ...environment(noWay),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(handed),
  };
}
