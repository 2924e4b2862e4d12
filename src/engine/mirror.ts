import { sha256 } from '../base/random.ts';
import { readQuarantined } from '../ticket/codec.ts';
import type { Config } from '../ticket/config.ts';
import { endedFollowUp, followUpName } from '../ticket/follow-up.ts';
import type { Ticket } from '../ticket/format.ts';
import { isTicketId, parseQuarantinePath } from '../ticket/paths.ts';
import { isShown } from '../ticket/reviews.ts';
import {
  brokenComment,
  callComment,
  evidenceComment,
  marker,
  personsOf,
  quarantineComment,
  settledQuarantine,
  statusComment,
} from '../ticket/sentences.ts';
import { signOffName, signOffWords } from '../ticket/sign-off.ts';
import { isOpen, standing } from '../ticket/states.ts';
import { textBehind, ticketMarker } from '../ticket/texts.ts';
import { wanted } from '../ticket/wanted.ts';
import { callPeople, showDetached } from './alarm.ts';
import { lookAtBranch } from './branches.ts';
import { OwnComments } from './comments.ts';
import { type Context, circumstances, present } from './context.ts';
import { lastClosing } from './labels.ts';
import { ownIssues } from './own-issues.ts';
import { stateLabels } from './own-labels.ts';
import type { Issue, Snapshot, TicketFile } from './ports.ts';
import { giveIssue, publishWork } from './publish.ts';
import { keptTicket } from './view.ts';

/** How old a head may be that is shown, in milliseconds: two processes that show turn about would else never agree. */
const shownMaxAgeMs = 1_000;

/**
 * Shows a ticket on its issue as it stands at the head: the state label, the status comment, evidence, what was refused,
 * the work; closing comes last, so that an open issue means effects left to do. Answers false where the issue is
 * to be read (intake.ts): it shows a request that was not carried out yet, or a text that was edited in the file.
 */
export async function show(context: Context, id: string): Promise<boolean> {
  const { file, ticket, snapshot } = await present(context, id, { maxAgeMs: shownMaxAgeMs });
  if (!file || snapshot.movedBack) return true;
  const number = ticket ? ticket.issue : await issueOfBroken(context, file, snapshot);
  if (number === null) return true;
  const issue = await context.forge.issue(number);
  if (issue === 'gone' || issue === 'moved') return ticket === null;
  const comments = await OwnComments.read(context.forge, number);
  if (file.broken) await tellBroken(file, comments);
  await tellQuarantine(snapshot, id, comments);
  if (!ticket) return true;
  const want = wanted(ticket);
  const config = await context.config();
  await showState(context, ticket, issue, config);
  await comments.keep('status', statusComment(ticket, await circumstances(context, snapshot, [id])));
  for (const attempt of want.evidence) {
    await comments.once(`evidence:${attempt.number}`, evidenceComment(ticket, attempt));
  }
  for (const attempt of ticket.attempts) {
    const name = followUpName(attempt.number);
    if (comments.has(name)) await comments.keep(name, endedFollowUp(ticket.id, attempt));
  }
  await callPeople(context, ticket, comments);
  await settleQuarantine(snapshot, ticket, comments);
  await showWork(context, ticket, comments);
  await askSignOff(ticket, config, comments);
  const isAsked = !(await showClosing(context, ticket, issue, comments));
  return !isAsked && !textBehind(ticket, issue);
}

/** Lays out for a person whose phase it is what came before; once the head that they are to look at is known. */
async function askSignOff(ticket: Ticket, config: Config, comments: OwnComments): Promise<void> {
  const words = isShown(ticket) ? signOffWords(ticket, config) : null;
  if (words === null) return;
  const name = signOffName(ticket);
  await comments.once(name, callComment(name, personsOf(ticket, config), words));
}

async function showWork(
  context: Context,
  ticket: Ticket,
  comments: Pick<OwnComments, 'once'>,
): Promise<void> {
  const { publish } = wanted(ticket);
  if (publish && ticket.state !== 'cancelled') await publishWork(context, ticket, publish, comments);
  await lookAtBranch(context, ticket, comments);
}

/** There is no issue to write on: what would be said there is in the log, or is no more. */
const nowhere: Pick<OwnComments, 'once'> = { once: async () => {} };

/**
 * A ticket without an issue is given one. One whose issue was deleted (`mirrored` tells that it had one) gets no other,
 * and its work is shown as any: what its phases and gates judge lies on its branch.
 */
export async function showUnlinked(context: Context, ticket: Ticket): Promise<void> {
  if (ticket.mirrored === null) return giveIssue(context, ticket);
  await showWork(context, ticket, nowhere);
  await showDetached(context, ticket);
}

/**
 * A broken file does not tell its issue. What it was when it could be read does, and an id born from an issue, and the
 * issue of one born as a file; where none of these is there one is made, so that people are told.
 */
async function issueOfBroken(context: Context, file: TicketFile, snapshot: Snapshot): Promise<number | null> {
  const { forge } = context;
  const { id } = file;
  const { prefix, labels } = await context.config();
  const named = id.startsWith(`${prefix}-`) ? Number(id.slice(prefix.length + 1)) : 0;
  const number = keptTicket(snapshot, file)?.issue ?? named;
  const find = async () => {
    const [own] = await ownIssues(forge, labels.ticket, ticketMarker(id));
    return own ?? (await forge.issuesLabelled(labels.ticket)).find((issue) => issue.number === number);
  };
  const found = await find();
  if (found || !isTicketId(id)) return found?.number ?? null;
  await giveIssue(context, { id, title: `${id}: its file cannot be read`, body: '' });
  return (await find())?.number ?? null;
}

async function showState(context: Context, ticket: Ticket, issue: Issue, config: Config): Promise<void> {
  const { missing, wrong } = stateLabels(ticket, issue.labels, config);
  if (missing.length > 0) await context.forge.addLabels(issue.number, missing);
  for (const label of wrong) await context.forge.removeLabel(issue.number, label);
}

async function showClosing(
  context: Context,
  ticket: Ticket,
  issue: Issue,
  comments: OwnComments,
): Promise<boolean> {
  const want = wanted(ticket).issue;
  if ((want === 'open') === (issue.state === 'open')) return true;
  // Somebody closed the issue of a closed ticket whose last run still stops: that asks nothing, and is left so.
  if (want === 'open' && !isOpen(ticket.state)) return true;
  const last = lastClosing(await context.forge.events(issue.number));
  const source = `e${last?.id ?? 0}`;
  const isCarriedOut = !last || last.ours || source in ticket.seen || comments.has(`refused:${source}`);
  if (!isCarriedOut && last.at >= (ticket.created ?? '')) return false;
  if (want !== 'open') {
    await context.forge.updateIssue(issue.number, { state: 'closed', state_reason: want });
    return true;
  }
  const why = ticket.attempt
    ? 'an attempt is still being executed. `park` it or close as not planned to stop it'
    : `the ticket is ${standing(ticket.state)}. Close as not planned to cancel it`;
  await context.forge.updateIssue(issue.number, { state: 'open' });
  await comments.once(`reopened:${source}`, `${marker(`reopened:${source}`)}\nReopened: ${why}.`);
  return true;
}

async function tellBroken(file: TicketFile, comments: OwnComments): Promise<void> {
  const { broken, path, text } = file;
  if (!broken) return;
  const digest = sha256(text).slice(0, 12);
  await comments.once(`broken:${digest}`, brokenComment(path, broken.code, broken.message, digest));
}

async function tellQuarantine(snapshot: Snapshot, id: string, comments: OwnComments): Promise<void> {
  for (const path of snapshot.quarantine) {
    const named = parseQuarantinePath(path);
    if (named?.id !== id || comments.has(`quarantine:${named.digest}`)) continue;
    const entry = readQuarantined((await snapshot.file(path)) ?? '').quarantined;
    if (entry) await comments.once(`quarantine:${entry.digest}`, quarantineComment(entry));
  }
}

/** Says of what was told to lie in quarantine that it does so no more. */
async function settleQuarantine(snapshot: Snapshot, ticket: Ticket, comments: OwnComments): Promise<void> {
  const lies = new Set(snapshot.quarantine.map((path) => parseQuarantinePath(path)?.digest));
  for (const { name, body } of comments.named('quarantine:')) {
    const digest = name.slice('quarantine:'.length);
    if (!lies.has(digest)) await comments.keep(name, settledQuarantine(body, digest, ticket));
  }
}
