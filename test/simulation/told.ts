import type { Ticket } from '../../src/ticket/format.ts';
import { Violation } from './violation.ts';
import { isAbout } from './words.ts';
import type { World } from './world.ts';

/*
 * What the oracle asks of messages: what somebody said is there until an agent had it, and none counts as had that no
 * agent saw.
 */

export function checkMessages(world: World, before: Ticket | undefined, after: Ticket): void {
  const { id } = after;
  for (const old of before?.messages ?? []) {
    const kept = after.messages.find((one) => one.id === old.id);
    if (!kept) throw new Violation('S6', `${id}: what ${old.by} said (${old.id}) is not there any more`);
    if (old.delivered && kept.delivered?.attempt !== old.delivered.attempt)
      throw new Violation('S6', `${id}: ${old.id} was delivered to attempt ${old.delivered.attempt}`);
  }
  for (const { id: said, delivered } of after.messages) {
    const earlier = before?.messages.find((one) => one.id === said)?.delivered;
    if (!delivered || earlier) continue;
    const saw = world.runners.some(
      ({ agent }) =>
        agent?.ticket === id && agent.attempt === delivered.attempt && agent.messages.includes(said),
    );
    if (!saw)
      throw new Violation(
        'S6',
        `${id}: ${said} counts as delivered to attempt ${delivered.attempt}, and no agent saw it`,
      );
  }
  checkInterrupted(world, before, after);
  const isNew = (source: string) => source in after.seen && !(source in (before?.seen ?? {}));
  const isClosed = before?.state === 'done' || before?.state === 'cancelled';
  for (const one of world.asked) {
    const isSaid = one.kind === 'tell' || one.kind === 'interrupt';
    if (!isSaid || isClosed || !isAbout(one, after) || !isNew(one.source)) continue;
    if (one.mayAsk !== after.messages.some(({ id: said }) => said === one.source))
      throw new Violation('S6', `${id}: ${one.kind} ${one.source} was carried out, and is not kept`);
  }
}

/** Somebody who may asked for it, when that very attempt was at work. */
function checkInterrupted({ asked }: World, before: Ticket | undefined, after: Ticket): void {
  for (const { number, outcome } of after.attempts) {
    if (outcome !== 'interrupted' || before?.attempt?.number !== number) continue;
    const { claimed } = before.attempt;
    const isMeant = asked.some(
      (one) =>
        one.kind === 'interrupt' &&
        one.mayAsk &&
        isAbout(one, after) &&
        one.at >= claimed &&
        one.source in after.seen &&
        !(one.source in before.seen),
    );
    if (!isMeant) throw new Violation('S8', `${after.id} #${number} is interrupted, and nobody asked for it`);
  }
}
