import { isDeepStrictEqual } from 'node:util';
import {
  CST,
  Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  type Scalar,
  visit,
  YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { options, parseYaml } from './yaml.ts';

/*
 * Writing YAML that people also write. A field that did not change keeps its very characters; in one that did, only
 * the nodes that differ are replaced, so that comments beside and between them stay.
 */

type Fields = Record<string, unknown>;

// Quoted text is never broken over lines: `yaml` 2.9 adds a backslash of its own where a line begins with a space.
const style = {
  lineWidth: 0,
  blockQuote: 'literal',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** `fields` as a new file, in their own order. */
export function renderYaml(fields: Fields): string {
  const document = new Document(null, options);
  document.contents = newNode(document, fields) as never;
  return document.toString(style);
}

/**
 * `fields` written into `previous`. A field that `previous` names is kept, with its default if it must be, so that
 * the comment above it is kept too; one it does not name is added only where it differs from `defaults`, after the
 * field before it in the order of `fields`. A `previous` that is no map of fields is replaced.
 */
export function editYaml(previous: string, fields: Fields, defaults: Fields): string {
  const { document, value: before } = parseYaml(previous);
  const root = document?.contents;
  if (!document || !isMap(root) || !isRecord(before)) return renderYaml(without(fields, defaults));
  const pieces = cut(previous, root as YAMLMap.Parsed);
  const added: { key: string; after: string | undefined; body: string }[] = [];
  let last: string | undefined;
  for (const [key, value] of Object.entries(fields)) {
    const pair = pairOf(root, key);
    if (!pair && isDeepStrictEqual(value, defaults[key])) continue;
    if (!pair) {
      const fresh = document.createPair(key, newNode(document, value));
      root.add(fresh as never);
      added.push({ key, after: last, body: renderPair(fresh) });
    } else if (!isDeepStrictEqual(before[key], value)) {
      pair.value = edited(document, pair.value as Node | null, before[key], value);
      const piece = pieces?.find((each) => each.key === key);
      if (piece) piece.body = renderPair(pair);
    }
    last = key;
  }
  if (!pieces) return document.toString(style);
  for (const { key, after, body } of added) {
    const place = pieces.findIndex((piece) => piece.key === after);
    pieces.splice(place < 0 ? pieces.length - 1 : place + 1, 0, { key, lead: '', body });
  }
  return join(pieces, previous.includes('\r\n') ? '\r\n' : '\n');
}

/** The part of `fields` that differs from `defaults`. */
export function without(fields: object, defaults: object): Fields {
  const known = new Map<string, unknown>(Object.entries(defaults));
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !isDeepStrictEqual(value, known.get(key))),
  );
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** One field of a file: what stands before its key (blank lines, comments), and the field itself. */
interface Piece {
  key: string | null;
  lead: string;
  body: string;
}

/** Cuts a file into its top-level fields and a tail; null where its root is not written as plain block lines. */
function cut(text: string, root: YAMLMap.Parsed): Piece[] | null {
  const token = root.srcToken;
  if (token?.type !== 'block-map') return null;
  const pieces: Piece[] = [];
  let end = 0;
  let index = 0;
  for (const item of token.items) {
    if (!item.key || item.start.some((part) => part.type === 'explicit-key-ind')) {
      if (item === token.items.at(-1) && !item.key && !item.sep) break;
      return null;
    }
    const first = item.start[0]?.offset ?? item.key.offset;
    const source = CST.stringify(item);
    if (!text.startsWith(source, first)) return null;
    const start = first + item.start.reduce((sum, part) => sum + part.source.length, 0);
    const key = root.items[index++]?.key;
    if (!isScalar(key) || !/(^|\n|\uFEFF)$/.test(text.slice(0, start))) return null;
    pieces.push({
      key: String(key.value),
      lead: text.slice(end, start),
      body: text.slice(start, first + source.length),
    });
    end = first + source.length;
  }
  pieces.push({ key: null, lead: text.slice(end), body: '' });
  return pieces;
}

function join(pieces: readonly Piece[], newline: string): string {
  let text = '';
  for (const { lead, body } of pieces) {
    if (body !== '' && text !== '' && !/\n[ \t]*$/.test(text + lead)) text += newline;
    text += lead + body;
  }
  return text.endsWith('\n') ? text : text + newline;
}

/** One field as a file of its own, without what stands before its key: that is kept as it was. */
function renderPair(pair: Pair): string {
  const key = (pair.key as Node).clone() as Node;
  Object.assign(key, { commentBefore: undefined, spaceBefore: false });
  const document = new Document(null, options);
  const map = new YAMLMap(document.schema);
  map.items.push(new Pair(key, pair.value));
  document.contents = map as never;
  return document.toString(style);
}

/** `node`, which said `before`, made to say `after`. */
function edited(document: Document, node: Node | null, before: unknown, after: unknown): Node {
  if (isMap(node) && isRecord(before) && isRecord(after) && node.items.length > 0) {
    for (const key of Object.keys(before))
      if (!Object.hasOwn(after, key) || after[key] === undefined) node.delete(key);
    for (const [key, value] of Object.entries(after)) {
      const pair = pairOf(node, key);
      if (value === undefined || (pair && isDeepStrictEqual(before[key], value))) continue;
      if (pair) pair.value = edited(document, pair.value as Node | null, before[key], value);
      else node.add(document.createPair(key, newNode(document, value)));
    }
    if (node.items.length > 0) return node;
  }
  if (
    isSeq(node) &&
    Array.isArray(before) &&
    Array.isArray(after) &&
    node.items.length > 0 &&
    after.length > 0
  ) {
    return editedList(document, node, before, after);
  }
  if (isScalar(node) && !isCollectionValue(after)) {
    const kept = node as Scalar;
    const look = typeof kept.value === typeof after ? {} : { type: undefined, tag: undefined };
    return legible(Object.assign(kept, look, { value: after, source: undefined, format: undefined }));
  }
  const fresh = newNode(document, after);
  if (node) Object.assign(fresh, { comment: node.comment, commentBefore: node.commentBefore });
  return fresh;
}

/** Equal items at both ends stay where they are, with their comments; those between are edited one by one. */
function editedList(document: Document, node: YAMLSeq, before: unknown[], after: unknown[]): Node {
  let head = 0;
  while (head < Math.min(before.length, after.length) && isDeepStrictEqual(before[head], after[head])) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && isDeepStrictEqual(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const middle = after.slice(head, after.length - tail).map((value, index) => {
    const place = head + index;
    if (place >= before.length - tail) return newNode(document, value);
    return edited(document, node.items[place] as Node | null, before[place], value);
  });
  node.items.splice(head, before.length - tail - head, ...middle);
  return node;
}

/** A value as nodes: short lists and small records of numbers on one line, everything else as a block. */
function newNode(document: Document, value: unknown): Node {
  const node = document.createNode(value, { keepUndefined: false });
  visit(node, {
    Scalar: (_, scalar) => void legible(scalar),
    Collection(_, list) {
      const values = list.items.map((item) => (isPair(item) ? item.value : item));
      const small = values.every((each) => isScalar(each) && !/\n/.test(String(each.value)));
      const plain = isSeq(list) || values.every((each) => isScalar(each) && typeof each.value !== 'string');
      if (values.length > 0 && small && plain && JSON.stringify(list).length <= 60) list.flow = true;
    },
  });
  return node;
}

/** Characters that a plain or block text would not keep, or that nobody sees, are written as escapes. */
function legible(scalar: Scalar): Scalar {
  if (typeof scalar.value !== 'string') return scalar;
  scalar.value = scalar.value.replace(/\p{Surrogate}/gu, '\ufffd');
  if (/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^\s+$/.test(String(scalar.value)))
    scalar.type = 'QUOTE_DOUBLE';
  else if (/\n/.test(String(scalar.value))) scalar.type = 'BLOCK_LITERAL';
  else if (scalar.type?.startsWith('BLOCK')) delete scalar.type;
  return scalar;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCollectionValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
