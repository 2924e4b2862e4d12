import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { root } from './source.ts';

const app = parseDocument(readFileSync(join(root, 'app.yml'), 'utf8'));
const page = readFileSync(join(root, 'docs/set-up.md'), 'utf8');

/** The comment above a thing in app.yml, as one line. Of the first it stands before the whole list. */
const reasonOf = (comment: string | null | undefined, list: { commentBefore?: string | null }): string =>
  (comment ?? list.commentBefore ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ');

/** Rows of the table whose first column is so called: cells, without the marks of code. */
function rows(column: string): string[][] {
  const table = new RegExp(`^\\| ${column} .*\\n\\|[ |-]+\\n((?:\\|.*\\n)+)`, 'm').exec(page)?.[1] ?? '';
  return table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

test('the page of the set-up names the permissions of app.yml, with the reason of each', () => {
  const map = app.get('default_permissions') as YAMLMap<Scalar<string>, Scalar<string>>;
  const listed = map.items.map(({ key, value }) => [
    key.value,
    value?.value,
    reasonOf(key.commentBefore, map),
  ]);
  expect(rows('permission')).toEqual(listed);
});

test('and its events', () => {
  const list = app.get('default_events') as YAMLSeq<Scalar<string>>;
  expect(rows('event')).toEqual(list.items.map((item) => [item.value, reasonOf(item.commentBefore, list)]));
});
