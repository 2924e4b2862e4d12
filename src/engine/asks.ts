import { SignalboxError } from '../base/errors.ts';
import type { Decision } from '../ticket/decision.ts';
import type { DeskRequest } from '../ticket/desk.ts';
import type { Ticket } from '../ticket/format.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import type { Request } from '../ticket/requests.ts';
import { refusalComment } from '../ticket/sentences.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import { refusal } from './draft.ts';
import { shownText } from './texts.ts';
import { untold } from './together.ts';

/** Something a person or worker asked, not yet decided, and how its answer is told. */
export interface Ask {
  ask(): Promise<Decision>;
  told(decision: Decision): Promise<void>;
}

/** An ask of a ticket. A release says what text people saw, looked at last: an edit may have come before it unheard. */
export function askTicket(context: Context, ticket: Ticket, request: Request, told: Ask['told']): Ask {
  const { writer } = context;
  const ask = async () => {
    if (request.kind !== 'release') return writer.handle(ticket.id, request);
    return writer.handle(ticket.id, { ...request, shown: await shownText(context, ticket) });
  };
  return { ask, told };
}

/** An ask of the desk. */
export function askDesk({ writer }: Context, request: DeskRequest, told: Ask['told']): Ask {
  return { ask: () => writer.handleDesk(request), told };
}

/** What is answered at the door: the ticket is not asked, and the answer is told like any other. */
export function answerAtDoor(code: ReasonCode, told: Ask['told'], message: string = reasons[code]): Ask {
  return { ask: async () => refusal(code, message), told };
}

/**
 * Asks everything of one reading in one turn, so that it meets in one line: there a park goes before a release that was
 * read with it. Then each answer is told; one that cannot be is no failure of the others. What was not decided
 * is a failure, so that it is asked again once it can be.
 */
export function askAll(asks: readonly Ask[]): Promise<void>[] {
  return asks.map(async ({ ask, told }) => {
    const decision = await ask();
    if (decision.undecided) throw new SignalboxError('conflict', decision.code, decision.message);
    try {
      await told(decision);
    } catch (error) {
      throw untold(error);
    }
  });
}

/** Tells a refusal once, on the issue, with its code. What was carried out before, or is so already, needs no word. */
export async function tellRefusal(
  comments: OwnComments,
  { source, actor }: { source: string; actor: string },
  { accepted, undecided, code, message }: Decision,
): Promise<void> {
  if (accepted || undecided || code === 'already-handled' || code === 'already-so') return;
  await comments.once(`refused:${source}`, refusalComment(source, actor, code, message));
}
