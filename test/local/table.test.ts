import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal, Tables } from '../../src/local/table.ts';
import { temporaryFolder } from './support.ts';

test('what was put is there again, what was deleted is not, and the file is compacted', () => {
  const path = join(temporaryFolder(), 'things.jsonl');
  const before = new Journal<{ n: number }>(path);
  for (let n = 0; n < 50; n += 1) before.put('a', { n });
  before.put('b', { n: 1 });
  before.delete('b');
  before.close();
  const after = new Journal<{ n: number }>(path);
  expect(after.values()).toEqual([{ n: 49 }]);
  expect(readFileSync(path, 'utf8')).toBe('["a",{"n":49}]\n');
});

test('a put is on disk when the call returns', () => {
  const path = join(temporaryFolder(), 'things.jsonl');
  const journal = new Journal<string>(path);
  journal.put('a', 'one');
  expect(readFileSync(path, 'utf8')).toBe('["a","one"]\n');
});

test('a last line torn by a kill is forgotten, and the next put does not grow onto it', () => {
  const path = join(temporaryFolder(), 'things.jsonl');
  new Journal<string>(path).put('a', 'one');
  appendFileSync(path, '["b","tw');
  const again = new Journal<string>(path);
  again.put('c', 'three');
  again.close();
  expect(new Journal<string>(path).values()).toEqual(['one', 'three']);
});

test('a damaged line in the middle is an error that names it, never skipped', () => {
  const path = join(temporaryFolder(), 'things.jsonl');
  writeFileSync(path, '["a","one"]\n["b",tw\n["c","three"]\n');
  expect(() => new Journal<string>(path)).toThrow(`${path}:2 is not a journal line`);
});

test('counters go on where they were, and everything is readable by its owner alone', () => {
  const folder = join(temporaryFolder(), 'tables');
  const first = new Tables(folder);
  expect([first.nextId('run', 100), first.nextId('run', 100)]).toEqual([100, 101]);
  first.close();
  const second = new Tables(folder);
  expect(second.nextId('run', 100)).toBe(102);
  expect(statSync(join(folder, 'counters.jsonl')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('rows that are too old are dropped when the table is opened', () => {
  const path = join(temporaryFolder(), 'things.jsonl');
  const journal = new Journal<number>(path);
  journal.put('a', 1);
  journal.put('b', 2);
  expect(new Journal<number>(path, (n) => n > 1).values()).toEqual([2]);
});
