import type { PermissionRole } from '../../src/engine/ports.ts';

export const slug = 'signalbox';
export const self = `${slug}[bot]`;
/** Who jobs are to GitHub: what they do sends no webhook. */
export const jobs = 'github-actions[bot]';
/** The one workflow on the default branch. */
export const workflow = 'signalbox.yml';
export const mainRef = 'refs/heads/main';
export const repository = { id: 7, full_name: 'acme/desk' };
export const installation = { id: 3 };

export const people: Readonly<Record<string, PermissionRole>> = {
  lucienne: 'admin',
  wilma: 'write',
  elmar: 'triage',
  visitor: 'read',
};
