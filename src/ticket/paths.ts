import { sha256 } from '../base/random.ts';
import { idPattern } from './fields.ts';

/*
 * Where things live on the state branch and beside it. Everything that makes or reads a path or a ref name does it
 * here. A path that none of these recognises is nobody's: it is left alone.
 */

export const deskPath = 'desk.yaml';
export const ticketsFolder = 'tickets';
export const signalsFolder = 'signals';
export const quarantineFolder = 'quarantine';
export const keptFolder = 'kept';
const archiveFolder = 'archive';

/**
 * File on the default branch in which a team installs what its agents need: pinned clients, the repository's toolchain. It is the
 * team's own, so no newer workflow or action overwrites it.
 */
export const setupPath = '.github/signalbox/setup.sh';

/** The last head that Signalbox itself published; moved in the same push as the state branch. */
export const witnessRef = 'refs/signalbox/witness';
/** A commit on the head up to which everything was shown on GitHub, and read there, by a whole sweep; dated when that began. */
export const sweptRef = 'refs/signalbox/swept';
/** Up to which commit a receiver of webhooks was told: a ref for each. */
export const toldRefs = 'refs/signalbox/told/';
export const signalRefs = 'refs/signalbox/signal/';
export const workRefs = 'refs/signalbox/work/';

/** Whether `id` may be a ticket's id: also a file name and a part of a ref name. */
export function isTicketId(id: string): boolean {
  return id.length <= 64 && idPattern.test(id);
}

export function ticketPath(id: string): string {
  return `${ticketsFolder}/${id}.yaml`;
}

/** The id in `tickets/<ID>.yaml`, be it a valid one or not; null for any other path. */
export function ticketIdOf(path: string): string | null {
  return /^tickets\/([^/]+)\.yaml$/.exec(path)?.[1] ?? null;
}

/** `archive/<xx>/<ID>.yaml`: 256 folders, so that closing a ticket costs the same after a hundred thousand others. */
export function archivePath(id: string): string {
  return `${archiveFolder}/${sha256(id).slice(0, 2)}/${id}.yaml`;
}

/** The id in an archive path; null where the path is no ticket's or in the wrong folder. */
export function idOfArchivePath(path: string): string | null {
  const id = /^archive\/[0-9a-f]{2}\/([^/]+)\.yaml$/.exec(path)?.[1];
  return id !== undefined && archivePath(id) === path ? id : null;
}

/**
 * What counts of a file while it cannot be read: the ticket as it was, or the desk, paused. Beside the file, since what
 * lies in the branch's history may be a stranger's, which was put back: `kept/tickets/<ID>.yaml`, `kept/desk.yaml`.
 */
export function keptPath(path: string): string {
  return `${keptFolder}/${path}`;
}

/** The path of the file for which something is kept at `path`; null where nothing is. */
export function pathOfKept(path: string): string | null {
  return path.startsWith(`${keptFolder}/`) ? path.slice(keptFolder.length + 1) : null;
}

/** Whether a pushed change of this path is judged: signals are decided, and other files are nobody's business. */
export function isJudged(path: string): boolean {
  return path === deskPath || /^(tickets|archive|kept|quarantine)\//.test(path);
}

export interface AttemptName {
  id: string;
  attempt: number;
}

export function signalPath(id: string, attempt: number): string {
  return `${signalsFolder}/${id}/${attempt}.yaml`;
}

export function parseSignalPath(path: string): AttemptName | null {
  return attemptName(/^signals\/([^/]+)\/([1-9]\d{0,8})\.yaml$/.exec(path));
}

/** A ticket's folder of refused signals. What names no possible ticket goes to `quarantine/_`. */
export function quarantineOf(id: string): string {
  return `${quarantineFolder}/${isTicketId(id) ? id : '_'}`;
}

/** `digest` is the signal's SHA-256: the same signal refused twice is one file. */
export function quarantinePath(id: string, attempt: number, digest: string): string {
  return `${quarantineOf(id)}/${attempt}-${digest}.yaml`;
}

/** `id` is `_` where the signal named no possible ticket. */
export function parseQuarantinePath(path: string): (AttemptName & { digest: string }) | null {
  const match = /^quarantine\/([^/]+)\/(\d{1,9})-([0-9a-f]{64})\.yaml$/.exec(path);
  const [, id, attempt, digest] = match ?? [];
  if (id === undefined || digest === undefined || (id !== '_' && !isTicketId(id))) return null;
  return { id, attempt: Number(attempt), digest };
}

/** Where a runner makes its verdict durable before it is admitted. */
export function signalRef(id: string, attempt: number): string {
  return `${signalRefs}${id}/${attempt}`;
}

export function parseSignalRef(ref: string): AttemptName | null {
  return attemptName(/^refs\/signalbox\/signal\/([^/]+)\/([1-9]\d{0,8})$/.exec(ref));
}

/** The agent's work in progress, uncommitted changes included. */
export function workRef(id: string, attempt: number): string {
  return `${workRefs}${id}/${attempt}`;
}

export function parseWorkRef(ref: string): AttemptName | null {
  return attemptName(/^refs\/signalbox\/work\/([^/]+)\/([1-9]\d{0,8})$/.exec(ref));
}

/** The ref of the newest work that these attempts left, of the refs that there are; null where none is there. */
export function newestWork(
  id: string,
  attempts: readonly number[],
  refs: ReadonlyMap<string, unknown>,
): string | null {
  return attempts.map((number) => workRef(id, number)).findLast((ref) => refs.has(ref)) ?? null;
}

/** Where a copy of an attempt's artifact lies, beside its work: in the commit on top of it. */
export function artifactPath(path: string): string {
  return `.signalbox/artifacts/${path}`;
}

/** Name of the artifact that holds an attempt's work where it could not be pushed, and of the git bundle in it. */
export function workArtifact(id: string, attempt: number): { name: string; file: string } {
  return { name: `signalbox-work-${id}-${attempt}`, file: `${id}-${attempt}.bundle` };
}

function attemptName(match: RegExpExecArray | null): AttemptName | null {
  const [, id, attempt] = match ?? [];
  return id !== undefined && isTicketId(id) ? { id, attempt: Number(attempt) } : null;
}
