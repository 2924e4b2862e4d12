import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { Host } from '../host.ts';
import { runnerName } from './machine.ts';
import {
  type AttemptRecord,
  type JobRecord,
  latest,
  type RunRecord,
  type StepRecord,
  type WorkflowRecord,
} from './records.ts';

/** GitHub's JSON for workflows, runs and jobs. The compiler checks it against Octokit's types, made from GitHub's description. */
type Rest = RestEndpointMethodTypes['actions'];
/** People and repositories come from the forge around; their shape is its affair. */
type Foreign = 'actor' | 'triggering_actor' | 'repository' | 'head_repository' | 'head_commit';
type Loose<T> = Omit<T, Foreign> & { [K in Foreign & keyof T]: unknown };
type RunJson = Loose<Rest['getWorkflowRun']['response']['data']>;
type JobJson = Rest['getJobForWorkflowRun']['response']['data'];
type WorkflowJson = Rest['getWorkflow']['response']['data'];

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}${id}`).toString('base64url');

/** The present name of a repository. @throws Error where it is gone. */
export function nameOf(host: Host, repository: number): string {
  const facts = host.repository(repository);
  if (!facts) throw new Error(`there is no repository ${repository}`);
  return facts.full_name;
}

function repositoryUrl(host: Host, repository: string): string {
  return `${host.url()}/api/v3/repos/${repository}`;
}

export function runUrls(host: Host, repository: string, id: number): { run_url: string; html_url: string } {
  return {
    run_url: `${repositoryUrl(host, repository)}/actions/runs/${id}`,
    html_url: `${host.url()}/${repository}/actions/runs/${id}`,
  };
}

export function workflowJson(host: Host, workflow: WorkflowRecord, name: string) {
  const { id, path, createdAt } = workflow;
  const repository = nameOf(host, workflow.repository);
  const file = path.split('/').at(-1) ?? path;
  const branch = host.repository(repository)?.default_branch ?? 'main';
  return {
    id,
    node_id: nodeId('W', id),
    name,
    path,
    state: 'active',
    created_at: iso(createdAt),
    updated_at: iso(createdAt),
    url: `${repositoryUrl(host, repository)}/actions/workflows/${id}`,
    html_url: `${host.url()}/${repository}/blob/${branch}/${path}`,
    badge_url: `${host.url()}/${repository}/actions/workflows/${file}/badge.svg`,
  } satisfies WorkflowJson;
}

/** A run as its attempt `attempt` (the last unless said otherwise) shows it. */
export function runJson(host: Host, run: RunRecord, attempt: AttemptRecord = latest(run)) {
  const repository = nameOf(host, run.repository);
  const { run_url: url, html_url } = runUrls(host, repository, run.id);
  const root = repositoryUrl(host, repository);
  return {
    id: run.id,
    name: attempt.workflowName,
    node_id: nodeId('WFR', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CS', run.id),
    head_branch: run.ref.replace(/^refs\/(heads|tags)\//, ''),
    head_sha: run.sha,
    path: run.workflowPath,
    display_title: attempt.displayTitle,
    run_number: run.runNumber,
    run_attempt: attempt.number,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url,
    pull_requests: [],
    created_at: iso(run.createdAt),
    updated_at: iso(attempt.updatedAt),
    run_started_at: iso(attempt.startedAt),
    actor: host.userJson(run.actor),
    triggering_actor: host.userJson(attempt.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${root}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${root}/actions/workflows/${run.workflowId}`,
    head_commit: run.commit,
    repository: host.repositoryJson(repository),
    head_repository: host.repositoryJson(repository),
    referenced_workflows: [],
  } satisfies RunJson;
}

export function jobJson(host: Host, run: RunRecord, job: JobRecord) {
  const repository = nameOf(host, run.repository);
  const root = repositoryUrl(host, repository);
  const { run_url, html_url } = runUrls(host, repository, run.id);
  const started = job.startedAt !== null;
  const attempt = run.attempts.find((one) => one.number === job.attempt) ?? latest(run);
  return {
    id: job.id,
    run_id: run.id,
    run_url,
    run_attempt: job.attempt,
    node_id: nodeId('CR', job.id),
    head_sha: run.sha,
    head_branch: run.ref.replace(/^refs\/(heads|tags)\//, ''),
    workflow_name: attempt.workflowName,
    url: `${root}/actions/jobs/${job.id}`,
    html_url: `${html_url}/job/${job.id}`,
    check_run_url: `${root}/check-runs/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    name: job.name,
    labels: job.labels,
    created_at: iso(job.createdAt),
    started_at: iso(job.startedAt ?? job.createdAt),
    completed_at: isoOrNull(job.completedAt),
    steps: job.steps.map(stepJson),
    runner_id: started ? 1 : null,
    runner_name: started ? runnerName : null,
    runner_group_id: started ? 1 : null,
    runner_group_name: started ? 'Default' : null,
  } satisfies JobJson;
}

function stepJson(step: StepRecord) {
  return {
    name: step.name,
    status: step.status,
    conclusion: step.conclusion,
    number: step.number,
    started_at: isoOrNull(step.startedAt),
    completed_at: isoOrNull(step.completedAt),
  };
}
