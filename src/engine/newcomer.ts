import { isoSeconds } from '../base/clock.ts';
import { readWords } from '../ticket/commands.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Priority } from '../ticket/format.ts';
import { reasons } from '../ticket/reasons.ts';
import type { RequestOf } from '../ticket/requests.ts';
import type { Context } from './context.ts';
import { refusal } from './draft.ts';
import { byTriage, may } from './people.ts';

/** A ticket that somebody wants made. */
export interface Wish {
  title: string;
  body: string;
  owner: string | null;
  priority: Priority;
  /** Why, or until when, it is born waiting, in the words of `/park`; empty for the inbox. */
  wait: string;
  mirror: boolean;
}

/** Who wants it. `source` (`b` and 24 hexadecimal digits) names the wish: the same again makes the same ticket. */
export interface Wisher {
  login: string;
  user: number;
  source: string;
}

/**
 * Makes a ticket as a person on the board asks for it: in the inbox, or waiting in its first commit (S1). Who may triage may,
 * as with an issue; to release it takes more.
 */
export async function createTicket(
  context: Context,
  wish: Wish,
  { login, user, source }: Wisher,
): Promise<{ id: string; decision: Decision }> {
  const { forge, writer } = context;
  const config = await context.config();
  const now = forge.now();
  // A letter first: what is a number is the ticket of the issue with that number.
  const id = `${config.prefix}-t${source.slice(1, 9)}`;
  const refused = (code: Decision['code'], message: string = reasons[code]) => ({
    id,
    decision: refusal(code, message),
  });
  const role = await forge.permission(login, user, { fresh: true });
  if (!may(role, 'triage')) return refused('not-permitted');
  const stop = readWords('park', wish.wait.trim(), { now, zone: config.time_zone });
  if (stop.name !== 'park' || stop.unread !== undefined) return refused('bad-condition');
  const { when, after, reason } = stop;
  const request: RequestOf<'create'> = {
    kind: 'create',
    id,
    issue: null,
    title: wish.title.trim(),
    body: wish.body.replaceAll('\r\n', '\n'),
    owner: wish.owner,
    priority: wish.priority,
    ...(after ? { after } : {}),
    park:
      wish.wait.trim() && !after ? { by: login, reason, ...(when ? { when, ...byTriage(role) } : {}) } : null,
    hold: false,
    ...(wish.mirror ? { mirror: true } : {}),
    mirrored: null,
    answered: {},
    source,
    at: isoSeconds(now),
    actor: login,
  };
  return { id, decision: await writer.handle(id, request) };
}
