import type { PermissionRole } from './ports.ts';

const ranks: readonly PermissionRole[] = ['none', 'read', 'triage', 'write', 'admin'];

/** Whether a login is a bot's, by GitHub's own mark: a gate is for a person to meet, whatever a bot may write. */
export function isBot(login: string): boolean {
  return login.endsWith('[bot]');
}

/** Whether somebody with `role` on the repository may do what needs `needed`. */
export function may(role: PermissionRole, needed: 'triage' | 'write'): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}
