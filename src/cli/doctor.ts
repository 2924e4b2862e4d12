import { isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Snapshot, Store } from '../engine/ports.ts';
import type { Finding } from '../setup/checks.ts';
import { readTicket } from '../ticket/codec.ts';
import { deskPath, idOfArchivePath, isJudged, ticketIdOf } from '../ticket/paths.ts';

/** How a state branch stands: what `signalbox doctor --json` prints. */
export interface Report {
  format: 1;
  /** Address of the repository, without a login. */
  remote: string;
  branch: string;
  /** `absent`: neither the branch nor a witness is there, so nobody served this repository yet. */
  standing: 'fine' | 'absent' | 'moved-back' | 'restored';
  /** What the branch and the witness were found at. */
  head: string | null;
  witness: string | null;
  /** The commit that mended it. */
  restored: string | null;
  /** Null where the branch was not moved back. */
  moved: Moved | null;
  /** Files that cannot be read, with the reason code of each. */
  broken: { path: string; code: string; message: string }[];
  /** Signals that are not decided yet: usual while the app is down, or the desk is frozen. */
  signals: { ticket: string; attempt: number; place: string }[];
  /** What was pushed past Signalbox and is not judged yet; null where there is nothing. */
  unjudged: Unjudged | null;
  /** Receivers of outbound webhooks, and how far each is; empty where a branch was to be restored. */
  followers: Follower[];
  /** What every check found, and what could not be looked at; empty where a branch was to be restored. */
  findings: Finding[];
}

/** Pushed commits that wait for an app to look at them. */
export interface Unjudged {
  commits: number;
  /** When the newest of them was made (ISO), as it says. */
  at: string;
  paths: string[];
}

/** Commits that a receiver was not told; null where its place is not in the history. */
export interface Follower {
  name: string;
  behind: number | null;
  /** When the first of them was made (ISO). */
  since: string | null;
}

export interface Moved {
  how: 'deleted' | 'rewound' | 'replaced';
  /** Commits that the branch lost, where it was rewound. */
  commits: number | null;
  /** Tickets that differ: the state at the witness, and on the branch; `broken` for a file that cannot be read. */
  tickets: { id: string; published: string | null; now: string | null }[];
  /** Other files that differ. */
  files: string[];
}

/** How often a restore that was overtaken is tried again. */
const rounds = 5;

/** Looks at a state branch, and with `restore` puts it back where it was moved back. Again is fine. */
export async function examine(
  store: Store,
  { restore }: { restore: boolean },
): Promise<Omit<Report, 'format' | 'remote' | 'branch' | 'findings' | 'followers'>> {
  const found = await store.read({ fresh: true });
  const { head, witness } = found;
  const moved = found.movedBack && witness !== null ? await howMoved(store, head, witness) : null;
  const mended = restore && moved ? await mend(store, found) : null;
  const standing = moved ? 'moved-back' : head === null ? 'absent' : 'fine';
  return {
    standing: mended ? 'restored' : standing,
    head,
    witness,
    restored: mended?.head ?? null,
    moved,
    broken: brokenFiles(mended ?? found),
    unjudged: mended ? null : await unjudgedIn(store, found),
    signals: (mended ?? found).signals.map(({ ticket, attempt, place }) => ({ ticket, attempt, place })),
  };
}

/** How far each receiver is. `told` has up to which commit each was told. */
export async function followersIn(store: Store, told: ReadonlyMap<string, string>): Promise<Follower[]> {
  const { witness } = await store.read();
  if (witness === null) return [];
  const all = [...told].map(async ([name, at]) => {
    const ahead = await store.trail(at, witness);
    const [first] = ahead?.length ? await firstTold(store, ahead) : [];
    return { name, behind: ahead && (first ? ahead.length : 0), since: first ?? null };
  });
  return Promise.all(all);
}

/** When the first commit that tells anything was made: the others are nothing to wait for. */
async function firstTold(store: Store, commits: readonly string[]): Promise<string[]> {
  for (const commit of commits) {
    const [entry] = await store.transitions(commit);
    if (entry) return [entry.at];
  }
  return [];
}

/** Until an app looks at it nothing is decided from a clone, either. */
async function unjudgedIn(
  store: Store,
  { head, witness, movedBack, headTime }: Snapshot,
): Promise<Unjudged | null> {
  if (head === null || witness === null || head === witness || movedBack) return null;
  const paths = (await store.diff(witness, head)).map(({ path }) => path).filter(isJudged);
  const commits = (await store.commitsBetween(witness, head)).length;
  return paths.length === 0 ? null : { commits, at: isoSeconds(headTime), paths: paths.sort() };
}

/** Answers the head that is right again: by us, or by somebody else who was faster. */
async function mend(store: Store, found: Snapshot): Promise<Snapshot> {
  let base = found;
  for (let round = 1; base.movedBack; round++) {
    const swap = await store.restore(base);
    if (swap.status === 'swapped') return swap.snapshot;
    if (round === rounds) {
      const hint = 'Find out who does, and try again.';
      throw new SignalboxError('conflict', 'overtaken', 'the branch is moved again and again', { hint });
    }
    base = await store.read({ fresh: true });
  }
  return base;
}

async function howMoved(store: Store, head: string | null, witness: string): Promise<Moved> {
  const published = head === null ? [] : await store.commitsBetween(null, witness);
  const at = head === null ? -1 : published.indexOf(head);
  const tickets = new Map<string, Moved['tickets'][number]>();
  const files: string[] = [];
  // Open before archived, as everywhere: of a ticket that is both, the open one counts.
  const changes = (await store.diff(head, witness)).sort((a, b) => b.path.localeCompare(a.path));
  for (const { path, before, after } of changes) {
    const id = ticketIdOf(path) ?? idOfArchivePath(path);
    if (id === null) {
      files.push(path);
      continue;
    }
    const known = tickets.get(id);
    const [published, now] = [known?.published ?? stateOf(id, after), known?.now ?? stateOf(id, before)];
    tickets.set(id, { id, published, now });
  }
  return {
    how: head === null ? 'deleted' : at < 0 ? 'replaced' : 'rewound',
    commits: at < 0 ? null : published.length - 1 - at,
    tickets: [...tickets.values()].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })),
    files: files.sort(),
  };
}

function stateOf(id: string, text: string | null): string | null {
  return text === null ? null : (readTicket(id, text).ticket?.state ?? 'broken');
}

function brokenFiles({ tickets, deskBroken }: Snapshot): Report['broken'] {
  const broken = [...tickets.values()].flatMap(({ path, broken }) => (broken ? [{ path, ...broken }] : []));
  return deskBroken ? [{ path: deskPath, ...deskBroken }, ...broken] : broken;
}
