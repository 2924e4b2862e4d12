import type { Forge, RepositoryRow, RulesetRow } from './data.ts';

/** Rules on branches: what a push or a call may not do to a ref, whoever asks. */

/** Rulesets in force on a full ref. */
export function rulesetsOn(forge: Forge, repo: RepositoryRow, ref: string): RulesetRow[] {
  return forge.rulesets
    .values()
    .filter((row) => row.repo === repo.id && row.enforcement === 'active' && isMeant(repo, row, ref));
}

function isMeant(repo: RepositoryRow, { include, exclude }: RulesetRow, ref: string): boolean {
  const branch = /^refs\/heads\//.test(ref);
  const matches = (pattern: string) =>
    pattern === '~ALL' ||
    pattern === ref ||
    (pattern === '~DEFAULT_BRANCH' && ref === `refs/heads/${repo.defaultBranch}`);
  return branch && include.some(matches) && !exclude.some(matches);
}

/** What GitHub says where a rule forbids a move. */
const refusals = {
  deletion: 'Cannot delete this branch',
  non_fast_forward: 'Cannot force-push to this branch',
} as const;

/** Why a ref may not be moved so; undefined where it may. */
export function ruleAgainst(
  forge: Forge,
  repo: RepositoryRow,
  ref: string,
  rule: keyof typeof refusals,
): string | undefined {
  const isForbidden = rulesetsOn(forge, repo, ref).some(({ rules }) => rules.includes(rule));
  return isForbidden ? refusals[rule] : undefined;
}

/** The same for the hook that sees a push before its refs move: `<ref> <rule>` a line. */
export function rulesForHook(forge: Forge, repo: RepositoryRow, refs: readonly string[]): string {
  return refs
    .flatMap((ref) =>
      rulesetsOn(forge, repo, ref).flatMap(({ rules }) => rules.map((rule) => `${ref} ${rule}`)),
    )
    .join('\n');
}
