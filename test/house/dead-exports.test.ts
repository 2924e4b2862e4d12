import { describe, expect, test } from 'vitest';
import { imports, type Source, sources } from './source.ts';

/** Exports that no file imports, and yet belong there. */
const kept: Record<string, string> = {};

interface Export {
  path: string;
  name: string;
  isType: boolean;
}

/** What a file exports. Exact because of Biome's layout: every export starts a line. */
function exports({ path, text }: Source): Export[] {
  const declared = /^export (?:async |abstract )*(function\*?|const|let|class|interface|type) (\w+)/gm;
  return [...text.matchAll(declared)].map(([, kind, name = '']) => ({
    path,
    name,
    isType: kind === 'interface' || kind === 'type',
  }));
}

/**
 * Exports that nobody imports. A type may stand in the signature of an export of its own file, where its name helps
 * the reader; a value may not.
 */
function dead(tree: Source[], importers: Source[]): string[] {
  const imported = new Set(
    importers.flatMap((source) =>
      imports(source).flatMap(({ target, names }) => names.map((name) => `${target} ${name}`)),
    ),
  );
  const texts = new Map(tree.map(({ path, text }) => [path, text]));
  return tree.flatMap(exports).flatMap(({ path, name, isType }) => {
    if (imported.has(`${path} ${name}`) || imported.has(`${path} *`) || kept[`${path} ${name}`]) return [];
    const elsewhere = texts.get(path)?.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
    if (isType && elsewhere > 1) return [];
    return [`${path}: nothing imports ${name}: ${elsewhere > 1 ? 'do not export it' : 'remove it'}`];
  });
}

test('every export of src is imported by a file of src, or is there for the tests', () => {
  const tree = sources('src');
  const everybody = [...tree, ...sources('test'), ...sources('scripts'), ...sources('bench')];
  expect(dead(tree, everybody).join('\n')).toBe('');
});

describe('told apart', () => {
  const used: Source = {
    path: 'src/base/a.ts',
    text: 'export function used(): A {}\nexport interface A {}\nexport const dead = 1;\nexport type B = 1;\n',
  };
  const user: Source = { path: 'src/engine/b.ts', text: "import { used } from '../base/a.ts';\n" };
  test('a dead value, a dead type, and a type that a signature names', () => {
    expect(dead([used], [used, user])).toEqual([
      'src/base/a.ts: nothing imports dead: remove it',
      'src/base/a.ts: nothing imports B: remove it',
    ]);
  });
});
