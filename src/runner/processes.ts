import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One living process. A pid alone is no identity (it is used again); pid and start time are. */
export interface Process {
  pid: number;
  /** Clock ticks after boot, as `/proc/<pid>/stat` has it. */
  start: string;
  parent: number;
  group: number;
  session: number;
  /** Whether it has a controlling terminal: then a person sits before it. */
  terminal: boolean;
}

/** How an agent's processes are known. */
export interface Quarry {
  /** The agent's first process: leader of a session and a process group of its own. */
  root: number;
  /** Random value that every process inherits in `SIGNALBOX_MARK`. */
  mark: string;
  /** Folder of the agent's work tree and home, by its real path. */
  folder: string;
  /** The user that the agent has for itself; null where it runs as ours. */
  uid: number | null;
}

export const onLinux = process.platform === 'linux';

/** The process with this pid, null where there is none or only its exit status is left (a zombie). */
export function processOf(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name may hold spaces and brackets: what follows its last bracket is regular (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'X', parent, group, session, terminal] = fields;
    if (state === 'Z' || state === 'X') return null;
    return {
      pid,
      start: fields[19] ?? '',
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      terminal: terminal !== '0',
    };
  } catch {
    return null; // ended meanwhile
  }
}

/** All living processes. */
function everybody(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? []);
}

/** The processes of a user, also those that took on another's rights by a program that lends them. */
export function processesOf(uid: number): Process[] {
  return everybody().filter((one) => isOf(one.pid, uid));
}

/**
 * A census of an agent's processes: each call finds those that live now. A process is the agent's where its user is the
 * agent's own, which none can shed; where it has none, one that carries the mark (double-forked ones in sessions of
 * their own too), descends from one that is, shares a session with one, was found before, or sits in the agent's folder
 * with neither a terminal nor us above it (a daemon that cleaned its environment). Only on Linux; elsewhere it finds the
 * process group's leader alone.
 */
export function makeCensus(quarry: Quarry): () => Process[] {
  const known = new Map<number, string>();
  const root = onLinux ? processOf(quarry.root) : null;
  if (root) known.set(root.pid, root.start);
  return () => {
    if (!onLinux) return isAlive(quarry.root) ? [bare(quarry.root)] : [];
    const all = everybody();
    const below = descendants(all, new Set([process.pid]));
    const isOurs = (one: Process): boolean =>
      known.get(one.pid) === one.start ||
      (quarry.uid !== null && isOf(one.pid, quarry.uid)) ||
      carries(one.pid, quarry.mark) ||
      (!one.terminal && !below.has(one.pid) && sitsIn(one.pid, quarry.folder));
    const first = all.filter((one) => one.pid !== process.pid && isOurs(one));
    const found = spread(all, first);
    for (const one of found) known.set(one.pid, one.start);
    return found;
  };
}

/** `first`, and all that share a session with them or descend from them. */
function spread(all: readonly Process[], first: readonly Process[]): Process[] {
  const self = processOf(process.pid);
  const sessions = new Set(first.map((one) => one.session).filter((session) => session !== self?.session));
  const near = all.filter((one) => sessions.has(one.session)); // and so all of their groups, which no session shares
  const pids = descendants(all, new Set([...first, ...near].map((one) => one.pid)));
  return all.filter((one) => pids.has(one.pid) && one.pid !== process.pid);
}

function descendants(all: readonly Process[], from: ReadonlySet<number>): Set<number> {
  const found = new Set(from);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
  return found;
}

/** Whether any of a process's user ids (real, effective, saved, of the file system) is this one. */
function isOf(pid: number, uid: number): boolean {
  try {
    const ids = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '';
    return ids.split(/\s+/).includes(String(uid));
  } catch {
    return false; // ended meanwhile
  }
}

function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SIGNALBOX_MARK=${mark}`);
  } catch {
    return false; // ended meanwhile, or another user's
  }
}

function sitsIn(pid: number, folder: string): boolean {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const bare = (pid: number): Process => ({
  pid,
  start: '',
  parent: 0,
  group: pid,
  session: pid,
  terminal: false,
});
