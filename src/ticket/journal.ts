import { z } from 'zod';
import { commit, instant, line, ticketId } from './fields.ts';
import { states } from './states.ts';

/*
 * What happened, as other programs are told it: a line of `signalbox journal`, and the body of an outbound webhook.
 */

const state = z.enum(states).nullable();

export const happening = z.strictObject({
  format: z.literal(1),
  id: line.describe('of this transition, for good: told again, it has the same'),
  repository: line.describe('owner/name; where git cannot tell, the address of the remote'),
  branch: line.describe('the state branch'),
  ticket: ticketId
    .or(line)
    .describe('its id; `desk`, or a path, where a push was judged that is of no ticket'),
  transition: z.string().max(1000).describe('as the history has it: `park: in_progress -> waiting`'),
  request: line.describe('what was asked: `park`'),
  refused: line.nullable().describe('the reason code, where it was refused'),
  from: state.describe('null where the history does not tell'),
  to: state,
  actor: z.string().max(1000).describe('a login, an agent, or `signalbox`'),
  cause: z
    .string()
    .max(1000)
    .describe('an issue event `e118`, a comment `c204`, a push, a command, the scheduler'),
  attempt: z.number().int().positive().nullable().describe('the open one, else the last'),
  commit: commit.describe('of the state branch, with the ticket as it became'),
  change: line.nullable().describe('the random name of that commit'),
  at: instant,
});
/** One transition of one ticket. */
export type Happening = z.infer<typeof happening>;

/** One transition of one ticket, read back from the trailers of a commit. */
export interface HistoryEntry {
  commit: string;
  at: string;
  ticket: string;
  transition: string;
  actor: string;
  cause: string;
  attempt: number | null;
  /** Its place among the transitions of its commit, from 1. */
  number: number;
  /** By which the commit is told from any other; null in one that Signalbox did not write. */
  change: string | null;
}

/** A recorded transition as others are told it. */
export function happeningOf(
  { number, ...recorded }: HistoryEntry,
  { repository, branch }: { repository: string; branch: string },
): Happening {
  const told = readTransition(recorded.transition);
  const { commit, ticket, transition, actor, cause, attempt, change, at } = recorded;
  const id = `${commit}.${number}`;
  const where = { format: 1 as const, id, repository, branch, ticket };
  return { ...where, transition, ...told, actor, cause, attempt, commit, change, at };
}

/** What `park: in_progress -> waiting`, `create -> inbox` or `park refused: no-row` says. */
export function readTransition(text: string): Pick<Happening, 'request' | 'refused' | 'from' | 'to'> {
  const refused = /^(.*?) refused: ([a-z-]+)$/.exec(text);
  if (refused) {
    const [, request = '', code = ''] = refused;
    return { request: request.slice(0, 500), refused: code, from: null, to: null };
  }
  const [, request = text, before, after = before] =
    /^([^:>]*?)(?:: (\w+))?(?: -> (\w+))?$/.exec(text) ?? /^([^:]*):/.exec(text) ?? [];
  const known = (name: string | undefined) => states.find((one) => one === name) ?? null;
  const from = text.startsWith('create') ? null : known(before);
  return { request: request.slice(0, 500), refused: null, from, to: known(after) };
}

/** Whose repository an address is of: `owner/name` where it has that form, else the address. */
export function repositoryAt(address: string): string {
  return (
    /^(?:[a-z+]+:\/\/[^/]+\/|[^/]+@[^/:]+:)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/i.exec(address)?.[1] ?? address
  );
}
