import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { checkCondition, checkTemplate, type Json } from './expressions.ts';

/** A workflow or action file that the embedded GitHub cannot or will not run; the message names key and line. */
export class FileProblem extends Error {}

/** GitHub's own limit is near this; it also bounds what an alias bomb can unfold to. */
const maxNodes = 20_000;
const maxBytes = 512 * 1024;

interface Source {
  file: string;
  document: Document;
  lines: LineCounter;
  visited: number;
}

/**
 * A value in a YAML file together with the place it stands at. Reading is strict: whoever reads a mapping says
 * which keys it understands, and any other key is refused by name.
 */
export class Field {
  /** `jobs.build.steps[0].run` */
  readonly path: string;
  readonly #source: Source;
  readonly #node: Node | null;
  readonly #line: number;

  constructor(source: Source, path: string, node: Node | null, line?: number) {
    const resolved = isAlias(node) ? ((node.resolve(source.document) as Node | undefined) ?? null) : node;
    this.#source = source;
    this.path = path;
    this.#node = resolved;
    this.#line = line ?? (node?.range ? source.lines.linePos(node.range[0]).line : 1);
    source.visited += 1;
    if (source.visited > maxNodes) this.fail('the file unfolds to too many values');
  }

  fail(what: string): never {
    const place = this.path === '' ? '' : ` at \`${this.path}\``;
    throw new FileProblem(`${this.#source.file}, line ${this.#line}${place}: ${what}`);
  }

  /** Refuses what GitHub has and the embedded GitHub has not. */
  unsupported(what = 'this'): never {
    this.fail(`${what} is not supported by the embedded GitHub`);
  }

  get isNull(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null);
  }

  get isMapping(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** All entries of a mapping, whatever their keys. */
  entries(): Map<string, Field> {
    if (!isMap(this.#node)) this.fail('a mapping was expected');
    const found = new Map<string, Field>();
    for (const pair of this.#node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : this.fail('a key must be a plain word');
      if (key === '<<') this.unsupported('a merge key (`<<`)');
      const line =
        isScalar(pair.key) && pair.key.range ? this.#source.lines.linePos(pair.key.range[0]).line : 1;
      const path = this.path === '' ? key : `${this.path}.${key}`;
      found.set(key, new Field(this.#source, path, pair.value as Node | null, line));
    }
    return found;
  }

  /** The entries of a mapping that may have these keys and no others. */
  keys<K extends string>(allowed: readonly K[]): Partial<Record<K, Field>> {
    const found: Partial<Record<K, Field>> = {};
    for (const [key, field] of this.entries()) {
      const known = allowed.find((name) => name === key) ?? field.unsupported(`the key \`${key}\``);
      found[known] = field;
    }
    return found;
  }

  list(): Field[] {
    if (!isSeq(this.#node)) this.fail('a list was expected');
    return this.#node.items.map(
      (item, index) => new Field(this.#source, `${this.path}[${index}]`, item as Node | null),
    );
  }

  /** One value or a list of them. */
  oneOrMore(): Field[] {
    return this.isList ? this.list() : [this];
  }

  scalar(): string | number | boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return this.fail('a plain value was expected');
  }

  /** A text without expressions. */
  text(): string {
    return String(this.scalar());
  }

  /** One of a fixed set of words. */
  word<W extends string>(words: readonly W[]): W {
    const text = this.text();
    return words.find((word) => word === text) ?? this.unsupported(`\`${text}\``);
  }

  /** A text that may hold expressions over these contexts. */
  template(contexts: readonly string[]): string {
    const text = this.isNull ? '' : this.text();
    this.#check(() => checkTemplate(text, contexts));
    return text;
  }

  /** An `if`. */
  condition(contexts: readonly string[]): string {
    const text = this.text();
    this.#check(() => checkCondition(text, contexts));
    return text;
  }

  /** A mapping of names to templates. */
  templates(contexts: readonly string[]): Record<string, string> {
    return Object.fromEntries([...this.entries()].map(([key, field]) => [key, field.template(contexts)]));
  }

  /** Any tree of values, with expressions anywhere in it. */
  tree(contexts: readonly string[]): Json {
    if (this.isNull) return null;
    if (this.isList) return this.list().map((field) => field.tree(contexts));
    if (this.isMapping)
      return Object.fromEntries([...this.entries()].map(([key, field]) => [key, field.tree(contexts)]));
    const value = this.scalar();
    return typeof value === 'string' ? this.template(contexts) : value;
  }

  #check(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Reads a YAML file. @throws FileProblem where it is no YAML. */
export function readYaml(file: string, text: string): Field {
  if (Buffer.byteLength(text) > maxBytes) throw new FileProblem(`${file}: larger than ${maxBytes} bytes`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new FileProblem(`${file}, line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return new Field({ file, document, lines, visited: 0 }, '', document.contents);
}
