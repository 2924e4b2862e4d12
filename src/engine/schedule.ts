import { isoSeconds } from '../base/clock.ts';
import { type LimitReached, limitReached } from '../ticket/breakers.ts';
import { dayEnd } from '../ticket/budgets.ts';
import { callMoments } from '../ticket/calls.ts';
import { claimed, obstacles } from '../ticket/claim.ts';
import { conditionWords } from '../ticket/condition-words.ts';
import { checkedIn, holds, momentsOf } from '../ticket/conditions.ts';
import type { Config } from '../ticket/config.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import type { Circumstances } from '../ticket/landing.ts';
import { inLine } from '../ticket/order.ts';
import { expiryOf } from '../ticket/questions.ts';
import type { Request } from '../ticket/requests.ts';
import { type Context, circumstances } from './context.ts';
import type { Snapshot } from './ports.ts';
import { viewOf, WorkingView } from './view.ts';

type Asked = { id: string; request: Request };

/**
 * What the scheduler and the clock ask at one head: agents take tickets, a draining desk parks, deferrals come due. In
 * this order: an agent that has just been given work is not idle for those who wait for it.
 */
export async function schedule(context: Context, snapshot: Snapshot): Promise<void> {
  if (snapshot.movedBack) return;
  const here = await circumstances(context, snapshot, snapshot.tickets.keys());
  const { now, view } = here;
  const own = { at: isoSeconds(now), actor: 'signalbox' };
  const most = await shareOf(context, snapshot, here);
  const asked: Asked[] = claims(here, most).map(({ id }) => ({
    id,
    request: { ...own, kind: 'claim', claim: context.random.hex(8), source: 'scheduler' },
  }));
  for (const ticket of view.all()) {
    // As it was at the head: what is claimed only now was not worked when the switch was thrown.
    const drain = drainOf(snapshot.tickets.get(ticket.id)?.ticket, view.desk, own.at);
    if (drain) asked.push({ id: ticket.id, request: drain });
    const limit = limitReached(ticket, here);
    if (limit && (ticket.state === 'todo' || ticket.state === 'in_progress'))
      asked.push({ id: ticket.id, request: blockedBy(limit, ticket, own) });
    const when = ticket.state === 'waiting' ? ticket.waiting?.when : undefined;
    // What asks about checks is asked with what is seen of them (by-checks.ts).
    const isHere = when !== undefined && checkedIn(when).length === 0;
    if (isHere && holds({ desk: 'open' }, here) && holds(when, here)) {
      asked.push({ id: ticket.id, request: { ...own, kind: 'due', source: `due ${conditionWords(when)}` } });
    }
  }
  await Promise.all(asked.map(({ id, request }) => context.writer.handle(id, request)));
}

function blockedBy(
  { code, message: reason }: LimitReached,
  { lifetime }: Ticket,
  own: { at: string; actor: string },
): Request {
  return { ...own, kind: 'expire', code, reason, source: `${code}:${lifetime.attempts}` };
}

/** The park of a ticket that is worked while the desk, or its agent, drains. */
function drainOf(ticket: Ticket | null | undefined, desk: Desk, at: string): Request | null {
  if (!ticket?.attempt) return null;
  const { agent } = ticket.attempt;
  const profile = desk.profiles[agent];
  const park = { kind: 'park', at } as const;
  if (desk.draining) {
    const actor = desk.by ?? 'signalbox';
    return { ...park, reason: 'the desk is drained', source: `drain:${desk.since}`, actor };
  }
  if (!profile?.draining) return null;
  const source = `drain:${agent}:${profile.since}`;
  return { ...park, reason: `${agent} is drained`, source, actor: profile.by };
}

type Here = Circumstances & { view: WorkingView };

/** How many may start, of those that could: where repositories share what one process may start, not all do. */
async function shareOf(context: Context, snapshot: Snapshot, { view, ...rest }: Here): Promise<number> {
  if (!context.seat) return Number.POSITIVE_INFINITY;
  const trial = await viewOf(snapshot, snapshot.tickets.keys());
  const wants = claims({ ...rest, view: trial }, Number.POSITIVE_INFINITY).length;
  const occupied = [...view.occupied.values()].reduce((sum, one) => sum + one, 0);
  return context.seat.starts({ occupied, wants });
}

/** Tickets to be claimed now, the most urgent first and no more than `most`, each counted in `view` before the next is looked at. */
function claims(here: Here, most: number): Ticket[] {
  const { view, now } = here;
  let left = most;
  const todo = view.all().filter(({ state }) => state === 'todo');
  return inLine(todo, here).filter((ticket) => {
    if (left <= 0 || obstacles(ticket, here).length > 0) return false;
    left--;
    view.set(claimed(ticket, '', here));
    view.desk = { ...view.desk, starts: [...view.desk.starts, isoSeconds(now)] };
    return true;
  });
}

/** When something here comes due by the clock alone: milliseconds since the epoch, or null. */
export function nextMoment(snapshot: Snapshot, now: number, config: Config): number | null {
  const moments: number[] = [];
  const here = { view: new WorkingView(snapshot), now, config };
  for (const { ticket } of snapshot.tickets.values()) {
    if (ticket?.not_before) moments.push(Date.parse(ticket.not_before));
    for (const when of [ticket?.waiting?.when, ticket?.start_when])
      if (when) moments.push(...momentsOf(when, here));
    if (ticket?.attempt) moments.push(Date.parse(ticket.attempt.check_in_by));
    if (ticket) moments.push(...callMoments(ticket, config));
    const expiry = ticket && expiryOf(ticket, config);
    if (expiry !== null) moments.push(expiry);
  }
  for (const { until } of Object.values(snapshot.desk.profiles)) if (until) moments.push(Date.parse(until));
  if (Object.keys(config.budgets.day).length > 0) moments.push(dayEnd(now));
  const ahead = moments.filter((moment) => moment > now);
  return ahead.length > 0 ? Math.min(...ahead) : null;
}
