import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gitLogin } from '../../../base/git.ts';
import type { Json } from '../expressions.ts';
import { type Stage, StepFailure } from '../session.ts';

/** What to fetch and where it is put. */
interface Wanted {
  refspec: string;
  /** Arguments of `git checkout`. */
  checkout: string[];
}

/** `actions/checkout`: clones the job's own repository over HTTP with the job's token. */
export async function checkout(stage: Stage, given: Record<string, string>): Promise<void> {
  const { folders, cloneUrl, token: jobToken } = stage.session.parts;
  const folder = resolve(folders.workspace, given.path ?? '.');
  if (relative(folders.workspace, folder).startsWith('..'))
    throw new StepFailure(`${given.path} is outside of the workspace`);
  mkdirSync(folder, { recursive: true });
  const token = given.token || jobToken;
  const login = gitLogin(cloneUrl, token);
  stage.session.parts.masks.add(Buffer.from(`x-access-token:${token}`).toString('base64'));
  const git = (...args: string[]) => stage.show('git', args, folder, { GIT_TERMINAL_PROMPT: '0', ...login });
  const depth = Number(given['fetch-depth'] || '1');
  if (!Number.isInteger(depth) || depth < 0)
    throw new StepFailure(`fetch-depth: ${given['fetch-depth']} is no number`);

  if (readdirSync(folder).includes('.git')) {
    await git('remote', 'set-url', 'origin', cloneUrl);
    await forgetLogin(git, login);
  } else {
    await git('init', '--quiet', '.');
    await git('remote', 'add', 'origin', cloneUrl);
  }
  const wanted = whatIsWanted(stage.contexts.github as Record<string, Json>, given.ref ?? '');
  const limit = depth === 0 ? [] : ['--no-tags', `--depth=${depth}`];
  const fetch = (...refspecs: string[]) => git('fetch', '--quiet', ...limit, 'origin', ...refspecs);
  if (depth === 0) await fetch('+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*');
  for (const choice of wanted) {
    try {
      await fetch(choice.refspec);
      await git('-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--force', ...choice.checkout);
      break;
    } catch (error) {
      stage.session.throwIfStopped();
      if (choice === wanted.at(-1)) throw error;
    }
  }
  if ((given['persist-credentials'] || 'true') === 'true') keepLogin(folder, login);
}

/** Without `ref` it is the very commit that started the run; a name may be a branch or a tag. */
function whatIsWanted(github: Record<string, Json>, ref: string): Wanted[] {
  const sha = String(github.sha);
  const own = String(github.ref);
  if (ref === '' || ref === own) return [exactly(sha, own)];
  if (/^[0-9a-f]{40}$/.test(ref)) return [exactly(ref, '')];
  if (ref.startsWith('refs/heads/')) return [branch(ref.slice(11))];
  if (ref.startsWith('refs/')) return [other(ref)];
  return [branch(ref), other(`refs/tags/${ref}`)];
}

function exactly(sha: string, ref: string): Wanted {
  const [, name] = /^refs\/heads\/(.+)$/.exec(ref) ?? [];
  if (name === undefined) return { refspec: sha, checkout: ['--detach', sha] };
  return {
    refspec: `+${sha}:refs/remotes/origin/${name}`,
    checkout: ['-B', name, `refs/remotes/origin/${name}`],
  };
}

function branch(name: string): Wanted {
  const remote = `refs/remotes/origin/${name}`;
  return { refspec: `+refs/heads/${name}:${remote}`, checkout: ['-B', name, remote] };
}

function other(ref: string): Wanted {
  return { refspec: `+${ref}:${ref}`, checkout: ['--detach', ref] };
}

/** An earlier checkout may have left its login there: two would be sent, and refused. */
async function forgetLogin(
  git: (...args: string[]) => Promise<void>,
  login: Record<string, string>,
): Promise<void> {
  const known = git('config', '--local', '--name-only', '--get-regexp', 'extraheader$');
  if (
    await known.then(
      () => true,
      () => false,
    )
  )
    await git('config', '--local', '--unset-all', login.GIT_CONFIG_KEY_0 ?? '');
}

/** So that later steps can fetch and push, as with the real action: the login lies in `.git/config`. Not by `git config`: `ps` shows arguments. */
function keepLogin(folder: string, login: Record<string, string>): void {
  const { GIT_CONFIG_KEY_0: key = '', GIT_CONFIG_VALUE_0: value = '' } = login;
  const [, url] = /^http\.(.+)\.extraHeader$/.exec(key) ?? [];
  if (url === undefined) throw new StepFailure(`${key} is no login`);
  appendFileSync(join(folder, '.git', 'config'), `[http "${url}"]\n\textraHeader = ${value}\n`);
}
