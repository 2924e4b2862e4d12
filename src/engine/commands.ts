import { sha256 } from '../base/random.ts';
import { readQuarantined } from '../ticket/codec.ts';
import { type Command, readCommand } from '../ticket/commands.ts';
import { readCommentSignal } from '../ticket/comment-signal.ts';
import { isTooOld } from '../ticket/decide.ts';
import type { DeskRequest } from '../ticket/desk.ts';
import { explanationWords } from '../ticket/explain-words.ts';
import { formatVersion, type Ticket } from '../ticket/format.ts';
import { quarantinePath } from '../ticket/paths.ts';
import type { Request, RequestOf } from '../ticket/requests.ts';
import { marker } from '../ticket/sentences.ts';
import { requestDigest, wasAccepted, wasDiscarded } from '../ticket/signals.ts';
import { roleFor } from '../ticket/table.ts';
import { type Ask, answerAtDoor, askDesk, askTicket, tellRefusal } from './asks.ts';
import { withBlockers } from './blockers.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import { explainHere } from './explain.ts';
import { byTriage, isForPersonsAlone, may } from './people.ts';
import type { Comment, PermissionRole, Snapshot } from './ports.ts';

interface Commented {
  id: string;
  /** Null where its file is broken: then only what is said to the desk counts, or asks how it stands, until it is mended. */
  ticket: Ticket | null;
  snapshot: Snapshot;
  comment: Comment;
  own: OwnComments;
}

interface Said {
  source: string;
  at: string;
  actor: string;
}

/** What one comment asks, if it asks anything, was not answered before, and its author may. */
export async function commentAsks(context: Context, commented: Commented): Promise<Ask[]> {
  const { ticket, snapshot, comment, own } = commented;
  const source = `c${comment.id}`;
  const seen = Object.hasOwn(ticket?.seen ?? {}, source) || Object.hasOwn(snapshot.desk.seen, source);
  if (comment.ours || seen || context.answered.has(comment.id) || comment.at < (ticket?.created ?? ''))
    return [];
  const said = { source, at: comment.at, actor: comment.author };
  const signal = ticket && commentSignal(ticket, comment, said);
  if (isTooOld(comment.at, context.forge.now())) return []; // what became of it may be forgotten
  if (ticket && signal) return signalAsks(context, { ...commented, ticket }, signal);
  const command = readCommand(comment.body, {
    now: Date.parse(comment.at),
    zone: (await context.config()).time_zone,
  });
  if (!command) return [];
  if (own.has(`refused:${source}`) || own.has(`answer:${source}`)) return [];
  const needsNoTicket = isOfDesk(command) || command.name === 'status';
  return ticket || needsNoTicket ? commandAsks(context, commented, command, said) : [];
}

async function commandAsks(
  context: Context,
  { id, ticket, snapshot, comment, own }: Commented,
  command: Command,
  said: Said,
): Promise<Ask[]> {
  const { forge } = context;
  const [role, isAnswered] = await Promise.all([
    forge.permission(comment.author),
    forge.hasReacted(comment.id),
  ]);
  // What was turned away stays so: it must not come to life when its author is given the right some day.
  if (isAnswered) {
    context.answered.add(comment.id);
    return [];
  }
  // Asked before anything else: a stranger's words are not answered, however they are written.
  if (!may(role, neededFor(command)) || (comment.author_is_bot && isForPersonsAlone(command.name))) {
    const told = async () => {
      await forge.react(comment.id, '-1');
      context.answered.add(comment.id);
    };
    return [answerAtDoor('not-permitted', told)];
  }
  const told: Ask['told'] = async (decision) => {
    await tellRefusal(own, said, decision);
    // Whether a message waits or interrupts, or until when a ticket waits, is no matter of yes or no: it is said.
    if (decision.accepted && decision.isNews) {
      const name = `answer:${said.source}`;
      await own.once(name, `${marker(name)}\n@${said.actor}: ${decision.message}`);
    }
    await forge.react(comment.id, decision.accepted ? '+1' : 'confused');
  };
  if (isOfDesk(command)) return [askDesk(context, deskRequest(command, said), told)];
  if (command.name === 'status') {
    const name = `answer:${said.source}`;
    const words = explanationWords(await explainHere(context, snapshot, id));
    return [answerAtDoor('ok', () => own.once(name, `${marker(name)}\n${words}`))];
  }
  if (!ticket) return [];
  const asked = await withBlockers(context, { ticket, snapshot }, command);
  if (asked.name === 'error') return [answerAtDoor('bad-command', told, asked.message)];
  return [askTicket(context, ticket, requestOf(asked, ticket.id, said, role), told)];
}

/** What a command of somebody with `role` asks of a ticket. */
export function requestOf(
  { name, ...words }: Exclude<Command, { name: DeskRequest['kind'] | 'status' | 'blockers' | 'error' }>,
  id: string,
  said: Said,
  role: PermissionRole,
): Request {
  const whose = 'digest' in words ? { ticket: id } : {};
  return { kind: name, ...words, ...whose, ...(name === 'park' ? byTriage(role) : {}), ...said } as Request;
}

type DeskCommand = Extract<Command, { name: DeskRequest['kind'] }>;

/** What a command asks of the desk. */
export function deskRequest({ name, ...words }: DeskCommand, said: Said): DeskRequest {
  return { kind: name, ...words, ...said };
}

/** Whether a command is said to the desk, as a whole or of one profile. */
export function isOfDesk(command: Command): command is DeskCommand {
  return command.name === 'pause' || command.name === 'drain' || command.name === 'resume';
}

/** What somebody must be on the repository whose command is heard. */
export function neededFor(command: Command): 'triage' | 'write' {
  if (command.name === 'status') return 'triage';
  if (isOfDesk(command)) return 'write';
  if (command.name === 'blockers' || (command.name === 'park' && command.after))
    return roleFor('after') ?? 'write';
  return roleFor(command.name === 'error' ? command.command : command.name) ?? 'write';
}

/** A comment that begins like a verdict and shows a key. */
function commentSignal(ticket: Ticket, comment: Comment, said: Said): RequestOf<'signal'> | null {
  const read = readCommentSignal(comment.body);
  if (!read) return null;
  const { attempt: named, ...spoken } = read;
  const attempt = named ?? ticket.attempt?.number ?? ticket.attempts.at(-1)?.number ?? 0;
  const signal =
    attempt === 0
      ? null
      : ({
          format: formatVersion,
          ticket: ticket.id,
          attempt,
          ...spoken,
          run: null,
          agent_gone: false,
        } as const);
  return {
    ...said,
    kind: 'signal',
    signal,
    ticket: ticket.id,
    attempt,
    text: comment.body.replaceAll(spoken.key, '***'),
    channel: 'comment',
  };
}

/** Only a worker's word or a known person's costs a commit; a stranger's `DONE:` stays a comment, whatever it shows. */
async function signalAsks(
  context: Context,
  { ticket, snapshot, comment }: Commented & { ticket: Ticket },
  request: RequestOf<'signal'>,
): Promise<Ask[]> {
  const digest = requestDigest(request);
  const path = quarantinePath(request.ticket, request.attempt, digest);
  if (wasAccepted(ticket, digest) || wasDiscarded(ticket, digest)) return [];
  if (snapshot.quarantine.includes(path) && !(await isMended(snapshot, path, request))) return [];
  const runs = [ticket.attempt?.run, ...ticket.attempts.map(({ run }) => run)];
  const showsKey = runs.some((run) => run?.key_sha256 === sha256(request.signal?.key ?? ''));
  const isKnown =
    showsKey || comment.author_is_bot || may(await context.forge.permission(comment.author), 'triage');
  if (!isKnown) return [];
  const told: Ask['told'] = ({ accepted }) => context.forge.react(comment.id, accepted ? '+1' : 'confused');
  return [askTicket(context, ticket, request, told)];
}

/** Whether a claim that lies in quarantine since it lacked its commit is made again with one, or with a reason for none. */
async function isMended(snapshot: Snapshot, path: string, { signal }: RequestOf<'signal'>): Promise<boolean> {
  if (!signal?.work && !signal?.no_commit) return false;
  return readQuarantined((await snapshot.file(path)) ?? '').quarantined?.code === 'needs-commit';
}
