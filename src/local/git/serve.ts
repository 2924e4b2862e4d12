import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { asError } from '../../base/errors.ts';
import { gitEnvironment } from '../../base/git.ts';
import { allowed, Moved, visibleRepository } from '../access.ts';
import type { Forge, RepositoryRow } from '../data.ts';
import { fullNameOf, gitDirOf } from '../data.ts';
import type { Actor } from '../host.ts';
import { HttpError } from '../host.ts';
import type { Identity } from '../identity.ts';
import { identify } from '../identity.ts';
import type { Misbehaviour, RefUpdate } from '../misbehave.ts';
import { rulesForHook } from '../rules.ts';
import { greet, isGreeting, makeGreetings, notKept } from './greeting.ts';
import { readPushHead } from './push-head.ts';
import { moverEnvironment } from './repository.ts';

/** Takes a planted fault for one of git's requests. One that fails, or is cut off before it is done, ends here. */
async function meetFault(
  misbehaviour: Misbehaviour,
  response: ServerResponse,
  { name, by, refs = [] }: { name: string; by: string; refs?: RefUpdate[] },
): Promise<Fault> {
  const fault = misbehaviour.take({ name, by, body: '', refs }, ['fail', 'cut', 'drop']);
  if (fault?.kind === 'fail') throw fault.error;
  if (fault?.kind === 'cut') {
    await fault.deed();
    breakOff(response);
    return { over: true, dropped: null };
  }
  return { over: false, dropped: fault?.deed ?? null };
}

interface Fault {
  /** The connection is broken: there is nothing to do any more. */
  over: boolean;
  /** What is done before the answer is lost; null where it is not. */
  dropped: (() => void | Promise<void>) | null;
}

type Service = 'git-upload-pack' | 'git-receive-pack';

export interface GitRequest {
  repo: RepositoryRow;
  identity: Identity;
  actor: Actor;
  service: Service;
  /** What follows the repository in the path. */
  rest: string;
}

export interface GitServer {
  /** Answers a request for git's smart protocol; false where the path is none of git's. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends every git process and waits for them. */
  close(): Promise<void>;
}

const gitPath = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Smart HTTP git by git's own services, streamed both ways. A push first tells its commands: those are read before
 * git is started, so that a test's hook can act at the very moment between a client's read and its swap.
 */
export function makeGitServer(
  forge: Forge,
  misbehaviour: Misbehaviour,
  pushed: (repo: RepositoryRow, refs: readonly RefUpdate[], by: string) => Promise<void>,
): GitServer {
  const underWay = new Set<Promise<void>>();
  const greeting = makeGreetings(forge);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // one for each request under way, however many
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    path: RegExpExecArray,
  ): Promise<void> => {
    const asked = admit(forge, request, path);
    const run = { asked, request, response, signal: stop.signal };
    if (asked.rest !== 'git-receive-pack') {
      const name = asked.rest === 'info/refs' ? `info/refs ${asked.service}` : asked.rest;
      const { over, dropped } = await meetFault(misbehaviour, response, { name, by: asked.actor.login });
      if (over) return;
      if (!dropped && isGreeting(asked, request)) return greet(await greeting(asked.repo), response);
      return runService(forge, { ...run, body: bodyOf(request), refs: [], dropped, ended: async () => {} });
    }
    const push = await readPushHead(bodyOf(request));
    let dropped: Fault['dropped'] = null;
    // Before a large push git sends a probe without commands: what was planted for a push is not for it.
    if (push.refs.length > 0) {
      const call = { name: asked.rest, by: asked.actor.login, refs: push.refs };
      const fault = await meetFault(misbehaviour, response, call).catch((refused) => {
        push.body.resume();
        throw refused;
      });
      if (fault.over) return;
      dropped = fault.dropped;
      const hook = misbehaviour.preReceive(fullNameOf(asked.repo), {
        refs: push.refs,
        actor: asked.actor.login,
      });
      await Promise.race([hook, stopped]);
      if (stop.signal.aborted) throw new HttpError(503, 'the server stops');
    }
    const refs = push.refs.map(({ ref }) => ref);
    // The last byte of the answer comes after the records: whoever pushed can read them at once.
    const ended = () => pushed(asked.repo, push.refs, asked.actor.login);
    return runService(forge, { ...run, body: push.body, refs, dropped, ended });
  };
  return {
    serve(request, response) {
      const path = gitPath.exec((request.url ?? '').split('?')[0] ?? '');
      if (!path) return false;
      const work = handle(request, response, path).catch((error) => refuse(forge, request, response, error));
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
      return true;
    },
    async close() {
      stop.abort();
      await Promise.all(underWay);
    },
  };
}

/** Who may do what: reading asks for `contents: read`, pushing for `contents: write`. Strangers are asked to log in. */
function admit(forge: Forge, request: IncomingMessage, path: RegExpExecArray): GitRequest {
  const [, owner = '', name = '', rest = ''] = path;
  const asked = new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('service');
  const service = (rest === 'info/refs' ? asked : rest) as Service;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
    throw new HttpError(403, "not supported by the embedded GitHub: git's dumb protocol");
  }
  if (request.method !== (rest === 'info/refs' ? 'GET' : 'POST'))
    throw new HttpError(405, 'Method Not Allowed');
  const identity = identify(forge, request.headers.authorization);
  const level = service === 'git-receive-pack' ? 'write' : 'read';
  try {
    const repo = visibleRepository(forge, identity, `${owner}/${name}`);
    return {
      repo,
      identity,
      service,
      rest,
      actor: allowed(identity, repo, { permission: 'contents', level }),
    };
  } catch (error) {
    if (identity.kind === 'anonymous' && !(error instanceof Moved))
      throw new HttpError(401, 'Authentication required');
    if (!(error instanceof HttpError) || error.status !== 403 || identity.kind === 'anonymous') throw error;
    const who = identity.kind === 'app' ? identity.app.slug : identity.actor.login;
    throw new HttpError(403, `Permission to ${owner}/${name}.git denied to ${who}.`);
  }
}

const bodyOf = (request: IncomingMessage): Readable =>
  request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;

interface ServiceRun {
  asked: GitRequest;
  request: IncomingMessage;
  body: Readable;
  /** What a push asks to move; empty where it is none. */
  refs: string[];
  response: ServerResponse;
  /** Do everything, then this, then let the line go dead. */
  dropped: Fault['dropped'];
  /** Called when git has ended, before the answer ends. */
  ended: () => Promise<void>;
  signal: AbortSignal;
}

/** What `git http-backend` would start: it started two more processes for each request, and a desk makes many. */
async function runService(forge: Forge, run: ServiceRun): Promise<void> {
  const { service, rest, repo } = run.asked;
  const flags = rest === 'info/refs' ? ['--stateless-rpc', '--advertise-refs'] : ['--stateless-rpc'];
  const child = spawn('git', [service.replace('git-', ''), ...flags, gitDirOf(forge, repo)], {
    env: serviceEnvironment(forge, run),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: run.signal,
    killSignal: 'SIGTERM', // git ends its own children then, and takes its lock files away
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.on('error', () => {}); // an abort is reported here too; `closed` tells all that matters
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A client that goes away must not undo a push whose commands git already has: only its input ends.
  pipeline(run.body, child.stdin).catch(() => child.stdin.destroy());
  await stream(child.stdout, run);
  const code = await closed;
  await run.ended();
  if (complaints.length > 0)
    forge.log.debug(`git ${service}`, { said: Buffer.concat(complaints).toString('utf8') });
  if (run.dropped) {
    await run.dropped();
    breakOff(run.response);
    return;
  }
  if (!run.response.headersSent) {
    if (code !== 0) throw new HttpError(500, `${service} gave no answer`);
    begin(run);
  }
  run.response.end();
}

/**
 * Loses the answer after its first line: curl would send a request again by itself whose connection broke before
 * any answer, and the push would be done twice.
 */
function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '1000' });
  response.flushHeaders();
  response.socket?.destroySoon();
}

async function stream(output: Readable, run: ServiceRun): Promise<void> {
  const { response } = run;
  response.on('error', () => {});
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (run.dropped || response.destroyed) continue; // keep reading, or git would stop at a full pipe
    if (!response.headersSent) begin(run);
    if (!response.write(chunk)) await drained(response);
  }
}

/** What stands before the answer of git itself (gitprotocol-http(5)). */
function begin({ asked: { service, rest }, request, response }: ServiceRun): void {
  const isGreeting = rest === 'info/refs';
  const type = `application/x-${service}-${isGreeting ? 'advertisement' : 'result'}`;
  response.writeHead(200, { ...notKept, 'Content-Type': type });
  if (!isGreeting || request.headers['git-protocol'] === 'version=2') return;
  const line = `# service=${service}\n`;
  response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

function serviceEnvironment(
  forge: Forge,
  { asked, request, refs }: Pick<ServiceRun, 'asked' | 'request' | 'refs'>,
): Record<string, string> {
  const { identity, actor, repo } = asked;
  const noWorkflows = identity.kind === 'integration' && identity.permissions.workflows !== 'write';
  const protocol = request.headers['git-protocol'];
  return gitEnvironment({
    ...moverEnvironment(actor.login, forge.clock.now()),
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    ...(noWorkflows ? { EMBEDDED_REFUSE_WORKFLOWS: '1' } : {}),
    EMBEDDED_RULES: rulesForHook(forge, repo, refs),
  });
}

function refuse(forge: Forge, request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
  if (!(thrown instanceof HttpError)) forge.log.error('git over HTTP failed', { error: asError(thrown) });
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, message } =
    thrown instanceof HttpError ? thrown : { status: 500, message: asError(thrown).message };
  const headers: Record<string, string> = { 'Content-Type': 'text/plain' };
  if (status === 401) headers['WWW-Authenticate'] = 'Basic realm="GitHub"';
  if (thrown instanceof Moved) headers.Location = movedTo(forge, request, thrown.fullName);
  request.resume();
  response.writeHead(status, headers).end(`${message}\n`);
}

function movedTo(forge: Forge, request: IncomingMessage, fullName: string): string {
  const rest = (request.url ?? '').split('/').slice(3).join('/');
  return `${forge.origin}/${fullName}.git/${rest}`;
}
