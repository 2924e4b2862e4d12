import { isoSeconds } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Forge, Run } from '../../src/engine/ports.ts';
import { Runs } from '../../src/engine/runs.ts';
import type { ClosedAttempt, Ticket } from '../../src/ticket/format.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting, working } from './fixtures.ts';

/** When MC-1 was claimed, and when its closed attempt ended, in milliseconds. */
export const began = Date.parse('2026-05-25T10:00:00Z');

/**
 * One ticket, MC-1, and its runs: the forge is a list of runs, and the ticket stands still whatever is asked of it.
 */
export class Trackside {
  ticket: Ticket | null;
  movedBack = false;
  /** Seconds since the claim. */
  seconds = 60;
  readonly there: Run[] = [];
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly requests: Request[] = [];
  readonly forge: Partial<Forge>;
  issue: () => Promise<void> = async () => {};
  readonly runs: Runs;

  constructor(ticket: Ticket | null) {
    this.ticket = ticket;
    const now = () => began + this.seconds * 1000;
    const note = (words: string) => this.asked.push(words) > 0;
    this.forge = {
      now,
      run: async (id) => this.there.find((run) => run.id === id) ?? null,
      runs: async (workflow, since) => {
        note(`runs of ${workflow} since ${since}`);
        return this.there;
      },
      dispatch: async (workflow, inputs) => {
        note(`dispatch ${workflow} ${Object.values(inputs).join(' ')}`);
        return { run: null };
      },
      cancel: async (id) => note(`cancel ${id}`),
      forceCancel: async (id) => note(`force-cancel ${id}`),
      ref: async () => null,
    };
    const snapshot = () => ({
      head: 'h',
      movedBack: this.movedBack,
      tickets: new Map(this.ticket ? [['MC-1', { ticket: this.ticket }]] : []),
      archived: async () => null,
    });
    this.runs = new Runs({
      forge: this.forge,
      writer: {
        read: async (how: { fresh?: boolean }) => {
          if (how.fresh) note('fresh look');
          return snapshot();
        },
        handle: async (_id: string, request: Request) => this.requests.push(request),
      },
      config: async () => config,
      clock: { now, after: () => () => {} },
      log: silentLog,
      runsAgain: (id: string, ms: number) => note(`again ${id} after ${ms}`),
      readIssue: (number: number) => {
        note(`issue ${number}`);
        return this.issue();
      },
    } as unknown as Context);
  }

  /** GitHub has such a run, last changed now. */
  has(over: Partial<Run> = {}): Run {
    const updated = isoSeconds(began + this.seconds * 1000);
    const shape = { id: 990, run_attempt: 1, title: 'MC-1 #1 dev', url: 'u', created: updated, updated };
    const run: Run = { ...shape, status: 'in_progress', conclusion: null, ...over };
    this.there.push(run);
    return run;
  }

  async settle(): Promise<string[]> {
    await this.runs.settle('MC-1');
    return this.calls();
  }

  /** What was asked since the last time, without the listings. */
  calls(): string[] {
    return this.asked.splice(0).filter((words) => !words.startsWith('runs of'));
  }
}

/** MC-1, claimed and without a run. */
export const claimed = (over: Partial<Ticket> = {}) =>
  aTicket('MC-1', { ...working, attempt: { ...working.attempt, run: null }, ...over } as Partial<Ticket>);

/** MC-1, parked, its attempt not yet seen to have stopped. */
export const closed = (over: Partial<ClosedAttempt> = {}) =>
  aTicket('MC-1', {
    ...waiting,
    attempts: [
      { ...stopped, outcome: 'parked', signal: null, ended: isoSeconds(began), stopped: null, ...over },
    ],
  });
