import { endedSince } from '../ticket/closing.ts';
import { isTooOld } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { isPusherUnknown } from '../ticket/pushers.ts';
import { headOf } from '../ticket/reviews.ts';
import { type Ask, answerAtDoor, askTicket, tellRefusal } from './asks.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import type { Finding, Review } from './judgements.ts';
import { may } from './people.ts';
import type { PullRequest } from './ports.ts';

/**
 * What people's reviews of a ticket's pull request ask while the ticket is in review: the latest of each person, where it
 * is of the present head or was made of what is under review now. One of an earlier round is history. Who may not ask is
 * told so where the pull request is read (`comments` are its own), and there alone.
 */
export async function reviewAsks(
  context: Context,
  ticket: Ticket,
  { pull, comments }: { pull: PullRequest; comments: OwnComments | null },
): Promise<Ask[]> {
  if (ticket.state !== 'review') return [];
  const reviews = await context.forge.reviews(pull.number);
  const latest = new Map(reviews.filter(judges).map((review) => [review.by, review]));
  const asked = [...latest.values()].filter((review) => isNew(context, ticket, review, comments));
  return (
    await Promise.all(asked.map((review) => askOf(context, ticket, { review, pull, comments })))
  ).flat();
}

/** One that was dismissed takes back what it said. */
const judges = ({ state }: Review): boolean => state !== 'commented';

function isNew(
  { forge }: Context,
  ticket: Ticket,
  { id, at, commit, state }: Review,
  comments: OwnComments | null,
): boolean {
  if (state === 'dismissed' || isTooOld(at, forge.now()) || at < (ticket.created ?? '')) return false;
  if (Object.hasOwn(ticket.seen, `r${id}`) || comments?.has(`refused:r${id}`)) return false;
  if (state === 'approved' && isPusherUnknown(ticket)) return false; // found again once that is known
  return commit === headOf(ticket) || (comments !== null && !endedSince(ticket, at));
}

/** A stranger's review of a public repository is theirs to write, and is not answered. */
async function askOf(
  context: Context,
  ticket: Ticket,
  { review, pull, comments }: { review: Review; pull: PullRequest; comments: OwnComments | null },
): Promise<Ask[]> {
  const { id, by, by_is_bot, state, commit, body, at } = review;
  const said = { source: `r${id}`, at, actor: by };
  const told: Ask['told'] = async (decision) => {
    if (comments) await tellRefusal(comments, said, decision);
  };
  const role = by_is_bot ? 'none' : await context.forge.permission(by);
  if (!may(role, 'triage')) return [];
  if (!may(role, 'write'))
    return comments === null
      ? []
      : [answerAtDoor('not-permitted', told, 'This needs write access to the repository.')];
  if (state === 'approved') return [askTicket(context, ticket, { ...said, kind: 'approve', commit }, told)];
  const reason = wordsOf(body, await context.forge.findings(pull.number, id));
  return [askTicket(context, ticket, { ...said, kind: 'reject', reason, commit }, told)];
}

/** What a review asks to be changed, with the places that it names: whoever works on it next sees no more than this. */
function wordsOf(body: string, findings: readonly Finding[]): string {
  const places = findings.map(({ path, line, text }) => `- ${path}${line ? `:${line}` : ''}: ${text.trim()}`);
  return [body.trim(), places.join('\n')].filter(Boolean).join('\n\n') || none;
}

const none = 'Changes were requested on the pull request.';
