import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the embedded repository begins with: path to content. */
export type Files = Record<string, string>;

/** The package's own folder, where the sample tickets, the workflow and the action are. */
export type PackageFolder = string;

const readme = `# acme/desk

A sample repository on the embedded GitHub. Tickets are files on the branch \`signalbox\`; their agents work here.
`;

/** The default branch: config, workflow, action and sample agent, as a team would copy them into its repository. */
export function defaultBranchFiles(root: PackageFolder): Files {
  const copied = [
    '.github/signalbox.yml',
    '.github/workflows/signalbox.yml',
    '.github/actions/signalbox/action.yml',
    '.github/actions/signalbox/index.js',
    '.github/actions/signalbox/mcp.js',
    '.github/actions/signalbox/package.json', // says commonjs, whatever the repository around it says
    '.github/ISSUE_TEMPLATE/ticket.yml',
    'agents/sample.mjs',
  ];
  const files = copied.map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')]);
  return { 'README.md': readme, ...Object.fromEntries(files) };
}

/** The state branch: the sample tickets. */
export function stateBranchFiles(root: PackageFolder): Files {
  const names = readdirSync(join(root, 'tickets')).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(
    names.map((name) => [`tickets/${name}`, readFileSync(join(root, 'tickets', name), 'utf8')]),
  );
}
