import type { ErrorKind } from '../base/errors.ts';
import { asError, SignalboxError } from '../base/errors.ts';

/** What of an HTTP failure decides about it. `status` 0: no answer came. */
export interface Failure {
  status: number;
  message: string;
  headers: Record<string, string | undefined>;
  /** True where not the call itself failed but asking for the installation's token before it. */
  atToken: boolean;
}

/** Status to kind, code and hint: `forge` is worth another try, `config` needs a person. */
const table: Record<number, [ErrorKind, string, string]> = {
  400: ['config', 'rejected', 'GitHub does not take this request as it is.'],
  401: ['config', 'bad-credentials', 'Check APP_ID and PRIVATE_KEY, and that the app is still installed.'],
  403: [
    'config',
    'forbidden',
    'Give the app the permissions that app.yml lists, and accept them on the installation.',
  ],
  404: [
    'config',
    'not-found',
    'It does not exist, or the app may not see it: check where the app is installed.',
  ],
  409: ['forge', 'busy', 'Something else changed it at the same time; it is tried again.'],
  410: ['config', 'gone', 'It was deleted.'],
  422: ['config', 'rejected', 'GitHub does not take this request as it is.'],
  429: ['forge', 'rate-limited', 'It is tried again later.'],
  451: ['config', 'forbidden', 'GitHub blocks this repository for legal reasons.'],
};

/**
 * Reads an error that Octokit threw. A network failure comes as status 500 without a response (measured,
 * @octokit/request 10), which is not the same as a server that answers 500.
 */
export function failureOf(thrown: unknown): Failure {
  const error = thrown as {
    status?: number;
    request?: { url?: string };
    response?: { status: number; headers?: Record<string, string | undefined> };
  };
  return {
    status: error.response?.status ?? 0,
    message: asError(thrown).message,
    headers: error.response?.headers ?? {},
    atToken: /\/access_tokens$/.test(error.request?.url ?? ''),
  };
}

/** Seconds to keep silent, where the failure is one of GitHub's rate limits; null where it is not. */
export function rateLimitSeconds(failure: Failure, nowMs: number): number | null {
  const { status, headers, message } = failure;
  if (status !== 403 && status !== 429) return null;
  if (headers['retry-after']) return Number(headers['retry-after']) || 60;
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) || nowMs / 1000 + 60;
    return Math.max(1, Math.ceil(reset - nowMs / 1000));
  }
  return status === 429 || /secondary rate limit/i.test(message) ? 60 : null;
}

/** The one place where a failed call becomes an error that says who must act. `doing`: "read issue 7". */
export function worldError(thrown: unknown, doing: string, nowMs: number): SignalboxError {
  if (thrown instanceof SignalboxError) return thrown;
  if (!(thrown instanceof Error && 'request' in thrown)) {
    return new SignalboxError('bug', 'unexpected', `cannot ${doing}: ${asError(thrown).message}`, {
      cause: thrown,
    });
  }
  const failure = failureOf(thrown);
  const say = (kind: ErrorKind, code: string, hint: string) =>
    new SignalboxError(kind, code, `cannot ${doing}: ${failure.message}`, { hint, cause: thrown });
  const wait = rateLimitSeconds(failure, nowMs);
  if (wait !== null) return say('forge', 'rate-limited', `GitHub asks for silence for ${wait} s.`);
  if (failure.atToken && failure.status >= 400 && failure.status < 500) {
    return say(
      'config',
      'installation-lost',
      'The app is no longer installed there, or suspended; install it again.',
    );
  }
  if (failure.status === 0) return say('forge', 'unreachable', 'GitHub gave no answer; it is tried again.');
  const [kind, code, hint] = table[failure.status] ?? ['forge', 'forge-failed', 'It is tried again.'];
  const needed = failure.status === 403 ? failure.headers['x-accepted-github-permissions'] : undefined;
  return say(kind, code, needed ? `${hint} This call needs ${needed}.` : hint);
}

/** True for an error of `worldError` with one of these codes. */
export function isWorldError(thrown: unknown, ...codes: string[]): thrown is SignalboxError {
  return thrown instanceof SignalboxError && codes.includes(thrown.code);
}
