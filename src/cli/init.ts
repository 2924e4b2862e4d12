import { asError, SignalboxError } from '../base/errors.ts';
import { isOwnLabel, type OwnLabel, ownLabels } from '../engine/own-labels.ts';
import { configPath } from '../engine/settings.ts';
import {
  formPath,
  type PackageFiles,
  type SetupFile,
  schemaFromConfig,
  setupFiles,
  usedAction,
  workflowPath,
} from '../setup/files.ts';
import {
  byHand,
  type Found,
  isDue,
  type Known,
  type Label,
  planDelivery,
  planFiles,
  planLabels,
  planRuleset,
  planStateBranch,
  type Step,
  wantedRules,
} from '../setup/plan.ts';
import { secretNames } from '../setup/secrets.ts';
import { type Choices, starterConfig } from '../setup/starter.ts';
import { readConfig } from '../ticket/codec.ts';
import { type Config, defaultConfig } from '../ticket/config.ts';
import type { Texts } from './work-tree.ts';

/** A repository that is to be set up, as a person reaches it from their clone. */
export interface SetupDesk {
  /** `owner/name`, or the address where it is no GitHub's. */
  repository: string;
  branch: { name: string; isDefault: boolean };
  package: PackageFiles;
  texts(paths: readonly string[]): Promise<Map<string, Texts>>;
  hasBranch(name: string): Promise<boolean>;
  labels(): Promise<Known<readonly Label[]>>;
  rules(branch: string): Promise<Known<readonly string[]>>;
  write(path: string, text: string): Promise<void>;
  commit(paths: readonly string[], message: string): Promise<void>;
  push(): Promise<void>;
  makeStateBranch(name: string): Promise<void>;
  makeLabel(label: OwnLabel): Promise<void>;
  protect(branch: string, rules: typeof wantedRules): Promise<void>;
}

export interface Plan {
  steps: Step[];
  files: SetupFile[];
  config: Config;
}

/** The config that is there already; null where there is none. @throws SignalboxError `bad-config` */
export async function presentConfig(desk: SetupDesk): Promise<Config | null> {
  const text = (await desk.texts([configPath])).get(configPath)?.here ?? null;
  if (text === null) return null;
  const { config, broken } = readConfig(text);
  if (config) return config;
  const hint = 'Mend it first: everything else is made from it.';
  throw new SignalboxError('config', 'bad-config', `${configPath}: ${broken?.message}`, { hint });
}

/** Labels of the repository that are in use for something else, of those that people steer with. */
export async function labelCollisions(desk: SetupDesk): Promise<string[]> {
  const found = { labels: await desk.labels() };
  const wanted = ownLabels(defaultConfig).slice(0, 4);
  return planLabels(found, wanted, isOwnLabel)
    .filter(({ action }) => action === 'keep')
    .map(({ what }) => what);
}

/** What there is to do. `action` as `SetupWish` has it; undefined leaves it to what the workflow uses now. */
export async function makePlan(
  desk: SetupDesk,
  choices: Choices,
  action: string | null | undefined,
): Promise<Plan> {
  const configText = starterConfig(choices, schemaFromConfig);
  const config = (await presentConfig(desk)) ?? configOf(configText);
  const workflow = workflowPath(config);
  const present = (await desk.texts([workflow])).get(workflow)?.here ?? '';
  const files = setupFiles(desk.package, {
    configText,
    config,
    action: action === undefined ? usedAction(present) : action,
  });
  const texts = await desk.texts(files.map(({ path }) => path));
  const found: Found = {
    here: (path) => texts.get(path)?.here ?? null,
    committed: (path) => texts.get(path)?.committed ?? null,
    there: (path) => texts.get(path)?.there ?? null,
    hasStateBranch: await desk.hasBranch(config.branch),
    labels: await desk.labels(),
    rules: await desk.rules(config.branch),
  };
  const ofFiles = planFiles(found, files);
  const steps = [
    planStateBranch(found, config.branch),
    ...planLabels(found, ownLabels(config), isOwnLabel),
    planRuleset(found, config.branch),
    ...ofFiles,
    ...planDelivery(found, files, ofFiles, desk.branch),
  ];
  return { steps, files, config };
}

function configOf(text: string): Config {
  const { config, broken } = readConfig(text);
  if (config) return config;
  throw new SignalboxError('user', 'bad-input', `no config can be made of that: ${broken?.message}`);
}

export interface Failure {
  kind: Step['kind'];
  what: string;
  code: string;
  message: string;
  hint: string | null;
}

/** Does what is due, in its order. What fails leaves the rest to be done; without its files there is no commit, and no push. */
export async function carryOut(
  desk: SetupDesk,
  { steps, files, config }: Plan,
  { deliver }: { deliver: boolean },
): Promise<{ done: Step[]; failed: Failure[] }> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const labels = new Map(ownLabels(config).map((label) => [label.name, label]));
  const paths = await pathsToCommit(desk, steps, files);
  const act: Record<Step['kind'], (what: string) => Promise<void>> = {
    'state-branch': (what) => desk.makeStateBranch(what),
    label: async (what) => {
      const label = labels.get(what);
      if (label) await desk.makeLabel(label);
    },
    ruleset: (what) => desk.protect(what, wantedRules),
    file: (what) => desk.write(what, texts.get(what) ?? ''),
    commit: () => desk.commit(paths, commitMessage),
    push: () => desk.push(),
  };
  const [done, failed]: [Step[], Failure[]] = [[], []];
  for (const step of steps.filter(isDue)) {
    const isDelivery = step.kind === 'commit' || step.kind === 'push';
    const isHeldUp = failed.some(({ kind }) => kind === 'file' || kind === 'commit');
    if (isDelivery && (!deliver || isHeldUp)) continue;
    try {
      await act[step.kind](step.what);
      done.push(step);
    } catch (error) {
      failed.push(failureOf(step, error));
    }
  }
  return { done, failed };
}

const commitMessage =
  'Set up Signalbox\n\nIts config, the workflow that runs an attempt of a ticket, and what that needs.';

async function pathsToCommit(desk: SetupDesk, steps: Step[], files: SetupFile[]): Promise<string[]> {
  const due = new Set(steps.filter(isDue).map(({ what }) => what));
  const texts = await desk.texts(files.map(({ path }) => path));
  return files
    .map(({ path }) => path)
    .filter((path) => due.has(path) || (texts.get(path)?.committed ?? null) === null);
}

function failureOf({ kind, what }: Step, thrown: unknown): Failure {
  const error = asError(thrown);
  const known = error instanceof SignalboxError ? error : null;
  const hint = kind === 'ruleset' ? `By hand: ${byHand(what)}.` : (known?.hint ?? null);
  return { kind, what, code: known?.code ?? 'internal', message: error.message, hint };
}

/** What remains for people, whatever was done. */
export function nextSteps(repository: string, config: Config): string[] {
  const secrets = secretNames(config);
  return [
    `Register the GitHub App and install it on ${repository}, if it is not yet: docs/set-up.md of Signalbox says how.`,
    ...(secrets.length > 0
      ? [
          `Set the secret that your agent logs in with (Settings > Secrets and variables > Actions): ${secrets.join(' or ')}.`,
        ]
      : []),
    'Look whether all is well: signalbox doctor',
    `Then give an issue the labels \`${config.labels.ticket}\` and \`${config.labels.release}\` (${formPath} is a form for it).`,
  ];
}
