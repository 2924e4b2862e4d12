import { SignalboxError } from '../base/errors.ts';

/** A push that a person must allow first. */
export function pushRefused(words: string, ...refs: string[]): SignalboxError {
  const hint = `Signalbox must be allowed to push ${refs.join(' and ')}.`;
  return new SignalboxError('config', 'push-refused', `the push was refused: ${words}`, { hint });
}
