import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const bundles = new Map<string, Promise<string>>();

/** A program of the project that plain Node runs, made once. It lies where its packages are found. */
export function bundled(entry: string): Promise<string> {
  const known = bundles.get(entry);
  if (known) return known;
  const name = basename(entry, '.ts');
  const outdir = join(root, 'node_modules', '.cache', 'signalbox', name);
  const made = build({
    entryPoints: [join(root, entry)],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported when it is needed is then loaded only then.
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    // The supports, and the command line, look for the project's files from where they lie.
    define: {
      'import.meta.dirname': JSON.stringify(import.meta.dirname),
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, entry)).href),
    },
    logLevel: 'warning',
  }).then(() => join(outdir, `${name}.mjs`));
  bundles.set(entry, made);
  return made;
}
