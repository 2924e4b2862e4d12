import { join } from 'node:path';
import { sleep } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Amounts } from '../ticket/budget-format.ts';
import type { Config, Profile } from '../ticket/config.ts';
import type { Attempt, Ticket } from '../ticket/format.ts';
import { handover } from '../ticket/presets.ts';
import { type Agent, type AgentExit, agentEnvironment, startAgent } from './agent.ts';
import type { Artifacts } from './artifacts.ts';
import type { EndTools } from './end.ts';
import type { Job, RunnerForge } from './job.ts';
import { masker, upTo } from './output.ts';
import type { Remote } from './own-git.ts';
import type { Reports } from './reports.ts';
import { signalFile, usageFile, type Workshop } from './repository.ts';
import { watchSpending } from './spending.ts';
import { makeBrake, type StopCause } from './stop.ts';
import type { Toolbox } from './toolbox.ts';
import type { Meter } from './usage.ts';
import type { AgentUser } from './user.ts';
import { watched } from './watched.ts';
import type { WorkKeeper } from './work.ts';

/** Everything a run needs of the world. */
export interface RunnerDeps extends Omit<EndTools, 'patience'> {
  forge: RunnerForge;
  random: Random;
  config: Config;
  /** The code repository. */
  remote: Remote;
  /** The agent's own user; null where it has to run as ours. */
  user: AgentUser | null;
  /** An existing, empty folder for this run alone. */
  workFolder: string;
  /** Where the agent's allowed variables are taken from. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Reads a template of what agents are told from the default branch; null where there is none. */
  promptTemplate: (path: string) => Promise<string | null>;
  /** The team's set-up, from the default branch: what is run before the agent; null for none. */
  setup: string | null;
  /** Program of the tools that the agent may start, one file; null for none. */
  toolProgram: string | null;
  /** Aborts on SIGINT or SIGTERM: from then on everything has to be over in seven seconds. */
  interrupted: AbortSignal;
  /** Milliseconds between two saves of the work. Default 180,000: GitHub likes few pushes a minute. */
  saveEveryMs?: number;
}

/** What one run holds in its hands, from the gate on. */
export interface Attending {
  deps: RunnerDeps;
  tools: EndTools;
  job: Job;
  key: string;
  /** When the time limit began to run. */
  bound: number;
}

/** What hides the key and the secrets that a profile hands to its agent: what is said of it is committed, and posted. */
export function hiderOf({ deps, key }: Attending, { environment }: Profile): (text: string) => string {
  return masker([key, deps.remote.token ?? '', ...environment.map((one) => deps.environment[one] ?? '')]);
}

export interface Started {
  agent: Agent;
  /** Its profile's name. */
  name: string;
  prompt: string;
  workshop: Workshop;
  profile: Profile;
  /** As its prompt was made from it. */
  ticket: Ticket;
  keeper: WorkKeeper;
  artifacts: Artifacts;
  reports: Reports;
  meter: Meter;
  /** What its attempt may use. */
  limits: Amounts;
  toolbox: Toolbox | null;
}

/** Characters of an agent's output that go into the job's log. */
const mostLogged = 8 * 1024 * 1024;

/** Where a program of the agent's lives, and where it finds and puts what is installed for it alone. */
export function homeEnvironment(
  { home, temp }: Pick<Workshop, 'home' | 'temp'>,
  { PATH }: RunnerDeps['environment'],
): Record<string, string> {
  const local = join(home, '.local');
  const path = [join(local, 'bin'), PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(':');
  return { HOME: home, TMPDIR: temp, PATH: path, npm_config_prefix: local };
}

/** Starts the agent in its work tree, with an environment of names that are allowed and nothing else. */
export function launch(
  attending: Attending,
  {
    attempt,
    workshop,
    profile,
    prompt,
    toolbox,
  }: {
    attempt: Attempt;
    workshop: Workshop;
    profile: Profile;
    prompt: string;
    toolbox: Toolbox | null;
  },
): Agent {
  const { deps, tools, job, key } = attending;
  const mark = deps.random.hex(16);
  const { user } = deps;
  tools.output.line(
    `starting ${attempt.agent}, phase ${attempt.phase}, at most ${profile.time_limit_minutes} minutes, isolation: ${user ? `user (${user.name})` : 'none'}`,
  );
  if (!user)
    tools.output.line(
      "warning: the agent gets no user of its own here (that takes root or sudo), so it is not kept from this job's files and token",
    );
  const { args, settings } = handover(profile.preset, toolbox?.server ?? null);
  return startAgent({
    command: [...profile.command, ...args],
    cwd: workshop.tree,
    env: agentEnvironment(deps.environment, profile.environment, {
      ...homeEnvironment(workshop, deps.environment),
      SIGNALBOX_TICKET: job.ticket,
      SIGNALBOX_ATTEMPT: String(job.attempt),
      SIGNALBOX_RUN: String(job.run.id),
      SIGNALBOX_RUN_ATTEMPT: String(job.run.run_attempt),
      SIGNALBOX_KEY: key,
      SIGNALBOX_SIGNAL_FILE: join(workshop.tree, signalFile),
      SIGNALBOX_USAGE: join(workshop.tree, usageFile),
      SIGNALBOX_MARK: mark,
      ...settings,
      ...toolbox?.environment,
    }),
    prompt,
    quarry: { mark, folder: workshop.folder },
    user,
    clock: deps.clock,
    hide: hiderOf(attending, profile),
    onLine: upTo(mostLogged, (line) => tools.output.line(`agent | ${line}`)),
  });
}

/** Waits until the agent ends or has to be stopped, with look-out, watchdog and check-ins running. First cause wins. */
export async function attend(
  { deps, job, bound }: Attending,
  {
    agent,
    profile,
    reports,
    meter,
    limits,
  }: Pick<Started, 'agent' | 'profile' | 'reports' | 'meter' | 'limits'>,
  checkIn: () => Promise<unknown>,
): Promise<{ cause: StopCause | null; exit: AgentExit | null; spent: string | null }> {
  const everyMs = deps.config.limits.look_seconds * 1000;
  const brake = makeBrake();
  const stopWatching = watched({
    ...deps,
    job,
    brake,
    limits: deps.config.limits,
    endBy: bound + profile.time_limit_minutes * 60_000,
    saveEveryMs: deps.saveEveryMs ?? 180_000,
    checkIn,
    isReported: (digest) => reports.isReported(digest),
    census: agent.census,
  });
  const spending = watchSpending({ clock: deps.clock, brake, meter, limits, bound, everyMs });
  const letEnd = async () => {
    await sleep(deps.clock, deps.config.limits.end_after_seconds * 1000, brake.signal);
    brake.pull('reported');
  };
  reports.over.addEventListener('abort', letEnd, { once: true });
  const pulled = new Promise<null>((resolve) => {
    if (brake.signal.aborted) resolve(null);
    brake.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const exit = await Promise.race([agent.exited, pulled]);
  stopWatching();
  spending.callOff();
  return { cause: exit === null ? brake.cause : null, exit, spent: spending.words() };
}

/** Ends everything the agent started; false where something is left, or where that cannot be told. */
export async function stop({ deps }: Attending, agent: Agent): Promise<boolean> {
  const killAfterMs = deps.config.limits.kill_after_seconds * 1000;
  try {
    const limits = { killAfterMs, hurry: deps.interrupted, hurriedMs: 2_000, giveUpMs: 2_000 };
    const left = await agent.stop(limits);
    if (left.length > 0)
      deps.log.error('processes of the agent do not end', { pids: left.map(({ pid }) => pid) });
    return left.length === 0;
  } catch (thrown) {
    deps.log.error('the agent could not be stopped', { error: asError(thrown) });
    return false;
  }
}
