import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import type { Table } from './host.ts';

/**
 * The embedded GitHub's memory: each table is an append-only journal of JSON lines, `["key", value]` for a put and
 * `["key"]` for a delete, written synchronously, so that a call that returned survives `kill -9`. It is compacted
 * when opened. A value handed to `put` belongs to the table: to change it, put a new object.
 */
export class Journal<T> implements Table<T> {
  readonly #rows = new Map<string, T>();
  readonly #file: number;

  constructor(path: string, keep: (value: T) => boolean = () => true) {
    readJournal(path, this.#rows, keep);
    const lines = [...this.#rows].map(([key, value]) => `${JSON.stringify([key, value])}\n`);
    const fresh = `${path}.new`;
    const file = openSync(fresh, 'w', 0o600);
    writeAll(file, lines.join(''));
    closeSync(file);
    renameSync(fresh, path);
    this.#file = openSync(path, 'a', 0o600);
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  put(key: string, value: T): void {
    writeAll(this.#file, `${JSON.stringify([key, value])}\n`);
    this.#rows.set(key, value);
  }

  delete(key: string): void {
    if (!this.#rows.has(key)) return;
    writeAll(this.#file, `${JSON.stringify([key])}\n`);
    this.#rows.delete(key);
  }

  values(): T[] {
    return [...this.#rows.values()];
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** All tables and counters of one data folder. */
export class Tables {
  readonly #folder: string;
  readonly #open = new Map<string, Journal<unknown>>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
  }

  /** The table of that name; `keep` drops rows that are too old when it is first opened. */
  table<T>(name: string, keep?: (value: T) => boolean): Table<T> {
    const known = this.#open.get(name);
    if (known) return known as Journal<T>;
    const journal = new Journal<T>(join(this.#folder, `${name}.jsonl`), keep);
    this.#open.set(name, journal as Journal<unknown>);
    return journal;
  }

  /** The next number of a named counter, starting at `first`. */
  nextId(counter: string, first = 1): number {
    const counters = this.table<number>('counters');
    const next = (counters.get(counter) ?? first - 1) + 1;
    counters.put(counter, next);
    return next;
  }

  close(): void {
    for (const journal of this.#open.values()) journal.close();
    this.#open.clear();
  }
}

function readJournal<T>(path: string, rows: Map<string, T>, keep: (value: T) => boolean): void {
  if (!existsSync(path)) return;
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop(); // whatever follows the last newline was torn by a kill in the middle of a write: never acknowledged
  for (const [index, line] of lines.entries()) {
    const [key, ...value] = parseLine<T>(path, index, line);
    if (value.length === 0) rows.delete(key);
    else rows.set(key, value[0] as T);
  }
  for (const [key, value] of rows) if (!keep(value)) rows.delete(key);
}

function parseLine<T>(path: string, index: number, line: string): [string, T?] {
  try {
    return JSON.parse(line) as [string, T?];
  } catch (cause) {
    throw new SignalboxError('user', 'local-data-damaged', `${path}:${index + 1} is not a journal line`, {
      cause,
      hint: 'Delete the data folder to start afresh; the embedded GitHub never rewrites a line that it cannot read.',
    });
  }
}

/** A short write (disk full) must not leave half a line in front of the next one. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}
