import { Composer, type CST, type Document, isNode, isScalar, Lexer, Parser, visit } from 'yaml';

/*
 * Reading YAML that anybody may have written. The `yaml` package alone is not enough for that: a deep nest exhausts
 * the stack while a pattern is compiled, which ends the whole process (not an exception); its errors with pictures
 * and its look for duplicate keys take time that grows with the square of the file.
 */

/** A file that could not be read as what it should be; it harms that file's ticket alone. */
export interface Breakage {
  code: 'bad-yaml' | 'bad-field' | 'newer-format' | 'too-large' | 'bad-id' | 'id-mismatch';
  /** Names the line or the field. */
  message: string;
}

/** The largest file that is read or written, in bytes of UTF-8. */
export const largestFile = 256 * 1024;

/**
 * A ticket's file that is larger takes no more words and no new attempt: what is left of it is for what stops and
 * closes, and for the marks of that, which must always find room.
 */
export const fullFile = largestFile - 32 * 1024;

export function isFull(text: string): boolean {
  return Buffer.byteLength(text) > fullFile;
}

/** How deep the parser's stack may grow: two entries for a level in block style. A ticket needs about twenty. */
const deepest = 128;

export type ParsedYaml =
  | { document: Document.Parsed; value: unknown; broken: null }
  | { document: null; value: null; broken: Breakage };

/** The line of a field, or of the innermost thing around it that is there. */
export function lineOf(document: Document.Parsed, text: string, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(text, node.range[0]);
  }
  return lineAt(text, document.contents?.range[0] ?? 0);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/**
 * Parses one document of YAML 1.2 (core schema): no aliases, no tags but the core's, no duplicate keys, string keys
 * only. It never throws, whatever the text, and takes time in proportion to it.
 */
export function parseYaml(text: string): ParsedYaml {
  if (Buffer.byteLength(text) > largestFile) {
    return no('too-large', `the file is larger than ${largestFile / 1024} KiB`);
  }
  const control = text.search(/[\0-\x08\x0b\x0c\x0e-\x1f]|\p{Surrogate}/u);
  if (control >= 0) return no('bad-yaml', at(text, control, 'a control character'));
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return no('bad-yaml', at(text, tokens.tooDeep, 'nested too deeply'));
  const documents = new Composer(options).compose(tokens, true, text.length);
  const document = documents.next().value;
  if (!document) return no('bad-yaml', 'the file is empty');
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) return no('bad-yaml', at(text, fault.pos[0], fault.message));
  const second = documents.next().value;
  if (second) return no('bad-yaml', at(text, second.range[0], 'a second document'));
  const doubt = doubtful(document);
  if (doubt) return no('bad-yaml', at(text, doubt.pos, doubt.message));
  return { document, value: document.toJS(), broken: null };
}

/** Of every document made or parsed here. Duplicate keys are looked for below, in one pass. */
export const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  stringKeys: true,
  resolveKnownTags: false,
  prettyErrors: false,
  keepSourceTokens: true,
  logLevel: 'error',
} as const;

function no(code: Breakage['code'], message: string): ParsedYaml {
  return { document: null, value: null, broken: { code, message } };
}

function at(text: string, position: number, message: string): string {
  return `line ${lineAt(text, position)}: ${message.slice(0, 200)}`;
}

/** The parser keeps its own stack, so depth can be seen before anything recurses over the tree. */
function tokenize(text: string): CST.Token[] | { tooDeep: number } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > deepest) return { tooDeep: parser.offset };
  }
  tokens.push(...parser.end());
  return tokens;
}

/** What YAML allows and a ticket file has no use for. */
function doubtful(document: Document.Parsed): { pos: number; message: string } | null {
  let found: { pos: number; message: string } | null = null;
  const report = (node: unknown, message: string) => {
    found = { pos: isNode(node) ? (node.range?.[0] ?? 0) : 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, alias) => report(alias, 'aliases are not allowed'),
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key, value } of map.items) {
        if (!isScalar(key) || typeof key.value !== 'string')
          return report(key ?? value, 'a key that is not text');
        if (keys.has(key.value)) return report(key, `the key ${key.value} is there twice`);
        if (key.value === '__proto__') return report(key, 'the key __proto__ is not allowed');
        keys.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}
