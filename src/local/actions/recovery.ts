import type { Ledger } from './ledger.ts';
import type { Notices } from './notices.ts';
import { readWorkflow } from './read-workflow.ts';
import { type AttemptRecord, latest, type RunRecord } from './records.ts';
import type { Runs } from './runs.ts';
import { treeOf } from './tree.ts';

/**
 * After a start: what ran when the server ended was lost with its machine, so it is concluded as GitHub concludes a
 * run whose runner was lost (`failure`, since nobody cancelled it). What only waited waits again.
 */
export async function recoverRuns(ledger: Ledger, notices: Notices, runs: Runs): Promise<void> {
  const open = ledger.runs().filter((run) => latest(run).status !== 'completed');
  for (const run of open.reverse()) {
    const attempt = latest(run);
    const text = await textOf(ledger, run);
    if (attempt.status === 'in_progress' || text === undefined) conclude(ledger, notices, run, attempt);
    else {
      // Jobs that were only planned are planned anew; those kept from an earlier attempt stay.
      ledger.updateAttempt(run.id, {
        jobs: attempt.jobs.filter((id) => ledger.job(id).attempt !== attempt.number),
      });
      runs.resume(run.id, readWorkflow(run.workflowPath, text));
    }
  }
}

async function textOf(ledger: Ledger, run: RunRecord): Promise<string | undefined> {
  const facts = ledger.host.repository(run.repository);
  return facts && treeOf(facts.gitDir).file(run.sha, run.workflowPath);
}

function conclude(ledger: Ledger, notices: Notices, run: RunRecord, attempt: AttemptRecord): void {
  const completedAt = ledger.host.clock.now();
  for (const job of ledger.jobs(attempt)) {
    if (job.status === 'completed') continue;
    if (job.token !== null) ledger.host.revokeJobToken(job.token);
    const conclusion = job.status === 'in_progress' ? 'failure' : 'cancelled';
    ledger.updateJob(job.id, {
      status: 'completed',
      conclusion,
      result: conclusion,
      completedAt,
      token: null,
    });
    notices.job('completed', job.id);
  }
  ledger.updateAttempt(run.id, { status: 'completed', conclusion: 'failure' });
  notices.run('completed', run.id);
}
