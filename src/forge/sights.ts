import { isoSeconds } from '../base/clock.ts';
import type { Sights } from '../engine/sights.ts';
import type { Api } from './api.ts';
import { failureOf } from './failures.ts';

/** Logs that are remembered: what a job that ended has said changes no more. */
const keptLogs = 20;

/** What people see of GitHub through us. */
export function sightCalls(api: Api): Sights {
  const { at, octokit } = api;
  const logs = new Map<number, string>();

  const jobsOf = async (run: number) => {
    const reading = api.read(`jobs of run ${run}`, (headers) =>
      octokit.rest.actions.listJobsForWorkflowRun({ ...at, run_id: run, per_page: 100, headers }),
    );
    return (await api.orNull(reading))?.jobs ?? [];
  };

  const logOf = async (job: number): Promise<string | null> => {
    const known = logs.get(job);
    if (known !== undefined) return known;
    try {
      const text = await api.writeRaw(() =>
        octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: job }),
      );
      if (typeof text !== 'string') return null;
      for (const oldest of logs.keys()) {
        if (logs.size < keptLogs) break;
        logs.delete(oldest);
      }
      logs.set(job, text);
      return text;
    } catch (error) {
      if ([404, 410].includes(failureOf(error).status)) return null;
      throw error;
    }
  };

  return {
    isPrivate: async () => (await api.repository()).private,
    rateLimit: () => api.rateLimit,
    async commitWords(sha) {
      const reading = api.read(`commit ${sha}`, (headers) =>
        octokit.rest.repos.listCommits({ ...at, sha, per_page: 1, headers }),
      );
      const found = (await api.orNull(reading))?.[0]?.commit;
      const date = found?.committer?.date;
      return found && date ? { at: isoSeconds(Date.parse(date)), message: found.message } : null;
    },
    async runSteps(run) {
      return (await jobsOf(run)).flatMap(({ steps = [] }) =>
        steps.map(({ name, status, conclusion }) => ({ name, status: conclusion ?? status })),
      );
    },
    async runLog(run) {
      const ended = (await jobsOf(run)).filter(({ status }) => status === 'completed');
      const texts = await Promise.all(ended.map(({ id }) => logOf(id)));
      const there = texts.filter((text) => text !== null);
      return there.length === 0 ? null : there.join('\n');
    },
  };
}
