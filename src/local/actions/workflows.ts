import type { Ledger } from './ledger.ts';
import { workflowName } from './read-workflow.ts';
import type { WorkflowRecord } from './records.ts';
import { treeOf, workflowFolder } from './tree.ts';

/** A workflow file as GitHub knows it: on the default branch, or known from an earlier run. */
export interface KnownWorkflow {
  record: WorkflowRecord;
  name: string;
}

/** The workflow files of the default branch, in the order they were first seen. */
export async function listWorkflows(ledger: Ledger, repository: number): Promise<KnownWorkflow[]> {
  const facts = ledger.host.repository(repository);
  if (!facts) return [];
  const tree = treeOf(facts.gitDir);
  const head = await tree.resolve(facts.default_branch);
  if (!head) return [];
  const paths = await tree.workflows(head.sha);
  const found = paths.map(async (path) => {
    const text = (await tree.file(head.sha, path)) ?? '';
    return { record: ledger.workflow(repository, path), name: workflowName(path, text) };
  });
  return (await Promise.all(found)).sort((one, other) => one.record.id - other.record.id);
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
  const isIt = (record: WorkflowRecord): boolean =>
    String(record.id) === key || record.path === key || record.path === `${workflowFolder}/${key}`;
  const present = (await listWorkflows(ledger, repository)).find(({ record }) => isIt(record));
  if (present) return present;
  const ran = ledger
    .runs(repository)
    .find((run) => isIt({ ...run, id: run.workflowId, path: run.workflowPath }));
  return (
    ran && {
      record: ledger.workflow(repository, ran.workflowPath),
      name: ran.attempts.at(-1)?.workflowName ?? '',
    }
  );
}
