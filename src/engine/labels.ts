import type { Config } from '../ticket/config.ts';
import { isTooOld } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { isBot } from '../ticket/pushers.ts';
import type { Request } from '../ticket/requests.ts';
import { isOpen } from '../ticket/states.ts';
import { roleFor } from '../ticket/table.ts';
import { type Ask, answerAtDoor, askTicket, tellRefusal } from './asks.ts';
import type { Context } from './context.ts';
import type { Reading } from './intake.ts';
import { isForPersonsAlone, may } from './people.ts';
import type { IssueEvent } from './ports.ts';

/** The labels that ask something, as this repository calls them, in lower case (GitHub's labels know no case). */
export function controlLabels({ labels }: Config): Map<string, 'park' | 'hold' | 'release' | 'approve'> {
  return new Map([
    [labels.park.toLowerCase(), 'park'],
    [labels.hold.toLowerCase(), 'hold'],
    [labels.release.toLowerCase(), 'release'],
    [labels.approve.toLowerCase(), 'approve'],
  ]);
}

/** What control labels ask: one request for each `labeled` event that was not seen yet, each worked out by itself. */
export function labelAsks(context: Context, ticket: Ticket, reading: Reading): Promise<Ask[]>[] {
  const control = controlLabels(reading.config);
  return reading.events.map(async (event) => {
    const kind =
      event.event === 'labeled' && !event.ours ? control.get(event.label.toLowerCase()) : undefined;
    if (!kind || !isNew(context, ticket, reading, event) || isWithdrawn(event, kind, reading)) return [];
    return askAs(context, ticket, reading, event, kind === 'park' ? { kind, reason: '' } : { kind });
  });
}

/** What closing or reopening the issue asks; the last of them counts. */
export async function closingAsks(context: Context, ticket: Ticket, reading: Reading): Promise<Ask[]> {
  const { issue } = reading;
  const last = lastClosing(reading.events);
  if (!last || last.ours || !isNew(context, ticket, reading, last)) return [];
  if (last.event === 'reopened') {
    const asked = issue.state === 'open' && !isOpen(ticket.state);
    return asked ? askAs(context, ticket, reading, last, { kind: 'reopen' }) : [];
  }
  if (issue.state !== 'closed' || !isOpen(ticket.state)) return [];
  if (issue.state_reason === 'not_planned' || issue.state_reason === 'duplicate') {
    const reason = `closed as ${issue.state_reason.replace('_', ' ')}`;
    return askAs(context, ticket, reading, last, { kind: 'cancel', reason });
  }
  return askAs(
    context,
    ticket,
    reading,
    last,
    ticket.state === 'review' ? { kind: 'approve' } : { kind: 'merged' },
  );
}

export function lastClosing(events: IssueEvent[]): IssueEvent | undefined {
  return events.filter(({ event }) => event === 'closed' || event === 'reopened').at(-1);
}

/**
 * Takes control labels off once they were carried out. An event younger than the reading keeps its label for the next,
 * and one from before the installation says something else here: its label is theirs and stays.
 */
export async function takeOffLabels({ forge, installedAt }: Context, reading: Reading): Promise<void> {
  const control = controlLabels(reading.config);
  const { number, labels } = reading.issue;
  const present = labels.filter((label) => control.has(label.toLowerCase()));
  if (present.length === 0) return;
  const read = new Set(reading.events.map(({ id }) => id));
  const now = await forge.events(number);
  for (const label of present) {
    const last = now.filter((event) => event.event === 'labeled' && isSame(event.label, label)).at(-1);
    const isRead = !last || (read.has(last.id) && last.at >= installedAt);
    if (isRead) await forge.removeLabel(number, label);
  }
}

export function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Not carried out, not refused, and not so old that the mark of either may be forgotten. */
function isNew(
  { installedAt, forge }: Context,
  ticket: Ticket,
  { comments }: Reading,
  { id, at }: IssueEvent,
): boolean {
  if (at < installedAt || at < (ticket.created ?? '') || isTooOld(at, forge.now())) return false;
  return !Object.hasOwn(ticket.seen, `e${id}`) && !comments.has(`refused:e${id}`);
}

/** A release or an approval whose label somebody took off before it was read. A park or a hold stands: a late park always takes effect. */
function isWithdrawn(event: IssueEvent, kind: string, { events }: Reading): boolean {
  if (kind !== 'release' && kind !== 'approve') return false;
  return events.some(
    (later) =>
      later.id > event.id && later.event === 'unlabeled' && isSame(later.label, event.label) && !later.ours,
  );
}

type Asking = Request extends infer R
  ? R extends Request
    ? Omit<R, 'source' | 'at' | 'actor'>
    : never
  : never;

/** The request of the person behind an event, if they may ask it; if not, they are told. */
async function askAs(
  context: Context,
  ticket: Ticket,
  reading: Reading,
  event: IssueEvent,
  asking: Asking,
): Promise<Ask[]> {
  const said = { source: `e${event.id}`, at: event.at, actor: event.actor };
  const needed = asking.kind === 'merged' ? 'write' : roleFor(asking.kind);
  const told: Ask['told'] = (decision) => tellRefusal(reading.comments, said, decision);
  if (isForPersonsAlone(asking.kind) && isBot(event.actor))
    return [answerAtDoor('not-permitted', told, 'This is for a person to say, not for a bot.')];
  if (needed && !may(await context.forge.permission(event.actor), needed))
    return [answerAtDoor('not-permitted', told, `This needs ${needed} access to the repository.`)];
  return [askTicket(context, ticket, { ...asking, ...said } as Request, told)];
}
