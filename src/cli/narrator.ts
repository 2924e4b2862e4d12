import { conditionWords } from '../ticket/condition-words.ts';
import type { Ticket } from '../ticket/format.ts';
import { inLine } from '../ticket/quotes.ts';
import { stateWords } from '../ticket/states.ts';

/** Tells what happens to tickets in plain lines: one line for each change that a person would want to hear of. */
export class Narrator {
  readonly #known = new Map<string, string>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  tell(ticket: Ticket): void {
    const line = lineFor(ticket);
    if (this.#known.get(ticket.id) === line) return;
    this.#known.set(ticket.id, line);
    this.#say(`  ${ticket.id.padEnd(8)} ${line}`);
  }
}

function lineFor(ticket: Ticket): string {
  const { attempt, waiting } = ticket;
  const stopping = ticket.attempts.find(({ stopped }) => stopped === null);
  const last = ticket.attempts.at(-1);
  const held = ticket.hold ? ', held' : '';
  if (stopping) return `${stateWords(ticket.state)}; attempt ${stopping.number} is being stopped …`;
  switch (ticket.state) {
    case 'inbox':
      return `inbox: ${ticket.title}. Nobody has released it.`;
    case 'todo':
      return `todo: ${failureWords(ticket)}the next free agent takes it.`;
    case 'in_progress':
      return attempt?.run
        ? `in progress${held}: ${attempt.agent} works on attempt ${attempt.number}, ${attempt.run.url}`
        : `in progress${held}: claimed for ${attempt?.agent}; its run is being started`;
    case 'waiting':
      if (waiting?.when)
        return `waiting ${conditionWords(waiting.when)}${held}${waiting.reason && `: ${waiting.reason}`}`;
      return `waiting: ${waiting?.reason || 'parked'} (${waiting?.by})${last?.outcome === 'parked' ? `; attempt ${last.number} was stopped` : ''}`;
    case 'blocked':
      return `blocked: ${ticket.blocked?.reason}`;
    case 'review':
      return `review: ${last?.reason ? `${inLine(last.reason).replace(/[.!?]?$/, '.')} ` : ''}A person looks at it.`;
    default:
      return `${ticket.state}${last ? `: ${last.reason}` : ''}`;
  }
}

/** What became of the attempt before the one that is waited for; empty where that is nothing to speak of. */
function failureWords({ attempts, not_before }: Ticket): string {
  const last = attempts.at(-1);
  if (!last || !not_before || !['failed', 'lost'].includes(last.outcome)) return '';
  return `attempt ${last.number} ${last.outcome === 'lost' ? 'was lost' : 'failed'} (${inLine(last.reason)}); from ${not_before} `;
}
