import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { bundled } from './bundled.ts';
import type { World } from './world.ts';

/*
 * Several operating-system processes of the app on one repository. They share nothing but GitHub.
 */

const hooks = '/api/github/webhooks';

export interface AppProcess {
  pid: number;
  /** Where its webhooks go. */
  url: string;
  /** Ends it between two instructions. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

/** Starts the app as a process. Its first sweep is on its way then; later it looks as often as `intervals` (ms) say. */
export async function startAppProcess(
  desk: World,
  name: string,
  intervals = { head: 1_000, sweep: 5_000 },
  environment: Record<string, string> = {},
): Promise<AppProcess> {
  const child = spawn(process.execPath, [await bundled('test/support/app-process.ts')], {
    env: {
      ...process.env,
      ...desk.appEnvironment,
      ...environment,
      DATA_FOLDER: join(desk.folder, name),
      INTERVALS: JSON.stringify(intervals),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await Promise.race([
    once(child.stdout, 'data').then(([line]) => String(line).trim()),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the app ended with ${code}`))),
  ]);
  const ended = (signal: NodeJS.Signals) => async () => {
    if (isOver(child)) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return { pid: child.pid ?? 0, url: `${address}${hooks}`, kill: ended('SIGKILL'), end: ended('SIGTERM') };
}

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export function sendWebhooksTo(desk: World, url: string): void {
  desk.github.admin.updateWebhookUrl('signalbox', url);
}

/** Sends every webhook to all of them at once. Answers how to end it. */
export async function sendWebhooksToAll(desk: World, apps: readonly AppProcess[]): Promise<() => void> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => /^(x-|content-type|user-agent)/.test(name)),
    ) as Record<string, string>;
    const answers = await Promise.allSettled(
      apps.map(({ url }) => fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })),
    );
    const worst = answers.map((one) => (one.status === 'fulfilled' ? one.value.status : 502));
    response.writeHead(Math.max(...worst)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sendWebhooksTo(desk, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
