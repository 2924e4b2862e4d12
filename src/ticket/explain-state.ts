// Stryker disable StringLiteral: words for people, not rules
import { isoSeconds } from '../base/clock.ts';
import { checkWords } from './checks.ts';
import { openChecks } from './checks-asked.ts';
import type { Condition } from './condition-format.ts';
import { conditionWords, faultWords, unmetWords } from './condition-words.ts';
import type { Reason } from './explain.ts';
import type { Attempt, Ticket, Waiting } from './format.ts';
import { gateAsks } from './gate-words.ts';
import { lacksCommit, unmetGates } from './gates.ts';
import type { Circumstances } from './landing.ts';
import { elsewhere, whoReports } from './outside-words.ts';
import { type Gate, gateName } from './phases.ts';
import { isPusherUnknown } from './pushers.ts';
import { expiryOf } from './questions.ts';
import { inLine } from './quotes.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import { adviceOn } from './report.ts';
import { standing, stateWords } from './states.ts';

/** What the state of a ticket says of why it is not started; empty for one in todo. */
export function stateReasons(ticket: Ticket, here: Circumstances): Reason[] {
  const { state, created } = ticket;
  const ended = ticket.attempts.at(-1)?.ended ?? null;
  switch (state) {
    case 'todo':
      return [];
    case 'inbox':
      return [of('not-released', { since: created, change: `${somebody} releases it.` })];
    case 'waiting':
      return waitingReasons(ticket, here);
    case 'in_progress':
      return [ticket.mirror ? mirrorReason(ticket) : attemptReason(ticket.attempt)];
    case 'blocked':
      return [blockedReason(ticket, here)];
    case 'review': {
      return unmetGates(ticket, here.config).map((gate) => gateReason(gate, ticket, here, ended));
    }
    case 'done':
    case 'cancelled':
      return [
        of(state, {
          message: `It is ${standing(state)}.`,
          since: state === 'done' ? ended : ticket.restricted_at,
          change: `Nothing is left to do. ${somebody} may reopen it.`,
        }),
      ];
  }
}

const somebody = 'Somebody with write access';
const unnamed = `The app asks GitHub again when it looks next. ${somebody} may reject it: then the work is done anew.`;

/** Why the phase in review is not over: one reason for each gate that nobody has met. */
function gateReason(gate: Gate, ticket: Ticket, here: Circumstances, since: string | null): Reason {
  const { phase } = ticket;
  const message = `Phase ${phase} waits until: ${gateAsks(gate)}.`;
  switch (gateName(gate)) {
    case 'person': {
      if (isPusherUnknown(ticket))
        return of('pusher-unknown', { since: ticket.branch?.at ?? null, change: unnamed });
      const change = `${somebody}, whose work it is not, approves it, or rejects it with what is missing.`;
      const named = here.config.phases[phase]?.gate ?? [];
      const lacking = named.filter((one) => lacksCommit(ticket, one)).map(gateName);
      const instead = lacking.length > 0 ? `, since there is no commit for: ${lacking.join(', ')}` : '';
      return of('in-review', { message: `A person looks at its phase ${phase}${instead}.`, since, change });
    }
    case 'checks': {
      const open = openChecks(ticket, here.config);
      const seen = open
        ? checkWords(open.head, here.checks?.get(open.head), open.names)
        : 'there is no commit';
      const change = 'The checks of its commit turn green, or somebody rejects it.';
      return of('checks-unmet', { message: `${message} Now: ${seen || 'they are'}.`, since, change });
    }
    case 'merged':
      return of('not-merged', {
        message,
        since,
        change: `${somebody} merges its pull request (of branch ticket/${ticket.id}), or rejects it.`,
      });
    case 'decision':
      return of('not-decided', { message, since, change: `${somebody} chooses one: /decide <option>.` });
  }
}

function of(
  code: ReasonCode,
  { message = reasons[code], ...rest }: Partial<Reason> & Pick<Reason, 'since' | 'change'>,
): Reason {
  return { code, message: inLine(message), ...rest };
}

function waitingReasons(ticket: Ticket, here: Circumstances): Reason[] {
  const { waiting } = ticket;
  if (!waiting) return [of('parked', { since: ticket.restricted_at, change: `${somebody} releases it.` })];
  if (waiting.kind === 'question') return [questionReason(ticket, waiting, here)];
  if (waiting.when) return deferredReasons(ticket, { ...waiting, when: waiting.when }, here);
  const { by, reason, since } = waiting;
  const message = `Parked by ${by}${reason ? `: ${reason}` : '.'}`;
  return [of('parked', { message, since, change: `Only a new release wakes it: ${somebody} releases it.` })];
}

function questionReason(
  ticket: Ticket,
  { question = '', options, since }: Waiting,
  here: Circumstances,
): Reason {
  const choice = options?.length ? ` (${options.map((one, at) => `${at + 1}: ${one}`).join('; ')})` : '';
  const expiry = expiryOf(ticket, here.config);
  const end = expiry === null ? '' : ` Without an answer it is blocked at ${isoSeconds(expiry)}.`;
  return of('question', {
    message: `The agent asks: ${question}${choice}`,
    since,
    change: `${somebody} answers it.${end}`,
  });
}

function deferredReasons(
  { id, hold }: Ticket,
  { by, reason, since, when }: Waiting & { when: Condition },
  here: Circumstances,
): Reason[] {
  const unmet = unmetWords(when, here);
  const now = unmet.length > 0 ? ` Now: ${unmet.join(', ')}.` : ' That holds now.';
  const deferred = of('deferred', {
    message: `Deferred ${conditionWords(when)} by ${by}${reason ? ` (${reason})` : ''}.${now}`,
    since,
    change: deferredChange(hold, unmet.length > 0),
  });
  const faults = faultWords(when, id, here).map((message) =>
    of('bad-condition', {
      message,
      since,
      change: `Whoever may park it parks it with another condition, or what it names comes to be. ${somebody} may release it.`,
    }),
  );
  return [deferred, ...faults];
}

function deferredChange(hold: boolean, isUnmet: boolean): string {
  if (hold) return `${somebody} releases it: it is held, so its condition alone starts nothing.`;
  return isUnmet
    ? `By itself, once that holds. ${somebody} may release it before.`
    : 'The app wakes it when it looks next.';
}

function mirrorReason({ reports }: Ticket): Reason {
  const last = reports.at(-1);
  const said = last ? ` ${last.by} reported: ${last.summary || stateWords(last.state)}` : '';
  return of('mirror', { message: `${elsewhere}${said}`, since: last?.at ?? null, change: whoReports });
}

function attemptReason(attempt: Attempt | null): Reason {
  if (!attempt) return of('starting', { since: null, change: 'The app, when it looks next.' });
  const { number, phase, agent, claimed, check_in_by, run } = attempt;
  const which = `Attempt ${number} (${phase})`;
  if (!run)
    return of('starting', {
      message: `${which} was claimed for ${agent}, and its run has not passed the gate.`,
      since: claimed,
      change: `Its run, when a machine takes it; one that does not come is given up after ${check_in_by}.`,
    });
  return of('running', {
    message: `${which} by ${agent} is worked in run ${run.id}: ${run.url}`,
    since: run.started,
    change: `Its agent ends it, at ${check_in_by} at the latest. A park stops it now.`,
  });
}

function blockedReason({ blocked, attempts }: Ticket, { config }: Circumstances): Reason {
  const named = blocked?.code ?? '';
  const code = Object.hasOwn(reasons, named) ? (named as ReasonCode) : 'blocked';
  const hint = adviceOn(code, attempts.at(-1), config);
  return of(code, {
    message: blocked ? `Blocked: ${blocked.reason || named}` : reasons.blocked,
    since: blocked?.since ?? null,
    change: `${hint ?? ''} ${somebody} retries or releases it.`.trim(),
  });
}
