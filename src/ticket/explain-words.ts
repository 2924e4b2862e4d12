// Stryker disable StringLiteral: words for people, not rules
import type { Explanation } from './explain.ts';
import { harmless } from './quotes.ts';
import { standing, stateWords } from './states.ts';

/** An explanation as a comment on the issue tells it: the answer to `/status`. */
export function explanationWords(explanation: Explanation | null): string {
  if (!explanation) return 'There is no such ticket any more.';
  const { id, mayRun, reasons, next } = explanation;
  return [
    `**${id}** is **${standsIn(explanation)}**${mayRun ? ', and may run now' : ''}.`,
    ...reasons.map(
      ({ code, message, since, change }) =>
        `- \`${code}\` ${harmless(message)}${since ? ` Since ${since}.` : ''} ${harmless(change)}`,
    ),
    '',
    `Next: ${harmless(next)}`,
  ].join('\n');
}

/** An explanation as programs are given it, by the command line and the agents' tools. */
export function explanationData({
  mayRun,
  ...rest
}: Explanation): { may_run: boolean } & Omit<Explanation, 'mayRun'> {
  return { ...rest, may_run: mayRun };
}

/** The state in words: `in progress`, `not readable`. */
export function standsAs({ state }: Pick<Explanation, 'state'>): string {
  return state === 'broken' ? 'not readable' : stateWords(state);
}

/** The same in a sentence: MC-1 is `in review`. */
export function standsIn({ state }: Pick<Explanation, 'state'>): string {
  return state === 'broken' ? 'not readable' : standing(state);
}
