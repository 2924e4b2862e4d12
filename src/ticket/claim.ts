import { isoSeconds } from '../base/clock.ts';
import { nextNumber, stopping } from './attempts.ts';
import { limitReached } from './breakers.ts';
import { dayShares } from './budgets.ts';
import { conditionWords } from './condition-words.ts';
import { holds } from './conditions.ts';
import type { Config, Profile } from './config.ts';
import { blockersOf, blockerWords } from './dependencies.ts';
import type { Attempt, Desk, Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { elsewhere } from './outside-words.ts';
import { isPersons, isReviewing, unknownPhase } from './phases.ts';
import type { ReasonCode } from './reasons.ts';
import { authorsOf, headOf, isShown } from './reviews.ts';
import { shareWords } from './spending.ts';
import { isOpen } from './states.ts';

/** One reason why a ticket may not start now. */
export interface Obstacle {
  code: Extract<
    ReasonCode,
    | 'no-row'
    | 'mirror'
    | 'held'
    | 'run-not-ended'
    | 'desk-draining'
    | 'desk-paused'
    | 'not-before'
    | 'condition-unmet'
    | 'blocked-by'
    | 'too-large'
    | 'starts-per-hour'
    | 'owner-is-a-person'
    | 'no-agent'
    | 'bad-phase'
    | 'profile-paused'
    | 'profile-draining'
    | 'no-capacity'
    | 'work-not-shown'
    | 'same-agent'
    | 'desk-capacity'
    | 'breaker-starts'
    | 'budget'
    | 'budget-day'
    | 'breaker-failures'
  >;
  message: string;
}

/**
 * The profile that would work the ticket's phase: the phase's own, else the owner, else the default. A person's ticket has
 * none, and neither has one in a phase that the config does not have: nobody knows what that would ask for.
 */
export function agentOf({ owner, phase }: Ticket, config: Config): string | null {
  if (isPersons(config.phases, phase) || unknownPhase(config.phases, phase) !== null) return null;
  if (owner !== null && !config.agents[owner]) return null;
  return config.phases[phase]?.agent ?? owner ?? config.default_agent ?? null;
}

/** Every reason why this ticket may not be claimed at this head (rules 6 and 7); none means it may. */
export function obstacles(ticket: Ticket, { view, now, config }: Circumstances): Obstacle[] {
  const found: Obstacle[] = [];
  const add = (code: Obstacle['code'], message: string) => found.push({ code, message });
  if (ticket.state !== 'todo') add('no-row', `${ticket.id} is ${ticket.state}, not todo.`);
  if (ticket.mirror) add('mirror', elsewhere);
  if (ticket.mirror) return found; // nothing else would matter
  if (ticket.hold) add('held', `${ticket.id} is held.`);
  for (const old of stopping(ticket)) {
    add('run-not-ended', `Attempt ${old.number} (run ${old.run?.id ?? 'unknown'}) has not been seen to end.`);
  }
  if (view.desk.draining) add('desk-draining', 'The desk is draining.');
  else if (view.desk.paused) add('desk-paused', 'The desk is paused.');
  if (ticket.not_before && now < Date.parse(ticket.not_before))
    add('not-before', `Backs off until ${ticket.not_before}.`);
  if (ticket.start_when && !holds(ticket.start_when, { view, now, config })) {
    add('condition-unmet', `It waits ${conditionWords(ticket.start_when)}, which does not hold any more.`);
  }
  if (blockersOf(ticket, view).length > 0) add('blocked-by', `It waits for ${blockerWords(ticket, view)}.`);
  if (view.isFull(ticket.id)) add('too-large', `The file of ${ticket.id} is full. Shorten its text.`);
  const starts = startsInHour(view.desk.starts, now);
  if (starts.length >= config.limits.starts_per_hour) {
    add(
      'starts-per-hour',
      `${starts.length} attempts started in the last hour, and ${config.limits.starts_per_hour} are allowed.`,
    );
  }
  const limit = limitReached(ticket, { now, config });
  if (limit) found.push(limit);
  const day = dayShares(view, { now, config }).find(({ spent, limit }) => spent >= limit);
  if (day) add('budget-day', `The repository has used ${shareWords(day)} of this day (UTC).`);
  const working = sum(view.occupied.values());
  const { capacity } = config.limits;
  if (capacity !== undefined && working >= capacity)
    add('desk-capacity', `All agents together work or still stop ${working} of ${capacity}.`);
  return [...found, ...agentObstacles(ticket, { view, now, config })];
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, one) => all + one, 0);

/** The profile that works the ticket's phase, and its name; or why there is none. */
function workerOf(ticket: Ticket, config: Config): { agent: string; profile: Profile } | Obstacle {
  const { id, owner, phase } = ticket;
  const unknown = unknownPhase(config.phases, phase);
  if (unknown !== null) return { code: 'bad-phase', message: unknown };
  const agent = agentOf(ticket, config);
  if (isPersons(config.phases, phase))
    return { code: 'owner-is-a-person', message: `Phase ${phase} is a person's.` };
  const profile = agent === null ? undefined : config.agents[agent];
  if (agent !== null && profile) return { agent, profile };
  if (agent === null && owner !== null) {
    return {
      code: 'owner-is-a-person',
      message: `${owner} is no configured agent profile, so a person works this.`,
    };
  }
  const message =
    agent === null
      ? `${id} has no owner, and phase ${phase} and the configuration name no agent.`
      : `There is no agent profile ${agent}.`;
  return { code: 'no-agent', message };
}

/** The attempt in hand, or the one that the next claim would make; or why there will be none. */
export function attemptToCome(
  ticket: Ticket,
  config: Config,
): Pick<Attempt, 'number' | 'phase' | 'agent'> | Obstacle {
  if (ticket.attempt) return ticket.attempt;
  if (!isOpen(ticket.state)) return { code: 'no-row', message: `${ticket.id} is ${ticket.state}.` };
  const worker = workerOf(ticket, config);
  if ('code' in worker) return worker;
  return { number: nextNumber(ticket), phase: ticket.phase, agent: worker.agent };
}

function agentObstacles(ticket: Ticket, { view, now, config }: Circumstances): Obstacle[] {
  const worker = workerOf(ticket, config);
  if ('code' in worker) return [worker];
  const { agent, profile } = worker;
  const unfit = reviewObstacle(ticket, agent, config);
  if (unfit) return [unfit];
  const occupied = view.occupied.get(agent) ?? 0;
  const paused = view.desk.profiles[agent];
  const pause = pauseWords(paused, now, occupied);
  const code = paused?.breaker
    ? 'breaker-failures'
    : paused?.draining
      ? 'profile-draining'
      : 'profile-paused';
  if (pause) return [{ code, message: `${agent} ${pause}` }];
  if (occupied < profile.capacity) return [];
  return [
    { code: 'no-capacity', message: `${agent} works or still stops ${occupied} of ${profile.capacity}.` },
  ];
}

/** Why this profile cannot judge what was done, or not yet; null where it may, or where the phase reviews nothing. */
function reviewObstacle(ticket: Ticket, agent: string, { phases }: Config): Obstacle | null {
  if (!isReviewing(phases, ticket.phase)) return null;
  if (authorsOf(ticket).has(agent))
    return { code: 'same-agent', message: `${agent} did the work that phase ${ticket.phase} is to judge.` };
  if (isShown(ticket)) return null;
  return {
    code: 'work-not-shown',
    message: `What is to be judged is not on the branch of ${ticket.id} yet.`,
  };
}

/** Why a profile takes nothing more now; null where it does. */
function pauseWords(
  paused: Desk['profiles'][string] | undefined,
  now: number,
  occupied: number,
): string | null {
  if (!paused) return null;
  const { until, reason, probe, draining } = paused;
  const what = draining ? 'is draining' : 'is paused';
  if (until === null || now < Date.parse(until))
    return `${what}${until ? ` until ${until}` : ''}${reason ? `: ${reason}` : '.'}`;
  return probe && occupied > 0 ? `was paused until ${until} and tries one ticket first (${reason})` : null;
}

/** Claims of the last hour; the rest of the list is of no use any more. */
export function startsInHour(starts: readonly string[], now: number): string[] {
  return starts.filter((start) => Date.parse(start) > now - 3_600_000);
}

/** The ticket with a new open attempt. Unbound: only the gate writes `run`. */
export function claimed(ticket: Ticket, claim: string, { now, config }: Circumstances): Ticket {
  const agent = agentOf(ticket, config) ?? '';
  return {
    ...ticket,
    state: 'in_progress',
    todo_since: null,
    start_when: null,
    not_before: null,
    attempt: {
      number: nextNumber(ticket),
      claim,
      phase: ticket.phase,
      agent,
      ...(isReviewing(config.phases, ticket.phase) ? { commit: headOf(ticket) } : {}),
      claimed: isoSeconds(now),
      check_in_by: isoSeconds(now + config.limits.bind_within_seconds * 1000),
      run: null,
    },
    lifetime: { ...ticket.lifetime, attempts: ticket.lifetime.attempts + 1 },
  };
}

/** Whether anything of the ticket may still need doing: open, or a run of it still being stopped. */
export function isLive(ticket: Ticket): boolean {
  return isOpen(ticket.state) || stopping(ticket).length > 0;
}
