import type { Condition } from '../../src/ticket/condition-format.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/*
 * Whether what a ticket waits for has come about, from what was published: it shares no rule with the product.
 */

type Tickets = ReadonlyMap<string, Ticket>;
type Idle = Extract<Condition, { idle: string }>;

/** A commit's time has whole seconds. */
const roundingMs = 1_000;

/** Of what must hold in this moment. */
const now = Number.POSITIVE_INFINITY;

/** Whether luci works it: conditions name no other, though in some worlds another judges what it did. */
const occupies = ({ attempt, attempts }: Ticket): boolean =>
  attempt?.agent === 'luci' || attempts.some(({ agent, stopped }) => agent === 'luci' && stopped === null);

/** Two heads that follow each other, and since when luci has run less than 1, 2, … at the same time. */
export class Conditions {
  #before: Tickets = new Map();
  #after: Tickets = new Map();
  #at = 0;
  /** When so many were last seen at the same time, less one. */
  readonly #ran: number[] = [];

  readonly #world: Pick<World, 'config' | 'github'>;

  constructor(world: Pick<World, 'config' | 'github'>) {
    this.#world = world;
  }

  /** Another head of ours, and when its commit was made. */
  next(after: Tickets, at: number): void {
    const before = [...this.#after.values()].filter(occupies);
    const left = [...after.values()].filter(occupies).length;
    const freed = before.flatMap(({ id }) => after.get(id) ?? []).filter((one) => !occupies(one));
    const since = freed.length > 0 ? Math.max(...freed.map((one) => this.#freeSince(one, at))) : at;
    for (let level = left; level < before.length; level++) this.#ran[level] = since;
    [this.#before, this.#after, this.#at] = [this.#after, after, at];
  }

  /**
   * Since when it is not worked any more: as it says itself, where its run was over by then, or none had it; else since that is published
   * (`at`). A decision may be some minutes older than the commit that carries it, where GitHub answers late.
   */
  #freeSince({ attempts }: Ticket, at: number): number {
    const ends = attempts
      .filter(({ agent }) => agent === 'luci')
      .map(({ run, stopped }) => {
        const its = this.#world.github.runs.get(run?.id ?? 0);
        const said = Date.parse(stopped ?? '');
        const wasOver = run === null || (its?.status === 'completed' && Date.parse(its.updated) <= said);
        return wasOver ? said : at;
      });
    return Math.min(at, Math.max(...ends, 0) || at);
  }

  /**
   * Whether a condition of the ticket `id` holds by either head: what a commit decides may stand on what it does itself. What
   * checks were seen for it may be otherwise by then; they were green at some moment since the ticket waits (milliseconds).
   */
  holds(condition: Condition, id: string, since: number): boolean {
    if ('until' in condition) return Date.parse(condition.until) <= this.#at;
    if ('after' in condition) return condition.after.every((one) => this.#isDone(one));
    if ('idle' in condition) return this.#isIdle(condition, id);
    if ('checks' in condition) return this.#world.github.judged.lastGreen(condition.checks) >= since;
    if ('desk' in condition) return true; // checked elsewhere
    if ('all' in condition) return condition.all.every((part) => this.holds(part, id, since));
    return condition.any.some((part) => this.holds(part, id, since));
  }

  #isIdle({ idle, below = 1, minutes = 0 }: Idle, id: string): boolean {
    const most = this.#world.config.agents[idle]?.capacity ?? 0;
    if (below > most || this.#others(id) >= below) return false;
    return minutes === 0 || this.#at - (this.#ran[below - 1] ?? 0) >= minutes * 60_000 - roundingMs;
  }

  /** How many others luci runs at both heads. */
  #others(id: string): number {
    const busy = (one: Ticket | undefined) => one !== undefined && one.id !== id && occupies(one);
    return [...this.#after.values()].filter((one) => busy(one) && busy(this.#before.get(one.id))).length;
  }

  #isDone(id: string): boolean {
    return [this.#before, this.#after].some((head) => head.get(id)?.state === 'done');
  }

  /** No agent takes what must come after others, nor two tickets what one agent is to be idle for. */
  checkClaim(before: Ticket | undefined, after: Ticket): void {
    if (!after.attempt || after.attempt.number === before?.attempt?.number) return;
    const what = `${after.id} #${after.attempt.number} is claimed`;
    const first = after.after.find((id) => !this.#isDone(id));
    if (first) throw new Violation('S2', `${what} before ${first} is done`);
    const idle = before?.start_when;
    if (idle && !this.holds(idle, after.id, now))
      throw new Violation('S2', `${what}, though ${JSON.stringify(idle)} does not hold any more`);
  }

  /** What its condition has released must have waited for just that, and that must have come about. */
  checkDue(before: Ticket | undefined, after: Ticket): boolean {
    if (!after.woken || after.woken.at === before?.woken?.at) return false;
    const when = before?.waiting?.when;
    if (JSON.stringify(when) !== JSON.stringify(after.woken.when))
      throw new Violation(
        'S2',
        `${after.id} waited for ${JSON.stringify(when)}, and says it was released by another`,
      );
    const since = Date.parse(before?.waiting?.since ?? '') - roundingMs;
    if (!when || !this.holds(when, after.id, since))
      throw new Violation('S2', `${after.id} comes due, though ${JSON.stringify(when)} does not hold`);
    return true;
  }

  /** In peace nothing waits any more for what has come about, and only what comes after others stays in todo. */
  checkRest(ticket: Ticket): void {
    const { id, state, waiting } = ticket;
    const isDue = state === 'waiting' && waiting?.when && this.holds(waiting.when, id, now);
    if (isDue) throw new Violation('S9', `${id} waits on, though ${JSON.stringify(waiting.when)} holds`);
    if ((state === 'todo' && !ticket.after.some((one) => !this.#isDone(one))) || state === 'in_progress')
      throw new Violation('S9', `${id} stays ${state} (not before ${ticket.not_before})`);
  }
}
