import { asError, SignalboxError } from '../base/errors.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Explanation } from '../ticket/explain.ts';
import { explanationData } from '../ticket/explain-words.ts';
import type { Message, SignalKind, Ticket } from '../ticket/format.ts';
import { undelivered } from '../ticket/messages.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import type { Said } from '../ticket/said.ts';
import { isToolName, readToolCall, type ToolAnswer, type ToolAsk, tools } from '../ticket/tools.ts';

/** How the attempt of whoever asks stands at the head. */
export interface ToolLook {
  /** Null where it cannot be read now. */
  ticket: Ticket | null;
  attempt: number;
  /** `unknown`: this head cannot tell, which stops nobody. */
  is: 'mine' | 'not-mine' | 'unknown';
  code: ReasonCode;
  /** Why the ticket runs or not; null where there is none. */
  explanation(): Promise<Explanation | null>;
}

/** What became of a report: decided, refused before it was a signal, or kept to be decided as soon as that can be. */
export type Reported = { decision: Decision } | { turnedBack: ReasonCode; why?: string } | { kept: string };

/** Who carries out what an agent asks: its runner, or a clone with push rights of its own. */
export interface ToolDesk {
  look(): Promise<ToolLook>;
  /** Saves the work; null where that was done a moment ago. Answers what is told of it. */
  checkIn(note: string): Promise<string>;
  /** Keeps a copy of a file and answers its path as kept. @throws SignalboxError `user` */
  attach(path: string): Promise<string>;
  /** Says that the agent was given messages, once the answer that brings them is on its way. */
  given(ids: readonly string[]): void;
  /** Durable before it resolves, unless it was turned back. */
  report(verdict: { kind: SignalKind; summary: string; said: Said | undefined }): Promise<Reported>;
}

/**
 * Hands in a signal: first it is made durable, then decided. `decided` answers undefined where that took too long. What is
 * durable and was not decided waits: it is no refusal, and nothing is lost.
 *
 * @throws what `decided` does, or `unreachable`, where nothing came of it
 */
export async function handIn(way: {
  durable(): Promise<boolean>;
  decided(): Promise<Decision | undefined>;
}): Promise<Reported> {
  const isDurable = await way.durable();
  let why = 'it took too long.';
  try {
    const decision = await way.decided();
    if (decision && !(isDurable && decision.undecided)) return { decision };
    why = decision?.message ?? why;
  } catch (thrown) {
    if (!isDurable) throw thrown;
    why = asError(thrown).message;
  }
  if (isDurable) return { kept: why };
  throw new SignalboxError('forge', 'unreachable', `Your report could not be handed in: ${why}`);
}

/** What to do about a refusal; of others nothing is left to do but to end. */
const ways: Partial<Record<ReasonCode, string>> = {
  'needs-commit':
    'Commit your work and report again; or report with `no_commit`, the reason why there is nothing to commit.',
  'needs-verdict': 'Report with `report_verdict`.',
  'not-reviewing': 'Report with `report_done` or `report_review`.',
  'bad-phase': 'Report again with a `phase` that comes before this one, or without.',
  'work-not-saved':
    'Take out of your commits, or of what you attached, what the words above name, and report again.',
  'bad-signal': 'Report again with what is asked for.',
  busy: 'Report again in a moment.',
  'head-moved-back': 'Report again in a few minutes: people have to restore the state branch first.',
};

const stopNow =
  'Stop working and end now. What you said is kept in quarantine, where people find it from the ticket.';

/** Carries out calls of the tools, and says to each what became of it. Never rejects: an agent is answered. */
export function makeToolbox(desk: ToolDesk): (name: string, input: unknown) => Promise<ToolAnswer> {
  return async (name, input) => {
    if (!isToolName(name)) {
      const known = Object.keys(tools).join(', ');
      return failure('no-such-tool', `There is no tool ${name.slice(0, 80)}.`, `The tools are ${known}.`);
    }
    const read = readToolCall(name, input);
    if ('fault' in read)
      return failure('bad-input', read.fault, 'Call it again with the fields that it names.');
    try {
      return await answer(desk, read.ask);
    } catch (thrown) {
      const error = asError(thrown);
      const { code, hint } = error instanceof SignalboxError ? error : { code: 'internal', hint: undefined };
      return failure(code, error.message, hint ?? 'Try again in a moment.');
    }
  };
}

const failure = (code: string, message: string, next: string): ToolAnswer => ({
  status: 'error',
  code,
  message,
  next,
});

async function answer(desk: ToolDesk, ask: ToolAsk): Promise<ToolAnswer> {
  switch (ask.asks) {
    case 'ticket':
      return handing(desk, await desk.look(), ticketAnswer);
    case 'messages':
      return handing(desk, await desk.look(), (look) => ({ ...standing(look), messages: messagesOf(look) }));
    case 'check-in': {
      const saved = await desk.checkIn(ask.note);
      return handing(desk, await desk.look(), (look, waiting) => {
        const check_in_by = look.ticket?.attempt?.check_in_by ?? null;
        return { ...standing(look), saved, check_in_by, messages: waiting.map(messageWords) };
      });
    }
    case 'attach': {
      const kept = await desk.attach(ask.path);
      return { status: 'ok', code: 'ok', message: `A copy of ${kept} is kept with your work.`, path: kept };
    }
    case 'report':
      return reportAnswer(ask.kind, await desk.report(ask));
  }
}

/** An answer with the messages that no agent was given yet, and the word that this one is. */
async function handing(
  desk: ToolDesk,
  look: ToolLook,
  answerOf: (look: ToolLook, waiting: readonly Message[]) => ToolAnswer | Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  const waiting = look.is === 'mine' && look.ticket ? undelivered(look.ticket) : [];
  const answered = await answerOf(look, waiting);
  if (waiting.length > 0) desk.given(waiting.map(({ id }) => id));
  return answered;
}

/** Whether the attempt still is whose who asks. */
function standing({ is, code }: ToolLook): ToolAnswer {
  if (is === 'mine') return { status: 'ok', code: 'ok', message: 'The attempt is yours: go on.' };
  if (is === 'unknown')
    return {
      status: 'ok',
      code,
      message: reasons[code],
      next: 'Go on: nothing is decided about you meanwhile.',
    };
  return { status: 'refused', code, message: reasons[code], next: stopNow };
}

async function ticketAnswer(look: ToolLook): Promise<ToolAnswer> {
  const { ticket } = look;
  const explained = await look.explanation();
  const explanation = explained && explanationData(explained);
  if (!ticket) return { ...standing(look), explanation };
  const { id, title, body, state, phase, phases, priority, issue, hold } = ticket;
  const attempts = ticket.attempts.map(({ number, phase, agent, outcome, reason, report, said }) => ({
    number,
    phase,
    agent,
    outcome,
    reason,
    report,
    said,
  }));
  const judges = ticket.attempt?.commit === undefined ? {} : { judges: ticket.attempt.commit };
  const facts = {
    ...judges,
    id,
    title,
    body,
    state,
    hold,
    phase,
    phases,
    priority,
    issue,
    attempt: look.attempt,
  };
  return { ...standing(look), ...facts, messages: messagesOf(look), earlier_attempts: attempts, explanation };
}

function messagesOf({ ticket }: ToolLook) {
  return (ticket?.messages ?? []).map(messageWords);
}

const messageWords = ({ by, at, text }: Message) => ({ by, at, text });

function reportAnswer(kind: SignalKind, reported: Reported): ToolAnswer {
  if ('kept' in reported)
    return {
      status: 'kept',
      code: 'kept',
      message: `Your report is kept, and is decided as soon as that can be: ${reported.kept}`,
      next: 'Stop working and end now. Nothing is lost.',
    };
  if ('turnedBack' in reported) {
    const { turnedBack: code, why } = reported;
    return {
      status: 'refused',
      code,
      message: why ? `${reasons[code]} ${why}` : reasons[code],
      next: wayOf(code),
    };
  }
  const { accepted, code, message } = reported.decision;
  if (!accepted) return { status: 'refused', code, message, next: wayOf(code) };
  return {
    status: 'accepted',
    code,
    message: `Accepted as ${kind}. ${message}`,
    next: 'Stop working and end now.',
  };
}

const wayOf = (code: ReasonCode): string => ways[code] ?? stopNow;
