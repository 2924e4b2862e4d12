import { Octokit } from '@octokit/rest';
import type { Clock } from '../base/clock.ts';
import { timedFetch } from './timed-fetch.ts';

/** Octokit writes each failed call to the console; ours are errors, which whoever asked tells. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A client for one token (a job's `GITHUB_TOKEN`, a person's): it neither paces itself nor repeats anything. */
export function tokenClient(options: { token: string | null; apiUrl: string; clock: Clock }): Octokit {
  const { token, apiUrl, clock } = options;
  return new Octokit({
    ...(token === null ? {} : { auth: token }),
    baseUrl: apiUrl,
    log: silent,
    request: { fetch: timedFetch(clock) },
  });
}
