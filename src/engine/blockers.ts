import type { Command } from '../ticket/commands.ts';
import type { Ticket } from '../ticket/format.ts';
import type { Context } from './context.ts';
import { archivedTicketOf, ticketOf } from './intake.ts';
import type { Blocker, Snapshot } from './ports.ts';

type Asked<C extends Command> = C extends { name: 'blockers' } ? never : C;

/**
 * A command about the issues that block a ticket's on GitHub, as one about their tickets: `/blockers` becomes
 * `/after MC-1, MC-2`. Every other command is as it was.
 */
export async function withBlockers<C extends Command>(
  { forge, config }: Context,
  { ticket, snapshot }: { ticket: Ticket; snapshot: Snapshot },
  command: C,
): Promise<Asked<C> | Extract<Command, { name: 'after' | 'error' }>> {
  if (command.name !== 'blockers') return command as Asked<C>;
  if (ticket.issue === null)
    return fault(`${ticket.id} has no issue, so GitHub knows nothing of what blocks it.`);
  const open = (await forge.blockedBy(ticket.issue)).filter(({ isOpen }) => isOpen);
  const settings = await config();
  const found = await Promise.all(
    open.map(async ({ issue, isHere }) =>
      isHere ? (ticketOf(snapshot, issue) ?? (await archivedTicketOf(snapshot, issue, settings))) : null,
    ),
  );
  const others = open.filter((_, at) => found[at] === null);
  if (others.length > 0)
    return fault(
      `A ticket waits for tickets alone, and these are none of this desk: ${others.map(nameOf).join(', ')}. Make tickets of them, take them off "Blocked by", or name the tickets yourself: \`/after MC-1, MC-2\`.`,
    );
  return { name: 'after', after: [...new Set(found.flatMap((id) => id ?? []))] };
}

const fault = (message: string) => ({ name: 'error', command: 'after', message }) as const;

const nameOf = ({ issue, repository, isHere }: Blocker): string => `${isHere ? '' : repository}#${issue}`;
