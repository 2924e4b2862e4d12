import { configPath } from '../engine/settings.ts';
import { type PackageFiles, setupFiles } from '../setup/files.ts';
import { readConfig } from '../ticket/codec.ts';
import { defaultConfig } from '../ticket/config.ts';

/** What the embedded repository begins with: path to content. */
export type Files = Record<string, string>;

const readme = `# acme/desk

A sample repository on the embedded GitHub. Tickets are files on the branch \`signalbox\`; their agents work here.
`;

/** The default branch: what `init` writes into a repository, with the config of this one, and its sample agent. */
export function defaultBranchFiles(from: PackageFiles): Files {
  const configText = from.read(configPath);
  const config = readConfig(configText).config ?? defaultConfig;
  const files = setupFiles(from, { configText, config, action: null });
  const agent = 'agents/sample.mjs';
  return {
    'README.md': readme,
    ...Object.fromEntries(files.map(({ path, text }) => [path, text])),
    [agent]: from.read(agent),
  };
}

/** The state branch: the sample tickets. */
export function stateBranchFiles(from: PackageFiles): Files {
  const paths = from
    .list('tickets')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `tickets/${name}`);
  return Object.fromEntries(paths.map((path) => [path, from.read(path)]));
}
