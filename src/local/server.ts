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
import type { Forge, RepositoryRow } from './data.ts';
import { fullNameOf, openForge } from './data.ts';
import { addGate } from './gate.ts';
import type { Announcer } from './git/announce.ts';
import { announce } from './git/announce.ts';
import { RefMoves } from './git/moves.ts';
import { makeGitServer } from './git/serve.ts';
import type { ActionsService, Host } from './host.ts';
import { closeByCommits } from './issues/keywords.ts';
import { followBranch } from './issues/pulls.ts';
import { makeHost } from './make-host.ts';
import { Misbehaviour } from './misbehave.ts';
import type { Misbehave } from './misbehave-verbs.ts';
import { makeMisbehave } from './misbehave-verbs.ts';
import { RateLimits } from './rates.ts';
import { mountRoutes } from './routes/all.ts';
import { Webhooks } from './webhooks.ts';

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

/** The composition of the forge's parts; also what admin verbs work with. */
export interface Works {
  forge: Forge;
  webhooks: Webhooks;
  misbehaviour: Misbehaviour;
  rates: RateLimits;
  /** Records and announces what happened to refs. */
  refsMoved(repo: RepositoryRow, refs: string[], by: string): Promise<void>;
}

/** Starts the embedded GitHub on 127.0.0.1. Everything that was in the data folder is there again. */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const forge = openForge(options);
  const misbehaviour = new Misbehaviour();
  const webhooks = new Webhooks(forge, misbehaviour);
  const moves = new RefMoves(forge);
  const announcer: Announcer = {
    forge,
    emit(about, event, payload, sender) {
      const byJob = sender === 'github-actions[bot]';
      if (!byJob || (options.jobPushesSendWebhooks ?? true)) webhooks.emit(about, event, payload, sender);
    },
    pushed: (fullName, push) => actions.pushed(fullName, push),
    followBranch: (repo, move) => followBranch(works, repo, move),
    reached: (repo, move, commits) => closeByCommits(works, repo, move, commits),
  };
  const refsMoved = async (repo: RepositoryRow, refs: string[], by: string): Promise<void> => {
    for (const move of await moves.catchUp(repo, refs, by)) await announce(announcer, repo, move);
  };
  const works: Works = { forge, webhooks, misbehaviour, rates: new RateLimits(forge), refsMoved };
  seedBuiltIns(forge);
  const { cancelScale = 1, runnerEnvironment = {} } = options;
  const host = makeHost(works);
  const actions = options.actions?.(host) ?? makeActions(host, { cancelScale, runnerEnvironment });

  const app = new Hono({ getPath: (request) => pathByName(forge, request) });
  addGate(app, forge, misbehaviour, works.rates);
  const api = app.basePath('/api/v3');
  mountRoutes(api, works);
  actions.mount(api);
  const git = makeGitServer(forge, misbehaviour, refsMoved);
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  let open = () => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const server = await listen(options.port ?? 0, async (request, response) => {
    await ready; // whoever comes early waits until what an earlier process left is in order
    if (!isOurHost(request, forge.origin))
      return void response.writeHead(403).end('this server answers to 127.0.0.1 only\n');
    if (!git.serve(request, response)) void listener(request, response);
  });
  forge.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  for (const repo of forge.repositories.values()) await refsMoved(repo, moves.knownRefs(repo), repo.owner);
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
      await git.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      forge.tables.close();
    },
  };
}

function listen(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handle);
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
