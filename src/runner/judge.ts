import type { ReasonCode } from '../ticket/reasons.ts';
import type { AgentExit } from './agent.ts';
import type { StopCause } from './stop.ts';
import { type Verdict, withClaim } from './verdict.ts';

/** What is to be said of an attempt: a signal, that it was lost for a reason, or nothing (others decide). */
export type Judgement = { signal: Verdict } | { lost: ReasonCode } | { nothing: true };

export interface Ended {
  /** Why we stopped the agent; null where it ended by itself. */
  cause: StopCause | null;
  /** How its first process ended; null where that is not known. */
  exit: AgentExit | null;
  /** The verdict it printed or wrote. It counts only where the agent ended by itself, with success. */
  claim: Verdict | null;
  /** Its last lines. */
  lastWords: string;
  /** Whether the attempt was seen closed at the head. Closed never reopens, so an old look is good enough. */
  closed: boolean;
}

/**
 * What follows from how the agent ended.
 *
 * - Not ours any more: what it had said already is submitted all the same, and quarantined there: nothing is lost.
 * - Cancelled in Actions while the attempt is open: nothing. Whether a person pressed Cancel only GitHub can tell (the
 *   run's conclusion), and the app parks the ticket then (S8). A `failed` or `lost` of ours would start it again.
 * - The time limit, an unreadable head: lost, or failed where it had made a claim, so that its words are kept.
 */
export function judge({ cause, exit, claim, lastWords, closed }: Ended): Judgement {
  switch (cause) {
    case null:
      break;
    case 'not-mine':
      return claim ? { signal: claim } : { nothing: true };
    case 'cancelled':
      return claim && closed ? { signal: claim } : { nothing: true };
    case 'time-limit':
      return claim ? failed('The agent was stopped at its time limit.', claim) : { lost: 'time-limit' };
    case 'head-unreadable':
      return claim
        ? failed('The agent was stopped because the head could not be read.', claim)
        : { lost: cause };
  }
  if (exit && 'code' in exit && exit.code === 0)
    return claim ? { signal: claim } : { lost: 'run-ended-silent' };
  const why = `${exitWords(exit)}${lastWords === '' ? '' : `\n\nIts last words:\n${lastWords}`}`;
  return claim ? failed(exitWords(exit), claim) : { signal: { kind: 'failed', summary: why } };
}

/** What is left to say where the work could not be kept: a completion without its work is none. */
export function withoutWork(judgement: Judgement, why: string): Judgement {
  if (!('signal' in judgement)) return judgement;
  const { signal } = judgement;
  const completes = signal.kind === 'done' || signal.kind === 'review';
  return completes ? failed(`The work could not be saved: ${why}`, signal) : judgement;
}

function failed(why: string, claim: Verdict): Judgement {
  return { signal: { kind: 'failed', summary: withClaim(why, 'It had said', claim) } };
}

function exitWords(exit: AgentExit | null): string {
  if (exit === null) return 'It is not known how the agent ended.';
  if ('fault' in exit) return `The agent could not be started: ${exit.fault}`;
  if ('signal' in exit) return `The agent was ended by ${exit.signal}.`;
  return `The agent ended with exit status ${exit.code}.`;
}
