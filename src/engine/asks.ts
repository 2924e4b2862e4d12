import type { Decision } from '../ticket/decision.ts';
import type { DeskRequest } from '../ticket/desk.ts';
import type { Request } from '../ticket/requests.ts';
import { refusalComment } from '../ticket/sentences.ts';
import type { OwnComments } from './comments.ts';
import type { Context } from './context.ts';

/** Something a person or worker asked, permitted but not yet decided, and how its answer is told. */
export interface Ask {
  ask(): Promise<Decision>;
  told(decision: Decision): Promise<void>;
}

/** An ask of a ticket. */
export function askTicket({ writer }: Context, id: string, request: Request, told: Ask['told']): Ask {
  return { ask: () => writer.handle(id, request), told };
}

/** An ask of the desk. */
export function askDesk({ writer }: Context, request: DeskRequest, told: Ask['told']): Ask {
  return { ask: () => writer.handleDesk(request), told };
}

/**
 * Asks everything of one reading in one turn, so that it meets in one line: there a park goes before a release that was
 * read with it. Then tells the answers.
 */
export async function askAll(asks: readonly Ask[]): Promise<void> {
  const decisions = asks.map(({ ask }) => ask());
  await Promise.all(asks.map(async ({ told }, index) => told((await decisions[index]) as Decision)));
}

/** Tells a refusal once, on the issue, with its code. What was carried out before, or is so already, needs no word. */
export async function tellRefusal(
  comments: OwnComments,
  { source, actor }: { source: string; actor: string },
  { accepted, code, message }: Pick<Decision, 'accepted' | 'code' | 'message'>,
): Promise<void> {
  if (accepted || code === 'already-handled' || code === 'already-so') return;
  await comments.once(`refused:${source}`, refusalComment(source, actor, code, message));
}
