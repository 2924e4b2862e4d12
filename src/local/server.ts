import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { ActionsControls } from './actions/controls.ts';
import { makeActions } from './actions/service.ts';
import type { Admin } from './admin.ts';
import { makeAdmin, seedBuiltIns } from './admin.ts';
import { mountCodePages } from './code-pages.ts';
import type { Forge } from './data.ts';
import { fullNameOf, openForge } from './data.ts';
import { lockFolder } from './folder-lock.ts';
import { addGate } from './gate.ts';
import { makeGitServer } from './git/serve.ts';
import type { ActionsService, Host } from './host.ts';
import { mountIssuePage } from './issue-page.ts';
import { makeHost } from './make-host.ts';
import { Misbehaviour } from './misbehave.ts';
import type { Misbehave } from './misbehave-verbs.ts';
import { makeMisbehave } from './misbehave-verbs.ts';
import { mountOAuth } from './oauth.ts';
import { makePushes } from './pushes.ts';
import { RateLimits } from './rates.ts';
import { mountRoutes } from './routes/all.ts';
import { Webhooks } from './webhooks.ts';
import type { Works } from './works.ts';

export interface LocalGitHubOptions {
  /** Everything lives below it: tables, bare repositories, tokens. Made with mode 0700. */
  dataFolder: string;
  /** 0, the default, picks a free one. */
  port?: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** Scale of Actions' cancel timings; 1 are GitHub's true times. */
  cancelScale?: number;
  /** Whether pushes by a job's `GITHUB_TOKEN` reach apps as webhooks; GitHub does not say. Default true. */
  jobPushesSendWebhooks?: boolean;
  /** Added to the environment of every step of every job. */
  runnerEnvironment?: Record<string, string>;
  /** What runs workflows. Default: the embedded Actions. */
  actions?: (host: Host) => ActionsService;
}

/** An embedded GitHub that listens. */
export interface LocalGitHub {
  /** `http://127.0.0.1:<port>`; git remotes are `<url>/<owner>/<name>.git`. */
  url: string;
  /** The base address for Octokit: `url + '/api/v3'`. */
  api: string;
  /** What people would do in a browser: users, repositories, permissions, apps. */
  admin: Admin;
  /** What tests make go wrong. */
  misbehave: Misbehave;
  /** What tests do to Actions beside its routes. */
  actions: ActionsControls;
  /** Resolves when no webhook is queued or on its way (held ones do not count). */
  delivered(): Promise<void>;
  /** Stops listening, ends every process, closes the tables. */
  close(): Promise<void>;
}

/** Starts the embedded GitHub on 127.0.0.1. Everything that was in the data folder is there again. */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const release = lockFolder(options.dataFolder);
  const forge = openForge(options);
  const letGo = () => {
    forge.tables.close();
    release();
  };
  try {
    return await start(forge, options, letGo);
  } catch (error) {
    letGo();
    throw error;
  }
}

async function start(forge: Forge, options: LocalGitHubOptions, letGo: () => void): Promise<LocalGitHub> {
  const misbehaviour = new Misbehaviour();
  const webhooks = new Webhooks(forge, misbehaviour);
  const parts = { forge, webhooks, misbehaviour, rates: new RateLimits(forge) };
  const { cancelScale = 1, runnerEnvironment = {}, jobPushesSendWebhooks = true } = options;
  const pushes = makePushes(
    parts,
    () => works,
    () => actions,
    jobPushesSendWebhooks,
  );
  const works: Works = { ...parts, refsMoved: pushes.moved };
  seedBuiltIns(forge);
  const host = makeHost(works);
  const actions = options.actions?.(host) ?? makeActions(host, { cancelScale, runnerEnvironment });

  const git = makeGitServer(forge, misbehaviour, pushes.moved);
  const rest = getRequestListener(restOf(works, actions).fetch, { overrideGlobalObjects: false });
  let open = () => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const server = await listen(options.port ?? 0, async (request, response) => {
    await ready; // whoever comes early waits until what an earlier process left is in order
    if (!isOurHost(request, forge.origin)) {
      response.writeHead(403).end('this server answers to 127.0.0.1 only\n');
    } else if (!git.serve(request, response)) {
      void rest(request, response);
    }
  });
  forge.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await pushes.recover();
  await actions.recover();
  webhooks.start();
  open();
  return {
    url: forge.origin,
    api: `${forge.origin}/api/v3`,
    admin: makeAdmin(works),
    misbehave: makeMisbehave(works),
    actions: actions.controls,
    delivered: () => webhooks.settled(),
    async close() {
      webhooks.close();
      await actions.close();
      const gitGone = git.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await gitGone;
      letGo();
    },
  };
}

function restOf(works: Works, actions: ActionsService): Hono {
  const app = new Hono({ getPath: (request) => pathByName(works.forge, request) });
  addGate(app, works.forge, works.misbehaviour, works.rates);
  const api = app.basePath('/api/v3');
  mountRoutes(api, works);
  mountOAuth(app, works);
  mountIssuePage(app, works);
  mountCodePages(app, works);
  actions.mount(api, app);
  return app;
}

function listen(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  // A connection that lies idle is the client's to close: closed from here it may just carry the next request.
  const server = createServer({ keepAliveTimeout: 0 }, handle);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Redirects name repositories by id (`/repositories/1/issues/2`): the routes know them by name. */
function pathByName(forge: Forge, request: Request): string {
  const path = getPath(request);
  const [, id = '', rest = ''] = /^\/api\/v3\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repo = forge.repositories.get(id);
  return repo ? `/api/v3/repos/${fullNameOf(repo)}${rest}` : path;
}

/** A page in a browser may reach 127.0.0.1 under a name of its own (DNS rebinding): then the Host header says so. */
function isOurHost(request: IncomingMessage, origin: string): boolean {
  const { port } = new URL(origin);
  return [`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
}
