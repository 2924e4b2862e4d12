import { sha256 } from '../base/random.ts';
import { stopFrom, stopping } from './attempts.ts';
import { nearWords } from './budget-words.ts';
import { nearLimit } from './budgets.ts';
import type { Config } from './config.ts';
import type { Ticket } from './format.ts';
import { blockedAlarm, questionCall, unstoppedAlarm } from './sentences.ts';

/** After so many milliseconds (a day) a person is called once more. */
export const againMs = 24 * 3600 * 1000;

/** Something for which a ticket needs a person. */
export interface Call {
  /** Of the marker: the same as long as it is the same thing. */
  name: string;
  title: string;
  text: string;
  /** When people are called for it, and when once more (null: not again), in milliseconds. */
  at: number;
  againAt: number | null;
}

/**
 * What a ticket needs a person for as it stands: it is blocked, its agent asks, a stop does not take. Some of it is for
 * later: `at` tells. Somebody who parked a ticket with a question has seen it, and is not called again.
 */
export function callsOf(ticket: Ticket, config: Config): Call[] {
  const { id, blocked, waiting } = ticket;
  const calls: Omit<Call, 'againAt'>[] = [];
  if (blocked) {
    const at = Date.parse(blocked.since);
    calls.push({
      name: `blocked:${blocked.since}`,
      title: `${id} is blocked`,
      text: blockedAlarm(ticket),
      at,
    });
  }
  if (waiting?.question !== undefined) {
    const { question, since } = waiting;
    // Not by its time: the ticket may be parked meanwhile, which is no other question.
    const which = sha256(`${ticket.attempts.at(-1)?.number}\n${question}`).slice(0, 12);
    const title = `an agent asks about ${id}`;
    calls.push({ name: `question:${which}`, title, text: questionCall(id, waiting), at: Date.parse(since) });
  }
  for (const attempt of stopping(ticket)) {
    const at = stopFrom(attempt, config) + config.limits.alarm_seconds * 1000;
    const title = `a run of ${id} does not stop`;
    calls.push({ name: `alarm:${attempt.number}`, title, text: unstoppedAlarm(attempt), at });
  }
  const near = nearLimit(ticket, config);
  if (near) {
    const { at, share } = near;
    const title = `${id} has used most of a budget`;
    const text = nearWords(id, share);
    calls.push({ name: `budget-near:${share.unit}:${share.limit}`, title, text, at });
  }
  const isParked = waiting !== null && waiting.kind !== 'question';
  return calls.map((call) => {
    const isOnce = call.name.startsWith('budget-near:');
    const again = !isOnce && !(isParked && call.name.startsWith('question:'));
    return { ...call, againAt: again ? call.at + againMs : null };
  });
}

/** When people are to be called for the ticket as it stands: milliseconds, past ones included. */
export function callMoments(ticket: Ticket, config: Config): number[] {
  return callsOf(ticket, config).flatMap(({ at, againAt }) => (againAt === null ? [at] : [at, againAt]));
}
