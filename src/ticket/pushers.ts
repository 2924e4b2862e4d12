import type { Ticket } from './format.ts';
import { maxPushers } from './progress-shape.ts';
import type { Request, RequestOf } from './requests.ts';

/*
 * Whose the head of the ticket branch is. Everybody counts who pushed since accepted work was shown there, and not the
 * last of them alone: a merge of the default branch, by anybody, would make one's own work another's.
 */

/** Stands for a pusher whom the forge has not named. No login has a space. */
export const unknownPusher = 'somebody unknown';

/** Whether a login is a bot's, by GitHub's own mark: a gate is for a person to meet, whatever a bot may write. */
export function isBot(login: string): boolean {
  return login.endsWith('[bot]');
}

/** Whether it is not known of all that lies on the branch who pushed it. */
export function isPusherUnknown({ branch }: Pick<Ticket, 'branch'>): boolean {
  return branch !== null && (branch.by === unknownPusher || branch.pushers.includes(unknownPusher));
}

/** Whether somebody would approve what is their own: their ticket, or what they pushed some of. */
export function isOwnWork({ owner, branch }: Ticket, actor: string): boolean {
  const isActor = (name: string | null) => name?.toLowerCase() === actor.toLowerCase();
  return [owner, ...(branch ? [branch.by, ...branch.pushers] : [])].some(isActor);
}

/**
 * Whether somebody moved the branch since a judgement was asked that does not say what it is of; in the same second it
 * may be of either head. That the app showed accepted work moves nothing: before it there was nothing to judge.
 */
export function isOfOlderHead({ branch }: Ticket, { at, saw }: Request): boolean {
  return saw === undefined && branch !== null && branch.pushers.length > 0 && at <= branch.at;
}

/** The branch as a look found it at `at` (ISO): who is known now takes the place of who was not. */
export function branchSeen(
  { branch }: Ticket,
  { by, pushers, work }: RequestOf<'pushed'>,
  { commit, at }: { commit: string | null; at: string },
): NonNullable<Ticket['branch']> {
  const isMoved = branch?.commit !== commit;
  if (branch === null || (isMoved && branch.work !== work && commit === work))
    return { commit, by, pushers: commit === work ? [] : pushers, at, work };
  const all = new Set([...pushers, ...branch.pushers.filter((one) => one !== unknownPusher)]);
  return {
    commit,
    by: isMoved || branch.by === unknownPusher ? by : branch.by,
    pushers: [...all].slice(0, maxPushers),
    at: isMoved ? at : branch.at,
    work,
  };
}
