import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { asError } from '../base/errors.ts';
import { Moved } from './access.ts';
import type { Forge } from './data.ts';
import { HttpError } from './host.ts';
import { unsupported } from './http.ts';
import { identify } from './identity.ts';
import type { Call, Misbehaviour } from './misbehave.ts';
import type { RateLimits } from './rates.ts';

const base = '/api/v3';

/** What every answer of the REST interface has in common: planted faults, headers, errors, ETags. */
export function addGate(app: Hono, forge: Forge, misbehaviour: Misbehaviour, rates: RateLimits): void {
  app.use(`${base}/*`, async (c, next) => {
    const fault = misbehaviour.take(await callOf(c, forge), ['fail', 'cut', 'drop']);
    try {
      if (fault?.kind === 'cut') {
        await fault.deed();
        c.res = answerError(c, forge, fault.error, {});
      } else if (fault?.kind === 'fail') {
        c.res = answerError(c, forge, fault.error, fault.headers);
      } else {
        checkMedia(c);
        identify(forge, c.req.header('authorization')); // an unknown token is 401 wherever it goes
        rates.refuseIfSpent(c);
        await next();
      }
    } catch (error) {
      c.res = answerError(c, forge, error, {});
    }
    if (fault?.kind === 'drop') await fault.deed();
    if (fault && fault.kind !== 'fail') (c.env as HttpBindings).incoming.socket.destroy();
    await addETag(c);
    addHeaders(c, forge, rates);
  });
  app.onError((error, c) => answerError(c, forge, error, {}));
  for (const path of ['/api/graphql', `${base}/graphql`]) {
    app.all(path, (c) => answerError(c, forge, unsupported('GraphQL', 404), {}));
  }
  app.notFound((c) => answerError(c, forge, unsupported(`${c.req.method} ${c.req.path}`, 404), {}));
}

/** What a test may ask about a call before it plants a fault in it. */
async function callOf(c: Context, forge: Forge): Promise<Call> {
  return {
    name: `${c.req.method} ${c.req.path.slice(base.length)}`,
    get by() {
      return callerOf(c, forge); // an app's own key is not cheap to check
    },
    body: c.req.method === 'GET' ? '' : await c.req.text(),
    refs: [],
  };
}

function callerOf(c: Context, forge: Forge): string | null {
  try {
    const identity = identify(forge, c.req.header('authorization'));
    return 'actor' in identity ? identity.actor.login : null;
  } catch {
    return null; // refused in its turn
  }
}

function answerError(c: Context, forge: Forge, thrown: unknown, headers: Record<string, string>): Response {
  if (!(thrown instanceof HttpError)) {
    forge.log.error('the embedded GitHub failed', {
      request: `${c.req.method} ${c.req.path}`,
      error: asError(thrown),
    });
    return c.json(
      { message: `Server Error: ${asError(thrown).message}`, documentation_url: documentation },
      500,
    );
  }
  const { message, status, errors } = thrown;
  if (thrown instanceof Moved) {
    const path =
      thrown.path ??
      c.req.path
        .slice(base.length)
        .split('/')
        .slice(4)
        .map((part) => `/${part}`)
        .join('');
    const url = `${forge.origin}${base}/repositories/${thrown.repository}${path}${new URL(c.req.url).search}`;
    return Response.json(
      { message, url, documentation_url: documentation },
      { status, headers: { Location: url } },
    );
  }
  const body = {
    message,
    ...(errors ? { errors } : {}),
    documentation_url: documentation,
    status: String(status),
  };
  return Response.json(body, { status, headers });
}

const documentation = 'https://docs.github.com/rest';

/** Refuses representations and API versions that would be answered wrongly. */
function checkMedia(c: Context): void {
  const accept = c.req.header('accept') ?? '*/*';
  const known =
    /^(\*\/\*|application\/(\*|json|vnd\.github(\.[\w-]+-preview|\.v3|\.raw|\.v3\.raw)?(\+json)?))$/;
  const kinds = accept.split(',').map((kind) => kind.split(';')[0]?.trim() ?? '');
  if (!kinds.some((kind) => known.test(kind))) throw unsupported(`Accept: ${accept}`, 415);
  const version = c.req.header('x-github-api-version');
  if (version !== undefined && version !== '2022-11-28') throw unsupported(`API version ${version}`, 400);
}

/** 304 where the asker has it already. Such answers are not counted against the rate limit. */
async function addETag(c: Context): Promise<void> {
  if (c.req.method !== 'GET' || c.res.status !== 200) return;
  const body = Buffer.from(await c.res.clone().arrayBuffer());
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  const seen = c.req.header('if-none-match')?.replace(/^W\//, '');
  if (seen !== etag) return c.header('ETag', `W/${etag}`);
  const headers = new Headers(c.res.headers);
  headers.delete('content-type');
  headers.set('ETag', `W/${etag}`);
  c.res = undefined;
  c.res = new Response(null, { status: 304, headers });
}

function addHeaders(c: Context, forge: Forge, rates: RateLimits): void {
  const headers = {
    Date: new Date(forge.clock.now()).toUTCString(),
    'X-GitHub-Request-Id': forge.random.hex(8).toUpperCase(),
    'X-GitHub-Media-Type': 'github.v3; format=json',
    'X-GitHub-Api-Version-Selected': '2022-11-28',
    'Cache-Control': 'private, max-age=60, s-maxage=60',
    ...rates.headers(c, c.res.status !== 304),
  };
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
}
