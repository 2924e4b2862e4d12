import { type Clock, isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Usage } from '../ticket/budget-format.ts';
import { writeSignal } from '../ticket/codec.ts';
import { type Config, finishingTimes } from '../ticket/config.ts';
import type { Decision } from '../ticket/decision.ts';
import { formatVersion, type Signal } from '../ticket/format.ts';
import type { ReasonCode } from '../ticket/reasons.ts';
import { signalDigest, wordsOf } from '../ticket/signals.ts';
import { closedAt, type Handler, type Job, type RunnerStore } from './job.ts';
import { type Judgement, withoutWork } from './judge.ts';
import type { Output } from './output.ts';
import type { Patience } from './patience.ts';
import type { Verdict } from './verdict.ts';

export interface Ending {
  job: Job;
  /** Profile that ran; the actor of what is said here. */
  agent: string;
  key: string;
  judgement: Judgement;
  /** Whether every process of the agent was seen to be gone. */
  agentGone: boolean;
  /** Pushes the agent's work and answers its commit; null where there is none. */
  saveWork: (() => Promise<string>) | null;
  /** What the agent reported to have used. */
  usage?: Usage | undefined;
  /** Commit at which the work started. */
  start?: string;
  /** Puts work that could not be pushed into a file and answers its path; null where there is none. */
  bundleWork?: () => Promise<string | null>;
}

export interface EndTools {
  store: RunnerStore;
  handler: Handler;
  clock: Clock;
  config: Config;
  log: Log;
  output: Output;
  patience: Patience;
}

/**
 * The end of a run, in this order whatever fails on the way (rule 17): the signal to the job log, which outlives the
 * machine; the work; the signal, which names the commit that was kept, made durable; the signal submitted; and
 * "stopped" last, where the attempt's closing did not itself prove that nothing of the agent lives. Returns what was
 * said in the end, and what was decided on it.
 */
export async function finish(
  tools: EndTools,
  ending: Ending,
): Promise<{ judgement: Judgement; decision: Decision | null; bundle: string | null }> {
  const { store, handler, clock, log, patience } = tools;
  const { job, agentGone } = ending;
  const { durableMs, submitMs } = finishingTimes(tools.config);
  if ('signal' in ending.judgement) print(tools, job, signalOf(ending, ending.judgement.signal));
  const saving = ending.saveWork && keep(tools, ending.saveWork);
  const kept = saving && (await saving.inTime);
  const bundle = kept && 'fault' in kept ? await bundled(tools, ending) : null;
  const judgement = kept && 'fault' in kept ? afterFault(tools, ending, kept.fault) : ending.judgement;
  const work = kept && 'commit' in kept ? kept.commit : undefined;
  const signal =
    'signal' in judgement ? signalOf(ending, judgement.signal, { work, isBundled: bundle !== null }) : null;
  const text = signal ? writeSignal(signal) : '';
  if (signal) {
    if (judgement !== ending.judgement) print(tools, job, signal);
    await patience.within('make the signal durable', { ms: durableMs, hurriedBy: 5_700 }, () =>
      store.saveSignal(job.ticket, job.attempt, text),
    );
  }
  const about = { at: isoSeconds(clock.now()), actor: ending.agent };
  const lose = (judgement: Judgement): Promise<Decision | null> => {
    const ended = endingOf(judgement);
    if (!ended) return Promise.resolve(null);
    const source = `run-${job.run.id}-${job.run.run_attempt}-${ended.kind}`;
    const isBundled = { agent_gone: agentGone, bundled: bundle !== null, ...used(ending) };
    return handler.handle(job.ticket, { ...ended, attempt: job.attempt, ...isBundled, source, ...about });
  };
  const submit = async (): Promise<Decision | null> => {
    if (!signal) return lose(judgement);
    const { ticket, attempt } = job;
    const said = { kind: 'signal', signal, channel: 'runner', ticket, attempt, text } as const;
    const decision = await handler.handle(ticket, { ...said, source: signalDigest(signal), ...about });
    // The claim is kept, and a person may accept it; but nobody is there any more to make it again as it has to be.
    if (isClaimFault(decision.code)) await lose(unfit(signal, decision.code));
    return decision;
  };
  // All of it is safe to repeat: an answer may be lost after the swap (rule 16).
  const decision = await patience.within('submit', { ms: submitMs, hurriedBy: 6_700 }, () =>
    patience.insist('submit', { ms: submitMs / 2, everyMs: 1_000 }, submit),
  );
  if (agentGone)
    await patience.within('say stopped', { ms: 60_000, hurriedBy: 8_000 }, () =>
      sayStopped(tools, job, { bundled: bundle !== null, ...used(ending) }),
    );
  else log.warn('processes of the agent are left, so "stopped" is not said', { ticket: job.ticket });
  // A save that took too long has gone on meanwhile; what is left of the time is its.
  if (saving && patience.hurried)
    await patience.within('save the work', { ms: 0, hurriedBy: 9_000 }, () => saving.whole);
  return { judgement, decision: decision ?? null, bundle };
}

const claimFaults = ['needs-commit', 'needs-verdict', 'not-reviewing', 'bad-phase'] as const;
const isClaimFault = (code: ReasonCode): code is (typeof claimFaults)[number] =>
  (claimFaults as readonly ReasonCode[]).includes(code);

/** How an attempt ends whose agent said what its phase does not take. */
function unfit({ kind, summary }: Signal, code: (typeof claimFaults)[number]): Judgement {
  const lacks = {
    'needs-commit': 'without a commit, and without a reason for none',
    'needs-verdict': 'where a verdict was asked for',
    'not-reviewing': 'where nothing was to be judged',
    'bad-phase': 'and named a phase that it cannot go back to',
  }[code];
  return { lost: code, seen: `The agent said ${kind.toUpperCase()} ${lacks}.`, lastWords: summary };
}

/** What is asked where the agent left no signal; null where others decide. */
function endingOf(judgement: Judgement) {
  if ('quota' in judgement) {
    const { quota, lastWords } = judgement;
    return {
      kind: 'quota',
      until: quota.until,
      line: wordsOf(quota.line),
      last_words: wordsOf(lastWords),
    } as const;
  }
  if ('spent' in judgement) {
    const { spent: reason, lastWords } = judgement;
    return { kind: 'expire', code: 'budget', reason, last_words: wordsOf(lastWords) } as const;
  }
  if (!('lost' in judgement)) return null;
  const { lost: code, seen, lastWords } = judgement;
  return { kind: 'lost', code, reason: seen, last_words: wordsOf(lastWords) } as const;
}

const used = ({ usage }: Pick<Ending, 'usage'>): { usage?: Usage } => (usage ? { usage } : {});

type Kept = { commit: string } | { fault: string };

/** Saves the work, again where only the way to the server failed. `inTime` gives up where `whole` goes on. */
export function keep(
  { config, patience }: Pick<EndTools, 'config' | 'patience'>,
  saveWork: () => Promise<string>,
): { inTime: Promise<Kept>; whole: Promise<Kept> } {
  const { workMs } = finishingTimes(config);
  const whole: Promise<Kept> = patience
    .insist('save the work', { ms: workMs / 2, everyMs: 1_000 }, saveWork)
    .then(
      (commit) => ({ commit }),
      (thrown: unknown) => ({ fault: asError(thrown).message }),
    );
  const limit = { ms: workMs, hurriedBy: 5_000 };
  const late = { fault: `its push took longer than ${workMs / 1000} seconds` };
  const inTime = patience.within('save the work', limit, () => whole).then((kept) => kept ?? late);
  return { inTime, whole };
}

/** Work that could not be pushed, made ready for the job to keep it as an artifact of the run. */
async function bundled({ patience, output }: EndTools, { bundleWork }: Ending): Promise<string | null> {
  if (!bundleWork) return null;
  const made = await patience.within('bundle the work', { ms: 60_000, hurriedBy: 5_400 }, bundleWork);
  if (made) output.line(`the work is bundled in ${made}`);
  return made ?? null;
}

/**
 * What is said where the work could not be kept. In the hurry of a cancel nothing is: a failure would start the ticket
 * again that somebody has just stopped, and the words stand in the job log.
 */
function afterFault({ patience, output }: EndTools, { judgement }: Ending, fault: string): Judgement {
  output.line(`the work could not be saved: ${fault}`);
  const rest = withoutWork(judgement, fault);
  return patience.hurried && rest !== judgement ? { nothing: true } : rest;
}

export function print({ output }: EndTools, job: Job, signal: Signal): void {
  output.line(`signal of ${job.ticket}, attempt ${job.attempt}:`);
  for (const line of writeSignal(signal).trimEnd().split('\n')) output.line(`  ${line}`); // its key is masked by the output
}

export function signalOf(
  { job, key, agentGone, start, usage }: Pick<Ending, 'job' | 'key' | 'agentGone' | 'start' | 'usage'>,
  { kind, summary, said }: Verdict,
  { work, isBundled = false }: { work?: string | undefined; isBundled?: boolean } = {},
): Signal {
  const { id, run_attempt } = job.run;
  const { ticket, attempt } = job;
  return {
    format: formatVersion,
    ticket,
    attempt,
    kind,
    summary: wordsOf(summary),
    run: { id, run_attempt },
    key,
    agent_gone: agentGone,
    work,
    ...(work !== undefined && work === start ? { unchanged: true } : {}),
    ...said,
    ...(isBundled ? { bundled: true } : {}),
    ...used({ usage }),
  };
}

/** Nothing to say while the attempt is open: then its closing is somebody else's, and its stopping is seen by them. */
async function sayStopped(
  { store, handler, clock, patience }: EndTools,
  job: Job,
  said: { bundled: boolean; usage?: Usage },
): Promise<void> {
  await patience.insist('say stopped', { ms: 30_000, everyMs: 1_000 }, async () => {
    const snapshot = await store.read({ fresh: true });
    if (snapshot.movedBack)
      throw new SignalboxError('conflict', 'head-moved-back', 'the head was moved back');
    const closed = await closedAt(snapshot, job);
    if (closed?.stopped !== null) return; // open, or stopped already
    await handler.handle(job.ticket, {
      kind: 'stopped',
      attempt: job.attempt,
      ...said,
      source: `run-${job.run.id}-${job.run.run_attempt}-stopped`,
      at: isoSeconds(clock.now()),
      actor: 'signalbox',
    });
  });
}
