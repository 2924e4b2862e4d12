import { askByChecks } from './by-checks.ts';
import { type Context, own } from './context.ts';
import { signalRequest } from './handle.ts';
import type { Snapshot } from './ports.ts';
import type { Profiles } from './profiles.ts';
import { expireQuestions } from './questions.ts';
import type { Runs } from './runs.ts';
import { schedule } from './schedule.ts';
import { together } from './together.ts';

/**
 * What is due at one head: signals that wait, deadlines, the scheduler's turn and the clock's. In this order, and each by
 * itself: one that fails holds up no other. Answers the failures.
 */
export async function takeTurn(
  context: Context,
  { runs, profiles }: { runs: Runs; profiles: Profiles },
  snapshot: Snapshot,
): Promise<unknown[]> {
  const { at } = own(context, '');
  const tickets = [...snapshot.tickets.values()].flatMap(({ ticket }) => ticket ?? []);
  const works: (() => Promise<unknown>[] | Promise<Promise<unknown>[]>)[] = [
    () => snapshot.signals.map((one) => context.writer.handle(one.ticket, signalRequest(one, { at }))),
    () => tickets.map((ticket) => runs.checkDeadline(ticket)),
    () => [schedule(context, snapshot), profiles.tell()],
    () => [askByChecks(context, snapshot)],
    () => expireQuestions(context, snapshot),
  ];
  const failures: unknown[] = [];
  for (const begin of works) failures.push(...(await together<unknown>(await begin())).failures);
  return failures;
}
