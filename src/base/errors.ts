/** Who must act on an error: the person asking, whoever keeps the config, nobody (try again), the forge, or us. */
export type ErrorKind = 'user' | 'config' | 'conflict' | 'forge' | 'bug';

export interface ErrorDetails {
  /** What to do about it, in one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * Every error that Signalbox raises on purpose. `code` is stable (kebab-case) and is what scripts, the log and
 * people's questions refer to; `message` names the file, line or field.
 */
export class SignalboxError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'SignalboxError';
    this.kind = kind;
    this.code = code;
    this.hint = details.hint;
  }
}

/** Exit status of a command by the kind of its error. 0 is success, 2 is commander's usage error. */
export const exitStatus: Record<ErrorKind, number> = { user: 1, config: 3, conflict: 4, forge: 5, bug: 70 };

/** Any thrown value as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
