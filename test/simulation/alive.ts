import { stopGraceSeconds } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { restrictiveLabels } from './people.ts';
import type { SimAgent } from './runner.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/*
 * What must hold of agents that live, whatever is published.
 */

/** When the end of each attempt (`MC-1 #2`) was published, in milliseconds: nobody could know of it before. */
export class Endings {
  readonly #seen = new Map<string, number>();

  next(tickets: Iterable<Ticket>, now: number): void {
    for (const { id, attempts } of tickets)
      for (const { number } of attempts) {
        const key = `${id} #${number}`;
        if (!this.#seen.has(key)) this.#seen.set(key, now);
      }
  }

  /** Milliseconds since then; 0 where it has not ended. */
  since(ticket: string, attempt: number, now: number): number {
    return now - (this.#seen.get(`${ticket} #${attempt}`) ?? now);
  }
}

/** Each agent works alone on its ticket, no more than may at once, and none outlives its attempt. `peaceSince` in milliseconds. */
export function checkAgents({ agents, schedule, config }: World, endings: Endings, peaceSince: number): void {
  const names = agents.map(({ ticket }) => ticket);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Violation('S3', `two agents work on ${twice}`);
  const capacity = Object.values(config.agents).reduce((sum, one) => sum + one.capacity, 0);
  if (names.length > capacity)
    throw new Violation('S3', `${names.join(' and ')} are worked on, with capacity ${capacity}`);
  const { look_seconds, kill_after_seconds } = config.limits;
  // Only a cancel ends one whose runner stands still, and it may be that no app is there to ask for it: see `checkPeace`.
  for (const agent of agents.filter(({ machine }) => !machine.isWedged)) {
    const since = endings.since(agent.ticket, agent.attempt, schedule.now);
    const inPeace = Math.min(since, schedule.now - peaceSince);
    if (!agent.machine.isCutOff && inPeace > (look_seconds + kill_after_seconds + 10) * 1000)
      throw new Violation(
        'S4',
        `the agent of ${agent.ticket} #${agent.attempt} is not stopped by its runner`,
      );
    if (since > (stopGraceSeconds(config) + 15) * 1000)
      throw new Violation(
        'S4',
        `the agent of ${agent.ticket} #${agent.attempt} lives ${since / 1000} s after the end of its attempt`,
      );
  }
}

/** A stop that stood on the issue when the runner looked is a stop, though nobody has carried it out yet. */
export function checkStart({ github }: World, tickets: ReadonlyMap<string, Ticket>, agent: SimAgent): void {
  const ticket = tickets.get(agent.ticket);
  if (!ticket?.issue) return;
  const stop = (github.events.get(ticket.issue) ?? []).find(
    ({ id, event, label, at }) =>
      event === 'labeled' &&
      restrictiveLabels.includes(label) &&
      id < agent.lookedAt &&
      at >= (ticket.created ?? '') &&
      !Object.hasOwn(ticket.seen, `e${id}`) &&
      github.issues.get(ticket.issue ?? 0)?.labels.includes(label),
  );
  if (stop)
    throw new Violation(
      'S4',
      `${agent.ticket} #${agent.attempt} starts though #${ticket.issue} carries ${stop.label}`,
    );
}
