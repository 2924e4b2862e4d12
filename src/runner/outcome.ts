import type { Decision } from '../ticket/decision.ts';
import type { Judgement } from './judge.ts';
import type { StopCause } from './stop.ts';

/** What became of a run, as the job's outputs and its exit status tell it. */
export interface Outcome {
  /** `stopped`: the agent was stopped and nothing of it counts. `unsaid`: what it said could not be handed in; it waits. */
  outcome:
    | 'not-started'
    | 'done'
    | 'review'
    | 'approved'
    | 'rejected'
    | 'question'
    | 'failed'
    | 'lost'
    | 'quota'
    | 'budget'
    | 'refused'
    | 'stopped'
    | 'unsaid';
  /** Reason code; `ok` where all went well, `cancelled` where the job was. */
  code: string;
  message: string;
  /** File with work that could not be pushed, for the job to keep. */
  bundle?: string | null;
}

export function makeOutcome(
  judgement: Judgement,
  decision: Decision | null,
  cause: StopCause | null,
): Outcome {
  if ('nothing' in judgement) {
    const code = cause === 'not-mine' ? 'attempt-closed' : (cause ?? 'cancelled');
    return { outcome: 'stopped', code, message: 'The agent was stopped; nothing was signalled.' };
  }
  if (!decision) return { outcome: 'unsaid', code: 'internal', message: 'The end could not be handed in.' };
  const { code, message } = decision;
  if (!decision.accepted) return { outcome: 'refused', code, message };
  if ('signal' in judgement) return { outcome: judgement.signal.kind, code, message };
  if ('spent' in judgement) return { outcome: 'budget', code: 'budget', message };
  if ('quota' in judgement) return { outcome: 'quota', code: 'quota', message };
  return { outcome: 'lost', code: judgement.lost, message };
}

/**
 * Exit status of the job. A run that was turned away, stopped, met a provider's limit or asks a question did what it should; red is for what a
 * person may want to look into.
 */
export function exitStatusOf({ outcome }: Outcome): 0 | 1 {
  return outcome === 'failed' || outcome === 'lost' || outcome === 'budget' || outcome === 'unsaid' ? 1 : 0;
}
