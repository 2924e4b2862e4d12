import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Forge } from '../engine/ports.ts';
import { Api, type Octokit } from './api.ts';
import { commentCalls } from './comments.ts';
import type { AppIdentity } from './identity.ts';
import { issueCalls } from './issues.ts';
import { judgementCalls } from './judgements.ts';
import { labelCalls } from './labels.ts';
import { permissionCall } from './people.ts';
import { pullCalls } from './pulls.ts';
import { refCalls } from './refs.ts';
import { runCalls } from './runs.ts';
import { sightCalls } from './sights.ts';

export interface ForgeOptions {
  octokit: Octokit;
  /** A client of its own, neither throttled nor repeating (see `makeGithubApp`, `tokenClient`). */
  cancelOctokit: Octokit;
  owner: string;
  repo: string;
  /** Who writes: tells our own comments from everybody else's. */
  app: AppIdentity;
  clock: Clock;
  log: Log;
}

/** GitHub for one repository, over REST. Every failure is a `SignalboxError` of kind `forge` or `config`. */
export function makeForge(options: ForgeOptions): Forge {
  const api = new Api(options);
  return {
    now: () => api.time.now(),
    permission: permissionCall(api),
    ...issueCalls(api, options.app),
    ...labelCalls(api),
    ...commentCalls(api, options.app),
    ...runCalls(api, options.cancelOctokit),
    ...refCalls(api),
    ...pullCalls(api),
    ...judgementCalls(api),
    ...sightCalls(api),
  };
}
