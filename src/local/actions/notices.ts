import type { Ledger } from './ledger.ts';
import { latest } from './records.ts';
import { jobJson, runJson, workflowJson } from './shapes.ts';

/** The webhooks of runs and jobs. */
export class Notices {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** `requested` is never sent for a re-run. */
  run(action: 'requested' | 'in_progress' | 'completed', runId: number): void {
    const { host } = this.#ledger;
    const run = this.#ledger.run(runId);
    const repository = host.repository(run.repository);
    if (!repository) return;
    const workflow = this.#ledger.workflow(run.repository, run.workflowPath);
    const attempt = latest(run);
    const whole = runJson(host, run);
    const payload = {
      action,
      workflow_run: {
        ...whole,
        repository: lite(whole.repository),
        head_repository: lite(whole.head_repository),
      },
      workflow: workflowJson(host, workflow, attempt.workflowName),
    };
    host.emit(repository.full_name, 'workflow_run', payload, attempt.triggeringActor);
  }

  job(action: 'queued' | 'in_progress' | 'completed', jobId: number): void {
    const { host } = this.#ledger;
    const job = this.#ledger.job(jobId);
    const run = this.#ledger.run(job.runId);
    const repository = host.repository(run.repository);
    if (!repository) return;
    const json = jobJson(host, run, job);
    const sender = latest(run).triggeringActor;
    host.emit(repository.full_name, 'workflow_job', { action, workflow_job: json }, sender);
    const { status, conclusion, name, started_at: started, completed_at: completed } = json;
    const place = { sha: run.sha, branch: json.head_branch, suite: run.id, page: json.html_url };
    const check = { id: job.id, name, status, conclusion, started, completed, ...place };
    host.showCheck(repository.full_name, check, sender);
  }
}

/** GitHub embeds `repository-lite` here: its names and its addresses, no numbers of anything. */
function lite(repository: Record<string, unknown>): Record<string, unknown> {
  const kept = ['id', 'node_id', 'name', 'full_name', 'private', 'owner', 'description', 'fork', 'url'];
  return Object.fromEntries(
    Object.entries(repository).filter(
      ([key]) => kept.includes(key) || (key.endsWith('_url') && key in liteUrls),
    ),
  );
}

const liteUrls: Record<string, true> = Object.fromEntries(
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks html issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees'
    .split(' ')
    .map((name) => [`${name}_url`, true]),
);
