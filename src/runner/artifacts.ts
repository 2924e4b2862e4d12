import { constants } from 'node:fs';
import { type FileHandle, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { asError, SignalboxError } from '../base/errors.ts';
import { isAddress } from '../ticket/said.ts';
import { ownGit } from './own-git.ts';
import type { Workshop } from './repository.ts';
import { commitSnapshot, type Snapshot, withIndex } from './salvage.ts';
import type { Verdict } from './verdict.ts';

/** The largest file that is kept as an artifact, in bytes, and how many are. */
const most = { bytes: 20 * 1024 ** 2, files: 50 };

/**
 * Reads a plain file of the agent's tree (by its real path), and nothing that a link leads to: the agent may put one in the
 * way at any moment, the tree itself included, so it is looked at what was opened, not at what stood there before. Null
 * where there is none.
 * @throws SignalboxError `user` `bad-artifact`
 */
export async function readInside(tree: string, path: string, limit: number): Promise<Buffer | null> {
  const no = (why: string) =>
    new SignalboxError('user', 'bad-artifact', `${path.slice(0, 300)} is not read: ${why}`);
  const full = join(tree, path);
  const inside = relative(tree, full);
  if (path.includes('\0') || isAbsolute(path) || inside === '' || inside.split(sep)[0] === '..')
    throw no('it is not in the work tree');
  let file: FileHandle;
  try {
    file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw no(code === 'ELOOP' ? 'it is a link' : message);
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw no('it is not a plain file');
    const named = await stat(await realpath(full).catch(() => tree));
    const isThere = named.ino === facts.ino && named.dev === facts.dev;
    if (!isThere || (await realpath(full)) !== full) throw no('a link leads to it');
    if (facts.size > limit) throw no(`it is larger than ${limit / 1024} KiB`);
    const bytes = Buffer.alloc(limit + 1);
    let length = 0; // it may grow while it is read
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length > limit) break;
    }
    if (length > limit) throw no(`it is larger than ${limit / 1024} KiB`);
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** Copies of files of the agent's tree, in our clone, from where they go to the ref of the work. */
export interface Artifacts {
  /** Copies one and answers its path as kept. @throws SignalboxError `user` `bad-artifact` */
  attach(path: string): Promise<string>;
  /** A verdict with all that was attached; what it names is copied now, and where it cannot be, that is said. */
  of(verdict: Verdict): Promise<Verdict>;
}

export function makeArtifacts(
  { tree, bare }: Pick<Workshop, 'tree' | 'bare'>,
  keep: (path: string, blob: string) => void,
): Artifacts {
  const kept = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const copy: Artifacts['attach'] = async (given) => {
    const path = normalize(given).split(sep).join('/');
    const no = (why: string, hint: string) =>
      new SignalboxError('user', 'bad-artifact', `${given}: ${why}`, { hint });
    if (kept.size >= most.files && !kept.has(path))
      throw no(`${most.files} files are kept already`, 'Put them into one archive.');
    if (path.split('/').some((part) => part.toLowerCase() === '.git'))
      throw no('it belongs to git', 'Attach a copy under another name.');
    const bytes = await readInside(tree, path, most.bytes);
    if (!bytes) throw no('there is no such file', 'Name a plain file by its path in your work tree.');
    const file = join(bare, 'artifact');
    try {
      await writeFile(file, bytes);
      const made = await ownGit(bare, ['hash-object', '-w', '--no-filters', '--', file]);
      if (made.code !== 0)
        throw new SignalboxError('bug', 'artifact-not-kept', made.stderr.trim().slice(-300));
      const blob = made.stdout.trim();
      // A name that git takes for its own would refuse every save from here on.
      if (!(await isPathForGit(bare, path, blob)))
        throw no('git takes no such name', 'Attach a copy under another name.');
      keep(path, blob);
      kept.add(path);
      return path;
    } finally {
      await rm(file, { force: true });
    }
  };
  /** One after the other: each may take as much memory as the largest file. */
  const attach: Artifacts['attach'] = (given) => {
    const copied = last.then(() => copy(given));
    last = copied.catch(() => {});
    return copied;
  };
  const named = (path: string): Promise<string> =>
    isAddress(path) || path.includes(' (not kept: ')
      ? Promise.resolve(path)
      : attach(path).catch((error) => `${path} (not kept: ${asError(error).message})`);
  return {
    attach,
    async of(verdict) {
      const all: string[] = [];
      for (const path of verdict.said?.artifacts ?? []) all.push(await named(path));
      const artifacts = [...new Set([...all, ...kept])];
      return artifacts.length === 0 ? verdict : { ...verdict, said: { ...verdict.said, artifacts } };
    },
  };
}

async function isPathForGit(bare: string, path: string, blob: string): Promise<boolean> {
  const run = withIndex(bare, 'tried.index');
  await run(['read-tree', '--empty']);
  return run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`]).then(
    () => true,
    () => false,
  );
}

/** The work with the artifacts in one commit on top, where they are not in it, so that what is shown of it is the work alone. */
export async function withArtifacts(
  bare: string,
  work: string,
  files: ReadonlyMap<string, string>,
  words: { message: string; agent: string; now: number },
): Promise<string> {
  if (files.size === 0) return work;
  const run = withIndex(bare, 'artifacts.index');
  await run(['read-tree', work]);
  // A file of the work may stand where a folder has to be, or the other way round.
  const lines = [...files].map(([path, blob]) => `100644,${blob},${path}`);
  for (const line of lines) await run(['update-index', '--add', '--replace', '--cacheinfo', line]);
  const tree = (await run(['write-tree'])).trim();
  if (tree === (await run(['rev-parse', `${work}^{tree}`])).trim()) return work;
  return commitSnapshot(bare, { head: work, tree, clean: false, leftOut: [] }, words);
}

/** Whether a snapshot shows nothing that `commit`, or the work below its artifacts, does not. */
export async function isWithin(bare: string, snapshot: Snapshot, commit: string): Promise<boolean> {
  const shown = await ownGit(bare, ['log', '--first-parent', '-2', '--format=%T', commit]);
  return shown.stdout.split('\n').includes(snapshot.tree);
}
