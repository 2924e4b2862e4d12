import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { Message } from './pages/message.tsx';
import { frameOf, type Vars } from './request.ts';
import type { Sessions } from './session.ts';

/** Sign-in by GitHub's web flow for an app: https://docs.github.com/en/apps/creating-github-apps (user access tokens). */
export interface SignIn {
  /** Where a browser is sent, to come back to `callback` with a code. */
  address(asked: { state: string; challenge: string; callback: string }): string;
  /** Who came back with this code. Rejects with kind `user` where GitHub does not take it. */
  person(answer: {
    code: string;
    verifier: string;
    callback: string;
  }): Promise<{ login: string; id: number }>;
}

interface Errand {
  state: string;
  verifier: string;
  /** Where to go when it is done. */
  to: string;
}

interface SignInOptions {
  url: string;
  signIn: SignIn;
  sessions: Sessions;
  random: Random;
  log: Log;
}

/** Signing in and out. A code that was not asked for by this very browser is worth nothing (`state`), nor one that was overheard (PKCE). */
export function addSignIn(app: Hono<Vars>, { url, signIn, sessions, random, log }: SignInOptions): void {
  const callback = `${url}/login/callback`;
  app.get('/login', async (c) => {
    const errand: Errand = {
      state: random.hex(16),
      verifier: random.hex(32),
      to: ownPath(c.req.query('to')),
    };
    await sessions.give(c, 'login', errand);
    const challenge = createHash('sha256').update(errand.verifier).digest('base64url');
    return c.redirect(signIn.address({ state: errand.state, challenge, callback }));
  });
  app.get('/login/callback', async (c) => {
    const errand = await sessions.take<Errand>(c, 'login');
    const { code, state, error } = c.req.query();
    if (!errand || !code || state !== errand.state)
      return failed(
        c,
        error ?? 'sign-in-unasked',
        'This sign-in was not asked for by this browser, or it took too long.',
      );
    try {
      const { login, id } = await signIn.person({ code, verifier: errand.verifier, callback });
      await sessions.begin(c, { login, user: id });
      log.info('somebody signed in to the board', { login });
      return c.redirect(errand.to, 303);
    } catch (thrown) {
      if (!(thrown instanceof SignalboxError)) throw thrown;
      log.warn('a sign-in failed', { error: asError(thrown) });
      return failed(c, thrown.code, thrown.message);
    }
  });
  app.post('/logout', (c) => {
    sessions.end(c, c.get('session'));
    return c.redirect('/', 303);
  });
}

function failed(c: Context<Vars>, code: string, message: string) {
  const props = { frame: frameOf(c), title: 'Not signed in', code, message };
  return c.html(<Message {...props} action={{ href: '/login', label: 'Try again' }} />, 400);
}

/** A path of ours to go to, whatever was asked for: never another site. */
function ownPath(asked: string | undefined): string {
  const isOwn = asked !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(asked) && !asked.startsWith('/login');
  return isOwn ? asked : '/';
}
