// Stryker disable StringLiteral: words for people, not rules
import { isoSeconds } from '../base/clock.ts';
import { stopping } from './attempts.ts';
import { dayEnd } from './budgets.ts';
import { agentOf, type Obstacle, obstacles, startsInHour } from './claim.ts';
import { neverDone } from './condition-words.ts';
import { blockersOf, waitsForItself } from './dependencies.ts';
import type { DeskFacts, Reason } from './explain.ts';
import type { Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { idsInWords, ofCapacity, inLine as placed } from './order.ts';
import { whoReports } from './outside-words.ts';
import { isPersons } from './phases.ts';
import { inLine } from './quotes.ts';
import { reasons } from './reasons.ts';
import { adviceOn } from './report.ts';
import { isOpen } from './states.ts';

/**
 * What stands, or would stand, in the way of a claim (`obstacles`), with since when and who can change it. Of a ticket
 * that is worked or reviewed only what will count once that has ended; of a closed one only a run that still has to end.
 */
export function obstacleReasons(ticket: Ticket, here: Circumstances & DeskFacts): Reason[] {
  const found: Reason[] = obstacles(ticket, here)
    .filter(({ code }) => countsIn(ticket, code))
    .map(({ code, message }) => {
      const { since, change } = wayOut(code, ticket, here);
      const before = ofCapacity.includes(code) ? beforeWords(ticket, here) : '';
      return { code, message: inLine(message), since, change: `${change}${before}` };
    });
  const isToStart = ticket.state === 'todo' || ticket.attempt?.run === null;
  if (here.lacksWorkflow && isToStart) found.push(workflowReason(here));
  if (here.appFull && ticket.state === 'todo') found.push(appReason(here.appFull));
  return found;
}

/** Which tickets in todo are offered before this one to the same agent, and only wait in line; empty where none are. */
export function beforeWords(ticket: Ticket, here: Circumstances & DeskFacts): string {
  if (!here.todo || ticket.state !== 'todo') return '';
  const all = placed([...here.todo.filter(({ id }) => id !== ticket.id), ticket], here);
  const agent = agentOf(ticket, here.config);
  const before = all
    .slice(
      0,
      all.findIndex(({ id }) => id === ticket.id),
    )
    .filter((one) => here.config.limits.capacity !== undefined || agentOf(one, here.config) === agent)
    .filter((one) => obstacles(one, here).every(({ code }) => ofCapacity.includes(code)));
  return before.length === 0 ? '' : ` Before it: ${idsInWords(before.map(({ id }) => id))}.`;
}

function countsIn({ state }: Ticket, code: Obstacle['code']): boolean {
  if (code === 'no-row') return false; // what the state says is said by itself
  if (code === 'breaker-starts' || code === 'budget') return state === 'todo'; // a release from anywhere else grants more
  if (state === 'in_progress' || state === 'review') return code === 'held' || code === 'run-not-ended';
  return isOpen(state) || code === 'run-not-ended';
}

function appReason({ occupied, capacity }: NonNullable<DeskFacts['appFull']>): Reason {
  return {
    code: 'app-capacity',
    message: `The app works or still stops ${occupied} of ${capacity}, of all repositories that it serves.`,
    since: null,
    change: 'One of them ends, or whoever runs the app raises SIGNALBOX_CAPACITY.',
  };
}

function workflowReason({ config }: Circumstances): Reason {
  const change = adviceOn('no-workflow', undefined, config) ?? '';
  return { code: 'no-workflow', message: reasons['no-workflow'], since: null, change };
}

/** Since when an obstacle stands, and who or what takes it away. */
function wayOut(
  code: Obstacle['code'],
  ticket: Ticket,
  here: Circumstances,
): Omit<Reason, 'code' | 'message'> {
  const { view, config } = here;
  const agent = agentOf(ticket, config) ?? '';
  const [first] = stopping(ticket);
  const unknown = (change: string) => ({ since: null, change });
  switch (code) {
    case 'held':
      return { since: ticket.restricted_at, change: 'Somebody with write access releases it.' };
    case 'run-not-ended': {
      const where = first?.run ? ` (${first.run.url})` : '';
      const change = `The app, once it sees that the run has ended${where}. Who cannot wait ends it in Actions.`;
      return { since: first?.ended ?? null, change };
    }
    case 'desk-draining':
    case 'desk-paused': {
      const by = view.desk.by ? `It was ${view.desk.by}'s act. ` : '';
      return { since: view.desk.since, change: `${by}Somebody with write access comments /resume.` };
    }
    case 'not-before':
      return {
        since: ticket.attempts.at(-1)?.ended ?? null,
        change: `By itself, at ${ticket.not_before}.`,
      };
    case 'condition-unmet':
      return unknown('By itself, once it holds again. A park and a new release take the condition away.');
    case 'blocked-by': {
      const left = blockersOf(ticket, view);
      const circle = waitsForItself(ticket.id, left, view);
      const faults = [...neverDone(left, here), ...(circle ? [`${circle} wait for each other`] : [])];
      const never = faults.map((fault) => `${fault}; `);
      return unknown(
        `By itself, once they are done. ${never.join('')}/after with other ids, or /after nothing, changes what it waits for.`,
      );
    }
    case 'starts-per-hour':
      return unknown(
        `By itself, ${freeAgain(here)}; or whoever keeps the config raises limits.starts_per_hour.`,
      );
    case 'owner-is-a-person':
      if (isPersons(config.phases, ticket.phase)) return unknown('Somebody with write access approves it.');
      return unknown(`${ticket.owner} works it, or it gets an agent profile as its owner.`);
    case 'no-agent':
      return unknown('It gets an agent profile as its owner, or the config names one for it.');
    case 'bad-phase':
      return unknown(
        'Whoever keeps the config adds the phase, or somebody with write access chooses others.',
      );
    case 'profile-paused':
    case 'profile-draining':
    case 'breaker-failures':
      return { since: view.desk.profiles[agent]?.since ?? null, change: pauseEnd(agent, here) };
    case 'same-agent':
      return unknown(
        `The config names another agent for phase ${ticket.phase}, or the ticket gets other phases.`,
      );
    case 'work-not-shown':
      return unknown('The app, when it looks at the ticket branch next.');
    case 'no-capacity':
      return unknown(`${occupants(agent, here)}, or the config gives ${agent} more capacity.`);
    case 'desk-capacity': {
      const all = [...view.occupants.values()].flatMap((ids) => [...ids]);
      return unknown(`${oneEnds(all)}, or the config raises limits.capacity.`);
    }
    case 'budget-day': {
      const end = isoSeconds(dayEnd(here.now));
      return unknown(`By itself, at ${end}; or whoever keeps the config raises budgets.day.`);
    }
    case 'budget':
    case 'breaker-starts':
      return unknown('The app blocks it when it looks next, and calls a person.');
    case 'too-large':
      return unknown('Somebody shortens its text or its messages.');
    case 'mirror':
      return { since: ticket.reports.at(-1)?.at ?? null, change: whoReports };
    case 'no-row':
      return unknown('');
  }
}

function freeAgain({ view, now, config }: Circumstances): string {
  const starts = startsInHour(view.desk.starts, now).sort();
  const last = starts[starts.length - config.limits.starts_per_hour];
  return last ? `at ${isoSeconds(Date.parse(last) + 3_600_000)}` : 'within the hour';
}

function pauseEnd(agent: string, { view, now }: Circumstances): string {
  const paused = view.desk.profiles[agent];
  const person = `somebody with write access comments /resume ${agent}`;
  if (paused?.breaker) return `Once that is mended ${person}.`;
  if (!paused?.until) return `It was ${paused?.by ?? 'somebody'}'s act: ${person}.`;
  if (now < Date.parse(paused.until)) return `By itself, at ${paused.until}; or ${person}.`;
  return `The attempt that goes first (${[...(view.occupants.get(agent) ?? [])].join(', ')}) ends well.`;
}

function occupants(agent: string, { view }: Circumstances): string {
  return oneEnds([...(view.occupants.get(agent) ?? [])]);
}

const oneEnds = (ids: readonly string[]): string =>
  ids.length === 1 ? `${ids[0]} ends` : `One of ${idsInWords(ids)} ends`;
