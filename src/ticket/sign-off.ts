// Stryker disable StringLiteral: words for people, not rules
import type { Config } from './config.ts';
import type { ClosedAttempt, Ticket } from './format.ts';
import { reviewWords, short } from './gate-words.ts';
import { isPersons } from './phases.ts';
import { harmless, quote } from './quotes.ts';
import { artifactPlace } from './report.ts';
import { headOf } from './reviews.ts';
import { saidLines } from './said-words.ts';

/*
 * What a person is shown who signs a ticket off: what each phase before came to, and of which commit.
 */

/** The marker's name of the comment: one for each time that the ticket comes to its sign-off. */
export function signOffName({ phase, attempts }: Pick<Ticket, 'phase' | 'attempts'>): string {
  return `sign-off:${phase.replace(/[^A-Za-z0-9-]/g, '_')}:${attempts.at(-1)?.number ?? 0}`;
}

/** Null where the ticket does not lie with a person whose phase it is. */
export function signOffWords(ticket: Ticket, config: Config): string | null {
  if (ticket.state !== 'review' || !isPersons(config.phases, ticket.phase)) return null;
  const before = ticket.phases.slice(0, ticket.phases.indexOf(ticket.phase));
  const { branch } = ticket;
  const head =
    headOf(ticket) === null
      ? 'The work adds no commit.'
      : `The work is ${short(headOf(ticket))} on \`ticket/${ticket.id}\`, pushed by ${harmless(branch?.by ?? '')}.`;
  return [
    `**${ticket.id} waits for a person: ${harmless(ticket.phase)}.** ${head}`,
    ...before.flatMap((phase) => ['', ...phaseWords(ticket, phase)]),
    '',
    reviewWords(ticket, config),
  ].join('\n');
}

const completions: readonly ClosedAttempt['outcome'][] = ['done', 'review', 'approved'];

function phaseWords(ticket: Ticket, phase: string): string[] {
  const { attempts } = ticket;
  const last = attempts.findLast((one) => one.phase === phase && completions.includes(one.outcome));
  if (!last) return [`**${harmless(phase)}**: no attempt completed it`];
  const { number, agent, outcome, ended, commit, work, reason, said } = last;
  const of = commit ?? work;
  const attempt = `attempt ${number} by ${harmless(agent)}, ${ended}${of ? `, of ${short(of)}` : ''}`;
  const sent = attempts.filter((one) => one.phase === phase && one.outcome === 'rejected').length;
  const rounds = sent > 0 ? ` It had sent the work back ${sent === 1 ? 'once' : `${sent} times`}.` : '';
  return [
    `**${harmless(phase)}**: ${outcome} (${attempt}).${rounds}`,
    quote(reason),
    ...saidLines(said, artifactPlace(ticket, last)),
  ];
}
