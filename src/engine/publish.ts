import type { ClosedAttempt, Ticket } from '../ticket/format.ts';
import { besideWords, pullRequestText } from '../ticket/pull-words.ts';
import { marker } from '../ticket/sentences.ts';
import { firstBody, shownDigest, ticketMarker } from '../ticket/texts.ts';
import type { OwnComments } from './comments.ts';
import { type Context, own } from './context.ts';
import { ticketBranch } from './intake.ts';
import { ownIssues } from './own-issues.ts';

/**
 * Shows accepted work: moves the ticket branch to it (forward only: a person's commit there is never overwritten) and
 * opens one pull request. The commit is the one that the accepted signal named: on the ref of the work anything may lie
 * by now. Work that adds no commit to the default branch is not shown, nor what a closed pull request has shown already:
 * people merged or refused that very work, as it was or with commits of their own.
 */
export async function publishWork(
  { forge, log }: Context,
  ticket: Ticket,
  attempt: ClosedAttempt,
  comments: Pick<OwnComments, 'once'>,
): Promise<void> {
  const { work } = attempt;
  if (work === undefined || !(await forge.isAhead(work))) return;
  const branch = ticketBranch(ticket.id);
  const latest = await forge.pullRequest(branch);
  const open = latest?.state === 'open' ? latest : null;
  if (latest && !open && !(await forge.isAhead(work, latest.head_sha))) return;
  const there = await forge.ref(`refs/heads/${branch}`);
  const isThere = there === work || (there !== null && !(await forge.isAhead(work, there)));
  if (!isThere && !(await forge.moveBranch(branch, work))) {
    log.warn('accepted work does not build on the ticket branch', { ticket: ticket.id, branch, work });
    const words = besideWords(ticket, attempt, branch);
    return comments.once(`beside:${work}`, `${marker(`beside:${work}`)}\n${words}`);
  }
  const { title, body } = pullRequestText(ticket, attempt);
  // What is so already is not written: that it changed would have it read again at every sweep.
  if (open && open.title === title && open.body === body) return;
  if (open) await forge.updatePullRequest(open.number, { title, body });
  else await forge.openPullRequest(branch, title, body);
}

/**
 * Gives a ticket that was born as a file its issue, also where that file cannot be read: people look there. The lowest
 * number wins where two processes made one each.
 */
export async function giveIssue(
  context: Context,
  ticket: Pick<Ticket, 'id' | 'title' | 'body'>,
): Promise<void> {
  const { forge, writer } = context;
  const { labels } = await context.config();
  const mark = ticketMarker(ticket.id);
  const made = () => ownIssues(forge, labels.ticket, mark);
  if ((await made()).length === 0) {
    await context.ticketLabel();
    await forge.createIssue(ticket.title, firstBody(ticket), [labels.ticket]);
  }
  const [first, ...doubles] = await made();
  if (!first) return; // the list lags behind; the next look finds it
  for (const double of doubles)
    await forge.updateIssue(double.number, { state: 'closed', state_reason: 'not_planned' });
  const link = { kind: 'link', issue: first.number, digest: shownDigest(first) } as const;
  await writer.handle(ticket.id, { ...own(context, `issue:${first.number}`), ...link });
}
