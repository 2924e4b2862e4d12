import { isoSeconds } from '../base/clock.ts';
import { byUrgency, claimed, obstacles } from '../ticket/claim.ts';
import { holds } from '../ticket/conditions.ts';
import type { Config } from '../ticket/config.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import type { Request } from '../ticket/requests.ts';
import { type Context, circumstances } from './context.ts';
import type { Snapshot } from './ports.ts';
import type { WorkingView } from './view.ts';

type Asked = { id: string; request: Request };

/**
 * What the scheduler and the clock ask at one head: agents take tickets, a draining desk parks, deferrals come due. In
 * this order: an agent that has just been given work is not idle for those who wait for it.
 */
export async function schedule(context: Context, snapshot: Snapshot): Promise<void> {
  if (snapshot.movedBack) return;
  const here = await circumstances(context, snapshot, snapshot.tickets.keys());
  const { now, config, view } = here;
  const own = { at: isoSeconds(now), actor: 'signalbox' };
  const asked: Asked[] = claims(view, now, config).map(({ id }) => ({
    id,
    request: { ...own, kind: 'claim', claim: context.random.hex(8), source: 'scheduler' },
  }));
  for (const ticket of view.all()) {
    if (view.desk.draining && snapshot.tickets.get(ticket.id)?.ticket?.state === 'in_progress') {
      asked.push({ id: ticket.id, request: drained(view.desk, own.at) });
    }
    const when = ticket.state === 'waiting' ? ticket.waiting?.when : undefined;
    if (when && holds({ desk: 'open' }, here) && holds(when, here)) {
      asked.push({ id: ticket.id, request: { ...own, kind: 'due', source: `due:${ticket.waiting?.since}` } });
    }
  }
  await Promise.all(asked.map(({ id, request }) => context.writer.handle(id, request)));
}

function drained({ by, since }: Desk, at: string): Request {
  return {
    kind: 'park',
    reason: 'the desk is drained',
    source: `drain:${since}`,
    at,
    actor: by ?? 'signalbox',
  };
}

/** Tickets to be claimed now, the most urgent first, each counted in `view` before the next is looked at. */
function claims(view: WorkingView, now: number, config: Config): Ticket[] {
  const here = { view, now, config };
  const todo = view.all().filter(({ state }) => state === 'todo');
  return todo.sort(byUrgency).filter((ticket) => {
    if (obstacles(ticket, here).length > 0) return false;
    view.set(claimed(ticket, '', here));
    view.desk = { ...view.desk, starts: [...view.desk.starts, isoSeconds(now)] };
    return true;
  });
}

/** When something here comes due by the clock alone: milliseconds since the epoch, or null. */
export function nextMoment(snapshot: Snapshot, now: number): number | null {
  const moments: number[] = [];
  for (const { ticket } of snapshot.tickets.values()) {
    if (ticket?.not_before) moments.push(Date.parse(ticket.not_before));
    if (ticket?.waiting?.when && 'until' in ticket.waiting.when)
      moments.push(Date.parse(ticket.waiting.when.until));
    if (ticket?.attempt) moments.push(Date.parse(ticket.attempt.check_in_by));
  }
  const ahead = moments.filter((moment) => moment > now);
  return ahead.length > 0 ? Math.min(...ahead) : null;
}
