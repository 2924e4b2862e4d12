import { conditionWords } from '../ticket/condition-words.ts';
import type { Ticket } from '../ticket/format.ts';
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
  if (stopping) return `${stateWords(ticket.state)}; attempt ${stopping.number} is being stopped …`;
  switch (ticket.state) {
    case 'inbox':
      return `inbox: ${ticket.title}. Nobody has released it.`;
    case 'todo':
      return 'todo: the next free agent takes it.';
    case 'in_progress':
      return attempt?.run
        ? `in progress: ${attempt.agent} works on attempt ${attempt.number}, ${attempt.run.url}`
        : `in progress: claimed for ${attempt?.agent}; its run is being started`;
    case 'waiting':
      if (waiting?.when) return `waiting ${conditionWords(waiting.when)}: ${waiting.reason}`;
      return `waiting: ${waiting?.reason || 'parked'} (${waiting?.by})${last?.outcome === 'parked' ? `; attempt ${last.number} was stopped` : ''}`;
    case 'blocked':
      return `blocked: ${ticket.blocked?.reason}`;
    case 'review':
      return 'review: a person looks at it.';
    default:
      return `${ticket.state}${last ? `: ${last.reason}` : ''}`;
  }
}
