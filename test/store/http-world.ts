import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Store } from '../../src/engine/ports.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';
import { FastImport } from '../../src/store/fast-import.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { noActions } from '../local/support.ts';
import type { StoreOptions, World } from './worlds.ts';

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
  const writer = new FastImport(gitDir, 'eve', { name: 'Eve', email: 'eve@localhost' });
  const stores: Store[] = [];
  let mirrors = 0;
  const cut = () => {
    for (const route of service) github.misbehave.fail({ route, times: forEver, status: 503 });
  };
  return {
    github,
    folder,
    token,
    async open({ clock = systemClock, random = systemRandom, folder: own }: StoreOptions = {}) {
      const store = await openGitStore({
        folder: own ?? join(folder, `mirror-${mirrors++}`),
        remote: `${github.url}/acme/desk.git`,
        branch: 'signalbox',
        token: async () => token,
        author: { name: 'Signalbox', email: 'signalbox@localhost' },
        clock,
        random,
        log: silentLog,
      });
      stores.push(store);
      return store;
    },
    commit: (parents, changes, message = 'by hand') =>
      writer.write({ parents, changes: new Map(Object.entries(changes)), message, seconds: 1_800_000_000 }),
    setRef: (ref, oid) => github.misbehave.rewriteRef('acme/desk', ref, oid ?? '0'.repeat(40)),
    async ref(ref) {
      const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', ref], { cwd: gitDir });
      return code === 0 ? stdout.trim() : null;
    },
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
      await Promise.all([...stores.map((store) => store.close()), writer.close()]);
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
