import { isoSeconds } from '../base/clock.ts';
import { memoryMs } from './decide.ts';
import type { Desk } from './format.ts';

/** What may be asked of the desk as a whole. */
export interface DeskRequest {
  kind: 'pause' | 'drain' | 'resume';
  source: string;
  at: string;
  actor: string;
}

/** The desk after a request; null where it changes nothing (carried out before, or so already). */
export function decideDesk(desk: Desk, request: DeskRequest, now: number): Desk | null {
  if (Object.hasOwn(desk.seen, request.source) || Date.parse(request.at) < now - memoryMs) return null;
  const horizon = isoSeconds(now - memoryMs);
  const kept = Object.entries(desk.seen).filter(([, at]) => at > horizon);
  const seen = Object.fromEntries([...kept, [request.source, request.at]]);
  // A resume that is not younger than the last switch thrown is overtaken: the more restrictive wins.
  if (request.kind === 'resume' && desk.since !== null && request.at <= desk.since) return { ...desk, seen };
  const switches = { by: request.actor, since: request.at, seen };
  if (request.kind === 'resume') return { ...desk, ...switches, paused: false, draining: false };
  return { ...desk, ...switches, paused: true, draining: request.kind === 'drain' };
}
