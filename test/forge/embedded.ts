import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Forge } from '../../src/engine/ports.ts';
import { makeForge } from '../../src/forge/forge.ts';
import { type GithubApp, makeGithubApp } from '../../src/forge/github-app.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';

export const webhookSecret = 'a-secret-that-nobody-has-guessed-yet';

const workflow = `name: signalbox
run-name: "\${{ inputs.ticket }} #\${{ inputs.attempt }} dev"
on:
  workflow_dispatch:
    inputs:
      ticket: { required: true, type: string }
      attempt: { required: true, type: string }
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: echo working
`;

/** An embedded GitHub with the app installed on acme/desk; lucienne is admin, elmar triage. */
export class EmbeddedWorld {
  github!: LocalGitHub;
  app!: { id: number; slug: string; privateKey: string; webhookSecret: string };
  githubApp!: GithubApp;
  installation!: number;
  forge!: Forge;
  tokens!: { lucienne: string; elmar: string };
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-forge-'));
  #passedMs = 0;
  readonly #clock: Clock = { ...systemClock, now: () => systemClock.now() + this.#passedMs };

  async start(): Promise<void> {
    const ports = { clock: this.#clock, random: systemRandom, log: silentLog };
    this.github = await startLocalGitHub({ dataFolder: this.#folder, cancelScale: 0.01, ...ports });
    const { admin } = this.github;
    await admin.createRepository('acme/desk');
    this.tokens = { lucienne: admin.createUser('lucienne'), elmar: admin.createUser('elmar') };
    admin.setPermission('acme/desk', 'lucienne', 'admin');
    admin.setPermission('acme/desk', 'elmar', 'triage');
    const files = { 'README.md': '# Desk\n', '.github/workflows/signalbox.yml': workflow };
    await admin.commit('acme/desk', { files, by: 'lucienne' });
    this.app = await admin.createApp({
      slug: 'signalbox',
      events: ['issues', 'issue_comment', 'push', 'workflow_run', 'pull_request', 'repository'],
      permissions: {
        contents: 'write',
        issues: 'write',
        actions: 'write',
        pull_requests: 'write',
        checks: 'read',
        statuses: 'read',
        metadata: 'read',
      },
      webhookSecret,
    });
    this.installation = admin.installApp('signalbox', 'acme/desk');
    const { id: appId, privateKey } = this.app;
    const apiUrl = this.github.api;
    this.githubApp = makeGithubApp({
      appId,
      privateKey,
      apiUrl,
      paced: false,
      clock: systemClock,
      log: silentLog,
    });
    this.forge = this.forgeOf('acme', 'desk');
  }

  /** So much time passes at GitHub in one moment. */
  pass(ms: number): void {
    this.#passedMs += ms;
  }

  forgeOf(owner: string, repo: string): Forge {
    const { octokit, cancelOctokit } = this.githubApp.clients(this.installation);
    const ports = { clock: systemClock, log: silentLog };
    return makeForge({ octokit, cancelOctokit, owner, repo, app: this.app, ...ports });
  }

  async stop(): Promise<void> {
    await this.github.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** One embedded GitHub for the tests of a file. */
export function embeddedWorld(): EmbeddedWorld {
  const world = new EmbeddedWorld();
  beforeAll(() => world.start());
  afterAll(() => world.stop());
  return world;
}
