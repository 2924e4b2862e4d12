import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Reported } from '../engine/toolbox.ts';
import { writeSignal } from '../ticket/codec.ts';
import { finishingTimes } from '../ticket/config.ts';
import type { Decision } from '../ticket/decision.ts';
import type { Signal } from '../ticket/format.ts';
import { claimFault, signalDigest } from '../ticket/signals.ts';
import { type EndTools, keep, print, signalOf } from './end.ts';
import type { Job } from './job.ts';
import type { Verdict } from './verdict.ts';
import type { WorkKeeper } from './work.ts';

/** How often an agent may report in one attempt: each that was refused is kept, and people are told. */
const mostReports = 20;

/** What an agent told its tools of its own end. */
export interface Reports {
  /** Carries one out after the other; each is durable before it is decided, and decided before it is answered. */
  report(verdict: Verdict): Promise<Reported>;
  /** The report that was accepted; it ended the attempt. */
  readonly accepted: { verdict: Verdict; decision: Decision } | null;
  /** What was reported last, where nothing has been decided about it. */
  readonly undecided: Verdict | null;
  /** Whether one is being carried out, or was accepted: then nothing else may move the ref of the work. */
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
  phase: string;
  /** Commit at which the work started. */
  start: string;
  keeper: Pick<WorkKeeper, 'save'>;
  /** Takes out what nobody may see. */
  hide(verdict: Verdict): Verdict;
}

export function makeReports(tools: EndTools, of: Reporting): Reports {
  return new Reporter(tools, of);
}

class Reporter implements Reports {
  accepted: Reports['accepted'] = null;
  undecided: Verdict | null = null;
  readonly #tools: EndTools;
  readonly #of: Reporting;
  readonly #digests = new Set<string>();
  readonly #over = new AbortController();
  #count = 0;
  #inHand = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tools: EndTools, of: Reporting) {
    this.#tools = tools;
    this.#of = of;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  get hasWork(): boolean {
    return this.#inHand > 0 || this.accepted !== null;
  }

  isReported(digest: string): boolean {
    return this.#digests.has(digest);
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  async report(verdict: Verdict): Promise<Reported> {
    this.#inHand++;
    const carriedOut = this.#last.then(() => this.#carryOut(this.#of.hide(verdict)));
    this.#last = carriedOut.catch(() => {});
    try {
      const reported = await carriedOut;
      const isEnd = 'kept' in reported || ('decision' in reported && reported.decision.accepted);
      if (isEnd) this.#tools.clock.after(0, () => this.#over.abort()); // the answer goes first
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
    const { job, keeper, phase } = this.#of;
    if (!this.accepted) this.undecided = verdict;
    const completes = verdict.kind === 'done' || verdict.kind === 'review';
    const subject = (verdict.summary.split('\n')[0] ?? '').slice(0, 60);
    print(this.#tools, job, this.#signal(verdict));
    // What was accepted named its work: a later word moves it no more.
    const kept = this.accepted
      ? null
      : await keep(this.#tools, () => keeper.save({ subject, words: verdict.summary, plain: completes }))
          .inTime;
    if (kept && 'fault' in kept && completes) return { turnedBack: 'work-not-saved', why: kept.fault };
    const signal = this.#signal(verdict, kept && 'commit' in kept ? kept.commit : undefined);
    const fault = this.accepted ? undefined : claimFault(signal, phase, this.#tools.config);
    return fault ? { turnedBack: fault } : this.#decide(verdict, signal);
  }

  #signal(verdict: Verdict, work?: string): Signal {
    const { job, key, start } = this.#of;
    return signalOf({ job, key, agentGone: false, start }, verdict, { work });
  }

  async #decide(verdict: Verdict, signal: Signal): Promise<Reported> {
    const { store, handler, clock, config, patience } = this.#tools;
    const { durableMs, submitMs } = finishingTimes(config);
    const { ticket, attempt } = this.#of.job;
    const [text, digest] = [writeSignal(signal), signalDigest(signal)];
    this.#digests.add(digest); // before anybody can see that it closed the attempt
    const durable = await patience.within(
      'make the signal durable',
      { ms: durableMs, hurriedBy: 5_700 },
      () => store.saveSignal(ticket, attempt, text).then(() => true),
    );
    const about = { source: digest, at: isoSeconds(clock.now()), actor: this.#of.agent };
    const said = { kind: 'signal', signal, channel: 'runner', ticket, attempt, text } as const;
    try {
      const decision = await patience.insist('submit', { ms: submitMs / 2, everyMs: 1_000 }, () =>
        handler.handle(ticket, { ...said, ...about }),
      );
      if (decision.code === 'head-moved-back' && durable) return { kept: decision.message };
      this.undecided = null;
      if (decision.accepted) this.accepted ??= { verdict, decision };
      return { decision };
    } catch (thrown) {
      if (!durable) throw thrown; // nothing has come of it: it may be tried again, and is at the end
      return { kept: asError(thrown).message };
    }
  }
}
