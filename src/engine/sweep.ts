import { isoSeconds } from '../base/clock.ts';
import { stopping } from '../ticket/attempts.ts';
import { memoryMs } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { callOffAlarm, showBreakers, showConfig } from './alarm.ts';
import type { Context } from './context.ts';
import { isArchivedTickets, ticketOfBranch } from './intake.ts';
import { isSame } from './labels.ts';
import { closeDoubles } from './own-issues.ts';
import { keepLabels, stateLabels } from './own-labels.ts';
import type { Snapshot, Swept } from './ports.ts';
import type { Runs } from './runs.ts';
import { servedSince } from './serving.ts';
import { stopStrays } from './strays.ts';
import { throwGravest, together } from './together.ts';

/** What GitHub lists may be a little behind, and so may its clock: two sweeps overlap by so many milliseconds. */
const overlapMs = 120_000;
/** Runs that may be alive for an attempt that is over are looked for among those of so many milliseconds. */
const straysMs = 24 * 3600_000;
const hourMs = 3600_000;

export interface SweepOptions {
  context: Context;
  runs: Runs;
  /** Why the newest config is not in force; null where it is. */
  configBroken: () => string | null;
  /** Asks for a look at a ticket's runs, and at what GitHub shows of it. */
  look(id: string): void;
  readIssue(number: number): void;
  /** Looks at the checks that tickets ask about; asks nothing where none does. */
  lookAtChecks(): Promise<void>;
}

/**
 * Finds what nobody told. It costs a few listings, whatever there is, and what has changed: since the last sweep of this
 * process, or since the mark that another one left (mark.ts). Where neither is there it reads and shows everything, and
 * takes as changed what a ticket can still remember.
 */
export class Sweep {
  readonly #options: SweepOptions;
  /** Up to when everything was read, in milliseconds by the forge's clock; null where nothing may be taken as read. */
  #readTo: number | null = null;
  /** Issues of tickets that were not where open tickets' issues are listed: read once, unless they change. */
  #missing: ReadonlySet<number> = new Set();
  /** Whether this process has looked at what executes. */
  #isOld = false;
  /** Whether the present sweep found anything that changed. */
  #isChanged = false;
  #isForgotten = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Goes on where the mark says that another process was. */
  takeUp({ time }: Swept): void {
    this.#readTo ??= time;
  }

  /** The next sweep reads everything, and the present one does not count. */
  forget(): void {
    this.#isForgotten = true;
    this.#readTo = null;
    this.#missing = new Set();
  }

  /**
   * Asks for looks at all that may differ from the tickets of this head. One step that fails holds up no other. Answers
   * whether anything had changed; `forgotten` where nothing that was found counts.
   */
  async run(snapshot: Snapshot): Promise<'changes' | 'nothing' | 'forgotten'> {
    const { context, configBroken } = this.#options;
    const began = context.forge.now();
    const isFirst = this.#readTo === null;
    this.#isChanged = isFirst;
    this.#isForgotten = false;
    const tickets = [...snapshot.tickets.values()].flatMap(({ ticket }) => ticket ?? []);
    for (const { id, ticket } of snapshot.tickets.values())
      if (isFirst || (ticket && this.#isUnfinished(ticket))) this.#options.look(id);
    // What is told here is set right at every sweep anew; what is read here is read from the last reading on.
    const tellings = [
      () => keepLabels(context),
      () => showConfig(context, configBroken()),
      () => this.#breakers(snapshot),
      () => callOffAlarm(context), // that another process raised before it died, or before the head was restored
    ];
    const readings = [
      () => servedSince(context),
      () => this.#issues(snapshot, tickets),
      () => this.#pullRequests(),
    ];
    const looks = [() => this.#options.lookAtChecks(), () => this.#runs(snapshot, tickets)];
    const failures = await failuresOf(tellings);
    const unread = await failuresOf(readings);
    failures.push(...unread, ...(await failuresOf(looks)));
    // One that fails for ever must not have everything read again at every sweep.
    if (unread.length === 0 && !this.#isForgotten) this.#readTo = began;
    throwGravest(failures);
    if (this.#isForgotten) return 'forgotten';
    this.#isOld = true;
    return this.#isChanged ? 'changes' : 'nothing';
  }

  /** Where no profile is paused so, an issue that says so is looked for once: of a process that died before it was closed. */
  async #breakers({ desk: { profiles } }: Snapshot): Promise<void> {
    const isPaused = Object.values(profiles).some((pause) => pause.breaker);
    if (isPaused || !this.#isOld) await showBreakers(this.#options.context, profiles);
  }

  #readIssue(number: number): void {
    this.#isChanged = true;
    this.#options.readIssue(number);
  }

  get #since(): string {
    const from =
      this.#readTo === null ? this.#options.context.forge.now() - memoryMs : this.#readTo - overlapMs;
    return isoSeconds(from);
  }

  /**
   * Issues that changed, and those that are missing where every open ticket's issue is listed (closed, without its label,
   * deleted, moved away). The list itself shows labels that somebody set by hand.
   */
  async #issues(snapshot: Snapshot, tickets: readonly Ticket[]): Promise<void> {
    const { context, look } = this.#options;
    const config = await context.config();
    const [listed, changed] = await Promise.all([
      context.forge.issuesLabelled(config.labels.ticket),
      context.forge.issuesSince(this.#since),
    ]);
    const byIssue = new Map(
      tickets.flatMap((ticket) => (ticket.issue === null ? [] : [[ticket.issue, ticket]])),
    );
    const isTickets = (label: string) =>
      isSame(label, config.labels.ticket) || label.startsWith(config.labels.state_prefix);
    for (const issue of changed)
      if (
        byIssue.has(issue.number) ||
        issue.labels.some(isTickets) ||
        (await isArchivedTickets(snapshot, issue, config)) // and somebody took its labels off
      )
        this.#readIssue(issue.number);
    if (this.#readTo === null) for (const { number } of listed) this.#readIssue(number);
    const numbers = new Set(listed.map(({ number }) => number));
    const missing = new Set([...byIssue.keys()].filter((number) => !numbers.has(number)));
    for (const number of missing) if (!this.#missing.has(number)) this.#readIssue(number);
    this.#missing = missing;
    for (const { number, labels } of listed) {
      const ticket = byIssue.get(number);
      if (ticket && Object.values(stateLabels(ticket, labels, config)).flat().length > 0) look(ticket.id);
    }
    await closeDoubles(
      context,
      listed.filter(({ number }) => !byIssue.has(number)),
    );
  }

  /** What became of the pull requests that show tickets' work, and what was said there. */
  async #pullRequests(): Promise<void> {
    const { context } = this.#options;
    for (const { number, head } of await context.forge.pullRequestsSince(this.#since))
      if (ticketOfBranch(head) !== null) this.#readIssue(number);
  }

  /** Runs that ended unseen, and those that should have. */
  async #runs(snapshot: Snapshot, tickets: readonly Ticket[]): Promise<void> {
    const { context, runs } = this.#options;
    const { workflow } = await context.config();
    const claims = tickets.flatMap(({ attempt }) => (attempt ? Date.parse(attempt.claimed) : []));
    const oldest = Math.min(context.forge.now() - straysMs, ...claims) - overlapMs;
    // By the hour, so that it is the same listing for an hour: what has not changed costs nothing.
    const listed = await context.forge.runs(workflow, isoSeconds(oldest - (oldest % hourMs)));
    const works = [
      ...tickets.map((ticket) => runs.verify(ticket, listed)),
      stopStrays(context, snapshot, listed),
    ];
    throwGravest((await together(works)).failures);
  }

  /** What is not done when all that was asked has been looked at: a run to be seen to, an issue that is not linked yet. */
  #isUnfinished(ticket: Ticket): boolean {
    const hasNoIssueYet = ticket.issue === null && ticket.mirrored === null;
    const wantsItsRun = ticket.attempt !== null && !this.#isOld;
    return stopping(ticket).length > 0 || hasNoIssueYet || wantsItsRun;
  }
}

/** Does one after another, and each whatever came of the others. */
async function failuresOf(steps: readonly (() => Promise<unknown>)[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const step of steps) failures.push(...(await together<unknown>([step()])).failures);
  return failures;
}
