import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { isLive } from '../ticket/claim.ts';
import type { Config } from '../ticket/config.ts';
import type { Ticket } from '../ticket/format.ts';
import { idOfArchivePath, parseQuarantinePath, ticketIdOf } from '../ticket/paths.ts';
import { makeJudge } from './admission.ts';
import { type Context, present, readRunTitle } from './context.ts';
import { Dirty } from './dirty.ts';
import { makeHandler, signalRequest } from './handle.ts';
import { detach, own, takeIn, ticketOf, ticketOfBranch } from './intake.ts';
import { show } from './mirror.ts';
import { keepLabels } from './own-labels.ts';
import type { Comment, Forge, Operator, Run, Snapshot, Store } from './ports.ts';
import { giveIssue } from './publish.ts';
import { Runs } from './runs.ts';
import { nextMoment, schedule } from './schedule.ts';

export interface OperatorOptions {
  store: Store;
  forge: Forge;
  /** The repository's config, last good version. */
  config: () => Promise<Config>;
  clock: Clock;
  random: Random;
  log: Log;
  /** When the app was installed on the repository (ISO). Label events before it mean nothing. */
  installedAt: string;
  /** Milliseconds to let requests gather between pushes; 0 pushes at once. */
  gatherMs?: number;
  /** Told of every ticket that a new head changed, as it stands there. */
  watch?: (ticket: Ticket) => void;
}

/**
 * The engine of one repository. Its state is the head's; what it keeps in memory is only what to look at next, so it may
 * die at any instruction and any other process finishes its work.
 */
export function makeOperator(options: OperatorOptions): Operator {
  const { store, forge, clock, log } = options;
  const context: Context = {
    ...options,
    writer: makeHandler({
      ...options,
      now: () => forge.now(),
      judge: makeJudge(forge, {
        branch: async () => (await options.config()).branch,
        clock,
        now: () => forge.now(),
      }),
      onHead: (snapshot, changed) => seeHead(snapshot, changed),
    }),
    runsAgain: (id, ms) => runsDirty.later(id, ms),
  };
  const runs = new Runs(context);
  // Starts and stops have their own line: a stop never waits behind comments.
  const runsDirty = new Dirty<string>((id) => runs.settle(id), { clock, log, atOnce: 8, name: 'runs' });
  const asksDirty = new Dirty<number>(readIssue, { clock, log, atOnce: 4, name: 'issue' });
  const showDirty = new Dirty<string>(showTicket, { clock, log, atOnce: 4, name: 'ticket' });
  const headDirty = new Dirty<'head'>(followHead, { clock, log, atOnce: 1, name: 'head' });
  const lines = [headDirty, runsDirty, asksDirty, showDirty];
  const hints = new Map<number, Comment>();
  let followed: string | null = null;
  let callOffAlarmClock = () => {};

  /** A head was seen: what it changed wants looking at. Called in the turn of the commit, so a stop is asked at once. */
  function seeHead(snapshot: Snapshot, changed: readonly string[]): void {
    for (const id of changed) look(id);
    if (snapshot.head !== followed || changed.length === 0) headDirty.add('head');
  }

  function look(id: string): void {
    runsDirty.add(id);
    showDirty.add(id);
  }

  async function readIssue(number: number): Promise<void> {
    const hint = hints.get(number);
    hints.delete(number);
    const id = await takeIn(context, number, hint);
    if (id) showDirty.add(id);
  }

  async function showTicket(id: string): Promise<void> {
    const { ticket } = await present(context, id);
    if (ticket && ticket.issue === null) {
      // One whose issue was deleted (`mirrored` tells that it had one) gets no other.
      if (ticket.mirrored === null) await giveIssue(context, ticket);
      return;
    }
    if (!(await show(context, id)) && ticket?.issue) asksDirty.add(ticket.issue);
  }

  /** Whatever changed since the last head seen: pending signals, the clock's and the scheduler's turn. */
  async function followHead(): Promise<void> {
    const snapshot = await store.read();
    if (snapshot.movedBack) {
      log.error('head-moved-back: the desk is frozen until a person restores it', {
        head: snapshot.head,
        witness: snapshot.witness,
      });
      return;
    }
    if (snapshot.head !== followed && snapshot.head !== null) {
      for (const id of await changedTickets(store, followed, snapshot)) {
        look(id);
        const { ticket } = await present(context, id);
        if (ticket) options.watch?.(ticket);
      }
      followed = snapshot.head;
    }
    await admitSignals(snapshot);
    await checkDeadlines(snapshot);
    await schedule(context, snapshot);
    const moment = nextMoment(snapshot, forge.now());
    callOffAlarmClock();
    if (moment !== null)
      callOffAlarmClock = clock.after(Math.min(moment - forge.now() + 50, 3_600_000), () =>
        headDirty.add('head'),
      );
  }

  async function admitSignals(snapshot: Snapshot): Promise<void> {
    const at = own(context, '').at;
    await Promise.all(
      snapshot.signals.map((pending) =>
        context.writer.handle(pending.ticket, signalRequest(pending, { at })),
      ),
    );
  }

  async function checkDeadlines(snapshot: Snapshot): Promise<void> {
    for (const { ticket } of snapshot.tickets.values()) {
      if (ticket) await runs.checkDeadline(ticket);
      if (ticket?.attempts.some(({ stopped }) => stopped === null)) runsDirty.add(ticket.id);
    }
  }

  return {
    handle: (id, request) => context.writer.handle(id, request),
    lookAtIssue: (number) => asksDirty.ask(number),
    async lookAtComment(issue, comment) {
      hints.set(issue, comment);
      await asksDirty.ask(issue);
    },
    async lookAtHead() {
      await context.writer.look();
      headDirty.add('head');
    },
    async lookAtRun(run) {
      // A stop may have been asked whose webhook never came; it goes before what the run's end means.
      const issue = await issueOfRun(context, run);
      if (issue !== null && run.status === 'completed') await asksDirty.ask(issue);
      await runs.look(run);
    },
    async lookAtPullRequest(branch, merged, actor, at) {
      const id = ticketOfBranch(branch);
      if (id && merged)
        await context.writer.handle(id, { source: `merge:${branch}:${at}`, at, actor, kind: 'merged' });
    },
    async issueGone(number, how, actor) {
      const id = ticketOf(await store.read({ fresh: true }), number);
      if (id) await detach(context, id, how, actor);
    },
    async sweep() {
      const snapshot = await context.writer.look();
      await keepLabels(context);
      const { labels } = await options.config();
      for (const { number } of await forge.issuesLabelled(labels.ticket)) asksDirty.add(number);
      for (const { ticket, id } of snapshot.tickets.values()) {
        look(id);
        if (ticket && isLive(ticket)) await runs.verify(ticket);
      }
      headDirty.add('head');
    },
    async settled() {
      // Work makes work in other lines, so quiet is quiet only when a whole round found it so.
      for (let before: string | null | undefined; ; ) {
        await context.writer.idle();
        for (const line of lines) await line.idle();
        const { head } = await store.read();
        if (head === before && lines.every((line) => line.isIdle)) return;
        before = head;
      }
    },
    async close() {
      callOffAlarmClock();
      await Promise.all(lines.map((line) => line.close()));
      await context.writer.idle();
      await store.close();
    },
  };
}

/** Tickets that differ between two heads. From nothing: the open ones alone, since the archive is history. */
async function changedTickets(
  store: Store,
  from: string | null,
  { head, tickets }: Snapshot,
): Promise<Set<string>> {
  if (from === null || head === null) return new Set(tickets.keys());
  const changes = await store.diff(from, head);
  return new Set(
    changes.flatMap(
      ({ path }) => ticketIdOf(path) ?? idOfArchivePath(path) ?? parseQuarantinePath(path)?.id ?? [],
    ),
  );
}

async function issueOfRun(context: Context, run: Run): Promise<number | null> {
  const named = readRunTitle(run.title);
  if (!named) return null;
  const { ticket } = await present(context, named.id);
  return ticket?.attempt?.number === named.attempt ? ticket.issue : null;
}
