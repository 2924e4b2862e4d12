import * as chrono from 'chrono-node/en';
import { isoSeconds } from '../base/clock.ts';
import { dayAfter, dayTold } from './budgets.ts';
import type { Config } from './config.ts';
import { failed, failuresAfter, worked } from './failures.ts';
import type { ClosedAttempt, Desk, Outcome, Ticket } from './format.ts';
import type { Request } from './requests.ts';

/*
 * A provider's limit stops a profile, not a ticket: the profile pauses in `desk.yaml` in the commit that closes the
 * attempt, and its tickets wait in todo, at no cost to their retries. When its time has come one attempt goes first.
 */

/** The shortest and the longest pause, in milliseconds: a misread time neither starts runs without end nor pauses for ever. */
const [shortestMs, longestMs] = [10_000, 7 * 24 * 3600_000];

/**
 * Until when a profile pauses (ISO). `words` is what its provider said: a time in words people use, seconds from now, or
 * a Unix time; what cannot be read, or was not said, is `pauseMs` from `now`.
 */
export function pauseEnd(words: string | null, { now, pauseMs }: { now: number; pauseMs: number }): string {
  const said = words === null ? null : momentOf(words.trim().slice(0, 100), now);
  const end = said !== null && said > now ? said : now + pauseMs;
  return isoSeconds(Math.min(Math.max(end, now + shortestMs), now + longestMs));
}

function momentOf(words: string, now: number): number | null {
  if (/^\d+(?:\.\d+)?$/.test(words)) {
    const number = Number(words);
    return number >= 1e12 ? number : number >= 1e9 ? number * 1000 : now + number * 1000;
  }
  const from = { instant: new Date(now), timezone: 'UTC' };
  const read = (text: string) => chrono.parseDate(text, from, { forwardDate: true })?.getTime() ?? null;
  return read(words) ?? read(`in ${words}`);
}

/** Outcomes that show that the agent was let work: after one of these its limit is over. */
const wasLetWork: readonly Outcome[] = [...worked, ...failed];

/**
 * The desk after `request` made `after` of a ticket. Where that closed an attempt a limit pauses the profile, and the first attempt that worked once
 * its time has come ends that. A longer pause stands, and so does a person's, which has no end.
 */
export function deskAfter(
  desk: Desk,
  {
    before,
    after,
    request,
    now,
    config,
  }: { before: Ticket | undefined; after: Ticket; request: Request; now: number; config: Config },
): Desk {
  if (request.kind === 'stopped') return dayTold(desk, before, request);
  const closed = before?.attempt && !after.attempt ? after.attempts.at(-1) : undefined;
  if (!closed) return desk;
  const limited = quotaAfter(desk, closed, request, now);
  const counted = failuresAfter(limited, closed, { id: after.id, now, config });
  return dayAfter(counted, closed, { now, config });
}

function quotaAfter(desk: Desk, { agent, run, outcome }: ClosedAttempt, request: Request, now: number): Desk {
  const { [agent]: paused, ...others } = desk.profiles;
  if (request.kind === 'quota') {
    if (paused && (paused.until === null || paused.until >= request.until)) return desk;
    const since = isoSeconds(now);
    const entry = { until: request.until, reason: request.line, by: 'signalbox', since, probe: true };
    return { ...desk, profiles: { ...desk.profiles, [agent]: entry } };
  }
  const isOver = paused?.probe && paused.until !== null && now >= Date.parse(paused.until);
  return isOver && run && wasLetWork.includes(outcome) ? { ...desk, profiles: others } : desk;
}
