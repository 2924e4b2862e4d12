import { isoSeconds } from '../base/clock.ts';
import { type Acts, close, refuse } from './act.ts';
import { conditionWords } from './condition-words.ts';
import { askedAgain, holds } from './conditions.ts';
import { afterFault, waitsForItself } from './dependencies.ts';
import { landTodo, landWaiting } from './landing.ts';
import { conditionLeft } from './park-words.ts';
import { harmless } from './quotes.ts';

/** What has a ticket wait, and what wakes one by its own condition. */
export const waits = {
  park(ticket, request, now) {
    const { after } = request;
    // A circle does not keep it from stopping: what it waits for then stays as it was.
    const named = after && !waitsForItself(ticket.id, after, now.view) ? { ...ticket, after } : ticket;
    if (ticket.state === 'review' || ticket.state === 'blocked') return { ...named, hold: true };
    const closed = close(named, request, now, 'parked', request.reason);
    const when = conditionLeft(ticket, request);
    return landWaiting(closed, now.now, {
      kind: when ? 'deferred' : 'parked',
      ...(when ? { when } : {}),
      ...(ticket.waiting?.question ? { question: ticket.waiting.question } : {}),
      ...(ticket.waiting?.options ? { options: ticket.waiting.options } : {}),
      reason: request.reason,
      by: request.actor,
    });
  },
  hold(ticket, request, now) {
    const held = { ...ticket, hold: true };
    if (ticket.state !== 'inbox' && ticket.state !== 'todo') return held;
    return landWaiting(held, now.now, { kind: 'parked', reason: 'held', by: request.actor });
  },
  after(ticket, { after }, { view }) {
    if (JSON.stringify(after) === JSON.stringify(ticket.after)) return refuse('already-so');
    return afterFault(ticket, after, view) ?? { ...ticket, after };
  },
  due(ticket, { checks }, circumstances) {
    const now = { ...circumstances, checks };
    const when = ticket.waiting?.when;
    // Asked again when the desk opens: landing now would put the desk's condition in the place of the ticket's own.
    if (!holds({ desk: 'open' }, now)) return refuse('desk-paused');
    if (!when || !holds(when, now))
      return refuse(
        'condition-unmet',
        `It waits ${when ? harmless(conditionWords(when)) : 'for a release'}.`,
      );
    const at = isoSeconds(now.now);
    // Who gave the condition released it by that, and its text is fixed from now on.
    const released = ticket.released ?? { by: ticket.waiting?.by ?? 'signalbox', at };
    return landTodo({ ...ticket, released, start_when: askedAgain(when, now), woken: { when, at } }, now);
  },
} satisfies Acts;
