import type { Config } from './config.ts';
import type { Ticket, Waiting } from './format.ts';

const dayMs = 24 * 3600 * 1000;

/**
 * What somebody's answer says: the option itself where it is the number of one, else their own words. Null for a number
 * that none of the options has.
 */
export function chosen({ options = [] }: Pick<Waiting, 'options'>, text: string): string | null {
  const number = /^#?(\d{1,4})[.)]?$/.exec(text.trim())?.[1];
  return number === undefined || options.length === 0 ? text : (options[Number(number) - 1] ?? null);
}

/**
 * When a question that nobody answers blocks its ticket, in milliseconds; null where none does. One that a person has
 * parked was seen, and waits for them.
 */
export function expiryOf({ state, waiting }: Ticket, { limits }: Config): number | null {
  if (state !== 'waiting' || waiting?.kind !== 'question') return null;
  return Date.parse(waiting.since) + limits.question_days * dayMs;
}
