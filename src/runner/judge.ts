import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import { lastWordsLead, stopsSeen } from '../ticket/report.ts';
import type { AgentExit } from './agent.ts';
import type { Limit } from './limit.ts';
import type { StopCause } from './stop.ts';
import { type Verdict, withClaim } from './verdict.ts';

/** What is to be said of an attempt: a signal, that it was lost (the reason, what was seen), or nothing (others decide). */
export type Judgement =
  | { signal: Verdict }
  | { lost: ReasonCode; seen: string; lastWords: string }
  | { quota: Limit; lastWords: string }
  /** It used as much as it may: no failure that another attempt mends. */
  | { spent: string; lastWords: string }
  | { nothing: true };

export interface Ended {
  /** Why we stopped the agent; null where it ended by itself. */
  cause: StopCause | null;
  /** How its first process ended; null where that is not known. */
  exit: AgentExit | null;
  /** The verdict it printed or wrote. It counts only where the agent ended by itself, with success. */
  claim: Verdict | null;
  /** Its provider's limit, where it ran into that. */
  limit: Limit | null;
  /** What was used up, in words, where that is why we stopped it. */
  spent?: string | null;
  /** Its last lines. */
  lastWords: string;
  /** Whether the attempt was seen closed at the head. Closed never reopens, so an old look is good enough. */
  closed: boolean;
}

/**
 * What follows from how the agent ended.
 *
 * - Not ours any more, or kept as it was told to a tool: what it had said already is submitted all the same, and quarantined there: nothing is lost.
 * - Cancelled in Actions while the attempt is open: nothing. Whether a person pressed Cancel only GitHub can tell (the
 *   run's conclusion), and the app parks the ticket then (S8). A `failed` or `lost` of ours would start it again.
 * - Its provider's limit: no failure of the ticket, whatever the exit status; but a completion is one.
 * - Its budget: blocked, whatever it had said; its words are kept, and a person decides.
 * - The time limit, an unreadable head: lost, or failed where it had made a claim, so that its words are kept.
 */
export function judge({ cause, exit, claim, limit, spent, lastWords, closed }: Ended): Judgement {
  const over = (lost: ReasonCode, seen: string): Judgement =>
    claim ? failed(seen, claim, lastWords) : { lost, seen, lastWords };
  switch (cause) {
    case null:
      break;
    case 'not-mine':
    case 'reported':
      return claim ? { signal: claim } : { nothing: true };
    case 'cancelled':
      return claim && closed ? { signal: claim } : { nothing: true };
    case 'budget':
      return { spent: spent ?? reasons.budget, lastWords: withClaim(lastWords, 'It had said', claim) };
    case 'time-limit':
    case 'head-unreadable':
      return over(cause, stopsSeen[cause]);
  }
  const hasSucceeded = exit !== null && 'code' in exit && exit.code === 0;
  if (limit && !(hasSucceeded && claim))
    return { quota: limit, lastWords: withClaim(lastWords, 'It had said', claim) };
  if (!hasSucceeded) return failed(exitWords(exit), claim, lastWords);
  if (claim) return { signal: claim };
  return {
    lost: 'run-ended-silent',
    seen: 'The agent ended with exit status 0, and without a verdict.',
    lastWords,
  };
}

/** What is left to say where the work could not be kept: a completion without its work is none. */
export function withoutWork(judgement: Judgement, why: string): Judgement {
  if (!('signal' in judgement)) return judgement;
  const { signal } = judgement;
  const completes = signal.kind === 'done' || signal.kind === 'review';
  return completes ? failed(`The work could not be saved: ${why}`, signal) : judgement;
}

/** A failure, with whatever the agent had said. */
function failed(why: string, claim: Verdict | null, lastWords = ''): Judgement {
  const words = lastWords === '' ? '' : `\n\n${lastWordsLead}${lastWords}`;
  const said = claim?.said ? { said: claim.said } : {};
  return { signal: { kind: 'failed', summary: `${withClaim(why, 'It had said', claim)}${words}`, ...said } };
}

function exitWords(exit: AgentExit | null): string {
  if (exit === null) return 'It is not known how the agent ended.';
  if ('fault' in exit) return `The agent could not be started: ${exit.fault}`;
  if ('signal' in exit) return `The agent was ended by ${exit.signal}.`;
  return `The agent ended with exit status ${exit.code}.`;
}
