import type { Config } from '../ticket/config.ts';

/** What a repository's secret cannot be called: GitHub keeps the names that begin so. */
const kept = /^GITHUB_/i;

/** Variables that agents may see and that are secrets, by their names: the workflow fills them from the repository's own. */
export function secretNames({ agents }: Pick<Config, 'agents'>): string[] {
  const names = Object.values(agents).flatMap(({ environment }) => environment);
  return [...new Set(names.filter((name) => /(KEY|TOKEN|SECRET)$/.test(name) && !kept.test(name)))].sort();
}
