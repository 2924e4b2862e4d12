import { isoSeconds } from '../base/clock.ts';
import { isTooOld, memoryMs } from './decide.ts';
import type { Desk } from './format.ts';

/** What may be asked of the desk as a whole. */
export interface DeskRequest {
  kind: 'pause' | 'drain' | 'resume';
  source: string;
  at: string;
  actor: string;
}

/** Signalbox's own note of when it began to serve the repository: `at`. The first stays. */
export interface ServeRequest extends Omit<DeskRequest, 'kind'> {
  kind: 'serve';
}

/**
 * The desk after a request, and whether the request was done or overtaken; null where it was carried out before. Like a
 * park a late pause or drain always takes effect, and takes nothing back: only a resume younger than both opens the desk.
 */
export function decideDesk(
  desk: Desk,
  request: DeskRequest | ServeRequest,
  now: number,
): { desk: Desk; code: 'ok' | 'superseded' } | null {
  const { kind, source, at, actor } = request;
  if (kind === 'serve')
    return desk.serving_since === null ? { desk: { ...desk, serving_since: at }, code: 'ok' } : null;
  if (Object.hasOwn(desk.seen, source) || isTooOld(at, now)) return null;
  const horizon = isoSeconds(now - memoryMs);
  const kept = Object.entries(desk.seen).filter(([, seenAt]) => seenAt > horizon);
  const seen = Object.fromEntries([...kept, [source, at]]);
  const isLate = desk.since !== null && at <= desk.since;
  if (kind === 'resume' && isLate) return { desk: { ...desk, seen }, code: 'superseded' };
  const switches =
    kind === 'resume'
      ? { paused: false, draining: false }
      : { paused: true, draining: kind === 'drain' || desk.draining };
  return { desk: { ...desk, ...switches, by: actor, since: isLate ? desk.since : at, seen }, code: 'ok' };
}
