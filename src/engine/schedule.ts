import { isoSeconds } from '../base/clock.ts';
import { byUrgency, claimed, obstacles } from '../ticket/claim.ts';
import { holds } from '../ticket/conditions.ts';
import type { Ticket } from '../ticket/format.ts';
import type { Request } from '../ticket/requests.ts';
import { type Context, circumstances } from './context.ts';
import type { Snapshot } from './ports.ts';
import { WorkingView } from './view.ts';

/** What the clock and the scheduler ask at one head: deferrals come due, a draining desk parks, agents take tickets. */
export async function schedule(context: Context, snapshot: Snapshot): Promise<void> {
  if (snapshot.movedBack) return;
  const now = await circumstances(context, snapshot);
  const own = { at: isoSeconds(now.now), actor: 'signalbox' };
  const asks: { id: string; request: Request }[] = [];
  const view = new WorkingView(snapshot);
  for (const ticket of view.all()) {
    const when = ticket.waiting?.when;
    if (
      ticket.state === 'waiting' &&
      when &&
      holds({ desk: 'open' }, view, now.now) &&
      holds(when, view, now.now)
    ) {
      asks.push({ id: ticket.id, request: { ...own, kind: 'due', source: `due:${ticket.waiting?.since}` } });
    }
    if (snapshot.desk.draining && ticket.state === 'in_progress') {
      const by = snapshot.desk.by ?? 'signalbox';
      asks.push({
        id: ticket.id,
        request: {
          ...own,
          actor: by,
          kind: 'park',
          reason: 'the desk is drained',
          source: `drain:${snapshot.desk.since}`,
        },
      });
    }
  }
  for (const ticket of claims(view.all(), view, now)) {
    asks.push({
      id: ticket.id,
      request: { ...own, kind: 'claim', claim: context.random.hex(8), source: 'scheduler' },
    });
  }
  await Promise.all(asks.map(({ id, request }) => context.writer.handle(id, request)));
}

/** Tickets to be claimed now, the most urgent first, each counted before the next is looked at. */
function claims(
  tickets: Ticket[],
  view: WorkingView,
  { now, config }: { now: number; config: Parameters<typeof obstacles>[1]['config'] },
): Ticket[] {
  const chosen: Ticket[] = [];
  for (const ticket of tickets.filter(({ state }) => state === 'todo').sort(byUrgency)) {
    const here = { view, now, config };
    if (obstacles(ticket, here).length > 0) continue;
    view.set(claimed(ticket, '', here));
    view.desk = { ...view.desk, starts: [...view.desk.starts, isoSeconds(now)] };
    chosen.push(ticket);
  }
  return chosen;
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
