import type { Snapshot, TicketFile } from '../engine/ports.ts';
import { conditionWords } from '../ticket/condition-words.ts';
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

/**
 * What stands between a ticket and its start. Only one in todo is near enough to it that all of it matters; of one in the
 * inbox its state says it.
 */
function whyNot({ file: { ticket }, explanation: { state, reasons } }: ListRow): string {
  const codes = reasons.map(({ code }) => code);
  if (state === 'todo' || state === 'broken') return codes.join(' ');
  if (state === 'in_progress') return codes.filter((code) => loud.includes(code)).join(' ');
  const when = ticket?.waiting?.when;
  const [first = ''] = codes;
  if (!when || first !== 'deferred') return first === 'not-released' ? '' : first;
  return [conditionWords(when), ...codes.filter((code) => code === 'bad-condition')].join(', ');
}

/** What is said of a ticket at work, too: the app looks at none, or it comes near a limit. */
const loud: readonly string[] = ['head-moved-back', 'not-judged', 'budget-near'];

/** The rows for people. */
export function listed(rows: readonly ListRow[], now: number, terminal: Terminal): string {
  const cells = rows.map((row): Cell[] => {
    const { file, explanation } = row;
    const { id, ticket } = file;
    return [
      { text: id, colour: 'bold' },
      {
        text: `${standsAs(explanation)}${ticket?.hold ? ', held' : ''}`,
        colour: colourOf[explanation.state],
      },
      { text: ticket?.priority ?? '', colour: ticket?.priority === 'urgent' ? 'red' : undefined },
      { text: ticket?.attempt?.agent ?? ticket?.owner ?? '' },
      { text: ticket?.created ? age(Date.parse(ticket.created), now) : '' },
      { text: whyNot(row), colour: 'yellow' },
      { text: ticket?.title ?? '' },
    ];
  });
  return table(['ID', 'STATE', 'PRIORITY', 'OWNER', 'AGE', 'WHY NOT', 'TITLE'], cells, terminal);
}
