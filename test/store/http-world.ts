import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';
import { noActions } from '../local/support.ts';
import { onGit, type World } from './worlds.ts';

export interface HttpWorld extends World {
  github: LocalGitHub;
  folder: string;
  token: string;
}

const service = ['git-upload-pack', 'info/refs git-upload-pack', 'info/refs git-receive-pack'];
const forEver = Number.POSITIVE_INFINITY;

/** The same remote behind the embedded GitHub, private, each store with a token. */
export async function httpWorld(): Promise<HttpWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-http-'));
  const github = await startLocalGitHub({
    dataFolder: join(folder, 'github'),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    actions: noActions,
  });
  await github.admin.createRepository('acme/desk', { private: true });
  const token = github.admin.createUser('dora');
  github.admin.setPermission('acme/desk', 'dora', 'write');
  const gitDir = github.admin.gitDir('acme/desk');
  const url = `${github.url}/acme/desk.git`;
  const { open, commit, ref, closeStores } = onGit({ folder, gitDir, url, token });
  const cut = () => {
    for (const route of service) github.misbehave.fail({ route, times: forEver, status: 503 });
  };
  return {
    github,
    folder,
    token,
    open,
    commit,
    ref,
    setRef: (name, oid) => github.misbehave.rewriteRef('acme/desk', name, oid ?? '0'.repeat(40)),
    loseAnswer: async () => void github.misbehave.dropAnswer({ route: 'git-receive-pack' }),
    loseRequest: async () => void github.misbehave.fail({ route: 'git-receive-pack', status: 502 }),
    async loseAnswerAndRemote() {
      github.misbehave.dropAnswer({ route: 'git-receive-pack', times: 9 });
      const called = github.misbehave.onPreReceive('acme/desk', () => {
        called();
        cut();
      });
    },
    setReachable: async (reachable) => (reachable ? github.misbehave.clear() : cut()),
    async close() {
      await closeStores();
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
