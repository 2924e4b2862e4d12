import { readFileSync } from 'node:fs';
import { type AgentFacts, isAlive, repository } from './repository.ts';
import type { World } from './world.ts';

/*
 * Runs and their machines: what a story does to them, and what it finds out about them.
 */

const [owner = '', repo = ''] = repository.split('/');
const forEver = Number.POSITIVE_INFINITY;
const jobs = 'github-actions[bot]';

export interface Working {
  issue: number;
  id: string;
  run: number;
  agent: AgentFacts;
}

/** A released ticket whose agent works. Ends where `do:` tells it to; here it waits, and a grandchild wants to outlive it. */
export async function working(desk: World, body = 'do: wait, grandchild, ignore sigterm'): Promise<Working> {
  const issue = await desk.openIssue({ body, labels: ['ticket', 'release'] });
  return untilWorking(desk, issue);
}

export async function untilWorking(desk: World, issue: number, attempt = 1): Promise<Working> {
  const id = `MC-${issue}`;
  const agent = await desk.until(`the agent of ${id} #${attempt} works`, () => desk.agent(id, attempt));
  const run = desk.ticket(id)?.attempt?.run?.id ?? 0;
  return { issue, id, run, agent };
}

/** GitHub never takes a cancel of this run. */
export function refuseCancels(desk: World, run: number): void {
  for (const how of ['cancel', 'force-cancel']) {
    const route = `POST /repos/${repository}/actions/runs/${run}/${how}`;
    desk.github.misbehave.fail({
      route,
      times: forEver,
      status: 500,
      message: 'Failed to cancel workflow run',
    });
  }
}

/** No job reaches git any more, reading or writing; the app does. Answers how to mend it. */
export function cutOffJobs(desk: World): () => void {
  const services = ['git-upload-pack', 'git-receive-pack'];
  const mend = services.map((service) =>
    desk.github.misbehave.fail({ route: `info/refs ${service}`, times: forEver, status: 503, by: jobs }),
  );
  return () => {
    for (const one of mend) one();
  };
}

/** The process of the runner: it started the agent. */
export function runnerOf({ pids: [first] }: AgentFacts): number {
  const stat = readFileSync(`/proc/${first?.pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The machine hangs: neither look-out nor watchdog of the runner does anything, while its agent goes on. Answers how to wake it. */
export function freeze({ agent }: Working): () => void {
  const runner = runnerOf(agent);
  process.kill(runner, 'SIGSTOP');
  return () => process.kill(runner, 'SIGCONT');
}

export const lives = ({ agent }: Working): boolean => agent.pids.some(isAlive);

/** Actions' own view of a run. */
export async function runOf(desk: World, run: number) {
  return (await desk.as('lucienne').rest.actions.getWorkflowRun({ owner, repo, run_id: run })).data;
}

export async function untilConcluded(desk: World, run: number) {
  return desk.until(`run ${run} is concluded`, async () => {
    const found = await runOf(desk, run);
    return found.status === 'completed' ? found : undefined;
  });
}

/** The log of a run's only job. */
export async function logOf(desk: World, run: number): Promise<string> {
  const { data } = await desk
    .as('lucienne')
    .rest.actions.listJobsForWorkflowRun({ owner, repo, run_id: run });
  return data.jobs.map(({ id }) => desk.github.actions.log(id)).join('\n');
}

/**
 * For each commit that was pushed to the state branch, by jobs unless told otherwise (null: by anybody): the attempts of
 * which any process lived as it was about to land.
 */
export function livingAtPushes(desk: World, by: string | null = jobs): Map<string, string[]> {
  const found = new Map<string, string[]>();
  desk.github.misbehave.onPreReceive(repository, ({ refs, actor }) => {
    const state = refs.find(({ ref }) => ref === 'refs/heads/signalbox');
    if (!state || (by !== null && actor !== by)) return;
    const living = [...desk.told()].filter(({ pids }) => pids.some(isAlive));
    found.set(
      state.after,
      living.map(({ env }) => `${env.SIGNALBOX_TICKET}-${env.SIGNALBOX_ATTEMPT}`),
    );
  });
  return found;
}

/** The evidence comment of an attempt. */
export async function evidenceOf(desk: World, issue: number, attempt = 1): Promise<string> {
  return desk.until('the evidence', async () =>
    (await desk.comments(issue)).find((body) => body.includes(`signalbox:evidence:${attempt} `)),
  );
}
