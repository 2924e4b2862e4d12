import { join } from 'node:path';
import { asError, SignalboxError } from '../base/errors.ts';
import { attemptLimits } from '../ticket/budgets.ts';
import { finishingTimes } from '../ticket/config.ts';
import { workArtifact } from '../ticket/paths.ts';
import { timeLimitMinutes } from '../ticket/phases.ts';
import { buildPrompt, promptPath, promptPathOf } from '../ticket/prompt.ts';
import { makeArtifacts } from './artifacts.ts';
import { type Attending, attend, hiderOf, launch, type RunnerDeps, type Started, stop } from './attend.ts';
import { type Ending, type EndTools, finish } from './end.ts';
import { type Gate, lookAgain, passGate, type Turned } from './gate.ts';
import { noteGiven } from './given.ts';
import { closedAt, type Job } from './job.ts';
import { type Judgement, judge } from './judge.ts';
import { lastWords } from './last-words.ts';
import { limitMet } from './limit.ts';
import { makeOutcome, type Outcome } from './outcome.ts';
import { guarded, hidden, masker, type Output } from './output.ts';
import { makePatience, unlessAborted } from './patience.ts';
import { makeReports, type Reports } from './reports.ts';
import { makeWorkshop } from './repository.ts';
import { runSetup } from './setup.ts';
import { writtenVerdict } from './signal-file.ts';
import type { StopCause } from './stop.ts';
import { openToolbox } from './toolbox.ts';
import { makeMeter } from './usage.ts';
import { mergeVerdicts, readVerdict, type Verdict } from './verdict.ts';
import { makeWorkKeeper, type WorkKeeper } from './work.ts';

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

  const cancelled = { code: 'cancelled', message: 'The job was cancelled in Actions.' };
  if (deps.interrupted.aborted) return turnedAway(output, job, cancelled);
  const turned = await patience.insist('pass the gate', asking, () => passGate(gate, job, key));
  if (turned) return turnedAway(output, job, turned);
  output.line(`${job.ticket}, attempt ${job.attempt}: bound to run ${job.run.id}`);
  const attending = { deps, tools, job, key, bound: deps.clock.now() };
  const look = () => patience.insist('look again', asking, () => lookAgain(gate, job));
  const fail = (verdict: Verdict) => {
    const judgement = { signal: hidden(verdict, masker(secrets)) };
    return end(attending, { agent: 'signalbox', judgement, cause: null, agentGone: true, saveWork: null });
  };
  let started: Awaited<ReturnType<typeof start>>;
  try {
    started = await start(attending, look);
  } catch (thrown) {
    // Nothing was started: people are told why by a signal, since nobody may be there to read this log.
    const error = asError(thrown);
    if (deps.interrupted.aborted) return leave(attending, cancelled);
    deps.log.error('no agent was started', { ticket: job.ticket, error });
    return fail({ kind: 'failed', summary: `No agent was started: ${error.message}` });
  }
  if ('unfit' in started) return fail(started.unfit);
  return 'code' in started ? leave(attending, started) : work(attending, started);
}

function turnedAway(output: Output, job: Job, { code, message }: { code: string; message: string }): Outcome {
  output.line(`${job.ticket}, attempt ${job.attempt}: not started: ${code}: ${message}`);
  return { outcome: 'not-started', code, message };
}

/** Bound, and no agent may start: nothing is signalled, and where the attempt is closed it is said to be stopped. */
async function leave(
  { tools, job, key }: Attending,
  turned: { code: string; message: string },
): Promise<Outcome> {
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

/**
 * Makes the work tree, runs the team's set-up, looks once more and starts the agent. Where it rejects, or the set-up failed,
 * no agent was started.
 */
async function start(
  attending: Attending,
  look: () => ReturnType<typeof lookAgain>,
): Promise<Started | Turned | { unfit: Verdict }> {
  const { deps, job } = attending;
  const before = await look();
  if ('code' in before) return before;
  const { agent: name } = before.attempt;
  const named = deps.config.agents[name];
  if (!named) throw new SignalboxError('config', 'no-agent', `there is no agent profile ${name}`);
  const profile = { ...named, time_limit_minutes: timeLimitMinutes(deps.config, before.attempt) };
  const { commit } = before.attempt;
  // Who judges is shown what was accepted, and no unfinished work beside it.
  const earlier = commit === undefined ? before.ticket.attempts.map(({ number }) => number) : [];
  const made = { ...job, earlier, agent: name, commit: commit ?? null };
  const making = makeWorkshop(deps.workFolder, deps.remote, made, deps.user);
  const workshop = await unlessAborted(making, deps.interrupted);
  const { phase } = before.attempt;
  const endBy = attending.bound + profile.time_limit_minutes * 60_000;
  const unfit = await runSetup(attending, { workshop, agent: name, phase, endBy });
  const now = await look();
  if ('code' in now) return now;
  deps.interrupted.throwIfAborted();
  if (unfit) return { unfit };
  const { ticket, attempt } = now;
  const { salvage, base } = workshop;
  const path = promptPathOf(deps.config, attempt.phase);
  const prompt = buildPrompt(await templateAt(deps, path), { ticket, attempt, salvage, base }, path);
  const given = await equip(attending, { name, ticket, workshop, profile });
  const agent = launch(attending, { attempt, workshop, profile, prompt, toolbox: given.toolbox });
  given.meter.hear(agent.printed);
  const limits = attemptLimits(ticket, deps.config);
  return { agent, limits, name, prompt, workshop, profile, ticket, ...given };
}

/** A template that the config names has to be there; the team's general one may be missing. */
async function templateAt({ promptTemplate }: RunnerDeps, path: string): Promise<string | null> {
  const template = await promptTemplate(path);
  if (template !== null || path === promptPath) return template;
  throw new SignalboxError(
    'config',
    'no-prompt',
    `the config names ${path}, which is not on the default branch`,
  );
}

/** What keeps the agent's work and hears its reports, and the tools by which it makes them. */
async function equip(
  attending: Attending,
  { name, ticket, workshop, profile }: Pick<Started, 'name' | 'ticket' | 'workshop' | 'profile'>,
): Promise<Pick<Started, 'keeper' | 'reports' | 'artifacts' | 'meter' | 'toolbox'>> {
  const { deps, tools, job, key } = attending;
  const meter = makeMeter(workshop.tree, profile.usage, deps.log);
  const keeper = makeWorkKeeper({
    workshop,
    remote: deps.remote,
    job,
    agent: name,
    clock: deps.clock,
    timeoutMs: finishingTimes(deps.config).workMs,
    bundlePath: join(deps.workFolder, workArtifact(job.ticket, job.attempt).file),
    used: () => meter.last,
  });
  const hide = hiderOf(attending, profile);
  const artifacts = makeArtifacts(workshop, keeper.attach);
  const shown = { agent: name, ticket, start: workshop.start, keeper, meter };
  const reports = makeReports(tools, { job, key, ...shown });
  const toolbox = await openToolbox(attending, { agent: name, keeper, reports, artifacts, hide });
  return { keeper, reports, artifacts, meter, toolbox };
}

/** The agent works; then what it said is judged and the end is gone through. */
async function work(attending: Attending, started: Started): Promise<Outcome> {
  const { deps, tools, job, key } = attending;
  const { agent, name, prompt, workshop, profile, keeper, reports, artifacts, toolbox } = started;
  const { log } = deps;
  const hide = hiderOf(attending, profile);
  const words = () => hide(lastWords(agent.printed(), 40)); // once more: colours within a secret are gone now
  const checkIn = async () => {
    await started.meter.read();
    if (!reports.hasWork) await keeper.save({ subject: 'work in progress', words: words() });
  };
  const lookMs = deps.config.limits.look_seconds * 1000;
  const noted = noteGiven({ ...deps, ...tools }, { job, key, ticket: started.ticket }, agent, lookMs);
  const { cause, exit, spent } = await attend(attending, started, checkIn);
  if (cause) tools.output.line(`stopping the agent: ${cause}`);
  const agentGone = await stop(attending, agent);
  await noted; // before the attempt is closed by what follows
  await toolbox?.close().catch((error) => log.warn('the tools could not be closed', { error }));
  const takeBack = async () => deps.user?.takeBack();
  await tools.patience.within('take the work back', { ms: 60_000, hurriedBy: 4_000 }, takeBack);
  await reports.settled();
  const usage = await started.meter.read();
  if (reports.last) return endReported(attending, started, reports.last, { agentGone, words });
  const spoken = readVerdict(agent.spoken(), prompt);
  const said =
    mergeVerdicts(spoken, await writtenVerdict(workshop, job, { hide, log })) ?? reports.turnedBack;
  const claim = said && (await artifacts.of(said));
  const closed = cause === 'cancelled' && (await isClosed(attending));
  // The desk's time: by a machine's own that goes wrong its profile would pause for years, or not at all.
  const now = deps.forge.now();
  const met = cause === null && limitMet(profile, { exit, printed: agent.printed(), now, log });
  const limit = met ? { ...met, line: hide(met.line) } : null;
  const judgement = judge({ cause, exit, claim, limit, spent, lastWords: words(), closed });
  const saveWork = savingOf(keeper, judgement, cause, words);
  const bundleWork = () => keeper.bundle();
  const { start } = workshop;
  return end(attending, { agent: name, judgement, cause, agentGone, saveWork, start, bundleWork, usage });
}

/**
 * The attempt is over by its agent's report, whatever ended the agent; one that could not be decided yet is handed in once
 * more. What else it said stands in the job's log; what else it did is kept.
 */
async function endReported(
  { deps, tools, job, key }: Attending,
  { name, keeper, workshop, meter }: Started,
  { verdict, work, decision }: NonNullable<Reports['last']>,
  { agentGone, words }: { agentGone: boolean; words: () => string },
): Promise<Outcome> {
  const later = () => keeper.saveLater({ subject: 'after its report', words: words() });
  const { workMs } = finishingTimes(deps.config);
  // What is handed in once more names its work: that what came later is not saved makes it no failure.
  const isNamed = decision === null && work !== undefined;
  if (isNamed) await tools.patience.within('save what came later', { ms: workMs, hurriedBy: 4_000 }, later);
  const ended = await finish(tools, {
    job,
    agent: name,
    key,
    agentGone,
    usage: meter.last,
    start: workshop.start,
    judgement: decision ? { nothing: true } : { signal: verdict },
    saveWork: isNamed ? async () => work : later,
    bundleWork: () => keeper.bundle(),
  });
  const outcome = makeOutcome({ signal: verdict }, decision ?? ended.decision, null);
  return tellOutcome(tools, job, { ...outcome, bundle: ended.bundle });
}

async function isClosed({ deps, tools, job }: Attending): Promise<boolean> {
  const look = async () => (await closedAt(await deps.store.read({ fresh: true }), job)) !== null;
  return (
    (await tools.patience.within('look for the closing', { ms: 10_000, hurriedBy: 4_500 }, look)) ?? false
  );
}

/** How the work is kept at the end: a completion's own commits as they are; of everything else also the last words. */
function savingOf(
  keeper: WorkKeeper,
  judgement: Judgement,
  cause: StopCause | null,
  words: () => string,
): () => Promise<string> {
  const signal = 'signal' in judgement ? judgement.signal : null;
  const subject = signal
    ? (signal.summary.split('\n')[0] ?? signal.kind).slice(0, 60)
    : `stopped: ${cause ?? 'no verdict'}`;
  const completed = cause === null && (signal?.kind === 'done' || signal?.kind === 'review');
  return () => keeper.save({ subject, words: completed ? signal.summary : words(), plain: completed });
}

async function end(
  { tools, job, key }: Attending,
  what: Omit<Ending, 'job' | 'key'> & { cause: StopCause | null },
): Promise<Outcome> {
  const { cause, ...ending } = what;
  const { judgement, decision, bundle } = await finish(tools, { job, key, ...ending });
  return tellOutcome(tools, job, { ...makeOutcome(judgement, decision, cause), bundle });
}

function tellOutcome({ output }: EndTools, { ticket, attempt }: Job, outcome: Outcome): Outcome {
  output.line(`${ticket}, attempt ${attempt}: ${outcome.outcome}: ${outcome.code}: ${outcome.message}`);
  return outcome;
}
