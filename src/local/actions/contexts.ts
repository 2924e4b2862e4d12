import type { Contexts, Json } from './expressions.ts';
import type { Ledger } from './ledger.ts';
import { type AttemptRecord, latest, type RunRecord } from './records.ts';
import { nameOf } from './shapes.ts';

/** The payload of the event that started a run, as `github.event` and the event file have it. */
function eventJson(ledger: Ledger, run: RunRecord): Record<string, Json> {
  const { host } = ledger;
  const around = {
    repository: host.repositoryJson(nameOf(host, run.repository)),
    sender: host.userJson(run.actor),
  };
  return { ...run.payload, ...(around as Record<string, Json>) };
}

/** `github`, `inputs`, `vars` and `secrets` of a run, before any job: what its name and its group may use. */
export function runContexts(
  ledger: Ledger,
  run: RunRecord,
  attempt: AttemptRecord = latest(run),
): Contexts & { secrets: Json } {
  const { secrets, variables } = ledger.settings(run.repository);
  return { github: githubContext(ledger, run, attempt), inputs: run.inputs, vars: variables, secrets };
}

function githubContext(ledger: Ledger, run: RunRecord, attempt: AttemptRecord): Record<string, Json> {
  const { host } = ledger;
  const repository = nameOf(host, run.repository);
  const [owner = ''] = repository.split('/');
  const idOf = (login: string): string => String(host.userJson(login).id);
  return {
    actor: run.actor,
    actor_id: idOf(run.actor),
    api_url: `${host.url()}/api/v3`,
    base_ref: '',
    event: eventJson(ledger, run),
    event_name: run.event,
    graphql_url: `${host.url()}/api/graphql`,
    head_ref: '',
    ref: run.ref,
    ref_name: run.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_protected: false,
    ref_type: run.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository,
    repository_id: String(run.repository),
    repository_owner: owner,
    repository_owner_id: idOf(owner),
    repositoryUrl: `${host.url()}/${repository}.git`,
    retention_days: '90',
    run_attempt: String(attempt.number),
    run_id: String(run.id),
    run_number: String(run.runNumber),
    secret_source: 'Actions',
    server_url: host.url(),
    sha: run.sha,
    triggering_actor: attempt.triggeringActor,
    workflow: attempt.workflowName,
    workflow_ref: `${repository}/${run.workflowPath}@${run.ref}`,
    workflow_sha: run.sha,
  };
}
