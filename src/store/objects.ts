import { SignalboxError } from '../base/errors.ts';

/*
 * Git's objects as both stores read them: blobs, trees, commits, by the hash of their content. What differs between
 * two trees is found by walking both and skipping what has the same hash, so it costs what changed.
 */

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObject {
  type: ObjectType;
  data: Buffer;
}

/** A place objects are read from. An object's content never changes, so what was read may be kept. */
export interface Objects {
  /** Null where it is not there. */
  get(oid: string): Promise<GitObject | null>;
}

export interface TreeEntry {
  name: string;
  oid: string;
  kind: 'file' | 'folder' | 'other';
}

export interface Commit {
  tree: string;
  parents: string[];
  /** Committer's time, in milliseconds since the epoch. */
  time: number;
  message: string;
}

export async function readCommit(objects: Objects, oid: string): Promise<Commit> {
  const text = (await need(objects, oid, 'commit')).toString('utf8');
  const end = text.indexOf('\n\n');
  const head = text.slice(0, end < 0 ? undefined : end);
  const time = /^committer .* (\d+) [+-]\d{4}$/m.exec(head)?.[1];
  return {
    tree: /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? '',
    parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent ?? ''),
    time: Number(time ?? 0) * 1000,
    message: end < 0 ? '' : text.slice(end + 2),
  };
}

/** A tree's entries. Names that are no UTF-8 come out with replacement characters: such files are nobody's. */
export async function readTree(objects: Objects, oid: string): Promise<TreeEntry[]> {
  const data = await need(objects, oid, 'tree');
  const hash = oid.length / 2;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const end = data.indexOf(0, space);
    const mode = data.toString('latin1', at, space);
    const name = data.toString('utf8', space + 1, end);
    const kind = mode === '40000' ? 'folder' : mode.startsWith('100') || mode === '120000' ? 'file' : 'other';
    entries.push({ name, kind, oid: data.toString('hex', end + 1, end + 1 + hash) });
    at = end + 1 + hash;
  }
  return entries;
}

export async function readText(objects: Objects, oid: string): Promise<string> {
  return (await need(objects, oid, 'blob')).toString('utf8');
}

/** The entry at `path` below a root tree; null where there is none. */
export async function entryAt(objects: Objects, tree: string, path: string): Promise<TreeEntry | null> {
  let entry: TreeEntry = { name: '', oid: tree, kind: 'folder' };
  for (const name of path.split('/')) {
    if (entry.kind !== 'folder') return null;
    const next: TreeEntry | undefined = (await readTree(objects, entry.oid)).find(
      (each) => each.name === name,
    );
    if (!next) return null;
    entry = next;
  }
  return entry;
}

/** Text of the file at `path` below a root tree; null where there is none. */
export async function textAt(objects: Objects, tree: string, path: string): Promise<string | null> {
  const entry = await entryAt(objects, tree, path);
  return entry?.kind === 'file' ? readText(objects, entry.oid) : null;
}

export interface EntryChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** The files that differ between two trees, with the hashes of both sides. Null is the empty tree. */
export async function diffTrees(
  objects: Objects,
  from: string | null,
  to: string | null,
  folder = '',
): Promise<EntryChange[]> {
  if (from === to) return [];
  const [before, after] = await Promise.all([entries(objects, from), entries(objects, to)]);
  const changes: Promise<EntryChange[]>[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(name), after.get(name)];
    if (old?.oid === now?.oid && old?.kind === now?.kind) continue;
    const path = folder + name;
    const files = { path, before: fileOid(old), after: fileOid(now) };
    if (files.before !== files.after) changes.push(Promise.resolve([files]));
    changes.push(diffTrees(objects, folderOid(old), folderOid(now), `${path}/`));
  }
  return (await Promise.all(changes)).flat();
}

async function entries(objects: Objects, tree: string | null): Promise<Map<string, TreeEntry>> {
  if (tree === null) return new Map();
  return new Map((await readTree(objects, tree)).map((entry) => [entry.name, entry]));
}

function fileOid(entry: TreeEntry | undefined): string | null {
  return entry?.kind === 'file' ? entry.oid : null;
}

function folderOid(entry: TreeEntry | undefined): string | null {
  return entry?.kind === 'folder' ? entry.oid : null;
}

async function need(objects: Objects, oid: string, type: ObjectType): Promise<Buffer> {
  const object = await objects.get(oid);
  if (!object) {
    throw new SignalboxError('forge', 'object-missing', `git object ${oid} is missing`, {
      hint: 'Delete the mirror folder: it is made again.',
    });
  }
  if (object.type !== type)
    throw new SignalboxError('bug', 'wrong-object', `git object ${oid} is no ${type}`);
  return object.data;
}
