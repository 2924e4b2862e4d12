import { createHash } from 'node:crypto';
import type { CommitToWrite } from './backend.ts';
import {
  type GitObject,
  type Objects,
  type ObjectType,
  readCommit,
  readTree,
  type TreeEntry,
} from './objects.ts';

/** Git's objects in memory, encoded and hashed as git does: the same commit has the same hash here and there. */
export class MemoryObjects implements Objects {
  readonly #objects = new Map<string, GitObject>();

  async get(oid: string): Promise<GitObject | null> {
    return this.#objects.get(oid) ?? null;
  }

  /** `author` as in a commit: `Name <address>`. */
  async commit(commit: CommitToWrite, author: string): Promise<string> {
    const { parents, changes, message, seconds } = commit;
    const base = commit.tree ?? (parents[0] === undefined ? null : (await readCommit(this, parents[0])).tree);
    const tree = (await this.#changed(base, changes)) ?? this.#put('tree', Buffer.alloc(0));
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${author} ${seconds} +0000`,
      `committer ${author} ${seconds} +0000`,
      '',
      message,
    ];
    return this.#put('commit', Buffer.from(lines.join('\n')));
  }

  /** `ancestor` itself included. */
  async ancestors(commit: string | null): Promise<Set<string>> {
    const found = new Set<string>();
    for (const queue = commit === null ? [] : [commit]; queue.length > 0; ) {
      const next = queue.pop();
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      queue.push(...(await readCommit(this, next)).parents);
    }
    return found;
  }

  /** The tree with `changes` in it; null where nothing is left. Git keeps no empty folders. */
  async #changed(tree: string | null, changes: ReadonlyMap<string, string | null>): Promise<string | null> {
    if (changes.size === 0) return tree;
    const entries = new Map(
      (tree === null ? [] : await readTree(this, tree)).map((entry) => [entry.name, entry]),
    );
    const below = new Map<string, Map<string, string | null>>();
    for (const [path, text] of changes) {
      const [name = '', ...rest] = path.split('/');
      if (rest.length > 0) below.set(name, (below.get(name) ?? new Map()).set(rest.join('/'), text));
      else if (text === null) entries.delete(name);
      else entries.set(name, { name, kind: 'file', oid: this.#put('blob', Buffer.from(text)) });
    }
    for (const [name, inner] of below) {
      const old = entries.get(name);
      const oid = await this.#changed(old?.kind === 'folder' ? old.oid : null, inner);
      if (oid !== null) entries.set(name, { name, kind: 'folder', oid });
      else if (old?.kind === 'folder') entries.delete(name);
    }
    return entries.size === 0 ? null : this.#put('tree', encodeTree([...entries.values()]));
  }

  #put(type: ObjectType, data: Buffer): string {
    const oid = createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');
    this.#objects.set(oid, { type, data });
    return oid;
  }
}

function encodeTree(entries: TreeEntry[]): Buffer {
  // Git sorts a folder as if its name ended with a slash.
  const key = ({ name, kind }: TreeEntry) => Buffer.from(kind === 'folder' ? `${name}/` : name);
  const sorted = entries.sort((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap(({ name, kind, oid }) => [
      Buffer.from(`${kind === 'folder' ? '40000' : '100644'} ${name}\0`),
      Buffer.from(oid, 'hex'),
    ]),
  );
}
