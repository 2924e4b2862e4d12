import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type GitStoreOptions, openGitStore } from '../../src/store/git-store.ts';
import { change } from './contract/support.ts';
import { storeContract } from './contract.ts';
import { type HttpWorld, httpWorld } from './http-world.ts';

storeContract('the store over HTTP', httpWorld, { writers: 3, changes: 2, remoteOnly: true });

let world: HttpWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

function options(over: Partial<GitStoreOptions>): GitStoreOptions {
  return {
    folder: join(world?.folder ?? '', 'own'),
    remote: `${world?.github.url}/acme/desk.git`,
    branch: 'signalbox',
    author: { name: 'Signalbox', email: 'signalbox@localhost' },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    ...over,
  };
}

test('the token is in no argument of any process and in no file of the mirror', async () => {
  const here = await httpWorld();
  world = here;
  const secrets = [here.token, Buffer.from(`x-access-token:${here.token}`).toString('base64')];
  const holds = (text: string) => secrets.some((secret) => text.includes(secret));
  const processes = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  const seen: { argument: boolean; environment: boolean }[] = [];
  here.github.misbehave.onPreReceive('acme/desk', () => {
    for (const pid of processes()) {
      seen.push({
        argument: holds(read(`/proc/${pid}/cmdline`)),
        environment: holds(read(`/proc/${pid}/environ`)),
      });
    }
  });
  const store = await here.open();
  expect((await store.swap(await store.read(), change({ x: '1' }))).status).toBe('swapped');
  expect(seen.some(({ environment }) => environment)).toBe(true);
  expect(seen.filter(({ argument }) => argument)).toEqual([]);
  const mirror = join(here.folder, 'mirror-0');
  const files = readdirSync(mirror, { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => holds(read(join(mirror, name))))).toEqual([]);
  expect(read(join(mirror, 'config'))).toContain('acme/desk.git');
});

test('a token that is not known, a repository that is not shown, a reader who would write: a person must act', async () => {
  const here = await httpWorld();
  world = here;
  const unknown = await openGitStore(options({ token: async () => 'ghp_invented' }));
  await expect(unknown.read()).rejects.toMatchObject({ kind: 'config', code: 'remote-refused' });
  const elsewhere = await openGitStore(
    options({
      folder: join(here.folder, 'other'),
      remote: `${here.github.url}/acme/other.git`,
      token: async () => here.token,
    }),
  );
  await expect(elsewhere.read()).rejects.toMatchObject({ kind: 'config', code: 'remote-refused' });
  const token = here.github.admin.createUser('visitor');
  here.github.admin.setPermission('acme/desk', 'visitor', 'read');
  const reader = await openGitStore(
    options({ folder: join(here.folder, 'reader'), token: async () => token }),
  );
  const base = await reader.read();
  await expect(reader.swap(base, change({ x: '1' }))).rejects.toMatchObject({
    kind: 'config',
    code: 'push-refused',
  });
  await Promise.all([unknown.close(), elsewhere.close(), reader.close()]);
});

test('a push that curl sends twice, because the kept connection broke, is swapped once', async () => {
  const here = await httpWorld();
  world = here;
  let pushes = 0;
  // In front of the server: the first push is done there, and its connection ends without a byte.
  const front = createServer((incoming, answer) => {
    const lost =
      incoming.method === 'POST' && (incoming.url ?? '').endsWith('git-receive-pack') && ++pushes === 1;
    const { method, url, headers } = incoming;
    const there = request(`${here.github.url}${url}`, {
      method,
      headers: { ...headers, host: new URL(here.github.url).host },
    });
    there.on('response', (response) => {
      if (lost) response.resume().on('end', () => incoming.socket.destroy());
      else response.pipe(answer.writeHead(response.statusCode ?? 500, response.headers));
    });
    incoming.pipe(there);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const remote = `http://127.0.0.1:${(front.address() as AddressInfo).port}/acme/desk.git`;
  const store = await openGitStore(options({ remote, token: async () => here.token }));
  const swap = await store.swap(await store.read(), change({ x: '1' }));
  expect(swap.status).toBe('swapped');
  expect(pushes).toBe(2);
  expect(await here.ref('refs/heads/signalbox')).toBe((await store.read()).head);
  await store.close();
  front.closeAllConnections();
  front.close();
});

test('a server that never answers is given up', async () => {
  const here = await httpWorld();
  world = here;
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/desk.git`;
  const store = await openGitStore(options({ remote, timeoutMs: 300 }));
  await expect(store.read()).rejects.toMatchObject({ kind: 'forge', code: 'unreachable' });
  await expect(store.saveSignal('MC-1', 1, 'x')).rejects.toMatchObject({
    kind: 'forge',
    code: 'unreachable',
  });
  await store.close();
  server.closeAllConnections();
  server.close();
});
