import type { Snapshot, TicketFile } from '../engine/ports.ts';
import type { Explanation } from '../ticket/explain.ts';
import { standsAs } from '../ticket/explain-words.ts';
import type { Priority, Ticket } from '../ticket/format.ts';
import { byPlace, rankOf } from '../ticket/order.ts';
import { type State, states } from '../ticket/states.ts';
import { age, type Cell, type Colour, type Terminal, table } from './terminal.ts';

/** A ticket as it is listed. */
interface ListRow {
  file: TicketFile;
  explanation: Explanation;
}

export interface ListFilter {
  state?: State[];
  owner?: string;
  priority?: Priority[];
  text?: string;
}

/** The open tickets that are meant, in the order of the states, and in each as they are offered to agents. */
export function chosen(
  snapshot: Snapshot,
  explanations: readonly Explanation[],
  filter: ListFilter,
  here: Parameters<typeof rankOf>[1],
): ListRow[] {
  const rows = explanations.flatMap((explanation) => {
    const file = snapshot.tickets.get(explanation.id);
    return file && isMeant(file, filter) ? [{ file, explanation }] : [];
  });
  const placed = (ticket: Ticket) => ({ ...ticket, rank: rankOf(ticket, here) });
  return rows.sort((a, b) => {
    const [one, other] = [a.file.ticket, b.file.ticket];
    if (!one || !other) return Number(one !== null) - Number(other !== null); // what is broken is seen first
    return states.indexOf(one.state) - states.indexOf(other.state) || byPlace(placed(one), placed(other));
  });
}

function isMeant({ id, ticket }: TicketFile, { state, owner, priority, text }: ListFilter): boolean {
  if (!ticket) return !state && !owner && !priority && (!text || id.includes(text));
  const words = `${id}\n${ticket.title}\n${ticket.body}`.toLowerCase();
  return (
    (!state || state.includes(ticket.state)) &&
    (!owner || ticket.owner === owner) &&
    (!priority || priority.includes(ticket.priority)) &&
    (!text || words.includes(text.toLowerCase()))
  );
}

/** A row for programs. */
export function rowData({ file: { id, ticket }, explanation }: ListRow): object {
  const { state, mayRun, reasons } = explanation;
  const { title, hold, priority, owner, phase, issue, created, attempt } = ticket ?? {};
  return {
    id,
    title: title ?? null,
    state,
    hold: hold ?? false,
    priority: priority ?? null,
    owner: owner ?? null,
    phase: phase ?? null,
    issue: issue ?? null,
    created: created ?? null,
    attempt: attempt
      ? {
          number: attempt.number,
          agent: attempt.agent,
          claimed: attempt.claimed,
          run: attempt.run?.url ?? null,
        }
      : null,
    may_run: mayRun,
    reasons: reasons.map(({ code }) => code),
  };
}

const colourOf: Partial<Record<Explanation['state'], Colour>> = {
  broken: 'red',
  blocked: 'red',
  in_progress: 'cyan',
  review: 'yellow',
  waiting: 'dim',
};

/** Codes that the state says already. */
const plain: readonly string[] = ['not-released', 'running', 'in-review', 'parked', 'deferred'];

/** The rows for people. */
export function listed(rows: readonly ListRow[], now: number, terminal: Terminal): string {
  const cells = rows.map(({ file: { id, ticket }, explanation }): Cell[] => {
    const why = explanation.reasons.map(({ code }) => code).filter((code) => !plain.includes(code));
    return [
      { text: id, colour: 'bold' },
      {
        text: `${standsAs(explanation)}${ticket?.hold ? ', held' : ''}`,
        colour: colourOf[explanation.state],
      },
      { text: ticket?.priority ?? '', colour: ticket?.priority === 'urgent' ? 'red' : undefined },
      { text: ticket?.attempt?.agent ?? ticket?.owner ?? '' },
      { text: ticket?.created ? age(Date.parse(ticket.created), now) : '' },
      { text: why.join(' '), colour: 'yellow' },
      { text: ticket?.title ?? '' },
    ];
  });
  return table(['ID', 'STATE', 'PRIORITY', 'OWNER', 'AGE', 'WHY NOT', 'TITLE'], cells, terminal);
}
