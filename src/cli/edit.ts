import { SignalboxError } from '../base/errors.ts';
import { draftEdit } from '../engine/edit.ts';
import type { TicketFile } from '../engine/ports.ts';
import { readTicket, writeTicket } from '../ticket/codec.ts';
import { rebase } from '../ticket/foreign.ts';
import type { Ticket } from '../ticket/format.ts';
import { reasons } from '../ticket/reasons.ts';
import type { CloneDesk } from './clone-desk.ts';

/** A ticket's file as it is to be, worked out on any head. @throws SignalboxError `user` */
export type Edit = (file: TicketFile) => string;

/** An edit of some fields. */
export function ofFields(fields: Partial<Ticket>): Edit {
  return ({ text, ticket, broken }) => {
    if (ticket) return writeTicket({ ...ticket, ...fields }, text);
    throw new SignalboxError(
      'user',
      broken?.code ?? 'bad-yaml',
      `its file cannot be read: ${broken?.message}`,
      {
        hint: 'Mend the whole of it: without an option it is opened in your editor.',
      },
    );
  };
}

/** An edit of the whole file. Where the file is not `before` any more, what was changed is changed on what it is now. */
export function ofText(before: string, after: string): Edit {
  return (file) => {
    const { ticket, broken } = readTicket(file.id, after);
    if (!ticket) throw new SignalboxError('user', broken?.code ?? 'bad-yaml', broken?.message ?? '');
    if (file.text === before) return after;
    const from = readTicket(file.id, before).ticket;
    if (from && file.ticket) return writeTicket(rebase(from, ticket, file.ticket), file.text);
    throw new SignalboxError('conflict', 'overtaken', 'the file was changed meanwhile, and cannot be read');
  };
}

/** How often an edit that was overtaken is worked out again. */
const rounds = 12;

/** Publishes an edit; where it is overtaken it is worked out, and judged, on the new head. */
export async function editOnHead(
  desk: CloneDesk,
  id: string,
  edit: Edit,
): Promise<{ changed: string[]; commit: string | null }> {
  for (let round = 0; round < rounds; round++) {
    const head = await desk.head();
    const file = head.tickets.get(id);
    if (!file) throw new SignalboxError('user', 'no-such-ticket', `there is no open ticket ${id} any more`);
    const after = edit(file);
    if (after === file.text) return { changed: [], commit: null };
    const { config } = desk;
    const drafted = await draftEdit(head, file, after, { person: desk.own(), now: desk.now(), config });
    if ('refused' in drafted) throw new SignalboxError('user', 'illegal-edit', drafted.refused);
    const swap = await desk.swap(head, drafted.commit);
    if (swap.status === 'swapped')
      return {
        changed: changedFields(file.ticket, readTicket(id, after).ticket),
        commit: swap.snapshot.head,
      };
  }
  throw new SignalboxError('conflict', 'busy', reasons.busy.replace(/\.$/, ''), {
    hint: 'Nothing was changed.',
  });
}

/** What differs; `comments` where no field does. */
function changedFields(before: Ticket | null, after: Ticket | null): string[] {
  if (!before || !after) return ['file'];
  const fields = (Object.keys(after) as (keyof Ticket)[]).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return fields.length > 0 ? fields : ['comments'];
}
