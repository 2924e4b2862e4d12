import { configPath } from '../engine/settings.ts';
import type { Config } from '../ticket/config.ts';
import { setupPath } from '../ticket/paths.ts';
import { packagesOf } from '../ticket/presets.ts';
import { secretNames } from './secrets.ts';
import { stamped } from './stamp.ts';

/*
 * Everything that a repository needs on its default branch to be worked by Signalbox: what `init` writes there, and
 * what the embedded repository of `npm start` begins with.
 */

/** The files of this package. */
export interface PackageFiles {
  version: string;
  /** Text of a file, by its path in the package. */
  read(path: string): string;
  /** Names of the files in a folder. */
  list(folder: string): string[];
}

export interface SetupFile {
  path: string;
  text: string;
  /**
   * `ours`: as this version has it. `stamped`: the same, unless somebody edited it. `theirs`: only where there is none.
   */
  keep: 'ours' | 'stamped' | 'theirs';
}

export interface SetupWish {
  /** The text of the config, where there is none yet. */
  configText: string;
  /** The config as it is, or will be. */
  config: Config;
  /** `<owner>/signalbox@<commit>` instead of a copy in the repository. */
  action: string | null;
}

export const actionFolder = '.github/actions/signalbox';
export const formPath = '.github/ISSUE_TEMPLATE/ticket.yml';
/** Beside the config, so that an editor needs no network for it. */
const schemaPath = '.github/signalbox/config.schema.json';
/** As the config names it: relative to itself. */
export const schemaFromConfig = './signalbox/config.schema.json';

const template = '.github/workflows/signalbox.yml';
const localAction = `uses: ./${actionFolder}`;

export const workflowPath = ({ workflow }: Pick<Config, 'workflow'>): string =>
  `.github/workflows/${workflow}`;

/** The files, config first. */
export function setupFiles(from: PackageFiles, { configText, config, action }: SetupWish): SetupFile[] {
  const vendored = action === null ? from.list(actionFolder) : [];
  const workflow = workflowText(from.read(template), config, action);
  const form = from
    .read(formPath)
    .replace(/^labels: .*$/m, `labels: [${JSON.stringify(config.labels.ticket)}]`);
  return [
    { path: configPath, text: configText, keep: 'theirs' },
    { path: schemaPath, text: from.read('schemas/config.schema.json'), keep: 'ours' },
    { path: workflowPath(config), text: stamped(workflow, from.version), keep: 'stamped' },
    ...vendored.map((name): SetupFile => {
      const path = `${actionFolder}/${name}`;
      const text = from.read(path);
      return { path, text: name === 'package.json' ? versioned(text, from.version) : text, keep: 'ours' };
    }),
    { path: formPath, text: stamped(form, from.version), keep: 'stamped' },
    ...setupScript(config),
  ];
}

/** What installs the presets' programs before each agent; none where every agent has a command of the team's own. */
function setupScript({ agents }: Config): SetupFile[] {
  const packages = packagesOf(Object.values(agents));
  if (packages.length === 0) return [];
  const text = `#!/bin/bash
# Run with bash before each agent, as the agent's user and without any secret. It is yours: Signalbox does not touch it
# again. Your toolchain goes here, too. npm installs below ~/.local, which goes with the attempt.
set -euo pipefail
npm install --global --no-audit --no-fund ${packages.join(' ')}
`;
  return [{ path: setupPath, text, keep: 'theirs' }];
}

/** The workflow with its agents' secrets, which go to the one step that needs them. */
function workflowText(text: string, config: Config, action: string | null): string {
  const names = secretNames(config);
  const secrets = names.map((name) => `          ${name}: \${{ secrets.${name} }}\n`).join('');
  const step = `        ${localAction}\n`;
  const told = action === null ? step : step.replace(localAction, `uses: ${action}`);
  return text.replace(step, `${told}${secrets && `        env:\n${secrets}`}`);
}

/** By its version a copy of the action is known as old. */
function versioned(manifest: string, version: string): string {
  return `${JSON.stringify({ ...JSON.parse(manifest), version }, null, 2)}\n`;
}

/** Which version of the action a repository has, by the manifest of its copy; null where it does not say. */
export function actionVersion(manifest: string): string | null {
  const version = /"version": *"([^"]+)"/.exec(manifest)?.[1];
  return version ?? null;
}

/** The action of another repository that a workflow uses, with its commit; null where it uses its own copy. */
export function usedAction(workflow: string): string | null {
  return /^\s*uses: ([\w.-]+\/signalbox@[0-9a-f]{40})\b/m.exec(workflow)?.[1] ?? null;
}
