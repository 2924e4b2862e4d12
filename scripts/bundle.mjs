// Bundles the runner into the action, so that a repository that uses it needs no install; and beside it the tools that it
// hands to an agent, in a file of their own: the agent's user may not be able to read where the action lies. What is made is
// committed: the same sources and lock file make the same bytes. Names are kept, so that a stack trace says where it was.
//
//   node scripts/bundle.mjs [folder]           writes the files
//   node scripts/bundle.mjs --check [folder]   says which are not what the sources make, with exit status 1

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const isCheck = process.argv[2] === '--check';
const folder = process.argv[isCheck ? 3 : 2] ?? '.github/actions/signalbox';
const made = new Map();
const inputs = [];

for (const [name, entry] of Object.entries({ 'index.js': 'src/action.ts', 'mcp.js': 'src/mcp/main.ts' })) {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    lineLimit: 200,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  made.set(name, outputFiles[0].text);
  inputs.push(...Object.keys(metafile.inputs));
}

/** Their licenses ask that they go with every copy: those of the packages whose code is in a bundle. */
const packages = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
const licenses = [...new Set(packages)].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const file = readdirSync(path).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(path, file), 'utf8').replaceAll('\r', '').trim() : license;
  return `${name} ${version}\n\n${text}\n`;
});
made.set('licenses.txt', licenses.join(`\n${'-'.repeat(80)}\n\n`));

const stale = [];
for (const [name, text] of made) {
  const path = join(folder, name);
  if (!isCheck) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) stale.push(path);
}
if (stale.length > 0) {
  console.error(`not what the sources make: ${stale.join(', ')}.`);
  console.error(
    'The action runs what is committed there: `npm ci && npm run build`, and commit these files, too.',
  );
  process.exit(1);
}
