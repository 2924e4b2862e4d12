import { isTooOld } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { isOpen } from '../ticket/states.ts';
import { type Ask, askTicket, tellRefusal } from './asks.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import type { PullRequest } from './ports.ts';

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
  return [askTicket(context, ticket, { kind: 'merged', ...said }, told)];
}
