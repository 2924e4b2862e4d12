import { type Clock, isoSeconds, sleep } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Ticket } from '../ticket/format.ts';
import { undelivered } from '../ticket/messages.ts';
import type { Agent } from './agent.ts';
import type { Handler, Job } from './job.ts';
import type { Patience } from './patience.ts';

interface GivenTools {
  handler: Handler;
  clock: Clock;
  patience: Patience;
}

/**
 * Says of the messages in an agent's prompt that they were delivered, once it surely took up its work: it lived for
 * `ms`, or ended well. Not as the run is bound, and not as the agent is started: a machine that dies then, or an agent
 * that cannot start, would leave messages that count as delivered and that nobody saw. Said too late or not at all, they
 * are in the next prompt once more.
 *
 * @param ticket as the prompt was made from it
 */
export async function noteGiven(
  tools: GivenTools,
  { job, key, ticket }: { job: Job; key: string; ticket: Ticket },
  { exited }: Pick<Agent, 'exited'>,
  ms: number,
): Promise<void> {
  const ids = undelivered(ticket).map(({ id }) => id);
  if (ids.length === 0) return;
  const over = new AbortController();
  const exit = await Promise.race([exited, sleep(tools.clock, ms, over.signal)]);
  over.abort();
  if (exit && !('code' in exit && exit.code === 0)) return;
  await noteDelivered(tools, { job, key, ids });
}

/** Says that the agent was given messages, after it was. Where that fails they are handed over once more. */
export async function noteDelivered(
  tools: GivenTools,
  given: { job: Job; key: string; ids: readonly string[] },
): Promise<void> {
  await tools.patience.within('note the messages', { ms: 60_000, hurriedBy: 1_000 }, () =>
    sayDelivered(tools, given),
  );
}

/**
 * Of an attempt that was closed meanwhile nothing is said; one that said so before has it so.
 * @throws SignalboxError `conflict` where it was refused: they count as not delivered.
 */
async function sayDelivered(
  { handler, clock }: Pick<GivenTools, 'handler' | 'clock'>,
  { job, key, ids }: { job: Job; key: string; ids: readonly string[] },
): Promise<void> {
  const { accepted, code, message } = await handler.handle(job.ticket, {
    kind: 'delivered',
    attempt: job.attempt,
    key,
    ids,
    source: `run-${job.run.id}-${job.run.run_attempt}-given`,
    at: isoSeconds(clock.now()),
    actor: 'signalbox',
  });
  if (!accepted && code !== 'already-so') throw new SignalboxError('conflict', code, message);
}
