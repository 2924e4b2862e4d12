import type { Ledger } from './ledger.ts';
import { workflowName } from './read-workflow.ts';
import { latest, type WorkflowRecord } from './records.ts';
import { treeOf, workflowFolder } from './tree.ts';

/** A workflow file as GitHub knows it: on the default branch, or known from an earlier run. */
export interface KnownWorkflow {
  record: WorkflowRecord;
  name(): Promise<string>;
}

/** The workflow files of the default branch, in the order they were first seen. */
export async function listWorkflows(ledger: Ledger, repository: number): Promise<KnownWorkflow[]> {
  const facts = ledger.host.repository(repository);
  if (!facts) return [];
  const tree = treeOf(facts.gitDir);
  const head = await tree.resolve(facts.default_branch);
  if (!head) return [];
  const present = (await tree.workflows(head.sha)).map((path) => ({
    record: ledger.workflow(repository, path),
    name: async () => workflowName(path, (await tree.file(head.sha, path)) ?? ''),
  }));
  return present.sort((one, other) => one.record.id - other.record.id);
}

/**
 * The workflow with this id or file name; undefined where the default branch has no such file and it never ran
 * (a file on another branch alone cannot be dispatched).
 */
export async function findWorkflow(
  ledger: Ledger,
  repository: number,
  key: string,
): Promise<KnownWorkflow | undefined> {
  const isIt = ({ id, path }: { id: number; path: string }): boolean =>
    String(id) === key || path === key || path === `${workflowFolder}/${key}`;
  const present = (await listWorkflows(ledger, repository)).find(({ record }) => isIt(record));
  if (present) return present;
  const ran = ledger.runs(repository).find((run) => isIt({ id: run.workflowId, path: run.workflowPath }));
  if (!ran) return undefined;
  const { workflowName: name } = latest(ran);
  return { record: ledger.workflow(repository, ran.workflowPath), name: async () => name };
}
