import { acceptedLast } from '../ticket/attempts.ts';
import type { Ticket } from '../ticket/format.ts';
import { unmetGates } from '../ticket/gates.ts';
import { isPusherUnknown, unknownPusher } from '../ticket/pushers.ts';
import { headOf, looksAtCommits, voidApprovals } from '../ticket/reviews.ts';
import { marker } from '../ticket/sentences.ts';
import { isOpen } from '../ticket/states.ts';
import { voidWords } from '../ticket/verdict-words.ts';
import { askAll } from './asks.ts';
import type { OwnComments } from './comments.ts';
import { type Context, own } from './context.ts';
import { ticketBranch } from './intake.ts';
import type { Forge, PullRequest } from './ports.ts';
import { reviewAsks } from './reviews.ts';
import { throwGravest, together } from './together.ts';

/**
 * Notes what lies on a ticket's branch, to be called once accepted work was shown there; and what of its gates follows from
 * that head: a review on GitHub, a merge. What is seen is compared with what the ticket knows, so that it is enough to
 * look now and then. Costs a call, and more only where something is new or waited for.
 */
export async function lookAtBranch(
  context: Context,
  ticket: Ticket,
  comments: Pick<OwnComments, 'once'>,
): Promise<void> {
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
  const isNew = !isKnown || ticket.branch?.work !== work;
  if (isNew || isPusherUnknown(ticket)) {
    const seen = await pushedBy(context, ticket, { ref, commit: commit ?? headOf(ticket), work });
    if (isNew || !seen.pushers.includes(unknownPusher)) {
      await writer.handle(ticket.id, { ...own(context, 'branch'), kind: 'pushed', commit, ...seen, work });
      return; // what follows is asked of the ticket as it is then, which is shown next
    }
  }
  if (ticket.state === 'review') await lookAtGates(context, ticket);
}

/**
 * Whose head it is: of accepted work its agent's, else the pusher's by the repository's activity; and who pushed before,
 * back to accepted work, or to a head of which that is known.
 */
async function pushedBy(
  { forge }: Context,
  ticket: Ticket,
  { ref, commit, work }: { ref: string; commit: string | null; work: string | null },
): Promise<{ by: string; pushers: string[] }> {
  if (commit === null) return { by: 'signalbox', pushers: [] };
  const worker = ticket.attempts.find((one) => one.work === commit || one.accepted?.work === commit);
  const known = isPusherUnknown(ticket) ? null : headOf(ticket);
  // Accepted work may be what somebody had pushed: then nothing was moved to show it, and it is theirs as before.
  const isOurs = commit === known || (commit === work && commit !== headOf(ticket));
  const pushers = isOurs
    ? []
    : pushersSince(await forge.pushes(ref), commit, [work, known, '', '0'.repeat(40)]);
  return { by: worker?.agent ?? pushers[0] ?? ticket.branch?.by ?? unknownPusher, pushers };
}

/** Who led a branch to `commit` from one of `bases`, the latest first; where the record has a gap, somebody unknown too. */
function pushersSince(
  pushes: Awaited<ReturnType<Forge['pushes']>>,
  commit: string,
  bases: readonly (string | null)[],
): string[] {
  const found: string[] = [];
  let at = commit;
  for (const { before, after, actor } of pushes) {
    if (after !== at) continue;
    found.push(actor);
    at = before;
    if (bases.includes(at)) return [...new Set(found)];
  }
  return [...new Set(found), unknownPusher];
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
