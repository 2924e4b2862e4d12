// Stryker disable StringLiteral: words for people, not rules
import type { ClosedAttempt, Ticket } from './format.ts';
import { short } from './gate-words.ts';
import { harmless } from './quotes.ts';
import { headOf } from './reviews.ts';

/** Of an attempt that judged: what. */
export function judgedWords({ commit }: Pick<ClosedAttempt, 'commit'>): string {
  return commit === undefined ? '' : `, on ${commit ?? 'no commit'}`;
}

/** That an agent's approval counts no more. */
export function voidWords(
  ticket: Ticket,
  {
    number,
    agent,
    phase,
    commit,
  }: Pick<ClosedAttempt, 'number' | 'agent' | 'phase'> & { commit: string | null },
): string {
  const { branch } = ticket;
  const now = short(headOf(ticket));
  return [
    `**The approval of attempt ${number} (${harmless(phase)}, by ${harmless(agent)}) counts no more.** It is of ${short(commit)}, and`,
    `\`ticket/${ticket.id}\` is at ${now} since ${branch?.at}, pushed by ${harmless(branch?.by ?? 'nobody')}.`,
    `What that changes is reviewed before the ticket goes on.`,
  ].join(' ');
}
