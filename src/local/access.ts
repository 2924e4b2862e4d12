import type { Context } from 'hono';
import type { Forge, RepositoryRow, Role } from './data.ts';
import { findRepository, fullNameOf } from './data.ts';
import type { Actor, PermissionLevel } from './host.ts';
import { HttpError } from './host.ts';
import type { Identity } from './identity.ts';
import { identify, notByIntegration } from './identity.ts';
import { atLeast, roleOf } from './people.ts';

/** What a route asks for: apps and job tokens by permission, people by role. */
export interface Need {
  /** Any one of them is enough: an issue that is a pull request opens to either permission. */
  permission: string | readonly string[];
  level: PermissionLevel;
  /** Default: `read` for reading, `write` for writing. */
  role?: Role;
}

export interface Access {
  repo: RepositoryRow;
  actor: Actor;
  identity: Identity;
}

/** The asker's right to do something in a repository, or GitHub's refusal: 401, 403 or, where it may not even be seen, 404. */
export function access(forge: Forge, c: Context, fullName: string, need: Need): Access {
  const identity = identify(forge, c.req.header('authorization'));
  const repo = visibleRepository(forge, identity, fullName);
  return { repo, identity, actor: allowed(identity, repo, need) };
}

/** The same for a credential that did not come by REST (git's basic login). */
export function visibleRepository(forge: Forge, identity: Identity, fullName: string): RepositoryRow {
  const repo = findRepository(forge, fullName);
  if (!repo || !maySee(identity, repo)) throw movedOrMissing(forge, identity, fullName);
  return repo;
}

export function allowed(identity: Identity, repo: RepositoryRow, need: Need): Actor {
  if (need.level === 'write' && repo.archived) {
    throw new HttpError(403, 'Repository was archived so is read-only.');
  }
  switch (identity.kind) {
    case 'anonymous':
      if (need.level === 'write') throw new HttpError(401, 'Requires authentication');
      return { login: 'anonymous', id: 0, type: 'User' };
    case 'app':
      throw new HttpError(401, 'A JSON web token is for the app itself: ask with an installation token');
    case 'user': {
      if (identity.throughApp) throw notByIntegration();
      const wanted = need.role ?? (need.level === 'write' ? 'write' : 'read');
      if (!atLeast(roleOf(repo, identity.actor.login), wanted)) {
        throw new HttpError(403, 'Must have admin rights to Repository.');
      }
      return identity.actor;
    }
    case 'integration':
      if (!hasPermission(identity, repo, need)) throw notByIntegration();
      return identity.actor;
  }
}

/**
 * Stricter than GitHub in one point: an app without the permission may not read it in a public repository either,
 * so that what works here works in a private repository too.
 */
function hasPermission(
  identity: Identity & { kind: 'integration' },
  repo: RepositoryRow,
  need: Need,
): boolean {
  const names = typeof need.permission === 'string' ? [need.permission] : need.permission;
  if (names.includes('metadata') && need.level === 'read') return true;
  if (!identity.repositories.includes(repo.id)) return need.level === 'read' && !repo.private;
  return names.some((name) => {
    const has = identity.permissions[name];
    return has === 'write' || (has === 'read' && need.level === 'read');
  });
}

function maySee(identity: Identity, repo: RepositoryRow): boolean {
  if (!repo.private || identity.kind === 'app') return true;
  if (identity.kind === 'user') return roleOf(repo, identity.actor.login) !== null;
  return identity.kind === 'integration' && identity.repositories.includes(repo.id);
}

/** A renamed repository redirects whoever may see it; everything else does not exist. */
function movedOrMissing(forge: Forge, identity: Identity, fullName: string): HttpError {
  const heir = forge.repositories.values().find((repo) => repo.formerNames.includes(fullName.toLowerCase()));
  return heir && maySee(identity, heir)
    ? new Moved(heir.id, fullNameOf(heir))
    : new HttpError(404, 'Not Found');
}

/** Answered as 301: a repository has another name now, or an issue lives elsewhere. */
export class Moved extends HttpError {
  readonly repository: number;
  readonly fullName: string;
  /** The path below the repository, where it is another one. */
  readonly path: string | undefined;
  constructor(repository: number, fullName: string, path?: string) {
    super(301, 'Moved Permanently');
    this.repository = repository;
    this.fullName = fullName;
    this.path = path;
  }
}
