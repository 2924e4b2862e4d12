import type { Ticket } from './format.ts';
import { readIssueForm } from './issue-form.ts';
import { marker } from './sentences.ts';
import { textDigest } from './signals.ts';

/*
 * A ticket's text stands twice: in its file, and on its issue for people.
 */

/** A text as an issue has it. */
export interface Text {
  title: string;
  body: string;
}

/** Whether the issue shows the very text that an agent would be told. */
export function isInStep(ticket: Ticket, shown: Text): boolean {
  return shownDigest(shown) === ticket.mirrored && textBehind(ticket, shown) === null;
}

/** What the issue's text is to become where the file was edited; null where it was not, or the issue was edited, too. */
export function textBehind(ticket: Ticket, issue: Text): { title?: string; body?: string } | null {
  if (shownDigest(issue) !== ticket.mirrored) return null;
  const { body } = readIssueForm(stripMarker(issue.body)); // a form's own headings stay on the issue
  const change = {
    ...(issue.title === ticket.title.trim() ? {} : { title: ticket.title.trim() }), // as GitHub keeps it
    ...(textDigest('', body) === textDigest('', ticket.body) ? {} : { body: issueBody(ticket) }),
  };
  return Object.keys(change).length > 0 ? change : null;
}

/** GitHub's limit for an issue's body, in characters: beyond it answers 422. */
const longestBody = 65_536;

const marked = ({ id, body }: Pick<Ticket, 'id' | 'body'>): string => `${ticketMarker(id)}\n${body}`;

/** The body of a linked ticket's issue. A text that is too long with the marker goes without: its file names the issue. */
function issueBody(ticket: Pick<Ticket, 'id' | 'body'>): string {
  const text = marked(ticket);
  return text.length > longestBody ? ticket.body : text;
}

/** The body that a ticket's issue is made with: its beginning, where there is no room for more. The rest follows once it is linked. */
export function firstBody(ticket: Pick<Ticket, 'id' | 'body'>): string {
  const text = marked(ticket);
  // not in the middle of a character that takes two
  return text.length > longestBody ? text.slice(0, longestBody).replace(/[\ud800-\udbff]$/, '') : text;
}

/** Digest of what people see of a ticket's text on its issue. */
export function shownDigest({ title, body }: Text): string {
  return textDigest(title, stripMarker(body));
}

/** The hidden line by which the issue of a ticket born as a file is found again. */
export function ticketMarker(id: string): string {
  return marker(`ticket:${id}`);
}

/** The ticket that an issue says it shows. */
export function ticketOfMarker(body: string): string | null {
  return /^<!-- signalbox:ticket:([A-Za-z0-9-]+) -->/.exec(body)?.[1] ?? null;
}

/** An issue's body as people see it. */
export function stripMarker(body: string): string {
  return body.replace(/^<!-- signalbox:ticket:\S+ -->\r?\n?/, '');
}
