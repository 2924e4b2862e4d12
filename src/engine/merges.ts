import { isTooOld } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { marker } from '../ticket/sentences.ts';
import { isOpen } from '../ticket/states.ts';
import { type Ask, askTicket, tellRefusal } from './asks.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import { lastClosing } from './labels.ts';
import type { IssueEvent, PullRequest } from './ports.ts';

/** What merging a ticket's pull request into the default branch asks: once, however often it is seen. */
export async function mergeAsks(
  context: Context,
  ticket: Ticket,
  { pull, comments }: { pull: PullRequest; comments: OwnComments },
): Promise<Ask[]> {
  const { forge } = context;
  if (!pull.merged || !isOpen(ticket.state) || pull.base !== (await forge.defaultBranch())) return [];
  const said = { source: `p${pull.number}`, at: pull.merged.at, actor: pull.merged.by };
  const isNew = said.at >= (ticket.created ?? '') && !isTooOld(said.at, forge.now());
  if (!isNew || Object.hasOwn(ticket.seen, said.source)) return [];
  const told: Ask['told'] = (decision) => tellRefusal(comments, said, decision);
  return [askTicket(context, ticket, { kind: 'merged', commit: pull.head_sha, ...said }, told)];
}

/** What closing it without a merge asks, once: only of the one that shows the work now, since others are history. */
export async function unmergedAsks(
  { forge, writer }: Context,
  ticket: Ticket,
  { pull, comments, events }: { pull: PullRequest; comments: OwnComments; events: IssueEvent[] },
): Promise<Ask[]> {
  const last = lastClosing(events);
  const isClosed = pull.state === 'closed' && !pull.merged && last?.event === 'closed' && !last.ours;
  if (!isClosed || ticket.state === 'cancelled') return [];
  const said = { source: `e${last.id}`, at: last.at, actor: last.actor };
  const isNew = said.at >= (ticket.created ?? '') && !isTooOld(said.at, forge.now());
  if (!isNew || Object.hasOwn(ticket.seen, said.source)) return [];
  if ((await forge.pullRequest(pull.head))?.number !== pull.number) return [];
  if (pull.base !== (await forge.defaultBranch())) return []; // somebody's own, to a release for one
  const told: Ask['told'] = async (decision) => {
    const name = `answer:${said.source}`;
    if (decision.accepted) await comments.once(name, `${marker(name)}\n@${said.actor}: ${decision.message}`);
    else await tellRefusal(comments, said, decision);
  };
  const request = { ...said, kind: 'unmerged', pull: pull.number } as const;
  return [{ ask: () => writer.handle(ticket.id, request), told }];
}
