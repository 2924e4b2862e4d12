import type { Permissions } from '../host.ts';
import type { Field } from './yaml-field.ts';

const scopes = [
  'actions',
  'checks',
  'contents',
  'deployments',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
] as const;

/** `permissions:` of a workflow or job; what is not named is not granted. */
export function readPermissions(field: Field): Permissions {
  if (!field.isMapping) {
    const all = field.word(['read-all', 'write-all']);
    return Object.fromEntries(
      scopes.map((scope) => [underscored(scope), all === 'read-all' ? 'read' : 'write']),
    );
  }
  const granted: Record<string, 'read' | 'write'> = {};
  for (const [scope, level] of Object.entries(field.keys(scopes))) {
    const word = level.word(['read', 'write', 'none']);
    if (word !== 'none') granted[underscored(scope)] = word;
  }
  return granted;
}

/** Workflow files say `pull-requests`, apps and tokens `pull_requests`. */
function underscored(scope: string): string {
  return scope.replaceAll('-', '_');
}

/** What a job may where its workflow says nothing (GitHub's default for new repositories). */
export const defaultPermissions: Permissions = { contents: 'read', packages: 'read' };
