import { join } from 'node:path';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Config, Profile } from '../ticket/config.ts';
import type { Attempt, Ticket } from '../ticket/format.ts';
import { type Agent, type AgentExit, agentEnvironment, startAgent } from './agent.ts';
import { type EndTools, finish } from './end.ts';
import { type Gate, lookAgain, passGate, type Turned } from './gate.ts';
import { closedAt, type Job, type RunnerForge } from './job.ts';
import { type Judgement, judge } from './judge.ts';
import { makeOutcome, type Outcome } from './outcome.ts';
import { guarded, masker, type Output } from './output.ts';
import { makePatience } from './patience.ts';
import { buildPrompt } from './prompt.ts';
import { makeWorkshop, type Remote, signalFile, type Workshop } from './repository.ts';
import { writtenVerdict } from './signal-file.ts';
import { makeBrake, type StopCause } from './stop.ts';
import { lastWords, mergeVerdicts, readVerdict } from './verdict.ts';
import { watched } from './watched.ts';
import { makeWorkKeeper, type WorkKeeper } from './work.ts';

/** Everything a run needs of the world. */
export interface RunnerDeps extends Omit<EndTools, 'patience'> {
  forge: RunnerForge;
  random: Random;
  config: Config;
  /** The code repository. */
  remote: Remote;
  /** An existing, empty folder for this run alone. */
  workFolder: string;
  /** Where the agent's allowed variables are taken from. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The team's own words to every agent, from the default branch; null for none. */
  housePrompt: string | null;
  /** Aborts on SIGINT or SIGTERM: from then on everything has to be over in seven seconds. */
  interrupted: AbortSignal;
  /** Milliseconds between two saves of the work. Default 180,000: GitHub likes few pushes a minute. */
  saveEveryMs?: number;
}

/** What one run holds in its hands, from the gate on. */
interface Attending {
  deps: RunnerDeps;
  tools: EndTools;
  gate: Gate;
  job: Job;
  key: string;
  /** When the time limit began to run. */
  bound: number;
}

interface Bound {
  ticket: Ticket;
  attempt: Attempt;
}

/**
 * One attempt, from the gate to "stopped" (design §6). Resolves whatever happens to the agent, and rejects only where
 * the gate could not be asked at all.
 */
export async function runAttempt(deps: RunnerDeps, job: Job): Promise<Outcome> {
  const key = deps.random.hex(32);
  const named = Object.values(deps.config.agents).flatMap(({ environment }) => environment);
  const secrets = [key, deps.remote.token ?? '', ...named.map((name) => deps.environment[name] ?? '')];
  const output = guarded(deps.output, secrets);
  const patience = makePatience(deps.clock, deps.log, deps.interrupted);
  const tools: EndTools = { ...deps, output, patience };
  const gate: Gate = deps;
  const { look_seconds, unreadable_seconds } = deps.config.limits;
  const asking = { ms: unreadable_seconds * 1000, everyMs: look_seconds * 1000 };

  const turned = await patience.insist('pass the gate', asking, () => passGate(gate, job, key));
  if (turned) return turnedAway(output, job, turned);
  output.line(`${job.ticket}, attempt ${job.attempt}: bound to run ${job.run.id}`);
  const attending = { deps, tools, gate, job, key, bound: deps.clock.now() };
  try {
    const bound = await patience.insist('look again', asking, () => lookAgain(gate, job));
    if ('code' in bound) return await leave(attending, bound);
    return await prepareAndWork(attending, bound, () =>
      patience.insist('look again', asking, () => lookAgain(gate, job)),
    );
  } catch (thrown) {
    // Nothing was started: people are told why by a signal, since nobody may be there to read this log.
    const error = asError(thrown);
    deps.log.error('no agent was started', { ticket: job.ticket, error });
    if (deps.interrupted.aborted)
      return leave(attending, { code: 'run-ended-silent', message: 'The job was cancelled.' });
    const summary = `No agent was started: ${masker(secrets)(error.message)}`;
    return end(attending, {
      agent: 'signalbox',
      judgement: { signal: { kind: 'failed', summary } },
      left: 0,
      saveWork: null,
    });
  }
}

function turnedAway(output: Output, job: Job, { code, message }: Turned): Outcome {
  output.line(`${job.ticket}, attempt ${job.attempt}: not started: ${code}: ${message}`);
  return { outcome: 'not-started', code, message };
}

/** Bound, and no agent may start: nothing is signalled, and where the attempt is closed it is said to be stopped. */
async function leave({ tools, job, key }: Attending, turned: Turned): Promise<Outcome> {
  await finish(tools, {
    job,
    agent: 'signalbox',
    key,
    judgement: { nothing: true },
    agentGone: true,
    saveWork: null,
  });
  return turnedAway(tools.output, job, turned);
}

async function prepareAndWork(
  attending: Attending,
  bound: Bound,
  lookOnceMore: () => ReturnType<typeof lookAgain>,
): Promise<Outcome> {
  const { deps, job } = attending;
  const workshop = await makeWorkshop(deps.workFolder, deps.remote, {
    ticket: job.ticket,
    attempt: job.attempt,
    earlier: bound.ticket.attempts.map(({ number }) => number),
    agent: bound.attempt.agent,
  });
  const profile = deps.config.agents[bound.attempt.agent];
  if (!profile)
    throw new SignalboxError('config', 'no-agent', `there is no agent profile ${bound.attempt.agent}`);
  const now = await lookOnceMore();
  if ('code' in now) return leave(attending, now);
  if (deps.interrupted.aborted) throw new SignalboxError('conflict', 'cancelled', 'the job was cancelled');
  return work(attending, now, workshop, profile);
}

/** The agent works; then what it said is judged and the end is gone through. */
async function work(
  attending: Attending,
  { ticket, attempt }: Bound,
  workshop: Workshop,
  profile: Profile,
): Promise<Outcome> {
  const { deps, tools, job } = attending;
  const { clock, log } = deps;
  const prompt = buildPrompt({ ticket, attempt, salvage: workshop.salvage, house: deps.housePrompt });
  const agent = launch(attending, { attempt, workshop, profile, prompt });
  const hide = masker([attending.key, ...profile.environment.map((name) => deps.environment[name] ?? '')]);
  const words = () => hide(lastWords(agent.printed(), 40));
  const keeper = makeWorkKeeper({ workshop, remote: deps.remote, job, agent: attempt.agent, clock });
  const { cause, exit } = await attend(attending, agent, profile, () =>
    keeper.save({ subject: 'work in progress', words: words() }),
  );
  if (cause) tools.output.line(`stopping the agent: ${cause}`);
  const killAfterMs = deps.config.limits.kill_after_seconds * 1000;
  const hurried = Math.min(killAfterMs, 2_000);
  const left = await agent.stop({
    killAfterMs: tools.patience.hurried ? hurried : killAfterMs,
    giveUpMs: 2_000,
  });
  const spoken = readVerdict(agent.spoken(), prompt);
  const claim = mergeVerdicts(spoken, await writtenVerdict(workshop, job, log));
  const closed = cause === 'cancelled' && (await isClosed(attending));
  const judgement = judge({ cause, exit, claim, lastWords: words(), closed });
  const save = savingOf(keeper, judgement, cause, words);
  return end(attending, { agent: attempt.agent, judgement, left: left.length, saveWork: save });
}

function launch(
  { deps, tools, job, key }: Attending,
  {
    attempt,
    workshop,
    profile,
    prompt,
  }: { attempt: Attempt; workshop: Workshop; profile: Profile; prompt: string },
): Agent {
  const mark = deps.random.hex(16);
  tools.output.line(
    `starting ${attempt.agent}, phase ${attempt.phase}, at most ${profile.time_limit_minutes} minutes`,
  );
  return startAgent({
    command: profile.command,
    cwd: workshop.tree,
    env: agentEnvironment(deps.environment, profile.environment, {
      HOME: workshop.home,
      SIGNALBOX_TICKET: job.ticket,
      SIGNALBOX_ATTEMPT: String(job.attempt),
      SIGNALBOX_RUN: String(job.run.id),
      SIGNALBOX_RUN_ATTEMPT: String(job.run.run_attempt),
      SIGNALBOX_KEY: key,
      SIGNALBOX_SIGNAL_FILE: join(workshop.tree, signalFile),
      SIGNALBOX_MARK: mark,
    }),
    prompt,
    quarry: { mark, folder: workshop.folder },
    clock: deps.clock,
    onLine: (line) => tools.output.line(`agent | ${line}`),
  });
}

/** Waits until the agent ends or has to be stopped, with look-out, watchdog and check-ins running. First cause wins. */
async function attend(
  { deps, job, bound }: Attending,
  agent: Agent,
  profile: Profile,
  checkIn: () => Promise<void>,
): Promise<{ cause: StopCause | null; exit: AgentExit | null }> {
  const brake = makeBrake();
  const stopWatching = watched({
    ...deps,
    job,
    brake,
    limits: deps.config.limits,
    endBy: bound + profile.time_limit_minutes * 60_000,
    saveEveryMs: deps.saveEveryMs ?? 180_000,
    checkIn,
    census: agent.census,
  });
  const pulled = new Promise<null>((resolve) => {
    if (brake.signal.aborted) resolve(null);
    brake.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const exit = await Promise.race([agent.exited, pulled]);
  stopWatching();
  return { cause: exit === null ? brake.cause : null, exit };
}

async function isClosed({ deps, tools, job }: Attending): Promise<boolean> {
  const look = async () => (await closedAt(await deps.store.read({ fresh: true }), job)) !== null;
  return (
    (await tools.patience.within('look for the closing', { ms: 10_000, hurriedMs: 1_500 }, look)) ?? false
  );
}

/** How the work is kept at the end: a completion's own commits as they are; of everything else also the last words. */
function savingOf(
  keeper: WorkKeeper,
  judgement: Judgement,
  cause: StopCause | null,
  words: () => string,
): () => Promise<void> {
  const signal = 'signal' in judgement ? judgement.signal : null;
  const subject = signal
    ? (signal.summary.split('\n')[0] ?? signal.kind).slice(0, 60)
    : `stopped: ${cause ?? 'no verdict'}`;
  const completed = cause === null && (signal?.kind === 'done' || signal?.kind === 'review');
  return () => keeper.save({ subject, words: completed ? signal.summary : words(), plain: completed });
}

async function end(
  { tools, job, key }: Attending,
  what: { agent: string; judgement: Judgement; left: number; saveWork: (() => Promise<void>) | null },
): Promise<Outcome> {
  const { agent, judgement, left, saveWork } = what;
  const decision = await finish(tools, { job, agent, key, judgement, agentGone: left === 0, saveWork });
  const outcome = makeOutcome(judgement, decision);
  tools.output.line(
    `${job.ticket}, attempt ${job.attempt}: ${outcome.outcome}: ${outcome.code}: ${outcome.message}`,
  );
  return outcome;
}
