import type { Forge, RepositoryRow } from './data.ts';
import { findRepository } from './data.ts';

/** The repository of that name, for verbs called in-process: a wrong name is the caller's mistake. */
export function repositoryNamed(forge: Forge, fullName: string): RepositoryRow {
  const repo = findRepository(forge, fullName);
  if (!repo) throw new Error(`the embedded GitHub has no repository ${fullName}`);
  return repo;
}
