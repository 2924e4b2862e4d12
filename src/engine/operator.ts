import { stopping } from '../ticket/attempts.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Request } from '../ticket/requests.ts';
import { CallClock } from './alarm.ts';
import { lookAtChecks } from './by-checks.ts';
import { changedTickets } from './changes.ts';
import { Checks } from './checks.ts';
import { type Context, present } from './context.ts';
import { Dirty } from './dirty.ts';
import { Freeze } from './freeze.ts';
import { makeHandler } from './handle.ts';
import { detach, takeIn, ticketOf, ticketOfBranch } from './intake.ts';
import { Mark } from './mark.ts';
import { show, showUnlinked } from './mirror.ts';
import type { OperatorOptions } from './operator-options.ts';
import { makeTicketLabel } from './own-labels.ts';
import { DeskPanel } from './panel.ts';
import type { Comment, Operator, Run, Snapshot } from './ports.ts';
import { Profiles } from './profiles.ts';
import { makeJudge } from './pushes.ts';
import { Runs } from './runs.ts';
import { nextMoment } from './schedule.ts';
import { servedSince } from './serving.ts';
import { Sweep } from './sweep.ts';
import { throwGravest } from './together.ts';
import { takeTurn } from './turn.ts';

/**
 * The engine of one repository. Its state is the head's; what it keeps in memory is only what to look at next, so it may
 * die at any instruction and any other process finishes its work.
 */
export function makeOperator(options: OperatorOptions): Operator {
  return new DeskOperator(options);
}

class DeskOperator implements Operator {
  readonly #options: OperatorOptions;
  readonly #context: Context;
  readonly #runs: Runs;
  readonly #freeze: Freeze;
  readonly #sweep: Sweep;
  readonly #mark: Mark;
  readonly panel: DeskPanel;
  // Starts and stops have a line of their own: a stop never waits behind comments.
  readonly #runsDirty: Dirty<string>;
  readonly #issuesDirty: Dirty<number>;
  readonly #showDirty: Dirty<string>;
  readonly #headDirty: Dirty<'head'>;
  readonly #hints = new Map<number, Comment>();
  /** Issues of tickets whose files were broken when they were read, with the ids: read again once they are mended. */
  readonly #unread = new Map<number, string>();
  #followed: string | null = null;
  readonly #profiles: Profiles;
  #isTakenUp = false;
  readonly #callClock = new CallClock();
  #callOffTimer = () => {};

  constructor(options: OperatorOptions) {
    this.#options = options;
    const { forge, clock, log, config } = options;
    const now = () => forge.now();
    const judge = makeJudge(forge, { branch: async () => (await config()).branch, clock, now });
    const onHead = (snapshot: Snapshot, changed: readonly string[]) => this.#seeHead(snapshot, changed);
    this.#context = {
      ...options,
      writer: makeHandler({ ...options, now, judge, onHead }),
      answered: new Set(),
      ticketLabel: onceDone(() => makeTicketLabel({ forge, config })),
      checks: new Checks({ forge, config }),
      runsAgain: (id, ms) => this.#runsDirty.later(id, ms),
      showAgain: (id, ms) => this.#showDirty.later(id, ms),
      readIssue: (number) => this.#issuesDirty.ask(number),
    };
    this.#runs = new Runs(this.#context);
    this.#profiles = new Profiles(this.#context);
    this.#freeze = new Freeze(this.#context, {
      lookAgain: () => this.#headDirty.later('head', 1_000),
      thawed: () => {
        void this.sweep().catch((error) => log.warn('the sweep after the restore failed', { error }));
      },
    });
    this.#sweep = new Sweep({
      context: this.#context,
      runs: this.#runs,
      configBroken: () => options.configBroken?.() ?? null,
      look: (id) => this.#look(id),
      readIssue: (number) => this.#issuesDirty.add(number),
      lookAtChecks: () => this.lookAtChecks(),
    });
    this.#mark = new Mark({ store: options.store, now, quiet: () => this.#isWellDone(), log });
    this.#runsDirty = new Dirty((id) => this.#runs.settle(id), { clock, log, atOnce: 8, name: 'runs' });
    this.#issuesDirty = new Dirty((issue) => this.#readIssue(issue), {
      clock,
      log,
      atOnce: 200, // what is read together is decided together, in one commit
      name: 'issue',
    });
    this.#showDirty = new Dirty((id) => this.#showTicket(id), { clock, log, atOnce: 4, name: 'ticket' });
    this.#headDirty = new Dirty(() => this.#followHead(), { clock, log, atOnce: 1, name: 'head' });
    this.panel = new DeskPanel(this.#context, options, () => this.#lines);
  }

  handle(id: string, request: Request): Promise<Decision> {
    return this.#context.writer.handle(id, request);
  }

  lookAtIssue(number: number): Promise<void> {
    return this.#issuesDirty.ask(number);
  }

  lookAtComment(issue: number, comment: Comment): Promise<void> {
    this.#hints.set(issue, comment);
    return this.#issuesDirty.ask(issue);
  }

  async lookAtHead(): Promise<void> {
    await this.#context.writer.read({ fresh: true });
    this.#headDirty.add('head');
  }

  lookAtRun(run: Run): Promise<void> {
    return this.#runs.look(run);
  }

  async lookAtBranch(branch: string): Promise<void> {
    const id = ticketOfBranch(branch);
    if (id !== null) await this.#showDirty.ask(id);
  }

  async lookAtChecks(): Promise<void> {
    await lookAtChecks(this.#context, () => this.#headDirty.add('head'));
  }

  async issueGone(number: number, how: 'deleted' | 'transferred', actor: string): Promise<void> {
    const id = ticketOf(await this.#context.writer.read({ fresh: true }), number);
    if (id) await detach(this.#context, id, how, actor);
  }

  sweep(): Promise<void> {
    return this.panel.timed(() => this.#sweepAll());
  }

  async #sweepAll(): Promise<void> {
    const began = this.#context.forge.now();
    const snapshot = await this.#context.writer.read({ fresh: true });
    for (const line of this.#lines) line.addLeft();
    this.#headDirty.add('head');
    if (snapshot.movedBack) return;
    await this.#takeUp(snapshot);
    const { head } = snapshot;
    const marked = await snapshot.swept();
    const found = await this.#sweep.run(snapshot);
    const isNews = found === 'changes' || (found === 'nothing' && marked?.head !== head);
    if (head !== null && isNews) this.#mark.note({ head, time: began });
  }

  /** Once, before anything is taken as new: what is unchanged since the mark was shown and read by another process. */
  async #takeUp(snapshot: Snapshot): Promise<void> {
    if (this.#isTakenUp) return;
    const swept = await this.#mark.find(snapshot);
    if (this.#isTakenUp) return; // somebody else found it meanwhile
    this.#isTakenUp = true;
    if (!swept) return;
    this.#followed = swept.head;
    this.#sweep.takeUp(swept);
    // Who watches this process knows nothing of what the other one showed.
    for (const { ticket } of snapshot.tickets.values()) if (ticket) this.#options.watch?.(ticket);
  }

  async settled(): Promise<void> {
    await this.#quiet();
    await this.#mark.idle();
  }

  async #quiet(): Promise<void> {
    // Work makes work in other lines, so quiet is quiet only when a whole round found it so.
    for (let before: string | null | undefined; ; ) {
      await this.#context.writer.idle();
      for (const line of this.#lines) await line.idle();
      const { head } = await this.#context.writer.read();
      if (head === before && this.#lines.every((line) => line.isIdle)) return;
      before = head;
    }
  }

  async close(): Promise<void> {
    this.#callOffTimer();
    this.#options.seat?.leave();
    this.#mark.drop();
    await Promise.all(this.#lines.map((line) => line.close()));
    await this.#context.writer.idle();
    await this.#mark.idle();
    await this.#options.tellers?.close();
    await this.#options.store.close();
  }

  /** Waits until nothing is looked at; whether everything ended well. */
  async #isWellDone(): Promise<boolean> {
    do await this.#quiet();
    while (!this.#lines.every((line) => line.isIdle));
    return this.#unread.size === 0 && this.#lines.every((line) => line.isWell);
  }

  get #lines() {
    return [this.#headDirty, this.#runsDirty, this.#issuesDirty, this.#showDirty];
  }

  /** A head was seen: what it changed wants looking at. Called in the turn of the commit, so a stop is asked at once. */
  #seeHead(snapshot: Snapshot, changed: readonly string[]): void {
    if (snapshot.movedBack) {
      // From now on looks do nothing, and end well: nothing that they were to find may count as found.
      this.#sweep.forget();
      this.#mark.drop();
      this.#headDirty.add('head');
    }
    for (const id of changed) this.#look(id);
    this.panel.headSeen();
    if (snapshot.head !== this.#followed) this.#headDirty.add('head');
  }

  #look(id: string): void {
    this.#runsDirty.add(id);
    this.#showDirty.add(id);
  }

  async #readIssue(number: number): Promise<void> {
    const hint = this.#hints.get(number);
    this.#hints.delete(number);
    const context = { ...this.#context, installedAt: await servedSince(this.#context) };
    const taken = await takeIn(context, number, hint);
    if (!taken) return;
    this.#showDirty.add(taken.id);
    if (taken.isBroken) this.#unread.set(number, taken.id);
  }

  async #showTicket(id: string): Promise<void> {
    const { ticket, snapshot } = await present(this.#context, id);
    if (snapshot.movedBack) return;
    if (ticket && ticket.issue === null) return showUnlinked(this.#context, ticket);
    if (!(await show(this.#context, id)) && ticket?.issue) this.#issuesDirty.add(ticket.issue);
  }

  /** Whatever changed since the last head seen: pending signals, deadlines, the clock's and the scheduler's turn. */
  async #followHead(): Promise<void> {
    const { store, forge, clock } = this.#options;
    const snapshot = await this.#context.writer.read();
    if (await this.#freeze.holds(snapshot)) return;
    await this.#takeUp(snapshot);
    this.#readMended(snapshot);
    for (const id of await changedTickets(store, this.#followed, snapshot)) await this.#tell(id);
    this.#followed = snapshot.head;
    const config = await this.#options.config();
    for (const id of this.#profiles.see(snapshot, { now: forge.now(), config })) this.#showDirty.add(id);
    const tickets = [...snapshot.tickets.values()].flatMap(({ ticket }) => ticket ?? []);
    for (const ticket of tickets) if (stopping(ticket).length > 0) this.#runsDirty.unlessDue(ticket.id);
    const failures = await takeTurn(this.#context, { runs: this.#runs, profiles: this.#profiles }, snapshot);
    for (const { id } of this.#callClock.due(tickets, config, forge.now())) this.#showDirty.add(id);
    const moment = nextMoment(snapshot, forge.now(), config);
    this.#callOffTimer();
    if (moment !== null) {
      const ms = Math.min(moment - forge.now() + 50, 3_600_000);
      this.#callOffTimer = clock.after(ms, () => this.#headDirty.add('head'));
    }
    throwGravest(failures);
  }

  #readMended({ tickets }: Snapshot): void {
    for (const [number, id] of this.#unread) {
      if (tickets.get(id)?.broken) continue;
      this.#unread.delete(number);
      this.#issuesDirty.add(number);
    }
  }

  async #tell(id: string): Promise<void> {
    this.#look(id);
    const { ticket } = this.#options.watch ? await present(this.#context, id) : { ticket: null };
    if (ticket) this.#options.watch?.(ticket);
  }
}

/** Does it once; what failed is done at the next call. */
function onceDone(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work().catch((error) => {
      done = null;
      throw error;
    });
    return done;
  };
}
