import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { files, root } from './source.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Links of a page to files of the project. */
function links(page: string): string[] {
  return [...page.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/set-up.md'])(
  'every link and every named file of %s is there',
  (name) => {
    const page = read(name);
    const named = [...page.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]*\w)`/g)].map(
      ([, path = '']) => path,
    );
    const missing = [...links(page), ...named].filter((path) => !existsSync(join(root, dirname(name), path)));
    expect(missing).toEqual([]);
  },
);

test('the readme is one screen', () => {
  expect(read('README.md').split('\n').length, 'move the rest to where it is looked for').toBeLessThanOrEqual(
    45,
  );
});

describe('the list of what always holds', () => {
  const page = read('ARCHITECTURE.md');
  const tests = files('test', /\.test\.ts$/).filter(({ path }) => !path.startsWith('test/house/'));

  test.each(Array.from({ length: 11 }, (_, index) => `S${index + 1}`))('names every test of %s', (id) => {
    const from = page.indexOf(`\n- **${id} `);
    const listed = from < 0 ? [] : links(page.slice(from + 1).split(/\n(?! )/)[0] ?? '');
    const naming = tests.filter(({ text }) => new RegExp(`\\b${id}\\b`).test(text)).map(({ path }) => path);
    expect(
      naming.filter((path) => !listed.includes(path)),
      `add to the list under ${id} in ARCHITECTURE.md`,
    ).toEqual([]);
  });
});
