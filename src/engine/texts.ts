import type { Ticket } from '../ticket/format.ts';
import { readIssueForm } from '../ticket/issue-form.ts';
import { reasons } from '../ticket/reasons.ts';
import { untakenTextComment } from '../ticket/sentences.ts';
import { shownDigest, stripMarker, type Text, textBehind } from '../ticket/texts.ts';
import type { OwnComments } from './comments.ts';
import { type Context, own } from './context.ts';
import type { Issue } from './ports.ts';

/*
 * A ticket's text stands twice: in its file, and on its issue for people.
 */

/**
 * Brings title and body into step, both ways: a person's edit of the issue, or of the file. An edit that the ticket does
 * not take, since it was released or cannot hold it, is said: the issue shows what no agent is told.
 */
export async function stepText(
  context: Context,
  ticket: Ticket,
  { issue, comments }: { issue: Issue; comments: OwnComments },
): Promise<void> {
  const change = textBehind(ticket, issue);
  if (change) {
    await context.forge.updateIssue(issue.number, change);
    const digest = shownDigest({ ...issue, ...change });
    await context.writer.handle(ticket.id, { ...own(context, 'mirror'), kind: 'mirrored', digest });
    return;
  }
  const digest = shownDigest(issue);
  if (digest === ticket.mirrored) return;
  if (ticket.released) return tellUntaken(comments, ticket, 'frozen', reasons.frozen);
  const { body } = readIssueForm(stripMarker(issue.body));
  const edit = { kind: 'edit', title: issue.title, body, digest } as const;
  const asked = { ...own(context, `edit:${digest.slice(0, 12)}`), ...edit };
  const { accepted, code, message } = await context.writer.handle(ticket.id, asked);
  if (!accepted && code !== 'already-so') await tellUntaken(comments, ticket, code, message);
}

function tellUntaken(comments: OwnComments, { id }: Ticket, code: string, message: string): Promise<void> {
  return comments.once(`text:${code}`, untakenTextComment(id, code, message));
}

/** The text that people see: what a release means. Undefined where there is no issue, null where it is gone. */
export async function shownText({ forge }: Context, ticket: Ticket): Promise<Text | null | undefined> {
  if (ticket.issue === null) return undefined;
  const issue = await forge.issue(ticket.issue);
  return issue === 'gone' || issue === 'moved' ? null : { title: issue.title, body: issue.body };
}
