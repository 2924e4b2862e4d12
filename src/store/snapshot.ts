import type { PendingSignal, Snapshot, Swept, TicketFile } from '../engine/ports.ts';
import { readDesk, readTicket } from '../ticket/codec.ts';
import { type Desk, openDesk, pausedDesk } from '../ticket/format.ts';
import {
  archivePath,
  deskPath,
  keptFolder,
  parseQuarantinePath,
  parseSignalPath,
  parseSignalRef,
  pathOfKept,
  quarantineFolder,
  signalsFolder,
  ticketIdOf,
  ticketsFolder,
} from '../ticket/paths.ts';
import type { Breakage } from '../ticket/yaml.ts';
import type { Refs } from './backend.ts';
import { type Objects, readCommit, readText, readTree, type TreeEntry, textAt } from './objects.ts';

/** A snapshot that remembers the refs it was read from: what a swap on it must find unchanged. */
export interface Look extends Snapshot {
  readonly refs: Refs;
}

/** The name of the one file in a signal ref's commit. */
export const signalFile = 'signal.yaml';

interface DeskFile {
  oid: string | undefined;
  desk: Desk;
  broken: Breakage | null;
}

/**
 * Makes snapshots. What has the same hash as in the snapshot before is taken from there, parsed as it is: a new one
 * costs what changed, and the names of the open tickets. The archive is read only by `archived` and `file`.
 */
export class SnapshotReader {
  readonly #objects: Objects;
  readonly #isAncestor: (ancestor: string, commit: string) => Promise<boolean>;
  #tickets = new Folder(ticketsFolder, (path, oid) => this.#ticket(path, oid));
  #signals = new Folder(signalsFolder, (path, oid) => this.#signal(path, oid));
  #quarantine = new Folder(quarantineFolder, async (path) => (parseQuarantinePath(path) ? path : null));
  #kept = new Folder(keptFolder, async (path, oid) => this.#keptFile(path, oid));
  #refSignals = new Map<string, PendingSignal | null>();
  #desk: DeskFile = { oid: undefined, desk: openDesk, broken: null };

  constructor(objects: Objects, isAncestor: (ancestor: string, commit: string) => Promise<boolean>) {
    this.#objects = objects;
    this.#isAncestor = isAncestor;
  }

  /** The snapshot of `refs`, whose objects must be there. Not to be called again before it has ended. */
  async read(refs: Refs): Promise<Look> {
    const objects = this.#objects;
    const { head, witness } = refs;
    const { tree: root, time: headTime } =
      head === null ? { tree: null, time: 0 } : await readCommit(objects, head);
    const entries = new Map<string, TreeEntry>();
    if (root !== null) for (const entry of await readTree(objects, root)) entries.set(entry.name, entry);
    const tickets = await this.#tickets.read(objects, entries);
    const signals = await this.#signals.read(objects, entries);
    const kept = new Map(await this.#kept.read(objects, entries));
    const { desk, broken } = await this.#readDesk(entries.get(deskPath));
    return {
      refs,
      head,
      witness,
      headTime,
      movedBack: await this.#movedBack(head, witness),
      tickets: byId(tickets),
      desk: broken ? (readDesk(kept.get(deskPath) ?? '').desk ?? desk) : desk,
      deskBroken: broken,
      kept,
      signals: [...signals, ...(await this.#readRefSignals(refs.signals))],
      quarantine: await this.#quarantine.read(objects, entries),
      file: async (path) => (root === null ? null : textAt(objects, root, path)),
      swept: () => this.#swept(refs),
      archived: async (id) => {
        const path = archivePath(id);
        const text = root === null ? null : await textAt(objects, root, path);
        return text === null ? null : ticketFile(id, path, text);
      },
    };
  }

  /** Rule 2: a head that neither is the witness nor descends from it. */
  async #movedBack(head: string | null, witness: string | null): Promise<boolean> {
    if (witness === null || witness === head) return false;
    return head === null || !(await this.#isAncestor(witness, head));
  }

  async #swept({ head, swept }: Refs): Promise<Swept | null> {
    if (head === null || swept === null || (await this.#objects.get(swept))?.type !== 'commit') return null;
    const { parents, time } = await readCommit(this.#objects, swept);
    const [marked] = parents;
    const isOurs = marked !== undefined && (marked === head || (await this.#isAncestor(marked, head)));
    return isOurs ? { head: marked, time } : null;
  }

  async #ticket(path: string, oid: string): Promise<TicketFile | null> {
    const id = ticketIdOf(path);
    return id === null ? null : ticketFile(id, path, await readText(this.#objects, oid));
  }

  async #signal(path: string, oid: string): Promise<PendingSignal | null> {
    const name = parseSignalPath(path);
    if (!name) return null;
    return {
      ticket: name.id,
      attempt: name.attempt,
      text: await readText(this.#objects, oid),
      place: path,
      channel: 'file',
    };
  }

  async #keptFile(path: string, oid: string): Promise<readonly [string, string] | null> {
    const file = pathOfKept(path);
    return file === null ? null : [file, await readText(this.#objects, oid)];
  }

  async #readDesk(entry: TreeEntry | undefined): Promise<DeskFile> {
    if (this.#desk.oid === entry?.oid) return this.#desk;
    if (entry?.kind !== 'file') return { oid: undefined, desk: openDesk, broken: null };
    const { desk, broken } = readDesk(await readText(this.#objects, entry.oid));
    this.#desk = { oid: entry.oid, desk: desk ?? pausedDesk, broken };
    return this.#desk;
  }

  async #readRefSignals(refs: ReadonlyMap<string, string>): Promise<PendingSignal[]> {
    const read = new Map<string, PendingSignal | null>();
    for (const [ref, oid] of refs) {
      const key = `${ref} ${oid}`;
      const known = this.#refSignals.get(key);
      read.set(key, known === undefined ? await readSignalRef(this.#objects, ref, oid) : known);
    }
    this.#refSignals = read;
    return [...read.values()].filter((signal) => signal !== null);
  }
}

async function readSignalRef(objects: Objects, ref: string, oid: string): Promise<PendingSignal | null> {
  const name = parseSignalRef(ref);
  const text = name && (await signalText(objects, oid));
  return name && text !== null
    ? { ticket: name.id, attempt: name.attempt, text, place: ref, channel: 'runner' }
    : null;
}

/** The signal in a signal ref's commit; null where anybody else put something else there. */
export async function signalText(objects: Objects, oid: string): Promise<string | null> {
  if ((await objects.get(oid))?.type !== 'commit') return null;
  return textAt(objects, (await readCommit(objects, oid)).tree, signalFile);
}

/** How many files are remembered as they were parsed. */
const remembered = 100;
const files = new Map<string, TicketFile>();

/**
 * Parsing is most of what a read costs, and the same text is read more than once: out of the archive, and by each store
 * of a process. What was not read lately is parsed again.
 */
function ticketFile(id: string, path: string, text: string): TicketFile {
  const key = `${path}\n${text}`;
  const file = files.get(key) ?? { id, path, text, ...readTicket(id, text) };
  files.delete(key);
  files.set(key, file);
  const [oldest] = files.keys();
  if (files.size > remembered && oldest !== undefined) files.delete(oldest);
  return file;
}

const maps = new WeakMap<readonly TicketFile[], ReadonlyMap<string, TicketFile>>();

/** One map for one list, so that snapshots with the same tickets share it. */
function byId(files: readonly TicketFile[]): ReadonlyMap<string, TicketFile> {
  const known = maps.get(files);
  if (known) return known;
  const made = new Map(files.map((file) => [file.id, file]));
  maps.set(files, made);
  return made;
}

/** Path to the hash it had and what was made of it. */
type Known<T> = Map<string, { oid: string; items: readonly T[] }>;

/** One top-level folder, read again only where a hash differs. `make` answers null for a file that is nobody's. */
class Folder<T> {
  readonly #name: string;
  readonly #make: (path: string, oid: string) => Promise<T | null>;
  #oid: string | undefined;
  #items: readonly T[] = [];
  #known: Known<T> = new Map();

  constructor(name: string, make: (path: string, oid: string) => Promise<T | null>) {
    this.#name = name;
    this.#make = make;
  }

  async read(objects: Objects, root: ReadonlyMap<string, TreeEntry>): Promise<readonly T[]> {
    const entry = root.get(this.#name);
    const oid = entry?.kind === 'folder' ? entry.oid : undefined;
    if (oid === this.#oid) return this.#items;
    const known: Known<T> = new Map();
    const items = oid === undefined ? [] : await this.#walk(objects, oid, `${this.#name}/`, known);
    this.#known = known;
    this.#oid = oid;
    this.#items = items;
    return items;
  }

  /** The items below a tree; those of a file or folder whose hash is known are taken as they are. */
  async #walk(objects: Objects, tree: string, folder: string, known: Known<T>): Promise<readonly T[]> {
    const lists: (readonly T[])[] = [];
    const reads: Promise<void>[] = []; // of what changed alone: a promise for each file costs more than git does
    for (const [index, entry] of (await readTree(objects, tree)).entries()) {
      const path = folder + entry.name;
      const keep = (items: readonly T[]) => {
        known.set(path, { oid: entry.oid, items });
        lists[index] = items;
      };
      const before = this.#known.get(path);
      if (before?.oid === entry.oid) keep(before.items);
      else reads.push(this.#fresh(objects, path, entry).then(keep));
    }
    await Promise.all(reads);
    return lists.flat();
  }

  async #fresh(objects: Objects, path: string, { kind, oid }: TreeEntry): Promise<readonly T[]> {
    if (kind === 'file') {
      const item = await this.#make(path, oid);
      return item === null ? [] : [item];
    }
    // Two levels are all there is; what somebody put deeper is nobody's.
    return kind === 'folder' && path.split('/').length === 2
      ? this.#walk(objects, oid, `${path}/`, new Map())
      : [];
  }
}
