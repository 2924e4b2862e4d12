import type { Refusal } from './decision.ts';
import type { Ticket } from './format.ts';
import { type Circumstances, landBlocked, landClosed, landReview, landTodo, landWaiting } from './landing.ts';
import { mostReports, type OutsideReport } from './outside-shape.ts';
import { elsewhere } from './outside-words.ts';
import type { RequestOf, RowName } from './requests.ts';
import { cut } from './signals.ts';

/*
 * Mirror tickets: their work is launched and stopped elsewhere. Signalbox starts nothing of it; whoever works it reports.
 */

/** Why words to an agent are refused where no agent of ours works; null where they are not. */
export function unheard({ mirror }: Ticket, name: RowName): Refusal | null {
  if (!mirror || (name !== 'tell' && name !== 'interrupt')) return null;
  return {
    refused: 'mirror',
    message: `${elsewhere} No agent of Signalbox would hear this: say it there.`,
  };
}

/**
 * What a report makes of a mirror ticket: it is kept, and the ticket stands as it says. But a ticket that people here had
 * wait is woken by no report (S2), and one that is older than what is known already, or than a stop, moves nothing.
 */
export function reported(
  ticket: Ticket,
  { state, summary, link, actor: by, at }: RequestOf<'report'>,
  now: Circumstances,
): Ticket | Refusal {
  if (!ticket.mirror) return { refused: 'not-mirror' };
  const one: OutsideReport = { state, summary: cut(summary), ...(link ? { link } : {}), by, at };
  const isOld = ticket.reports.some((other) => other.at > at) || at <= (ticket.restricted_at ?? '');
  const reports = [...ticket.reports, one].toSorted((a, b) => a.at.localeCompare(b.at)).slice(-mostReports);
  const told = { ...ticket, reports };
  return isOld || isStopped(ticket) ? told : standing(told, one, now);
}

/** Whether it waits by an act of people here, or of the desk. */
function isStopped({ state, waiting }: Ticket): boolean {
  return state === 'waiting' && !waiting?.outside;
}

function standing(ticket: Ticket, { state, summary, by }: OutsideReport, now: Circumstances): Ticket {
  switch (state) {
    case 'todo':
      return landTodo(ticket, now);
    case 'in_progress':
      // Held, nothing begins anew: not even elsewhere, as far as people here are shown.
      if (ticket.hold && ticket.state !== state) return landTodo(ticket, now);
      return { ...ticket, state, waiting: null, blocked: null, start_when: null, not_before: null };
    case 'waiting':
      return landWaiting(ticket, now.now, { kind: 'parked', reason: summary, by, outside: true });
    case 'blocked':
      return landBlocked(ticket, now.now, 'blocked', summary);
    case 'review':
      return landReview(ticket);
    case 'done':
    case 'cancelled':
      return landClosed(ticket, state);
  }
}
