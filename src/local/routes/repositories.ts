import type { Forge, RepositoryRow } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Route } from '../http.ts';
import { notFound, page, pageQuery } from '../http.ts';
import type { Identity } from '../identity.ts';
import { identify, notByIntegration } from '../identity.ts';
import { atLeast, findUser, roleOf, userJson } from '../people.ts';
import { repositoryJson } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

export function mountRepositoryRoutes(route: Route, works: Works): void {
  const { forge, rates } = works;
  route('GET /repos/:owner/:repo', {}, (call) => {
    const { repo, identity } = call.access({ permission: 'metadata', level: 'read' });
    return call.c.json(fullRepositoryJson(forge, repo, identity));
  });
  route('GET /user', {}, ({ c }) => {
    const identity = identify(forge, c.req.header('authorization'));
    if (identity.kind === 'anonymous') throw new HttpError(401, 'Requires authentication');
    if (identity.kind !== 'user') throw notByIntegration();
    return c.json({ ...userJson(forge, identity.actor.login), ...profile(forge, identity.actor.login) });
  });
  route('GET /users/:username', {}, (call) => {
    const user = findUser(forge, call.param('username'));
    if (!user) throw notFound();
    return call.c.json({ ...userJson(forge, user.login), ...profile(forge, user.login) });
  });
  route('GET /rate_limit', {}, ({ c }) => c.json(rates.json(c)));
  route('GET /zen', {}, ({ c }) => c.text('Keep it logically awesome.'));
  route('GET /meta', {}, ({ c }) => c.json({ verifiable_password_authentication: false }));
  mountCollaboratorRoutes(route, works);
}

function mountCollaboratorRoutes(route: Route, { forge }: Works): void {
  const mayAsk = (identity: Identity, repo: RepositoryRow): void => {
    if (identity.kind === 'user' && !atLeast(roleOf(repo, identity.actor.login), 'write')) {
      throw new HttpError(403, 'Must have push access to view repository collaborators.');
    }
  };
  route('GET /repos/:owner/:repo/collaborators', { query: pageQuery }, (call) => {
    const { repo, identity } = call.access({ permission: 'metadata', level: 'read' });
    mayAsk(identity, repo);
    const logins = Object.keys(repo.collaborators);
    return page(call.c, logins, (login) => collaboratorJson(forge, repo, login));
  });
  route('GET /repos/:owner/:repo/collaborators/:username/permission', {}, (call) => {
    const { repo, identity } = call.access({ permission: 'metadata', level: 'read' });
    mayAsk(identity, repo);
    const user = findUser(forge, call.param('username'));
    if (!user) throw new HttpError(404, `${call.param('username')} is not a user`);
    const role = roleOf(repo, user.login);
    return call.c.json({
      permission: coarse[role ?? 'none'],
      role_name: role ?? 'none',
      user: collaboratorJson(forge, repo, user.login),
    });
  });
}

/** The old names of roles: maintain and triage are not among them. */
const coarse = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
} as const;

function collaboratorJson(forge: Forge, repo: RepositoryRow, login: string): Record<string, unknown> {
  const role = roleOf(repo, login);
  return { ...userJson(forge, login), permissions: permissionsJson(role), role_name: role ?? 'none' };
}

/** Roles as the five switches that GitHub shows. */
function permissionsJson(role: ReturnType<typeof roleOf>): Record<string, boolean> {
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: atLeast(role, 'read'),
  };
}

/** GitHub's `full-repository`. */
function fullRepositoryJson(forge: Forge, repo: RepositoryRow, identity: Identity): Record<string, unknown> {
  const { custom_properties: _, ...common } = repositoryJson(forge, repo);
  return {
    ...common,
    temp_clone_token: null,
    network_count: 0,
    subscribers_count: 0,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: false,
    delete_branch_on_merge: false,
    ...(identity.kind === 'user' ? { permissions: permissionsJson(roleOf(repo, identity.actor.login)) } : {}),
  };
}

/** What the long form of a user adds to the short one. */
function profile(forge: Forge, login: string): Record<string, unknown> {
  const created = findUser(forge, login)?.created;
  const nothing = {
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
  };
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  return { ...nothing, ...counts, twitter_username: null, created_at: created, updated_at: created };
}
