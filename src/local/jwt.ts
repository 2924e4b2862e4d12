import { createPublicKey, verify } from 'node:crypto';
import type { AppRow, Forge } from './data.ts';
import { HttpError } from './host.ts';

/** GitHub lets an app's JSON web token live ten minutes at most; a little is forgiven for clocks that differ. */
const longestLifeSeconds = 10 * 60;
const driftSeconds = 60;

/**
 * The app that signed this token. Errors are GitHub's words: `@octokit/auth-app` reads two of them to correct a
 * wrong clock by our Date header.
 */
export function verifyAppToken(forge: Forge, token: string): AppRow {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (header.alg !== 'RS256') throw undecodable();
  const app = forge.apps.get(String(claims.iss));
  if (!app) throw new HttpError(401, 'Integration not found');
  const key = createPublicKey(app.publicKey);
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    throw undecodable();
  checkTimes(claims, Math.floor(forge.clock.now() / 1000));
  return app;
}

function checkTimes(claims: Record<string, unknown>, now: number): void {
  const { exp, iat } = claims;
  if (!Number.isInteger(exp) || Number(exp) <= now) {
    throw new HttpError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (!Number.isInteger(iat) || Number(iat) > now + driftSeconds) {
    throw new HttpError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (Number(exp) > now + longestLifeSeconds + driftSeconds) {
    throw new HttpError(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

const undecodable = () => new HttpError(401, 'A JSON web token could not be decoded');

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw undecodable();
}
