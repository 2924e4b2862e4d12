import { asError, SignalboxError } from './base/errors.ts';
import { git } from './base/git.ts';
import type { Clone } from './cli/clone.ts';
import { type AppKey, readAppKey } from './cli/credentials.ts';
import type { DoctorOptions } from './cli/doctor-command.ts';
import { noToken, personsToken } from './cli/token.ts';
import { configPath } from './engine/settings.ts';
import { Api, type Octokit } from './forge/api.ts';
import { appStanding } from './forge/app-standing.ts';
import { type SetupCalls, setupCalls } from './forge/setup.ts';
import { tokenClient } from './forge/token-client.ts';
import type { AppStanding, Facts } from './setup/facts.ts';
import { actionFolder, formPath, type PackageFiles, workflowPath } from './setup/files.ts';
import { type Place, placeOf } from './setup/place.ts';
import type { Known } from './setup/plan.ts';
import type { Config } from './ticket/config.ts';
import { packageFiles } from './wire-init.ts';
import { manifest } from './wire-local.ts';

/** Where doctor looks from: this package, and the variables that the person has set. */
export interface Standpoint {
  packageFolder: string;
  environment: Readonly<Record<string, string | undefined>>;
}

type GitHubFacts = Pick<Facts, 'role' | 'app' | 'workflowState' | 'labels' | 'rules' | 'behindMs'>;

/** Everything that can be known of a repository: by git, and by GitHub as far as it answers whoever asks. */
export async function gatherFacts(
  clone: Clone,
  settings: { config: Config; broken: string | null },
  state: Facts['state'],
  options: DoctorOptions & Standpoint,
): Promise<Facts> {
  const from = packageFiles(options.packageFolder);
  const files = await clone.files(pathsOf(from, settings.config));
  const [github, push, version] = await Promise.all([
    gitHubFacts(clone.remote, settings.config, options),
    clone.mayPush(),
    git(['--version'], { cwd: options.packageFolder }),
  ]);
  return {
    ...github,
    push,
    asked: manifest(options.packageFolder),
    config: { text: files.get(configPath) ?? null, ...settings },
    file: (path) => files.get(path) ?? null,
    package: from,
    state,
    versions: { node: process.versions.node, git: /\d+\.\d+\.\d+/.exec(version.stdout)?.[0] ?? '0' },
  };
}

/** Of the files that `init` writes, those that say whether a repository is set up. */
function pathsOf(from: PackageFiles, config: Config): string[] {
  const action = from.list(actionFolder).map((name) => `${actionFolder}/${name}`);
  return [configPath, workflowPath(config), formPath, ...action];
}

async function gitHubFacts(
  remote: string,
  config: Config,
  options: DoctorOptions & Standpoint,
): Promise<GitHubFacts> {
  const place = placeOf(remote);
  if (!place) {
    const none = { unknown: 'the remote is no GitHub’s' };
    return { role: none, app: none, workflowState: none, labels: none, rules: none, behindMs: none };
  }
  const { environment, clock, log } = options;
  const credentials = readAppKey(environment);
  const app = await appOf(place, credentials, options);
  const token = await personsToken(place, environment);
  const octokit = tokenClient({ token, apiUrl: place.apiUrl, clock });
  // Who has no token sees by the app's rights, or what everybody sees.
  const seeing: Octokit = token === null ? (app.octokit ?? octokit) : octokit;
  const github = setupCalls(new Api({ octokit: seeing, owner: place.owner, repo: place.repo, clock, log }));
  const isNobody = token === null && app.octokit === null;
  const ask = <T>(look: (its: SetupCalls) => Promise<T>): Promise<Known<T>> =>
    known(() => look(github), isNobody ? `${noToken(place.host)}: ` : '');
  const [role, workflowState, labels, rules, behindMs] = await Promise.all([
    isNobody ? { unknown: noToken(place.host) } : ask((its) => its.role()),
    ask((its) => its.workflowState(config.workflow)),
    ask((its) => its.labels()),
    ask((its) => its.rules(config.branch)),
    ask((its) => its.behindMs()),
  ]);
  return { role, app: app.standing, workflowState, labels, rules, behindMs };
}

async function appOf(
  place: Place,
  credentials: AppKey | null,
  { clock }: DoctorOptions,
): Promise<{ standing: Known<AppStanding>; octokit: Octokit | null }> {
  if (credentials === null)
    return {
      standing: { unknown: 'APP_ID and PRIVATE_KEY are not set: only with them the app can be looked at' },
      octokit: null,
    };
  const found = await known(() => appStanding({ ...place, ...credentials, clock }));
  if ('unknown' in found) return { standing: found, octokit: null };
  return { standing: { known: found.known.standing }, octokit: found.known.octokit };
}

async function known<T>(look: () => Promise<T>, before = ''): Promise<Known<T>> {
  try {
    return { known: await look() };
  } catch (error) {
    const unknown = `${before}${asError(error).message}`;
    return error instanceof SignalboxError ? { unknown, code: error.code } : { unknown };
  }
}
