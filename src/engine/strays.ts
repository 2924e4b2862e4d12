import type { ClosedAttempt, Ticket } from '../ticket/format.ts';
import { callComment, strayAlarm } from '../ticket/sentences.ts';
import { callOnce } from './alarm.ts';
import { OwnComments } from './comments.ts';
import { type Context, readRunTitle } from './context.ts';
import type { Run, Snapshot } from './ports.ts';
import { throwGravest, together } from './together.ts';

/** A run that is alive for an attempt that is over, for so many milliseconds. */
interface Stray {
  run: Run;
  ticket: Ticket;
  attempt: ClosedAttempt;
  overMs: number;
}

/**
 * Stops runs that nothing else stops: a twin that waited for a machine while its attempt came and went, one whose cancel
 * was refused before it was bound, one that said "stopped" and never ended. Of attempts closed at the head alone (rule 13).
 */
export async function stopStrays(context: Context, snapshot: Snapshot, runs: readonly Run[]): Promise<void> {
  const { forge, log } = context;
  const config = await context.config();
  const { force_cancel_seconds, alarm_seconds } = config.limits;
  const works = runs.map(async (run) => {
    const stray = await strayOf(context, snapshot, run);
    if (!stray) return;
    // One that has said "stopped" has last steps to do.
    const lateMs = stray.overMs - (isBound(stray) ? force_cancel_seconds * 1000 : 0);
    if (lateMs < 0) return;
    const force = lateMs > force_cancel_seconds * 1000;
    const { ticket, attempt } = stray;
    const facts = { ticket: ticket.id, attempt: attempt.number, run: run.id };
    const took = await (force ? forge.forceCancel(run.id) : forge.cancel(run.id));
    log.warn('a run is alive for an attempt that is over', { ...facts, force, took });
    if (lateMs < alarm_seconds * 1000) return;
    const title = 'a stop does not take';
    if (ticket.issue === null) return log.error(title, facts);
    const call = { name: `alarm:run-${run.id}`, title };
    const comments = await OwnComments.read(forge, ticket.issue);
    await callOnce(context, ticket, comments, call, (who) =>
      callComment(call.name, who, strayAlarm(attempt, run)),
    );
  });
  throwGravest((await together(works)).failures);
}

async function strayOf({ forge }: Context, snapshot: Snapshot, run: Run): Promise<Stray | null> {
  const named = run.status === 'completed' ? null : readRunTitle(run.title);
  if (!named) return null;
  const { ticket = null } = snapshot.tickets.get(named.id) ?? (await snapshot.archived(named.id)) ?? {};
  const attempt = ticket?.attempts.find(({ number }) => number === named.attempt);
  if (!ticket || !attempt) return null;
  // A bound one that is being stopped is stopped as long as it takes (runs.ts).
  const over = attempt.run?.id === run.id ? attempt.stopped : attempt.ended;
  return over === null ? null : { run, ticket, attempt, overMs: forge.now() - Date.parse(over) };
}

const isBound = ({ run, attempt }: Stray): boolean => attempt.run?.id === run.id;
