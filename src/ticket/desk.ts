import { isoSeconds } from '../base/clock.ts';
import type { Config } from './config.ts';
import { isTooOld, memoryMs } from './decide.ts';
import type { Desk } from './format.ts';

/** What may be asked of the desk as a whole, or of one agent profile. */
export interface DeskRequest {
  kind: 'pause' | 'drain' | 'resume';
  /** The profile that is meant; left out where the whole desk is. */
  profile?: string;
  /** Why, in the words of whoever asks; of a profile alone. */
  reason?: string;
  source: string;
  at: string;
  actor: string;
}

/** Signalbox's own note of when it began to serve the repository: `at`. The first stays. */
export interface ServeRequest extends Omit<DeskRequest, 'kind' | 'profile' | 'reason'> {
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
  { agents }: Pick<Config, 'agents'>,
): { desk: Desk; code: 'ok' | 'superseded' | 'no-such-agent' } | null {
  const { kind, source, at, actor } = request;
  if (kind === 'serve')
    return desk.serving_since === null ? { desk: { ...desk, serving_since: at }, code: 'ok' } : null;
  if (Object.hasOwn(desk.seen, source) || isTooOld(at, now)) return null;
  const horizon = isoSeconds(now - memoryMs);
  const kept = Object.entries(desk.seen).filter(([, seenAt]) => seenAt > horizon);
  const seen = Object.fromEntries([...kept, [source, at]]);
  const { profile } = request;
  if (profile !== undefined) {
    if (!Object.hasOwn(agents, profile) && !Object.hasOwn(desk.profiles, profile))
      return { desk, code: 'no-such-agent' };
    return decideProfile({ ...desk, seen }, profile, request);
  }
  const isLate = desk.since !== null && at <= desk.since;
  if (kind === 'resume' && isLate) return { desk: { ...desk, seen }, code: 'superseded' };
  const switches =
    kind === 'resume'
      ? { paused: false, draining: false }
      : { paused: true, draining: kind === 'drain' || desk.draining };
  return { desk: { ...desk, ...switches, by: actor, since: isLate ? desk.since : at, seen }, code: 'ok' };
}

/**
 * The same for one profile. A person's pause has no end, and stands in the place of one by a provider's limit; a resume
 * ends whatever paused it, unless that is younger.
 */
function decideProfile(
  desk: Desk,
  profile: string,
  { kind, at, actor, reason = '' }: DeskRequest,
): { desk: Desk; code: 'ok' | 'superseded' } {
  const { [profile]: was, ...others } = desk.profiles;
  const isLate = was?.since !== undefined && at <= was.since;
  if (kind === 'resume')
    return isLate ? { desk, code: 'superseded' } : { desk: { ...desk, profiles: others }, code: 'ok' };
  const isDrained = kind === 'drain' || was?.draining === true;
  const since = isLate ? was?.since : at;
  const paused = { until: null, reason, by: actor, since, ...(isDrained ? { draining: true } : {}) };
  return { desk: { ...desk, profiles: { ...others, [profile]: paused } }, code: 'ok' };
}
