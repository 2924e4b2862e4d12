import { closeAttempt } from './attempts.ts';
import type { Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import type { RequestOf } from './requests.ts';
import { saidOf } from './said.ts';
import { requestDigest } from './signals.ts';

/* How acts close the attempt in hand. */

/** Closed by what its worker said. */
export function closeBySignal(ticket: Ticket, request: RequestOf<'signal'>, { now }: Circumstances): Ticket {
  const said = request.signal && saidOf(request.signal);
  return closeAttempt(ticket, now, {
    outcome: request.signal?.kind ?? 'failed',
    by: request.actor,
    reason: request.signal?.summary ?? '',
    signal: requestDigest(request),
    work: request.signal?.work,
    bundled: request.signal?.bundled,
    ...(said ? { said } : {}),
    usage: request.signal?.usage,
    // A worker's own word, and only the runner's: a comment or a file is written while the agent may live (rule 18).
    agentGone: request.channel === 'runner' && request.signal?.agent_gone === true,
  });
}

/** Why what somebody said of the work means nothing: they said it before it was done. */
export const beforeWork = 'It was before the work under review was done.';

/** Whether an attempt ended, or was accepted, after `at`: what people said or did then means something earlier. */
export function endedSince({ attempts }: Ticket, at: string): boolean {
  return attempts.some(({ ended, accepted }) => (accepted?.at ?? ended) > at);
}
