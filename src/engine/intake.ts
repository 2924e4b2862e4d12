import type { Config } from '../ticket/config.ts';
import type { Ticket } from '../ticket/format.ts';
import { readIssueForm } from '../ticket/issue-form.ts';
import { textDigest } from '../ticket/signals.ts';
import { ticketOfMarker } from '../ticket/texts.ts';
import { askAll, tellRefusal } from './asks.ts';
import { commentAsks } from './commands.ts';
import { OwnComments } from './comments.ts';
import { type Context, own, present } from './context.ts';
import { closingAsks, controlLabels, isSame, labelAsks, takeOffLabels } from './labels.ts';
import { mergeAsks, unmergedAsks } from './merges.ts';
import { may } from './people.ts';
import type { Comment, Issue, IssueEvent, PullRequest, Snapshot } from './ports.ts';
import { reviewAsks } from './reviews.ts';
import { stepText } from './texts.ts';
import { throwGravest, together, untold } from './together.ts';
import { keptTicket } from './view.ts';

/** What one reading of an issue shows. */
export interface Reading {
  issue: Issue;
  events: IssueEvent[];
  comments: OwnComments;
  config: Config;
  /** The pull request that this issue is, if it is one. */
  pull: PullRequest | null;
}

/** What a reading was of. Of a ticket whose file is broken only the desk's switches are carried out: the rest waits. */
export interface Taken {
  id: string;
  isBroken: boolean;
}

/**
 * Reads an issue as it is now and carries out what people ask there: labels, comments, closing, edits. Level-triggered:
 * however many webhooks were lost or doubled, one reading finds all. Answers whose issue it is; null where nobody's.
 *
 * @param hint a comment that a webhook brought, for when the list does not show it yet
 */
export async function takeIn(context: Context, number: number, hint?: Comment): Promise<Taken | null> {
  const snapshot = await context.writer.read();
  if (snapshot.movedBack) return null; // what people ask keeps on the issue until the desk is restored
  const issue = await context.forge.issue(number);
  const known = ticketOf(snapshot, number);
  if (issue === 'gone' || issue === 'moved') {
    if (known) await detach(context, known, issue === 'gone' ? 'deleted' : 'transferred');
    return known === null ? null : { id: known, isBroken: false };
  }
  const config = await context.config();
  const [events, comments, pull] = await Promise.all([
    context.forge.events(number),
    OwnComments.read(context.forge, number, hint),
    issue.is_pull_request ? context.forge.pullRequestNumbered(number) : null,
  ]);
  if (issue.is_pull_request && !pull) return null;
  const reading: Reading = { issue, events, comments, config, pull };
  const id = known ?? (await otherwiseKnown(context, reading)) ?? (await birth(context, reading));
  return id === null ? null : { id, isBroken: !(await carryOut(context, id, reading)) };
}

/**
 * Each ask goes by itself; what follows from all of them waits until the next reading where one of them failed. False
 * where the ticket's file is broken.
 */
async function carryOut(context: Context, id: string, reading: Reading): Promise<boolean> {
  const { ticket, snapshot } = await present(context, id);
  const { pull } = reading;
  const comments = reading.comments.others.map((comment) =>
    commentAsks(context, { id, ticket, snapshot, comment, own: reading.comments }),
  );
  const others =
    ticket === null
      ? []
      : pull
        ? [
            mergeAsks(context, ticket, { ...reading, pull }),
            unmergedAsks(context, ticket, { ...reading, pull }),
            reviewAsks(context, ticket, { ...reading, pull }),
          ]
        : [...labelAsks(context, ticket, reading), closingAsks(context, ticket, reading)];
  const asked = await together([...comments, ...others]);
  const answered = await together(askAll(asked.done.flat()));
  throwGravest([...asked.failures, ...answered.failures]);
  if (ticket !== null && !pull) await showTaken(context, ticket, reading);
  return ticket !== null;
}

/** What the issue is to show of what was decided. Where GitHub does not take it, that is no reason to wait with anything else. */
async function showTaken(context: Context, ticket: Ticket, reading: Reading): Promise<void> {
  try {
    await takeOffLabels(context, reading);
    await stepText(context, ticket, reading);
  } catch (error) {
    throw untold(error);
  }
}

/**
 * Makes a ticket of an issue that somebody with triage or more labelled so after the installation. It is born in the
 * state its labels ask for, in one commit: waiting where `park` or `hold` is among them, whatever else is (S1).
 */
async function birth(context: Context, { issue, events, comments, config }: Reading): Promise<string | null> {
  const label = config.labels.ticket;
  const asked = events.filter((event) => event.event === 'labeled' && isSame(event.label, label)).at(-1);
  const labelled = issue.labels.some((one) => isSame(one, label));
  if (
    !asked ||
    asked.at < context.installedAt ||
    !labelled ||
    issue.is_pull_request ||
    issue.state !== 'open'
  )
    return null;
  if (asked.ours) return null; // the issue of a ticket born as a file, on its way to be linked
  if (!may(await context.forge.permission(asked.actor), 'triage')) return null;
  const control = controlLabels(config);
  const kinds = issue.labels.flatMap((one) => control.get(one.toLowerCase()) ?? []);
  const controls = events.filter(
    (event) => event.event === 'labeled' && control.has(event.label.toLowerCase()),
  );
  const parker = controls.filter((event) => control.get(event.label.toLowerCase()) === 'park').at(-1);
  const form = readIssueForm(issue.body);
  const id = idOfIssue(issue, config);
  const isStopped = kinds.includes('park') || kinds.includes('hold');
  const decision = await context.writer.handle(id, {
    kind: 'create',
    id,
    source: `e${asked.id}`,
    at: issue.created,
    actor: asked.actor,
    issue: issue.number,
    title: issue.title,
    body: form.body,
    owner: form.owner,
    priority: form.priority,
    ...(form.phases ? { phases: form.phases } : {}),
    mirrored: textDigest(issue.title, issue.body),
    park: kinds.includes('park') ? { by: parker?.actor ?? asked.actor, reason: 'born parked' } : null,
    hold: kinds.includes('hold'),
    answered: isStopped ? Object.fromEntries(controls.map((event) => [`e${event.id}`, event.at])) : {},
  });
  if (decision.accepted || (await isTicketOf(context, id, issue.number))) return id;
  await tellRefusal(comments, { source: `e${asked.id}`, actor: asked.actor }, decision);
  return null;
}

/** An issue was deleted or moved away: its ticket is parked and stands alone. */
export async function detach(
  context: Context,
  id: string,
  how: 'deleted' | 'transferred',
  actor = 'somebody',
): Promise<void> {
  const reason = how === 'deleted' ? 'its issue was deleted' : 'its issue was moved to another repository';
  await context.writer.handle(id, { ...own(context, `detach:${id}`), actor, kind: 'detach', reason });
}

/** The open ticket of an issue. */
export function ticketOf(snapshot: Snapshot, issue: number): string | null {
  for (const { id, ticket } of snapshot.tickets.values()) if (ticket?.issue === issue) return id;
  return null;
}

/** An archived ticket, one whose file is broken, or the ticket of a pull request. */
async function otherwiseKnown(context: Context, { issue, config, pull }: Reading): Promise<string | null> {
  if (pull) return ticketOfBranch(pull.head);
  const id = idOfIssue(issue, config);
  const { file, snapshot } = await present(context, id);
  const broken = file?.broken ? id : brokenTicketOf(snapshot, issue.number);
  if (broken !== null) return broken;
  for (const named of [id, ticketOfMarker(issue.body)]) {
    if (named !== null && (await isTicketOf(context, named, issue.number))) return named;
  }
  return null;
}

/** The ticket whose file is broken and that had this issue when it could be read last. */
function brokenTicketOf(snapshot: Snapshot, issue: number): string | null {
  for (const file of snapshot.tickets.values())
    if (file.broken && keptTicket(snapshot, file)?.issue === issue) return file.id;
  return null;
}

/** Whether an issue is that of a ticket in the archive, whatever labels it still has. */
export async function isArchivedTickets(
  snapshot: Snapshot,
  issue: Pick<Issue, 'number' | 'body'>,
  config: Config,
): Promise<boolean> {
  const named = [idOfIssue(issue, config), ticketOfMarker(issue.body)].filter((id) => id !== null);
  const archived = await Promise.all(named.map((id) => snapshot.archived(id)));
  return archived.some((file) => file?.ticket?.issue === issue.number);
}

/** The ticket in the archive that an issue became. */
export async function archivedTicketOf(
  snapshot: Snapshot,
  issue: number,
  config: Config,
): Promise<string | null> {
  const id = idOfIssue({ number: issue }, config);
  return (await snapshot.archived(id))?.ticket?.issue === issue ? id : null;
}

/** What a ticket born from an issue is called. */
function idOfIssue({ number }: Pick<Issue, 'number'>, { prefix }: Config): string {
  return `${prefix}-${number}`;
}

/** Whether the ticket itself says that it belongs to this issue; what an issue says of itself proves nothing. */
async function isTicketOf(context: Context, id: string, issue: number): Promise<boolean> {
  return (await present(context, id)).ticket?.issue === issue;
}

/** The branch where people see a ticket's code. */
export function ticketBranch(id: string): string {
  return `ticket/${id}`;
}

/** The ticket a branch belongs to, or null. */
export function ticketOfBranch(branch: string): string | null {
  return /^ticket\/([A-Za-z0-9-]+)$/.exec(branch)?.[1] ?? null;
}
