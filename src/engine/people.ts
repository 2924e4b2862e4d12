import type { PermissionRole } from './ports.ts';

const ranks: readonly PermissionRole[] = ['none', 'read', 'triage', 'write', 'admin'];

/** Whether somebody with `role` on the repository may do what needs `needed`. */
export function may(role: PermissionRole, needed: 'triage' | 'write'): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}
