import nock from 'nock';
import { ProbotOctokit } from 'probot';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Forge } from '../../src/engine/ports.ts';
import { makeForge } from '../../src/forge/forge.ts';

export const at = '/repos/acme/desk';

/** A clock that stands still until it is moved; its timers never come. */
export function standingClock(
  start = Date.parse('2026-05-25T09:00:00Z'),
): Clock & { move(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    after: () => () => {},
    move(ms) {
      now += ms;
    },
  };
}

/** Every request leaves through nock, and one that was not expected fails its test. */
export function onlyExpectedRequests(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const missing = nock.pendingMocks();
    nock.cleanAll();
    if (missing.length > 0) throw new Error(`expected and never sent: ${missing.join(', ')}`);
  });
  afterAll(() => nock.enableNetConnect());
}

/** Its clients repeat whatever they may, at once: what must not be repeated has to say so itself. */
export function forgeAt(apiUrl: string, clock: Clock = standingClock()): Forge {
  const eager = () =>
    new ProbotOctokit({
      baseUrl: apiUrl,
      auth: { token: 't' },
      throttle: { enabled: false },
      retry: { retryAfterBaseValue: 1 },
    });
  return makeForge({
    octokit: eager(),
    cancelOctokit: eager(),
    owner: 'acme',
    repo: 'desk',
    app: { id: 7, slug: 'signalbox' },
    clock,
    log: silentLog,
  });
}

export const forgeAtGithub = (clock?: Clock): Forge => forgeAt('https://api.github.com', clock);

export const github = (): nock.Scope => nock('https://api.github.com');

export const repositoryJson = JSON.stringify({ id: 90001, name: 'desk', default_branch: 'main' });

/** The repository itself, as often as it is asked for. */
export function repositoryIsThere(): void {
  const json = { 'content-type': 'application/json' };
  github().get(at).optionally().times(50).reply(200, repositoryJson, json);
}
