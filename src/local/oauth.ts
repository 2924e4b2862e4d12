import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { AppRow, Forge } from './data.ts';
import { unsupported } from './http.ts';
import { page } from './page.ts';
import { findUser } from './people.ts';
import type { Works } from './works.ts';

/*
 * GitHub's web flow for an app that wants to know who somebody is: the browser comes with the app's client id, a person
 * says who they are, the browser goes back with a code, and the app exchanges it for a token. Here nobody has a
 * password: whoever is at this machine picks a name.
 */

/** A code is good for ten minutes, a token for eight hours. */
const codeMs = 10 * 60_000;
const tokenMs = 8 * 3600_000;

interface Code {
  login: string;
  app: number;
  callback: string;
  /** SHA-256 of the verifier (PKCE), where the app sent one. */
  challenge: string | undefined;
  expires: number;
}

const known = ['client_id', 'redirect_uri', 'state', 'code_challenge', 'code_challenge_method', 'login'];

export function mountOAuth(app: Hono, { forge }: Works): void {
  const codes = new Map<string, Code>();

  app.get('/login/oauth/authorize', (c) => {
    const asked = askedOf(forge, c, c.req.query());
    return 'answer' in asked ? asked.answer : pickPage(c, forge, asked.app, c.req.query());
  });

  app.post('/login/oauth/authorize', async (c) => {
    const fields = textFields(await c.req.parseBody());
    const asked = askedOf(forge, c, fields);
    if ('answer' in asked) return asked.answer;
    const user = findUser(forge, fields.login ?? '');
    if (user?.type !== 'User') return c.text('There is no such user.\n', 404);
    const code = forge.random.hex(10);
    const { callback, challenge } = asked;
    const expires = forge.clock.now() + codeMs;
    codes.set(code, { login: user.login, app: asked.app.id, callback, challenge, expires });
    forge.clock.after(codeMs, () => codes.delete(code));
    const back = new URL(callback);
    back.searchParams.set('code', code);
    if (fields.state) back.searchParams.set('state', fields.state);
    return c.redirect(back.href, 302);
  });

  app.post('/login/oauth/access_token', async (c) => {
    if (!/\bjson\b/.test(c.req.header('accept') ?? '')) throw unsupported('an answer that is not JSON', 406);
    const isJson = /\bjson\b/.test(c.req.header('content-type') ?? '');
    const fields = isJson ? await c.req.json() : textFields(await c.req.parseBody());
    const answer = exchange(forge, codes, fields);
    return c.json(answer); // GitHub says 200 to refusals, too
  });
}

function exchange(
  forge: Forge,
  codes: Map<string, Code>,
  fields: Record<string, string>,
): Record<string, unknown> {
  const { client_id: id = '', client_secret: secret = '', code = '', code_verifier: verifier } = fields;
  const app = appOf(forge, id);
  if (!app?.oauth?.secrets.some((one) => isSame(one, secret)))
    return refusal(
      'incorrect_client_credentials',
      'The client_id and/or client_secret passed are incorrect.',
    );
  const found = codes.get(code);
  codes.delete(code);
  const proof =
    verifier === undefined ? undefined : createHash('sha256').update(verifier).digest('base64url');
  const isGood = found?.app === app.id && found.expires > forge.clock.now() && found.challenge === proof;
  if (!found || !isGood) return refusal('bad_verification_code', 'The code passed is incorrect or expired.');
  if (fields.redirect_uri !== undefined && fields.redirect_uri !== found.callback)
    return refusal('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.');
  const token = `ghu_${forge.random.hex(18)}`;
  const expires = forge.clock.now() + tokenMs;
  forge.tokens.put(token, { kind: 'user', token, login: found.login, app: app.id, expires });
  return { access_token: token, expires_in: tokenMs / 1000, token_type: 'bearer', scope: '' };
}

const refusal = (error: string, error_description: string): Record<string, unknown> => ({
  error,
  error_description,
  error_uri: 'https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps',
});

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

const appOf = (forge: Forge, clientId: string): AppRow | undefined =>
  forge.apps.values().find(({ oauth }) => oauth !== undefined && oauth.clientId === clientId);

type Asked = { app: AppRow; callback: string; challenge: string | undefined } | { answer: Response };

function askedOf(forge: Forge, c: Context, fields: Record<string, string>): Asked {
  const strange = Object.keys(fields).find((name) => !known.includes(name));
  if (strange !== undefined) throw unsupported(`parameter "${strange}" of /login/oauth/authorize`);
  const method = fields.code_challenge_method;
  if (method !== undefined && method !== 'S256') throw unsupported(`code_challenge_method=${method}`);
  const app = appOf(forge, fields.client_id ?? '');
  if (!app) return { answer: c.text('There is no app with this client id.\n', 404) };
  const callback = fields.redirect_uri ?? app.oauth?.callbacks[0];
  if (callback === undefined || !app.oauth?.callbacks.includes(callback))
    return { answer: c.text('The redirect_uri is not associated with this application.\n', 400) };
  return { app, callback, challenge: fields.code_challenge };
}

function textFields(form: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function pickPage(c: Context, forge: Forge, app: AppRow, asked: Record<string, string>) {
  const users = forge.users.values().filter(({ type }) => type === 'User');
  const hidden = Object.entries(asked).filter(([name]) => name !== 'login');
  return page(
    c,
    'Who are you?',
    html`<p><strong>${app.name}</strong> wants to know. This GitHub is embedded in this machine and asks for no password.</p>
      <form method="post" action="/login/oauth/authorize">
        ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        ${users.map(({ login }) => html`<button name="login" value="${login}">${login}</button>`)}
      </form>`,
  );
}
