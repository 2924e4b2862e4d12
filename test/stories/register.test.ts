import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  for (const name of ['app.yml', 'package.json']) cpSync(join(root, name), join(folder, name));
  return folder;
}

test('`npm run register` serves a page whose button brings GitHub the whole manifest', {
  timeout: 60_000,
}, async () => {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('npm', ['run', 'register'], {
    cwd: copied(),
    env: {
      PATH: `${join(root, 'node_modules/.bin')}:${PATH}`,
      HOME,
      PORT: `${port}`,
      WEBHOOK_PROXY_URL: 'https://team.example/api/github/webhooks',
    },
    detached: true,
    stdio: 'ignore',
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
