import { HttpError } from '../host.ts';
import type { Route } from '../http.ts';
import { identify, notByIntegration } from '../identity.ts';
import { userJson, userOf } from '../people.ts';
import type { Works } from '../works.ts';

/** Who somebody is whose token it is. */
export function mountUserRoutes(route: Route, { forge }: Works): void {
  route('GET /user', {}, (call) => {
    const identity = identify(forge, call.c.req.header('authorization'));
    if (identity.kind === 'anonymous') throw new HttpError(401, 'Requires authentication');
    if (identity.kind !== 'user') throw notByIntegration();
    const { login, created } = userOf(forge, identity.actor.login);
    const unsaid = ['name', 'company', 'location', 'email', 'hireable', 'bio', 'twitter_username'];
    return call.c.json({
      ...userJson(forge, login),
      ...Object.fromEntries(unsaid.map((name) => [name, null])),
      blog: '',
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: created,
      updated_at: created,
    });
  });
}
