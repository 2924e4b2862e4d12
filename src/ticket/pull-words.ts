// Stryker disable StringLiteral: words for people, not rules
import type { ClosedAttempt, Ticket } from './format.ts';
import { harmless, linesOf } from './quotes.ts';
import { artifactPlace, workPlace } from './report.ts';
import { pullWords } from './said-words.ts';
import { standing } from './states.ts';
import { wanted } from './wanted.ts';

/*
 * What is said of the pull request that shows a ticket's work, and of its branch.
 */

/** What a ticket's agents are told of a pull request that was not wanted as it was. */
export function unmergedNote(pull: number): string {
  return `Pull request #${pull}, which showed the work so far, was closed and not merged.`;
}

/** What who closed it without a merge is told. */
export function closedUnmerged(before: Ticket, { id, state }: Ticket): string {
  const ways =
    '`/reject <what is missing>` has it worked on, `/approve` takes it as it is, `/cancel` ends it.';
  if (state !== 'review')
    return `Noted: ${id} is ${standing(state)} as before. Its branch stays, and its next attempt is told.`;
  return before.state === 'done'
    ? `${id} was done, and is in review again, since its work was not merged: ${ways}`
    : `Noted: ${id} stays in review: ${ways}`;
}

/** What an attempt that is stopped does not touch: lines of its evidence. */
export function shownBefore(ticket: Ticket): string[] {
  const { publish } = wanted(ticket);
  return publish?.work
    ? [
        `- Branch \`ticket/${ticket.id}\` and its pull request stay as they are, with the work of attempt ${publish.number}`,
      ]
    : [];
}

/** That accepted work does not build on what people pushed to the ticket branch meanwhile. */
export function besideWords(ticket: Ticket, attempt: ClosedAttempt, branch: string): string {
  return [
    `**The work of attempt ${attempt.number} is not shown:** somebody pushed to \`${branch}\` while it was made, and what they pushed stays as it is.`,
    `Its work: ${workPlace(ticket, attempt)}. Merge it into \`${branch}\` by hand; or \`/reject <words>\`, where the ticket is in review: the next attempt begins at the branch as it is, and is shown this work.`,
  ].join('\n');
}

/** Title and body of a pull request for accepted work. */
export function pullRequestText(ticket: Ticket, attempt: ClosedAttempt): { title: string; body: string } {
  const issue = ticket.issue === null ? '' : `For #${ticket.issue}.\n\n`;
  const body = `${issue}Attempt ${attempt.number} (${harmless(attempt.phase)}) by ${harmless(attempt.agent)} ended with:\n\n${pullWords(attempt.reason, attempt.said, artifactPlace(ticket, attempt))}`;
  const title = attempt.said?.pull_request?.title ?? ticket.title;
  return { title: cutTitle(`${ticket.id}: ${linesOf(title).join(' ')}`), body };
}

/** As long as GitHub takes a title (256 characters), and no half of one at its end. */
function cutTitle(title: string): string {
  return title.length <= 256 ? title : `${title.slice(0, 255).replace(/[\ud800-\udbff]$/, '')}…`;
}
