import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import { timedFetch } from './timed-fetch.ts';

export interface OAuthOptions {
  clientId: string;
  clientSecret: string;
  /** `https://github.com`, where browsers go. */
  webUrl: string;
  /** `https://api.github.com` */
  apiUrl: string;
  clock: Clock;
}

/**
 * Who somebody is, by GitHub's web flow for GitHub Apps, with PKCE (S256). The token that GitHub gives for it is used for
 * one question and forgotten: what a person may do is asked with the app's own.
 */
export function makeOAuth({ clientId, clientSecret, webUrl, apiUrl, clock }: OAuthOptions) {
  const call = timedFetch(clock);
  const ask = async (url: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const answer = await call(url, init).catch((cause) => {
      throw new SignalboxError('forge', 'unreachable', 'GitHub does not answer', { cause });
    });
    if (answer.ok) return (await answer.json()) as Record<string, unknown>;
    throw new SignalboxError('forge', 'sign-in-failed', `GitHub answers ${answer.status}`);
  };
  return {
    address({ state, challenge, callback }: { state: string; challenge: string; callback: string }): string {
      const url = new URL(`${webUrl}/login/oauth/authorize`);
      const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
      for (const [name, value] of Object.entries({
        client_id: clientId,
        redirect_uri: callback,
        state,
        ...pkce,
      }))
        url.searchParams.set(name, value);
      return url.href;
    },

    async person({ code, verifier, callback }: { code: string; verifier: string; callback: string }) {
      const fields = { client_id: clientId, client_secret: clientSecret, code, redirect_uri: callback };
      const { access_token: token, error } = await ask(`${webUrl}/login/oauth/access_token`, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...fields, code_verifier: verifier }),
      });
      if (typeof token !== 'string') {
        const isOurs = error === 'incorrect_client_credentials' || error === 'redirect_uri_mismatch';
        const hint = isOurs
          ? 'Check GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, and the callback URL of the app.'
          : 'Sign in again.';
        const words = `GitHub does not take the sign-in: ${String(error ?? 'no token')}`;
        throw new SignalboxError(isOurs ? 'config' : 'user', 'sign-in-failed', words, { hint });
      }
      const { login, id } = await ask(`${apiUrl}/user`, {
        headers: { Accept: 'application/vnd.github+json', Authorization: `Bearer ${token}` },
      });
      if (typeof login !== 'string' || typeof id !== 'number')
        throw new SignalboxError('forge', 'sign-in-failed', 'GitHub does not say who it is');
      return { login, id };
    },
  };
}
