import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { ActionsService, Host } from '../../src/local/host.ts';
import type { LocalGitHub, LocalGitHubOptions } from '../../src/local/server.ts';
import { startLocalGitHub } from '../../src/local/server.ts';

/** Actions that run nothing: the forge's own tests need none. */
export function noActions(_host: Host): ActionsService {
  return {
    controls: {} as ActionsService['controls'],
    pushed: () => {},
    mount: () => {},
    recover: async () => {},
    close: async () => {},
  };
}

/** Calls things off in reverse order, whatever the test did. */
export class Cleanup {
  readonly #tasks: (() => unknown)[] = [];

  add(task: () => unknown): void {
    this.#tasks.unshift(task);
  }

  async run(): Promise<void> {
    for (const task of this.#tasks.splice(0)) await task();
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-github-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A running embedded GitHub without Actions. */
export async function startForge(
  cleanup: Cleanup,
  options: Partial<LocalGitHubOptions> = {},
): Promise<LocalGitHub> {
  const github = await startLocalGitHub({
    dataFolder: options.dataFolder ?? temporaryFolder(cleanup),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    actions: noActions,
    ...options,
  });
  cleanup.add(() => github.close());
  return github;
}

/** Octokit as anybody would use it, against the embedded GitHub. */
export const octokit = (github: LocalGitHub, token?: string): Octokit =>
  new Octokit({
    baseUrl: github.api,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    ...(token ? { auth: token } : {}),
  });
