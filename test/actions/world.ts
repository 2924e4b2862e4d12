import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeActions } from '../../src/local/actions/service.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';

export const repository = 'acme/desk';
const [owner = '', repo = ''] = repository.split('/');
export const where = { owner, repo };

export interface World {
  github: LocalGitHub;
  /** Speaks as lucienne, who may do everything. */
  octokit: Octokit;
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
  dataFolder?: string;
}

/** A real embedded GitHub with one repository, closed when the test ends; the test fails if a process is left. */
export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'actions-'));
  const { cancelScale = 0.02, concurrentJobs = 20 } = options;
  const github = await startLocalGitHub({
    dataFolder,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    actions: (host) => makeActions(host, { cancelScale, concurrentJobs }),
  });
  onTestFinished(async () => {
    await github.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  const auth = github.admin.createUser('lucienne');
  if (!options.dataFolder) await github.admin.createRepository(repository);
  github.admin.setPermission(repository, 'lucienne', 'admin');
  const octokit = new Octokit({ auth, baseUrl: github.api, log: quiet });
  return { github, octokit, dataFolder, ...verbs(github, octokit) };
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function verbs(github: LocalGitHub, octokit: Octokit): Omit<World, 'github' | 'octokit' | 'dataFolder'> {
  const { actions } = octokit.rest;
  const world: Omit<World, 'github' | 'octokit' | 'dataFolder'> = {
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
