// Stryker disable StringLiteral: words for people, not rules

/*
 * What others judge of a commit: their checks. They are seen on the forge and never kept, so whoever needs them is handed
 * what was seen.
 */

/** Checks at the head of a branch, or at a commit, as they were seen. */
export interface ChecksSeen {
  /** Null where there is no such branch. */
  commit: string | null;
  /** When it was looked (ISO). */
  at: string;
  checks: readonly { name: string; state: 'green' | 'red' | 'pending' }[];
  /** Why they could not be read. */
  fault?: string;
}

/** By branch, or by commit. */
export type SeenChecks = ReadonlyMap<string, ChecksSeen>;

/** Whether these checks are green, or all that are there, which must be one at least: nothing judged is nothing approved. */
export function areGreen(seen: ChecksSeen | undefined, names: readonly string[] | null = null): boolean {
  if (!seen || seen.fault !== undefined) return false;
  const asked = names ?? seen.checks.map(({ name }) => name);
  const isGreen = (name: string) => {
    const own = seen.checks.filter((check) => check.name === name);
    return own.length > 0 && own.every(({ state }) => state === 'green');
  };
  return asked.length > 0 && asked.every(isGreen);
}

/** How many checks are named. */
const namedMax = 5;

/** What keeps the checks of `what` from being green, as they were seen; empty where they are. */
export function checkWords(
  what: string,
  seen: ChecksSeen | undefined,
  names: readonly string[] | null = null,
): string {
  if (!seen) return `nobody has looked at the checks of ${what} here`;
  if (areGreen(seen, names)) return '';
  const { commit, at, checks, fault } = seen;
  if (fault !== undefined) return `the checks of ${what} cannot be read: ${fault}`;
  if (commit === null) return `there is no branch ${what}`;
  const where = `${commit === what ? '' : `${what} at `}${commit.slice(0, 7)}`;
  const of = (state: string) =>
    checks.flatMap((check) =>
      check.state === state && (names?.includes(check.name) ?? true) ? check.name : [],
    );
  const absent = (names ?? []).filter((name) => !checks.some((check) => check.name === name));
  const parts = [
    listed(of('red'), 'is red', 'are red'),
    listed(of('pending'), 'has not ended', 'have not ended'),
    listed(absent, 'has not begun', 'have not begun'),
  ].filter((part) => part !== '');
  return `${where}: ${parts.join(', ') || 'nothing has been checked there'} (seen at ${at})`;
}

function listed(names: readonly string[], one: string, several: string): string {
  if (names.length === 0) return '';
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
  return `${names.slice(0, namedMax).join(', ')}${more} ${names.length > 1 ? several : one}`;
}
