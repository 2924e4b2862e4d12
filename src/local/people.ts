import type { Forge, RepositoryRow, Role, UserRow } from './data.ts';
import type { Actor } from './host.ts';
import { HttpError } from './host.ts';

const roles: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin'];

export const findUser = (forge: Forge, login: string): UserRow | undefined =>
  forge.users.get(login.toLowerCase());

export function userOf(forge: Forge, login: string): UserRow {
  const user = findUser(forge, login);
  if (!user) throw new HttpError(404, 'Not Found');
  return user;
}

export function actorOf(forge: Forge, login: string): Actor {
  const { id, type, login: name } = userOf(forge, login);
  return { login: name, id, type: type === 'Bot' ? 'Bot' : 'User' };
}

/** What somebody may do in a repository, the highest of all grants; null: not even see it. */
export function roleOf(repo: RepositoryRow, login: string): Role | null {
  if (repo.owner.toLowerCase() === login.toLowerCase()) return 'admin';
  return repo.collaborators[login.toLowerCase()] ?? (repo.private ? null : 'read');
}

export const atLeast = (role: Role | null, wanted: Role): boolean =>
  role !== null && roles.indexOf(role) >= roles.indexOf(wanted);

/** GitHub's `simple-user`. */
export function userJson(forge: Forge, login: string): Record<string, unknown> {
  const user = userOf(forge, login);
  const url = `${forge.origin}/api/v3/users/${encodeURIComponent(user.login)}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId('User', user.id),
    avatar_url: `${forge.origin}/avatars/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${forge.origin}/${user.type === 'Bot' ? `apps/${user.login.replace('[bot]', '')}` : user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    site_admin: false,
  };
}

/** GraphQL's global id: opaque to clients. */
export const nodeId = (kind: string, id: number | string): string =>
  Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64');

/** GitHub's relation of a comment's author to the repository. For bots it is not confirmed; NONE is what is seen. */
export function associationOf(repo: RepositoryRow, login: string): string {
  if (repo.owner.toLowerCase() === login.toLowerCase()) return 'OWNER';
  return repo.collaborators[login.toLowerCase()] ? 'COLLABORATOR' : 'NONE';
}
