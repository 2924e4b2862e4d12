import { HttpError } from '../host.ts';
import { notFound, unsupported } from '../http.ts';
import { bodyOf, type Declare, type Visit } from './door.ts';
import type { Ledger } from './ledger.ts';
import { runOf } from './read-routes.ts';
import { readWorkflow } from './read-workflow.ts';
import { latest, type RunRecord } from './records.ts';
import type { Requests } from './requests.ts';
import type { Runs } from './runs.ts';
import { runUrls } from './shapes.ts';
import { treeOf } from './tree.ts';
import type { Workflow } from './workflow.ts';
import { findWorkflow } from './workflows.ts';

const maxReruns = 50;
const rerunMs = 30 * 24 * 60 * 60_000;

/** Dispatch, cancel, re-run. */
export function actRoutes(declare: Declare, ledger: Ledger, runs: Runs, requests: Requests): void {
  declare(
    'POST',
    '/workflows/:workflow_id/dispatches',
    'write',
    async ({ c, repository, fullName, actor }) => {
      const {
        ref,
        inputs = {},
        return_run_details: details,
      } = await bodyOf(c, ['ref', 'inputs', 'return_run_details']);
      if (typeof ref !== 'string') throw new HttpError(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
      if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs))
        throw new HttpError(422, "Invalid request.\n\nFor 'properties/inputs', an object was expected.");
      const known = await findWorkflow(ledger, repository, c.req.param('workflow_id') ?? '');
      if (!known) throw notFound();
      const run = await requests.dispatch(known.record, ref, inputs as Record<string, unknown>, actor);
      if (details !== true) return c.body(null, 204);
      return c.json({ workflow_run_id: run.id, ...runUrls(ledger.host, fullName, run.id) });
    },
  );

  const cancelBy = (carryOut: (runId: number) => void) => (visit: Visit) => {
    const run = runOf(ledger, visit);
    if (latest(run).status === 'completed')
      throw new HttpError(409, 'Cannot cancel a workflow run that is completed.');
    const call = `POST ${visit.c.req.path.replace(/^\/api\/v3/, '')}`;
    if (ledger.host.misbehave(call) === 'none') carryOut(run.id);
    return visit.c.json({}, 202);
  };
  declare(
    'POST',
    '/runs/:run_id/cancel',
    'write',
    cancelBy((id) => runs.cancel(id)),
  );
  declare(
    'POST',
    '/runs/:run_id/force-cancel',
    'write',
    cancelBy((id) => runs.forceCancel(id)),
  );

  declare('POST', '/runs/:run_id/rerun', 'write', async (visit) => {
    const run = runOf(ledger, visit);
    const workflow = await readyForRerun(visit, ledger, run.id);
    runs.rerun(run.id, visit.actor.login, workflow);
    return visit.c.json({}, 201);
  });
  declare('POST', '/runs/:run_id/rerun-failed-jobs', 'write', async (visit) => {
    const run = runOf(ledger, visit);
    const workflow = await readyForRerun(visit, ledger, run.id);
    const again = failedJobs(ledger, ledger.run(run.id), workflow);
    if (again.only.length === 0) throw new HttpError(403, 'This workflow run has no failed jobs to re-run');
    runs.rerun(run.id, visit.actor.login, workflow, again);
    return visit.c.json({}, 201);
  });
}

/** The workflow as it was: a re-run uses the commit of its run. @throws HttpError */
async function readyForRerun(visit: Visit, ledger: Ledger, runId: number): Promise<Workflow> {
  const { enable_debug_logging: debug } = await bodyOf(visit.c, ['enable_debug_logging']);
  if (debug === true) throw unsupported('enable_debug_logging');
  const { repository, sha, workflowPath } = ledger.run(runId);
  const facts = ledger.host.repository(repository);
  const text = facts && (await treeOf(facts.gitDir).file(sha, workflowPath));
  // Nothing is awaited from here on: of two requests at once only one finds the run ended.
  const run = ledger.run(runId);
  const attempt = latest(run);
  if (attempt.status !== 'completed') throw new HttpError(403, 'This workflow is already running');
  if (attempt.conclusion === 'startup_failure' || text === undefined)
    throw new HttpError(403, 'This workflow run cannot be retried');
  if (ledger.host.clock.now() - run.createdAt > rerunMs)
    throw new HttpError(403, 'Unable to retry this workflow run because it was created over a month ago');
  if (attempt.number > maxReruns)
    throw new HttpError(403, `This workflow run was re-run ${maxReruns} times: no more`);
  return readWorkflow(workflowPath, text);
}

/** The jobs that did not succeed and all that depends on them; the others' records are kept. */
function failedJobs(ledger: Ledger, run: RunRecord, workflow: Workflow): { only: string[]; jobs: number[] } {
  const records = ledger.jobs(latest(run));
  const again = new Set(
    records.filter(({ result }) => result === 'failure' || result === 'cancelled').map(({ key }) => key),
  );
  for (const key of again)
    for (const job of workflow.jobs.values()) if (job.needs.includes(key)) again.add(job.id);
  const kept = records.filter(({ key }) => !again.has(key)).map(({ id }) => id);
  return { only: [...again], jobs: kept };
}
