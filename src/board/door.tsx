import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Message } from './pages/message.tsx';
import { frameOf, type Vars } from './request.ts';
import type { Sessions } from './session.ts';

/** Bytes of the largest form: a message to an agent, and some. */
const formMax = 64 * 1024;

interface DoorOptions {
  url: string;
  sessions: Sessions;
  log: Log;
}

/**
 * What every request to the board goes through, in this order: its host, headers for the answer, the size and the origin
 * of what it brings, whose session it is, and for a form the proof that it is one of ours. What is refused is logged.
 */
export function addDoor(app: Hono<Vars>, { url, sessions, log }: DoorOptions): void {
  app.use(logged(log));
  app.use(ownHost(url));
  app.use(headers(url));
  app.use(measured);
  app.use(bodyLimit({ maxSize: formMax, onError: tooLarge }));
  app.use(csrf({ origin: new URL(url).origin }));
  app.use(async (c, next) => {
    const session = await sessions.read(c);
    if (session === 'tampered') log.warn('a cookie was not ours', { path: c.req.path });
    if (typeof session === 'string') sessions.end(c);
    const own = typeof session === 'string' ? null : session;
    c.set('session', own);
    c.set('csrf', own ? sessions.csrf(own) : '');
    await next();
  });
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const session = c.get('session');
    if (!session) return refused(c, 401, 'not-signed-in', 'Sign in, and ask again.');
    const { csrf: shown } = await c.req.parseBody();
    if (typeof shown !== 'string' || !sessions.isOfForm(session, shown))
      return refused(
        c,
        403,
        'not-our-form',
        'This did not come from a form of your session. Load the page again.',
      );
    await next();
  });
  app.notFound((c) =>
    refused(
      c,
      404,
      'not-found',
      'There is nothing here, or nothing that you may see. Signed in you may see more.',
    ),
  );
  app.onError((thrown, c) => failed(c, thrown, log));
}

function logged(log: Log): MiddlewareHandler<Vars> {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    if (status < 400) return;
    const facts = {
      method: c.req.method,
      path: c.req.path.slice(0, 200),
      status,
      login: c.get('session')?.login ?? null,
    };
    log[status === 404 ? 'info' : 'warn']('the board refused a request', facts);
  };
}

/**
 * On this machine's own address a page of another site may reach us under a name of its own (DNS rebinding); and one
 * board has one name, or a cookie of one is missing at the other. At any other address a proxy says who we are.
 */
function ownHost(url: string): MiddlewareHandler<Vars> {
  const own = new URL(url);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(own.hostname);
  return async (c, next) => {
    if (!isLoopback || c.req.header('host') === own.host) return next();
    if (c.req.method !== 'GET') return c.text('misdirected\n', 421);
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`${own.origin}${pathname}${search}`, 307);
  };
}

function headers(url: string): MiddlewareHandler<Vars> {
  const self = ["'self'"];
  const set = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: self,
      styleSrc: self,
      imgSrc: self,
      connectSrc: self,
      formAction: self,
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'same-origin',
    strictTransportSecurity: url.startsWith('https:') ? 'max-age=15552000' : false,
  });
  return async (c, next) => {
    await set(c, next);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'private, no-store');
  };
}

/** Browsers say how long a form is. What does not is not read at all, since nobody knows where it ends. */
const measured: MiddlewareHandler<Vars> = async (c, next) => {
  const brings = c.req.method !== 'GET' && c.req.method !== 'HEAD';
  if (!brings || c.req.header('content-length') !== undefined) return next();
  c.header('Connection', 'close');
  return c.text('say how long the form is\n', 411);
};

function tooLarge(c: Context<Vars>) {
  c.header('Connection', 'close');
  return c.text('the form is too large\n', 413);
}

/** A refusal as a page. */
export function refused(
  c: Context<Vars>,
  status: 400 | 401 | 403 | 404 | 409 | 503,
  code: string,
  message: string,
) {
  const frame = frameOf(c);
  const action =
    frame.login === null && status !== 403
      ? { href: `/login?to=${encodeURIComponent(frame.path)}`, label: 'Sign in' }
      : null;
  return c.html(
    <Message
      frame={frame}
      title={titles[status]}
      code={code}
      message={message}
      action={action ?? { href: '/', label: 'To the board' }}
    />,
    status,
  );
}

const titles = {
  400: 'This cannot be read',
  401: 'Not signed in',
  403: 'Refused',
  404: 'Nothing to see here',
  409: 'Refused',
  503: 'Not now',
};

function failed(c: Context<Vars>, thrown: unknown, log: Log): Response | Promise<Response> {
  if (thrown instanceof HTTPException) return thrown.getResponse();
  const error = asError(thrown);
  log.error('a page could not be made', { path: c.req.path.slice(0, 200), error });
  const code = error instanceof SignalboxError ? error.code : 'internal';
  const isPassing = error instanceof SignalboxError && error.kind !== 'bug';
  const message = isPassing
    ? `${error.message}. Try again in a moment.`
    : 'Signalbox failed here; its log has more.';
  return refused(c, 503, code, message);
}
