import { isoSeconds } from '../base/clock.ts';
import { type Act, type Acts, close, refuse } from './act.ts';
import { waits } from './acts-waiting.ts';
import { stoppedAt, stopping } from './attempts.ts';
import { grantedRetry, limitReached } from './breakers.ts';
import { claimed, obstacles } from './claim.ts';
import { closeBySignal, endedSince } from './closing.ts';
import type { Refusal } from './decision.ts';
import type { Ticket, Waiting } from './format.ts';
import {
  type Circumstances,
  landBlocked,
  landClosed,
  landCompleted,
  landRetry,
  landReview,
  landTodo,
  landWaiting,
} from './landing.ts';
import { delivered, isInterruptible, withMessage } from './messages.ts';
import { reported, unheard } from './outside.ts';
import {
  approve,
  approved,
  choosePhases,
  decideGate,
  done,
  merged,
  passed,
  pushed,
  reject,
  rejected,
} from './phase-acts.ts';
import { timeLimitMinutes } from './phases.ts';
import { unmergedNote } from './pull-words.ts';
import { accept, discard } from './quarantine.ts';
import { chosen, expiryOf } from './questions.ts';
import { withReport } from './report.ts';
import type { Request, RequestOf, RowName } from './requests.ts';
import { claimFault, cut } from './signals.ts';
import { isOpen } from './states.ts';
import { isInStep } from './texts.ts';

/** What each request does once the table let it through. `create` makes the ticket and stands in `decide.ts`. */
const personal = {
  release(ticket, request, now) {
    const { shown } = request;
    // What is released now is what people see; what was released before stays as it was then.
    if (!ticket.released && shown !== undefined && !(shown && isInStep(ticket, shown)))
      return refuse('text-changed');
    const released = { ...ticket, hold: false, released: { by: request.actor, at: isoSeconds(now.now) } };
    if (ticket.state === 'in_progress' || ticket.state === 'review') {
      return ticket.hold ? released : refuse('already-so');
    }
    return landTodo({ ...grantedRetry(released, now), start_when: null, woken: null, not_before: null }, now);
  },
  interrupt(ticket, request, now) {
    const told = withMessage(ticket, request, request.text);
    if ('refused' in told || !isInterruptible(ticket, request.at)) return told;
    return landTodo(close(told, request, now, 'interrupted', cut(request.text, 1000)), now);
  },
  tell: (ticket, request) => withMessage(ticket, request, request.text),
  answer(ticket, request, now) {
    const waiting = ticket.waiting;
    if (!waiting?.question) return refuse('no-row', 'No question of this ticket is open.');
    if (endedSince(ticket, request.at))
      return refuse('no-row', 'It was said before this question was asked.');
    const text = chosen(waiting, request.text);
    if (text === null) return refuse('no-such-option');
    const answered = withMessage(ticket, request, text);
    if ('refused' in answered) return answered;
    if (waiting.kind === 'question') return landTodo(answered, now);
    const { question: _, options: __, ...rest } = waiting;
    return { ...answered, waiting: rest };
  },
  approve,
  decide: decideGate,
  reject,
  phases: choosePhases,
  priority: (ticket, { priority }) =>
    ticket.priority === priority ? refuse('already-so') : { ...ticket, priority },
  retry: (ticket, _request, now) => landTodo({ ...grantedRetry(ticket, now), not_before: null }, now),
  cancel: (ticket, request, now) =>
    landClosed(close(ticket, request, now, 'cancelled', request.reason), 'cancelled'),
  report: reported,
  accept,
  discard,
  reopen: (ticket) => ({ ...ticket, state: 'inbox', hold: false }),
} satisfies Acts;

const runs = {
  claim(ticket, request, now) {
    const [obstacle] = obstacles(ticket, now);
    return obstacle ? refuse(obstacle.code, obstacle.message) : claimed(ticket, request.claim, now);
  },
  bind(ticket, request, { now, config }) {
    const open = ticket.attempt;
    if (open?.number !== request.attempt || open.claim !== request.claim) return refuse('other-claim');
    if (request.run.run_attempt !== 1) return refuse('rerun');
    const { id } = request.run;
    // The same run with the same key again: the answer to its bind was lost (rule 9).
    if (open.run)
      return open.run.id === id && open.run.key_sha256 === request.key_sha256 ? ticket : refuse('other-run');
    const limitMinutes = timeLimitMinutes(config, open);
    return {
      ...ticket,
      attempt: {
        ...open,
        check_in_by: isoSeconds(now + limitMinutes * 60_000),
        run: { ...request.run, key_sha256: request.key_sha256, started: isoSeconds(now) },
      },
    };
  },
  delivered,
  done,
  review(ticket, request, now) {
    const fault = request.signal && claimFault(request.signal, ticket, now.config);
    return fault ? refuse(fault) : landCompleted(closeBySignal(ticket, request, now), now, true);
  },
  approved,
  rejected,
  question(ticket, request, now) {
    const question = request.signal?.summary ?? '';
    const closed = closeBySignal(ticket, request, now);
    const kind: Waiting['kind'] = ticket.hold ? 'parked' : 'question';
    const options = closed.attempts.at(-1)?.said?.options;
    const asks = { kind, question, ...(options ? { options } : {}), reason: question, by: request.actor };
    return landWaiting(closed, now.now, asks);
  },
  failed(ticket, request, now) {
    const why = `The agent reported a failure: ${request.signal?.summary ?? ''}`;
    return landRetry(closeBySignal(ticket, request, now), now, why);
  },
  lost(ticket, request, now) {
    if (ticket.attempt?.number !== request.attempt) return refuse('attempt-closed');
    if (isOfAnother(ticket, request)) return refuse('other-run');
    return landRetry(
      close(ticket, request, now, 'lost', request.reason, request.agent_gone),
      now,
      request.reason,
    );
  },
  quota(ticket, request, now) {
    if (ticket.attempt?.number !== request.attempt) return refuse('attempt-closed');
    const reason = `Its provider lets it do no more until ${request.until}: ${request.line}`;
    return landTodo(close(ticket, request, now, 'quota', reason, request.agent_gone), now);
  },
  stopped_by_person(ticket, request, now) {
    if (ticket.attempt?.number !== request.attempt) return refuse('attempt-closed');
    if (isOfAnother(ticket, request)) return refuse('other-run');
    const reason = 'the run was cancelled in Actions';
    const closed = close(ticket, request, now, 'parked', reason);
    return landWaiting(closed, now.now, { kind: 'parked', reason, by: request.actor });
  },
  undispatchable(ticket, request, now) {
    if (ticket.attempt?.number !== request.attempt || ticket.attempt.run) return refuse('attempt-closed');
    const closed = close(ticket, request, now, 'undispatchable', request.reason);
    return landBlocked(closed, now.now, request.code, request.reason);
  },
  stopped(ticket, request, { now }) {
    if (!stopping(ticket).some(({ number }) => number === request.attempt)) return refuse('already-so');
    const { attempt: number, bundled = false, usage } = request;
    return stoppedAt(ticket, { number, now, bundled, usage });
  },
} satisfies Acts;

const books = {
  expire(ticket, request, now) {
    const { code, reason } = request;
    // Of a question decided on the very head: it may have been answered, and another asked since.
    const isDue = (expiryOf(ticket, now.config) ?? Number.POSITIVE_INFINITY) <= now.now;
    if (code === 'question-expired' && !isDue)
      return refuse('condition-unmet', 'No question of it has waited so long.');
    const isRunners = request.attempt !== undefined;
    if (isRunners && ticket.attempt?.number !== request.attempt) return refuse('attempt-closed');
    const isLimit = code === 'breaker-starts' || code === 'budget';
    if (isLimit && !isRunners && limitReached(ticket, now)?.code !== code)
      return refuse('condition-unmet', 'It has not reached this limit.');
    const closed = close(ticket, request, now, 'blocked', reason, request.agent_gone);
    return landBlocked(closed, now.now, code, reason);
  },
  pushed,
  passed,
  merged,
  unmerged(ticket, request) {
    const told = withMessage(ticket, request, unmergedNote(request.pull));
    return 'refused' in told || ticket.state !== 'done' ? told : landReview(told);
  },
  edit(ticket, request) {
    if (ticket.released) return refuse('frozen');
    const { title, body, digest } = request;
    return ticket.mirrored === digest ? refuse('already-so') : { ...ticket, title, body, mirrored: digest };
  },
  link(ticket, request, { view }) {
    if (ticket.issue === request.issue) return refuse('already-so');
    const other = view.ticketOf(request.issue);
    if (ticket.issue !== null || other !== undefined)
      return refuse('issue-taken', `Issue #${request.issue} belongs to ${other ?? ticket.id}.`);
    return { ...ticket, issue: request.issue, mirrored: request.digest };
  },
  mirrored: (ticket, request) =>
    ticket.mirrored === request.digest ? refuse('already-so') : { ...ticket, mirrored: request.digest },
  detach(ticket, request, now) {
    if (ticket.issue === null) return refuse('already-so');
    const detached = { ...ticket, issue: null };
    if (!isOpen(ticket.state) || ticket.state === 'review' || ticket.state === 'blocked') return detached;
    const closed = close(detached, request, now, 'parked', request.reason);
    return landWaiting(closed, now.now, { kind: 'parked', reason: request.reason, by: request.actor });
  },
} satisfies Acts;

const acts: Acts = { ...waits, ...personal, ...runs, ...books };

/** Applies the act of a row to a ticket. */
export function act(name: RowName, ticket: Ticket, request: Request, now: Circumstances): Ticket | Refusal {
  // The table's name and the request's kind belong together (`rowName`), which TypeScript cannot see.
  const one = acts[name] as Act<Request> | undefined;
  const next = unheard(ticket, name) ?? (one ? one(ticket, request, now) : refuse('no-row'));
  return 'refused' in next ? next : withReport(ticket, next, request, now.config);
}

/** What was seen of an attempt may be of the time before a run was bound to it. */
function isOfAnother({ attempt }: Ticket, { seen }: RequestOf<'lost' | 'stopped_by_person'>): boolean {
  return seen !== undefined && seen.run !== (attempt?.run?.id ?? null);
}
