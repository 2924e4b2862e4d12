import { isoSeconds } from '../base/clock.ts';
import { stopFrom } from '../ticket/attempts.ts';
import { deadlineGraceSeconds, stopGraceSeconds } from '../ticket/config.ts';
import type { Attempt, ClosedAttempt, Ticket } from '../ticket/format.ts';
import type { Request } from '../ticket/requests.ts';
import { wanted } from '../ticket/wanted.ts';
import { type Context, present, readRunTitle, runTitle } from './context.ts';
import type { Run } from './ports.ts';
import { isAlive, isOver, wasGivenUp } from './run-status.ts';
import { FollowUps } from './silence.ts';
import { isUntold } from './together.ts';

/**
 * How soon a run that was asked for is expected in the list, in milliseconds, and twice as late with each time that it
 * was asked for; a double is harmless, an early one silly.
 */
const dispatchPatienceMs = 30_000;
/** How soon a cancel is asked again until its run was seen to end, in milliseconds: later, the longer it takes. */
const cancelAgainMs = { first: 5_000, most: 60_000 };

/** Starting and stopping of runs: the effects that never wait behind comments and labels. */
export class Runs {
  readonly #context: Context;
  /** Dispatches of this process for tickets whose run is not there yet. Forgotten with it; the list of runs is not. */
  readonly #dispatched = new Map<string, { claim: string; at: number; times: number }>();
  /** Claims whose bound run GitHub does not know, and since when it was seen so. A process that starts looks anew. */
  readonly #missing = new Map<string, number>();

  readonly #followUps: FollowUps;

  constructor(context: Context) {
    this.#context = context;
    this.#followUps = new FollowUps(context);
  }

  /** Sets a ticket's runs right: starts what wants a run, stops what was closed. Safe any time, by any process. */
  async settle(id: string): Promise<void> {
    const { ticket, snapshot } = await present(this.#context, id);
    if (!ticket || snapshot.movedBack) return;
    const { dispatch, stop } = wanted(ticket);
    const results = await Promise.allSettled([
      ...stop.map((attempt) => this.#stop(ticket, attempt)),
      this.#cancelUnbound(ticket),
      dispatch ? this.#dispatch(ticket) : undefined,
    ]);
    if (!dispatch) this.#dispatched.delete(id);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    if (this.#missing.has(ticket.attempt?.claim ?? '')) await this.verify(ticket);
  }

  /** A run changed its status, or was found so. Actions' own word about a run is the authority. */
  async look(run: Run): Promise<void> {
    const named = readRunTitle(run.title);
    if (!named) return;
    const { ticket, snapshot } = await present(this.#context, named.id, { fresh: true });
    if (!ticket || snapshot.movedBack) return;
    const open = ticket.attempt;
    if (open?.number === named.attempt) await this.#ended(ticket, run);
    await this.settle(named.id);
  }

  /** Attempts over their deadline, and bound ones whose run ended unseen. */
  async checkDeadline(ticket: Ticket): Promise<void> {
    const open = ticket.attempt;
    if (!open) return;
    const { forge, config } = this.#context;
    const graceMs = open.run ? deadlineGraceSeconds(await config()) * 1000 : 0;
    if (forge.now() <= Date.parse(open.check_in_by) + graceMs) return;
    // One that waits for a machine may yet bind, however long it takes: it is asked after, again at every look.
    const waiting = open.run ? undefined : await this.#mayYetBind(ticket);
    if (waiting) return this.#followUps.lookAtQueued(ticket, open, waiting);
    // Actions' word about a run comes before any clock's.
    const run = open.run && (await forge.run(open.run.id));
    if (run && isOver(run, open.run)) return this.#ended(ticket, run);
    const over = open.run
      ? ({
          code: 'time-limit',
          reason: 'The attempt ran past its time limit, and its runner did not end it.',
        } as const)
      : ({ code: 'never-bound', reason: 'No run reached the gate in time.' } as const);
    await this.#absent(ticket, {
      ...this.#own(`deadline:${open.claim}`),
      kind: 'lost',
      attempt: open.number,
      ...over,
      agent_gone: false,
      seen: { run: open.run?.id ?? null },
    });
  }

  /**
   * Looks at an open attempt's run, for when no webhook told. A bound one that is not `listed` is asked for by itself;
   * one that may yet bind is let be, and where there is none it has ended unseen, or never came.
   */
  async verify(ticket: Ticket, listed: readonly Run[] = []): Promise<void> {
    const { attempt: open } = ticket;
    if (!open) return;
    if (!open.run) {
      const title = runTitle(ticket.id, open.number, open.phase);
      const isThere = listed.some((run) => run.title === title && run.status !== 'completed');
      return isThere ? undefined : this.settle(ticket.id);
    }
    const { id } = open.run;
    const run = listed.find((one) => one.id === id) ?? (await this.#context.forge.run(id));
    if (!run) return this.#notKnown(ticket, open);
    this.#missing.delete(open.claim);
    if (isOver(run, open.run)) await this.look(run);
    if (run.status !== 'completed') await this.#followUps.look(ticket, { ...open, run: open.run }, run);
  }

  /** A run that somebody deleted. Its machine may live, so it is waited for as for any that GitHub gave up. */
  async #notKnown(ticket: Ticket, { claim, number, run }: Attempt): Promise<void> {
    const { forge, config, runsAgain } = this.#context;
    const since = this.#missing.get(claim) ?? forge.now();
    this.#missing.set(claim, since);
    const graceLeft = since + stopGraceSeconds(await config()) * 1000 - forge.now();
    if (graceLeft > 0) return runsAgain(ticket.id, graceLeft + 100);
    await this.#absent(ticket, {
      ...this.#own(`gone:${claim}`),
      kind: 'lost',
      attempt: number,
      seen: { run: run?.id ?? null },
      code: 'run-gone',
      reason: `GitHub has known no run ${run?.id} since ${isoSeconds(since)}, and no verdict of it came.`,
      agent_gone: false,
    });
    this.#missing.delete(claim);
  }

  /** Ends the open attempt where `run` shows that it is over; a run goes on, or is another's, as often as not. */
  async #ended(ticket: Ticket, run: Run): Promise<void> {
    const open = ticket.attempt;
    if (!open || (open.run && open.run.id !== run.id)) return;
    // Only what has ended can be run again, and the second time is not let in.
    const isAgain = open.run !== null && run.run_attempt > open.run.run_attempt;
    if (run.status !== 'completed' && !isAgain) return;
    if (!open.run && (await this.#mayYetBind(ticket))) return;
    const asked = this.#own(`run:${run.id}.${run.run_attempt}`);
    const seen = { run: open.run?.id ?? null };
    if (run.conclusion === 'cancelled' && !isAgain && !wasGivenUp(run, open)) {
      await this.#absent(ticket, {
        ...asked,
        actor: 'somebody in Actions',
        kind: 'stopped_by_person',
        attempt: open.number,
        seen,
      });
      return;
    }
    const how = isAgain ? 'was started again' : `ended (${run.conclusion})`;
    const code = isAgain ? 'rerun' : open.run ? 'run-ended-silent' : 'never-bound';
    const reason = open.run
      ? `The run ${how} without a verdict.`
      : `The run ended (${run.conclusion}) before it reached the gate.`;
    await this.#absent(ticket, {
      ...asked,
      kind: 'lost',
      attempt: open.number,
      code,
      reason,
      agent_gone: false,
      seen,
    });
  }

  /**
   * Ends an attempt for absence. A stop may stand on the issue whose webhook never came: that is read, and goes, first.
   * Where it cannot be read the attempt stays open, and is looked at again: lost, the ticket would be taken up once more
   * past a stop that nobody has decided. Not so where all was decided and only an answer could not be told, nor where a
   * person cancelled the run: then the ticket waits, as any stop would have it.
   */
  async #absent({ id, issue }: Ticket, request: Request): Promise<void> {
    try {
      if (issue !== null) await this.#context.readIssue(issue);
    } catch (error) {
      if (!isUntold(error) && request.kind !== 'stopped_by_person') throw error;
    }
    await this.#context.writer.handle(id, request);
  }

  async #dispatch(ticket: Ticket): Promise<void> {
    const open = ticket.attempt;
    if (!open) return;
    const { forge, config, clock, writer, log, runsAgain } = this.#context;
    const runs = await this.#mine(ticket);
    const ended = runs.find(({ status }) => status === 'completed');
    if (runs.some(({ status }) => status !== 'completed')) return;
    if (ended) return this.#ended(ticket, ended);
    const { number, claim, phase } = open;
    const earlier = this.#dispatched.get(ticket.id);
    const times = earlier?.claim === claim ? earlier.times : 0;
    const patienceLeft = times > 0 && earlier ? earlier.at + patienceMs(times) - clock.now() : 0;
    if (patienceLeft > 0) return runsAgain(ticket.id, patienceLeft);
    this.#dispatched.set(ticket.id, { claim, at: clock.now(), times: times + 1 });
    // Also of a dispatch that GitHub took nothing may come: whether its run is there is looked at again.
    runsAgain(ticket.id, patienceMs(times + 1));
    const { workflow } = await config();
    const answer = await forge.dispatch(workflow, {
      ticket: ticket.id,
      attempt: String(number),
      claim,
      phase,
    });
    log.info('dispatched', { ticket: ticket.id, attempt: number });
    if (!('refused' in answer)) return;
    const { code, message } = answer.refused;
    await writer.handle(ticket.id, {
      ...this.#own(`dispatch:${claim}`),
      kind: 'undispatchable',
      attempt: number,
      code,
      reason: message,
    });
  }

  /** Cancels until the run was seen to end; force-cancels, then alarms (mirror.ts), when it does not take. */
  async #stop(ticket: Ticket, attempt: ClosedAttempt): Promise<void> {
    const bound = attempt.run;
    if (!bound) return;
    const { forge, writer, config, runsAgain } = this.#context;
    const settings = await config();
    const from = stopFrom(attempt, settings);
    const run = await forge.run(bound.id).catch(async (error) => {
      // A cancel may go even while GitHub asks for silence, and of an attempt closed at the head it is always right.
      if (from <= forge.now()) await this.#cancel(ticket, from, bound.id);
      throw error;
    });
    if (!run || isOver(run, bound)) {
      const endedAt = run ? Date.parse(run.updated) : Date.parse(attempt.ended);
      const graceLeft = endedAt + stopGraceSeconds(settings) * 1000 - forge.now();
      // "Completed" is not "dead": a machine that GitHub lost keeps its agent until it looks or gives up (rule 11).
      if (graceLeft > 0) return runsAgain(ticket.id, graceLeft + 100);
      await writer.handle(ticket.id, {
        ...this.#own(`ended:${bound.id}`),
        kind: 'stopped',
        attempt: attempt.number,
      });
      return;
    }
    const age = forge.now() - from;
    if (age < 0) return runsAgain(ticket.id, 100 - age);
    await this.#cancel(ticket, from, bound.id);
    runsAgain(ticket.id, Math.min(cancelAgainMs.most, Math.max(cancelAgainMs.first, age / 20)));
  }

  /** @param from when its end was asked first, in milliseconds */
  async #cancel({ id }: Ticket, from: number, run: number): Promise<void> {
    const { forge, config, log } = this.#context;
    const { limits } = await config();
    const force = forge.now() - from > limits.force_cancel_seconds * 1000;
    const took = await (force ? forge.forceCancel(run) : forge.cancel(run));
    if (!took) log.warn('a cancel was not taken', { ticket: id, run, force });
  }

  /** Runs of attempts closed before any run was bound; the gate refuses them, a cancel saves the machine (rule 13). */
  async #cancelUnbound(ticket: Ticket): Promise<void> {
    const { forge } = this.#context;
    const recent = ticket.attempts.filter(
      (attempt) => attempt.run === null && forge.now() - Date.parse(attempt.ended) < 10 * 60_000,
    );
    for (const { number, phase, started } of recent) {
      const runs = await this.#titled(runTitle(ticket.id, number, phase), started);
      for (const run of runs) if (run.status !== 'completed') await forge.cancel(run.id);
    }
  }

  /** A run of the open attempt that is alive. One that waits for a machine is, however long. */
  async #mayYetBind(ticket: Ticket): Promise<Run | undefined> {
    return (await this.#mine(ticket)).find(isAlive);
  }

  async #mine(ticket: Ticket): Promise<Run[]> {
    const open = ticket.attempt;
    return open ? this.#titled(runTitle(ticket.id, open.number, open.phase), open.claimed) : [];
  }

  async #titled(title: string, since: string): Promise<Run[]> {
    const { workflow } = await this.#context.config();
    const from = isoSeconds(Date.parse(since) - 60_000); // the forge's clock may be a little behind the commit's
    return (await this.#context.forge.runs(workflow, from)).filter((run) => run.title === title);
  }

  #own(source: string): { source: string; at: string; actor: string } {
    return { source, at: isoSeconds(this.#context.forge.now()), actor: 'signalbox' };
  }
}

function patienceMs(times: number): number {
  return dispatchPatienceMs * 2 ** (times - 1);
}
