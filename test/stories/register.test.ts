import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { sleep, systemClock } from '../../src/base/clock.ts';
import { manifest } from '../../src/wire-local.ts';

const root = join(import.meta.dirname, '..', '..');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** A folder with what `npm run register` reads, so that it writes nowhere else. */
function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-register-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['app.yml', 'package.json', 'scripts/register.mjs'])
    cpSync(join(root, name), join(folder, name));
  return folder;
}

function register(variables: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn('npm', ['run', '--silent', 'register'], {
    cwd: copied(),
    env: { PATH: `${join(root, 'node_modules/.bin')}:${PATH}`, HOME, ...variables },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

test.each([
  ['no address of webhooks', {}, 'webhook-address'],
  [
    'one that is not encrypted',
    { WEBHOOK_PROXY_URL: 'http://team.example/api/github/webhooks' },
    'webhook-address',
  ],
  ['one that the app does not serve', { WEBHOOK_PROXY_URL: 'https://team.example/' }, 'webhook-address'],
])('`npm run register` refuses %s, and says what to set', async (_, variables, code) => {
  const child = register(variables);
  const said = text(child.stderr as Readable);
  const [status] = await once(child, 'exit');
  expect({ status, said: await said }).toEqual({
    status: 2,
    said: expect.stringMatching(`^${code}: .*WEBHOOK_PROXY_URL=https`),
  });
});

test('`npm run register` says that its port is taken, and how to have another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const child = register({
    PORT: `${port}`,
    WEBHOOK_PROXY_URL: 'https://team.example/api/github/webhooks',
  });
  const said = text(child.stderr as Readable);
  const [status] = await once(child, 'exit');
  expect({ status, said: await said }).toEqual({ status: 2, said: expect.stringContaining('PORT=3100') });
});

test('`npm run register` serves a page whose button brings GitHub the whole manifest', {
  timeout: 60_000,
}, async () => {
  const port = await freePort();
  const child = register({
    PORT: `${port}`,
    WEBHOOK_PROXY_URL: 'https://team.example/api/github/webhooks',
  });
  onTestFinished(() => void process.kill(-(child.pid ?? 0), 'SIGKILL'));
  const end = systemClock.now() + 45_000;
  let page = '';
  while (!page.includes('manifest') && systemClock.now() < end) {
    page = await fetch(`http://localhost:${port}/probot`).then(
      (answer) => answer.text(),
      () => '',
    );
    await sleep(systemClock, 100);
  }
  const [, action = '', sent = '{}'] = /action="([^"]+)"[\s\S]*?value='([^']+)'/.exec(page) ?? [];
  expect(action).toBe('https://github.com/settings/apps/new');
  const { events: default_events, permissions: default_permissions } = manifest(root);
  expect(JSON.parse(sent)).toMatchObject({
    name: 'signalbox',
    url: expect.stringMatching(/^https:/), // without one GitHub takes no manifest
    public: false,
    hook_attributes: { url: 'https://team.example/api/github/webhooks' },
    redirect_url: `http://localhost:${port}/probot/setup`,
    default_permissions,
    default_events,
  });
});
