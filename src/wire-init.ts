import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asError, SignalboxError } from './base/errors.ts';
import { openClone } from './cli/clone.ts';
import type { SetupDesk } from './cli/init.ts';
import type { SetupOptions } from './cli/init-command.ts';
import { noToken, personsToken } from './cli/token.ts';
import { openWorkTree } from './cli/work-tree.ts';
import { Api } from './forge/api.ts';
import { type SetupCalls, setupCalls } from './forge/setup.ts';
import { tokenClient } from './forge/token-client.ts';
import type { PackageFiles } from './setup/files.ts';
import { placeOf } from './setup/place.ts';
import type { Known } from './setup/plan.ts';
import { withoutLogin, withStore } from './wire-clone.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Opens the repository of a person's clone to be set up: its files by git, the rest by GitHub where there is a token. */
export async function openSetup(
  options: SetupOptions,
  packageFolder: string,
  environment: Variables,
): Promise<SetupDesk> {
  const clone = await openClone(options.clone, options.remote);
  const tree = await openWorkTree(options.clone, options.remote);
  const { calls, repository } = await personsGitHub(clone.remote, options, environment);
  const known = async <T>(look: (github: SetupCalls) => Promise<T>): Promise<Known<T>> => {
    if ('unknown' in calls) return calls;
    try {
      return { known: await look(calls.known) };
    } catch (error) {
      return { unknown: asError(error).message };
    }
  };
  const github = (): SetupCalls => {
    if ('known' in calls) return calls.known;
    throw new SignalboxError('config', 'no-token', calls.unknown);
  };
  return {
    repository,
    branch: { name: tree.branch, isDefault: tree.isDefault },
    package: packageFiles(packageFolder),
    texts: tree.texts,
    hasBranch: tree.hasBranch,
    labels: () => known((its) => its.labels()),
    rules: (branch) => known((its) => its.rules(branch)),
    write: tree.write,
    commit: tree.commit,
    push: tree.push,
    makeStateBranch: (name) => withStore(clone, { branch: name }, options, makeBranch),
    makeLabel: ({ name, color, description }) => github().createLabel(name, color, description),
    protect: (branch, rules) => github().protect(branch, rules),
  };

  /** By the store, so that its witness is made with it. Whoever was faster made the same. */
  async function makeBranch(store: Parameters<Parameters<typeof withStore>[3]>[0]): Promise<void> {
    const base = await store.read({ fresh: true });
    if (base.movedBack)
      throw new SignalboxError('conflict', 'head-moved-back', 'there was such a branch, and it was deleted', {
        hint: 'Put its tickets back: signalbox doctor --restore.',
      });
    if (base.head !== null) return;
    const trailers = [{ Transition: 'init', Actor: clone.person }];
    await store.swap(base, { subject: 'begin', body: '', trailers, changes: new Map() });
  }
}

/** GitHub's interface as the person behind a clone, or why there is none. */
async function personsGitHub(
  remote: string,
  { clock, log }: Pick<SetupOptions, 'clock' | 'log'>,
  environment: Variables,
): Promise<{ repository: string; calls: Known<SetupCalls> }> {
  const place = placeOf(remote);
  if (!place) return { repository: withoutLogin(remote), calls: { unknown: 'the remote is no GitHub’s' } };
  const { owner, repo, host } = place;
  const token = await personsToken(place, environment);
  const repository = `${owner}/${repo}`;
  if (token === null) return { repository, calls: { unknown: noToken(host) } };
  const octokit = tokenClient({ token, apiUrl: place.apiUrl, clock });
  return { repository, calls: { known: setupCalls(new Api({ octokit, owner, repo, clock, log })) } };
}

/** The files of this package, from its own folder. */
export function packageFiles(folder: string): PackageFiles {
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  return { version, read, list: (path) => readdirSync(join(folder, path)).sort() };
}
