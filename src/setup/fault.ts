import type { Known } from './plan.ts';

/** What a check has to say. One that says nothing found nothing wrong. */
export interface Fault {
  /** Stable: it is never renamed. */
  code: string;
  /** `skipped`: it could not be looked at. */
  level: 'error' | 'warn' | 'skipped';
  message: string;
  /** What to do. */
  hint: string;
}

export const error = (code: string, message: string, hint: string): Fault => ({
  code,
  level: 'error',
  message,
  hint,
});
export const warn = (code: string, message: string, hint: string): Fault => ({
  code,
  level: 'warn',
  message,
  hint,
});

/** Of a fact that is not known nothing is said, but why it is not. */
export function ifKnown<T>(fact: Known<T>, look: (value: T) => Fault[]): Fault[] {
  if ('known' in fact) return look(fact.known);
  return [{ code: 'not-looked-at', level: 'skipped', message: fact.unknown, hint: '' }];
}
