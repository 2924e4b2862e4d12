import type { Command } from '../ticket/commands.ts';
import { type RequestKind, waking } from '../ticket/requests.ts';
import type { PermissionRole } from './ports.ts';

const ranks: readonly PermissionRole[] = ['none', 'read', 'triage', 'write', 'admin'];

/** Whether only a person may ask it: it wakes a ticket, or says of the work under review that it is good, or not. */
export function isForPersonsAlone(kind: RequestKind | Command['name']): boolean {
  const judging: readonly RequestKind[] = ['approve', 'reject', 'decide'];
  return [...waking, ...judging].some((one) => one === kind);
}

/** Whether somebody with `role` on the repository may do what needs `needed`. */
export function may(role: PermissionRole, needed: 'triage' | 'write'): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}

/** Marks what somebody asks who may not release: of a condition that matters. */
export function byTriage(role: PermissionRole): { by_triage?: true } {
  return may(role, 'write') ? {} : { by_triage: true };
}
