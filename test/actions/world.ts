import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeActions } from '../../src/local/actions/service.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';

export const repository = 'acme/desk';
const [owner = '', repo = ''] = repository.split('/');
export const where = { owner, repo };

export interface World {
  github: LocalGitHub;
  /** Ends the server before the test does. */
  close(): Promise<void>;
  /** Speaks as lucienne, who may do everything. */
  octokit: Octokit;
  /** Somebody else, with this right in the repository. */
  as(login: string, role: 'read' | 'triage' | 'write' | 'admin'): Octokit;
  dataFolder: string;
  commit(
    files: Record<string, string | null>,
    options?: { branch?: string; by?: string; message?: string },
  ): Promise<string>;
  /** Commits a workflow file `name.yml` on `main` and dispatches it; answers the run's id. */
  dispatch(name: string, yaml: string, inputs?: Record<string, unknown>): Promise<number>;
  /** The run once it has ended. */
  ended(runId: number): Promise<Run>;
  run(runId: number): Promise<Run>;
  jobs(runId: number): Promise<Job[]>;
  /** Waits until a running job has written a line that begins with these words. */
  says(runId: number, words: string): Promise<void>;
  /** Everything so far in the logs of the run's jobs, without time stamps. */
  live(runId: number): Promise<string>;
  /** The log of the run's only job, or of the named one, without time stamps. */
  log(runId: number, name?: string): Promise<string>;
}

export type Run = Awaited<ReturnType<Octokit['rest']['actions']['getWorkflowRun']>>['data'];
export type Job = Awaited<
  ReturnType<Octokit['rest']['actions']['listJobsForWorkflowRun']>
>['data']['jobs'][number];

export interface WorldOptions {
  cancelScale?: number;
  concurrentJobs?: number;
  /** One that an earlier server used, or (`fresh`) is to use. */
  dataFolder?: string;
  fresh?: boolean;
  clock?: Clock;
  runnerEnvironment?: Record<string, string>;
}

/** A real embedded GitHub with one repository, closed when the test ends; the test fails if a process is left. */
export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'actions-'));
  const { cancelScale = 0.02, concurrentJobs = 20, runnerEnvironment = {} } = options;
  const github = await startLocalGitHub({
    dataFolder,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: silentLog,
    actions: (host) => makeActions(host, { cancelScale, concurrentJobs, runnerEnvironment }),
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= github.close();
    return closing;
  };
  onTestFinished(async () => {
    await close();
    const left = processesOf(dataFolder);
    rmSync(dataFolder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes were left behind: ${left.join(', ')}`);
  });
  const as: World['as'] = (login, role) => {
    const auth = github.admin.createUser(login);
    github.admin.setPermission(repository, login, role);
    return new Octokit({ auth, baseUrl: github.api, log: quiet });
  };
  if (!options.dataFolder || options.fresh) await github.admin.createRepository(repository);
  const octokit = as('lucienne', 'admin');
  return { github, close, octokit, as, dataFolder, ...verbs(github, octokit) };
}

type Verbs = Omit<World, 'github' | 'close' | 'octokit' | 'as' | 'dataFolder'>;

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function verbs(github: LocalGitHub, octokit: Octokit): Verbs {
  const { actions } = octokit.rest;
  const world: Verbs = {
    commit: (files, given = {}) => github.admin.commit(repository, { files, ...given }),
    async dispatch(name, yaml, inputs) {
      await world.commit({ [`.github/workflows/${name}.yml`]: yaml });
      const { data } = await actions.createWorkflowDispatch({
        ...where,
        workflow_id: `${name}.yml`,
        ref: 'main',
        ...(inputs ? { inputs } : {}),
        return_run_details: true,
      });
      return (data as { workflow_run_id: number }).workflow_run_id;
    },
    run: async (run_id) => (await actions.getWorkflowRun({ ...where, run_id })).data,
    async ended(runId) {
      await until(async () => (await world.run(runId)).status === 'completed');
      return world.run(runId);
    },
    jobs: async (run_id) =>
      (await actions.listJobsForWorkflowRun({ ...where, run_id, per_page: 100 })).data.jobs,
    says: (runId, words) =>
      until(
        async () => (await world.live(runId)).split('\n').some((line) => line.startsWith(words)),
        `"${words}" in the log`,
      ),
    async live(runId) {
      const logs = (await world.jobs(runId)).map((job) => github.actions.log(job.id));
      return logs.join('').replaceAll(/^\S+Z /gm, '');
    },
    async log(runId, name) {
      const jobs = await world.jobs(runId);
      const job = name === undefined ? jobs[0] : jobs.find((one) => one.name === name);
      const { data } = await actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job?.id ?? 0 });
      return String(data).replaceAll(/^\S+Z /gm, '');
    },
  };
  return world;
}

/** Waits until a condition holds; fails with its words after 20 seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/**
 * A clock whose long timers (a second and a half and more) go off only when a test moves it: so GitHub's true times
 * are seen to be kept without being waited for. Shorter ones run on the machine's clock.
 */
export class MovedClock implements Clock {
  #moved = 0;
  readonly #timers = new Set<{ at: number; fn: () => void }>();

  now(): number {
    return Date.now() + this.#moved;
  }

  after(ms: number, fn: () => void): () => void {
    if (ms < 1_500) return systemClock.after(ms, fn);
    const timer = { at: this.#moved + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on by `ms` milliseconds; every timer due by then has gone off, in order. */
  advance(ms: number): void {
    const end = this.#moved + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.at <= end)
        .sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#moved = Math.max(this.#moved, due.at);
      due.fn();
    }
    this.#moved = end;
  }
}

/** Processes that were started with something of this folder in their environment, or work in it. */
export function processesOf(folder: string): number[] {
  const has = (pid: string): boolean => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return environment.includes(`${folder}/`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && has(name))
    .map(Number);
}

/** Whether a process lives. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

/** The number that a job printed as `name=123`. */
export function numberIn(log: string, name: string): number {
  return Number(new RegExp(`\\b${name}=(\\d+)`).exec(log)?.[1]);
}
