import type { Forge, PermissionRole } from '../engine/ports.ts';
import type { Api } from './api.ts';

/** Long enough for one pass over a busy issue, short enough that a right taken away is soon felt. */
const keptMs = 10_000;
const keptMax = 1_000;

interface Rights {
  admin?: boolean;
  maintain?: boolean;
  push?: boolean;
  triage?: boolean;
  pull?: boolean;
}

/**
 * What a person may do here, by `user.permissions` of the collaborator endpoint: `permission` folds triage into read,
 * and `role_name` may be a custom role.
 */
export function permissionCall(api: Api): Forge['permission'] {
  const kept = new Map<string, { user: number | undefined; role: PermissionRole; until: number }>();

  return async (login, id, { fresh } = { fresh: false }) => {
    const key = login.toLowerCase();
    const now = api.clock.now();
    const known = kept.get(key);
    const roleFor = ({ user, role }: { user: number | undefined; role: PermissionRole }) =>
      id === undefined || id === user ? role : 'none';
    if (!fresh && known && known.until > now) return roleFor(known);
    const reading = api.read(`permission of ${login}`, (headers) =>
      api.octokit.rest.repos.getCollaboratorPermissionLevel({ ...api.at, username: login, headers }),
    );
    const user = (await api.orNull(reading))?.user;
    const found = { user: user?.id, role: roleOf(user?.permissions), until: now + keptMs };
    if (kept.size >= keptMax) kept.clear();
    kept.set(key, found);
    return roleFor(found);
  };
}

function roleOf(rights: Rights | undefined): PermissionRole {
  if (rights?.admin) return 'admin';
  if (rights?.maintain || rights?.push) return 'write';
  if (rights?.triage) return 'triage';
  return rights?.pull ? 'read' : 'none';
}
