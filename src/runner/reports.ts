import { isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import { handIn, type Reported } from '../engine/toolbox.ts';
import { writeSignal } from '../ticket/codec.ts';
import { finishingTimes } from '../ticket/config.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Signal, Ticket } from '../ticket/format.ts';
import { claimFault, signalDigest } from '../ticket/signals.ts';
import { type EndTools, keep, print, signalOf } from './end.ts';
import type { Job } from './job.ts';
import type { Meter } from './usage.ts';
import type { Verdict } from './verdict.ts';
import type { WorkKeeper } from './work.ts';

/** How often an agent may report in one attempt: each that was refused is kept, and people are told. */
const mostReports = 20;

/** What an agent told its tools of its own end. */
export interface Reports {
  /** Carries one out after the other; each is durable before it is decided, and decided before it is answered. */
  report(verdict: Verdict): Promise<Reported>;
  /** The report that ended the attempt, or will: without a decision it is durable, and decided as soon as that can be. */
  readonly last: { verdict: Verdict; work: string | undefined; decision: Decision | null } | null;
  /** What was turned back last, where nothing was reported since. */
  readonly turnedBack: Verdict | null;
  /** Whether one is being carried out, or is the last: then nothing else may move the ref of the work. */
  readonly hasWork: boolean;
  /** Whether a signal, by its digest, is one of these. */
  isReported(digest: string): boolean;
  /** Resolves when none is being carried out. */
  settled(): Promise<void>;
  /** Aborts once a report was accepted, or can only be decided later, and its answer is on its way to the agent. */
  readonly over: AbortSignal;
}

interface Reporting {
  job: Job;
  key: string;
  agent: string;
  /** The ticket, as far as a claim is judged by it. */
  ticket: Pick<Ticket, 'phase' | 'phases'>;
  /** Commit at which the work started. */
  start: string;
  keeper: Pick<WorkKeeper, 'save'>;
  meter: Pick<Meter, 'read' | 'last'>;
}

export function makeReports(tools: EndTools, of: Reporting): Reports {
  return new Reporter(tools, of);
}

class Reporter implements Reports {
  last: Reports['last'] = null;
  turnedBack: Verdict | null = null;
  readonly #tools: EndTools;
  readonly #of: Reporting;
  readonly #digests = new Set<string>();
  readonly #over = new AbortController();
  #count = 0;
  #inHand = 0;
  #before: Promise<unknown> = Promise.resolve();

  constructor(tools: EndTools, of: Reporting) {
    this.#tools = tools;
    this.#of = of;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  get hasWork(): boolean {
    return this.#inHand > 0 || this.last !== null;
  }

  isReported(digest: string): boolean {
    return this.#digests.has(digest);
  }

  async settled(): Promise<void> {
    await this.#before;
  }

  async report(verdict: Verdict): Promise<Reported> {
    this.#inHand++;
    const carriedOut = this.#before.then(() => this.#carryOut(verdict));
    this.#before = carriedOut.catch(() => {});
    try {
      const reported = await carriedOut;
      if (this.last) this.#tools.clock.after(0, () => this.#over.abort()); // the answer goes first
      return reported;
    } finally {
      this.#inHand--;
    }
  }

  /** The work first, so that the signal names what was kept. What is turned back here is no signal yet. */
  async #carryOut(verdict: Verdict): Promise<Reported> {
    if (++this.#count > mostReports)
      throw new SignalboxError(
        'user',
        'too-many-reports',
        `An attempt reports ${mostReports} times at most.`,
      );
    const { job, keeper, ticket } = this.#of;
    await this.#of.meter.read();
    const completes = verdict.kind === 'done' || verdict.kind === 'review';
    const subject = (verdict.summary.split('\n')[0] ?? '').slice(0, 60);
    print(this.#tools, job, this.#signal(verdict));
    if (this.last) {
      const { verdict: first, work, decision } = this.last; // it named its work: a later word moves it no more
      if (!decision) await this.#decide(first, work);
      return this.#decide(verdict, work);
    }
    this.turnedBack = verdict;
    const save = () => keeper.save({ subject, words: verdict.summary, plain: completes });
    const kept = await keep(this.#tools, save).inTime;
    if ('fault' in kept && completes) return { turnedBack: 'work-not-saved', why: kept.fault };
    const work = 'commit' in kept ? kept.commit : undefined;
    const fault = claimFault(this.#signal(verdict, work), ticket, this.#tools.config);
    return fault ? { turnedBack: fault } : this.#decide(verdict, work);
  }

  #signal(verdict: Verdict, work?: string): Signal {
    const { job, key, start, meter } = this.#of;
    return signalOf({ job, key, agentGone: false, start, usage: meter.last }, verdict, { work });
  }

  async #decide(verdict: Verdict, work: string | undefined): Promise<Reported> {
    const { store, handler, clock, config, patience } = this.#tools;
    const { durableMs, submitMs } = finishingTimes(config);
    const { ticket, attempt } = this.#of.job;
    const signal = this.#signal(verdict, work);
    const [text, digest] = [writeSignal(signal), signalDigest(signal)];
    this.#digests.add(digest); // before anybody can see that it closed the attempt
    const about = { source: digest, at: isoSeconds(clock.now()), actor: this.#of.agent };
    const said = { kind: 'signal', signal, channel: 'runner', ticket, attempt, text } as const;
    const reported = await handIn({
      durable: () =>
        patience
          .within('make the signal durable', { ms: durableMs, hurriedBy: 5_700 }, () =>
            store.saveSignal(ticket, attempt, text).then(() => true),
          )
          .then((saved) => saved === true),
      decided: () =>
        patience.within('submit', { ms: submitMs, hurriedBy: 6_700 }, () =>
          patience.insist('submit', { ms: submitMs / 2, everyMs: 1_000 }, () =>
            handler.handle(ticket, { ...said, ...about }),
          ),
        ),
    });
    const decision = 'decision' in reported ? reported.decision : null;
    if (!this.last?.decision && (decision?.accepted || !decision)) this.last = { verdict, work, decision };
    if (!decision?.undecided) this.turnedBack = null;
    return reported;
  }
}
