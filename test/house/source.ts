import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { parseAst } from 'vite';

/** The project's root folder. */
export const root = join(import.meta.dirname, '../..');

/** One source file. `path` is relative to the root, with forward slashes. */
export interface Source {
  path: string;
  text: string;
}

/** Every TypeScript file below `folder` (relative to the root), in a stable order. */
export function sources(folder: string): Source[] {
  return files(folder, /\.m?[tj]sx?$/);
}

/** Every file below `folder` whose name matches; none where the folder does not exist. */
export function files(folder: string, name: RegExp): Source[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      path: relative(root, path).replaceAll('\\', '/'),
      text: readFileSync(path, 'utf8'),
    }));
}

/** One `import … from` or `export … from`. `target` is a path from the root, or the package's specifier. */
export interface Import {
  target: string;
  /** Imported names as the other file calls them; `*` for all of it. */
  names: string[];
  /** True where nothing of it is left at run time. */
  typesOnly: boolean;
}

/**
 * The imports of a file. Text, not a parser, because types must be seen too: Biome's layout (one statement each,
 * starting in the first column) is what makes this exact.
 */
export function imports({ path, text }: Source): Import[] {
  const found: Import[] = [];
  const statement = /^(import|export) (type )?(?:([^;'"]*?) from )?'([^']+)'[^;\n]*;$/gm;
  for (const [, , type, clause = '', specifier = ''] of text.matchAll(statement)) {
    const names = namesOf(clause);
    const typesOnly =
      type !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type ')));
    found.push({
      target: resolve(path, specifier),
      names: names.map((name) => name.replace(/^type /, '')),
      typesOnly,
    });
  }
  for (const [, specifier = ''] of text.matchAll(/\bimport\('([^']+)'\)/g))
    found.push({ target: resolve(path, specifier), names: ['*'], typesOnly: false });
  return found;
}

function namesOf(clause: string): string[] {
  if (/^\*|, \*/.test(clause)) return ['*'];
  const braces = /\{([\s\S]*)\}/.exec(clause)?.[1] ?? '';
  const named = braces.split(',').map((part) => part.trim().replace(/ as .*$/, ''));
  const byDefault = /^[A-Za-z_$]/.test(clause) ? ['default'] : [];
  return [...byDefault, ...named.filter((name) => name !== '')];
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(path), specifier).replaceAll('\\', '/') : specifier;
}

/** A node of the ESTree that is left when the types are gone. */
export interface Node {
  type: string;
  [field: string]: unknown;
}

/** Every node of a file's code: comments, strings' contents and types are not among them. */
export function nodes(text: string, loader: 'ts' | 'tsx' = 'ts'): Node[] {
  const { code } = transformSync(text, { loader, format: 'esm', target: 'esnext' });
  const found: Node[] = [];
  const waiting: unknown[] = [parseAst(code)];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (Array.isArray(one)) waiting.push(...one);
    else if (isNode(one)) {
      found.push(one);
      waiting.push(...Object.values(one));
    }
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
