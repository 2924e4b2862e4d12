import { acceptedLast } from '../ticket/attempts.ts';
import type { Ticket } from '../ticket/format.ts';
import { unmetGates } from '../ticket/gates.ts';
import { headOf, looksAtCommits, voidApprovals } from '../ticket/reviews.ts';
import { marker } from '../ticket/sentences.ts';
import { isOpen } from '../ticket/states.ts';
import { voidWords } from '../ticket/verdict-words.ts';
import { askAll } from './asks.ts';
import type { OwnComments } from './comments.ts';
import { type Context, own } from './context.ts';
import { ticketBranch } from './intake.ts';
import type { PullRequest } from './ports.ts';
import { reviewAsks } from './reviews.ts';
import { throwGravest, together } from './together.ts';

/**
 * Notes what lies on a ticket's branch, to be called once accepted work was shown there; and what of its gates follows from
 * that head: a review on GitHub, a merge. What is seen is compared with what the ticket knows, so that it is enough to
 * look now and then. Costs a call, and more only where something is new or waited for.
 */
export async function lookAtBranch(context: Context, ticket: Ticket, comments: OwnComments): Promise<void> {
  const { forge, writer } = context;
  const config = await context.config();
  if (!isOpen(ticket.state) || !looksAtCommits(ticket, config)) return;
  for (const { number, commit = null, agent, phase } of voidApprovals(ticket)) {
    const name = `void:${number}`;
    await comments.once(name, `${marker(name)}\n${voidWords(ticket, { number, commit, agent, phase })}`);
  }
  const accepted = acceptedLast(ticket);
  const work = accepted?.work ?? null;
  const ref = `refs/heads/${ticketBranch(ticket.id)}`;
  const commit = await forge.ref(ref);
  const isKnown = ticket.branch !== null && (commit === null || commit === headOf(ticket));
  if (!isKnown || ticket.branch?.work !== work) {
    const by = commit === null ? 'signalbox' : await pusherOf(context, ticket, ref, commit);
    await writer.handle(ticket.id, { ...own(context, 'branch'), kind: 'pushed', commit, by, work });
    return; // what follows is asked of the ticket as it is then, which is shown next
  }
  if (ticket.state === 'review') await lookAtGates(context, ticket);
}

/** Whose head it is: of accepted work its agent's, else the pusher's by the repository's activity. */
async function pusherOf({ forge }: Context, ticket: Ticket, ref: string, commit: string): Promise<string> {
  const worker = ticket.attempts.find((one) => one.work === commit || one.accepted?.work === commit);
  if (worker) return worker.agent;
  return (await forge.pushes(ref)).find(({ after }) => after === commit)?.actor ?? 'somebody unknown';
}

async function lookAtGates(context: Context, ticket: Ticket): Promise<void> {
  const { forge, writer } = context;
  const open = unmetGates(ticket, await context.config());
  const isWaited = open.includes('merged') || open.includes('person');
  const pull = isWaited ? await forge.pullRequest(ticketBranch(ticket.id)) : null;
  if (!pull) return;
  if (open.includes('merged') && (await isMergedHead(context, ticket, pull))) {
    const by = (await forge.pullRequestNumbered(pull.number))?.merged?.by ?? 'ghost';
    const about = { source: `merge of ${pull.number}`, at: pull.merged?.at ?? '', actor: by };
    await writer.handle(ticket.id, { ...about, kind: 'merged', commit: pull.head_sha });
  } else if (open.includes('person')) {
    const asks = await reviewAsks(context, ticket, { pull, comments: null });
    throwGravest((await together(askAll(asks))).failures);
  }
}

async function isMergedHead({ forge }: Context, ticket: Ticket, pull: PullRequest): Promise<boolean> {
  return (
    pull.merged !== null && pull.head_sha === headOf(ticket) && pull.base === (await forge.defaultBranch())
  );
}
