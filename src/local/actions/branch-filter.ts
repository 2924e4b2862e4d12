/**
 * Whether a pushed ref passes `on.push.branches`. Patterns as GitHub documents them: `*` within a part of the
 * name, `**` across parts, `?` and `+` for the character before, `[]`; the last pattern that matches decides, and
 * one that begins with `!` excludes. With a filter tags do not pass.
 */
export function matchesBranch(patterns: readonly string[] | undefined, ref: string): boolean {
  if (!patterns) return true;
  const [, branch] = /^refs\/heads\/(.+)$/.exec(ref) ?? [];
  if (branch === undefined) return false;
  return patterns.reduce((passes, pattern) => {
    const negative = pattern.startsWith('!');
    return toRegExp(negative ? pattern.slice(1) : pattern).test(branch) ? !negative : passes;
  }, false);
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|\*|[.^$(){}|\\]/g, (found) => {
    if (found === '**') return '.*';
    return found === '*' ? '[^/]*' : `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}
