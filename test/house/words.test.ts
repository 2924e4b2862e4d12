import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './source.ts';

/** Every text file that belongs to the project, committed or about to be. */
const project = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => /\.(md|[mc]?[tj]s|ya?ml|json|svg|patch|sh)$|^\.ci\/run$|^LICENSE$/.test(path));

/** Words that are not said, put together so that this file does not say them. */
const banned: { word: RegExp; where: RegExp; why: string }[] = [
  {
    word: new RegExp(`\\b(${['TO', 'FIX', 'X'].map((a, i) => a + ['DO', 'ME', 'XX'][i]).join('|')})\\b`),
    where: /./,
    why: 'open work is an issue, where it is seen; code is finished or not there',
  },
  {
    word: new RegExp(`@ts-${'(nocheck|expect-error)'}`),
    where: /^(src|scripts)\//,
    why: 'the compiler is right, or the type is wrong',
  },
  {
    word: new RegExp(`\\b${'eslint'}-|${'prettier'}-ignore`),
    where: /./,
    why: 'Biome lints and formats here',
  },
];

test('no banned words', () => {
  const found = project
    .filter((path) => path !== 'package-lock.json' && !/^\.github\/actions\/.*\.js$/.test(path)) // made, not written
    .flatMap((path) => {
      const rules = banned.filter(({ where }) => where.test(path));
      return linesOf(path).flatMap((line, index) =>
        rules.flatMap(({ word, why }) =>
          word.test(line) ? [`${path}:${index + 1}: ${line.trim()}: ${why}`] : [],
        ),
      );
    });
  expect(found.join('\n')).toBe('');
});

test.each(['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11'])(
  'what always holds (%s) is named by a test that shows it',
  (id) => {
    const naming = project
      .filter((path) => /^test\/.*\.test\.ts$/.test(path) && !path.startsWith('test/house/'))
      .filter((path) => linesOf(path).some((line) => new RegExp(`\\b${id}\\b`).test(line)));
    expect(
      naming,
      `name ${id} (ARCHITECTURE.md) in the title of a test that would fail without it`,
    ).not.toEqual([]);
  },
);

function linesOf(path: string): string[] {
  try {
    return readFileSync(join(root, path), 'utf8').split('\n');
  } catch {
    return []; // removed, and not yet committed so
  }
}
