import type { Ledger } from './ledger.ts';
import { workflowName } from './read-workflow.ts';
import { latest, type WorkflowRecord } from './records.ts';
import { treeOf, workflowFolder } from './tree.ts';

/** A workflow file as GitHub knows it: on the default branch, or known from an earlier run. */
export interface KnownWorkflow {
  record: WorkflowRecord;
  name: string;
}

/** The workflow files of the default branch, in the order they were first seen. */
export async function listWorkflows(ledger: Ledger, repository: number): Promise<KnownWorkflow[]> {
  const present = await onDefaultBranch(ledger, repository);
  const named = present.map(async ({ record, text }) => {
    return { record, name: workflowName(record.path, await text()) };
  });
  return (await Promise.all(named)).sort((one, other) => one.record.id - other.record.id);
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
  const present = (await onDefaultBranch(ledger, repository)).find(({ record }) => isIt(record));
  if (present)
    return { record: present.record, name: workflowName(present.record.path, await present.text()) };
  const ran = ledger.runs(repository).find((run) => isIt({ id: run.workflowId, path: run.workflowPath }));
  return ran && { record: ledger.workflow(repository, ran.workflowPath), name: latest(ran).workflowName };
}

async function onDefaultBranch(
  ledger: Ledger,
  repository: number,
): Promise<{ record: WorkflowRecord; text(): Promise<string> }[]> {
  const facts = ledger.host.repository(repository);
  if (!facts) return [];
  const tree = treeOf(facts.gitDir);
  const head = await tree.resolve(facts.default_branch);
  if (!head) return [];
  return (await tree.workflows(head.sha)).map((path) => ({
    record: ledger.workflow(repository, path),
    text: async () => (await tree.file(head.sha, path)) ?? '',
  }));
}
