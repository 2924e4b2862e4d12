import type { Actor, PushedRef } from '../host.ts';
import { HttpError } from '../host.ts';
import { matchesBranch } from './branch-filter.ts';
import type { Json } from './expressions.ts';
import type { Ledger } from './ledger.ts';
import { asksFor, readWorkflow } from './read-workflow.ts';
import type { RunEvent, RunRecord, WorkflowRecord } from './records.ts';
import type { Runs } from './runs.ts';
import { type Tree, treeOf } from './tree.ts';
import type { InputDefinition, Workflow } from './workflow.ts';
import { FileProblem } from './yaml-field.ts';

const maxInputs = 25;
const maxPayload = 65_535;
const noCommit = '0'.repeat(40);

/** What makes new runs: a dispatch by name, a push by rule. */
export class Requests {
  readonly #ledger: Ledger;
  readonly #runs: Runs;

  constructor(ledger: Ledger, runs: Runs) {
    this.#ledger = ledger;
    this.#runs = runs;
  }

  /** `workflow_dispatch`: the copy of the file at `name` (branch or tag) runs. @throws HttpError 422 */
  async dispatch(
    workflow: WorkflowRecord,
    name: string,
    given: Record<string, unknown>,
    actor: Actor,
  ): Promise<RunRecord> {
    const tree = this.#tree(workflow.repository);
    const at = await tree.resolve(name);
    if (!at) throw new HttpError(422, `No ref found for: ${name}`);
    const text = await tree.file(at.sha, workflow.path);
    const file = text === undefined ? undefined : read(workflow.path, text);
    if (!file?.on.dispatch) throw new HttpError(422, "Workflow does not have 'workflow_dispatch' trigger");
    const inputs = checkInputs(file.on.dispatch, given);
    const strings = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, String(value)]));
    const payload = { inputs: strings, ref: at.ref, workflow: workflow.path };
    const run = await this.#describe(tree, workflow, 'workflow_dispatch', at, actor);
    return this.#runs.request({ ...run, payload, inputs }, file);
  }

  /** `push`: every workflow file of the pushed commit that asks for it. */
  async pushed(repository: number, push: PushedRef): Promise<void> {
    // GitHub's guard against loops: what a job's token does starts no workflow.
    if (push.actor.login === 'github-actions[bot]') return;
    if (push.after === noCommit || !/^refs\/(heads|tags)\//.test(push.ref)) return;
    const tree = this.#tree(repository);
    const at = { ref: push.ref, sha: push.after };
    const paths = await tree.workflows(push.after);
    if (paths.length === 0) return;
    const commit = await tree.commit(push.after);
    if (/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/.test(commit.message)) return;
    for (const path of paths) {
      const text = (await tree.file(push.after, path)) ?? '';
      if (!asksFor(path, text, 'push')) continue;
      const workflow = this.#ledger.workflow(repository, path);
      const { ref, before, after, forced } = push;
      const payload = {
        ref,
        before,
        after,
        forced,
        created: before === noCommit,
        deleted: false,
        head_commit: commit,
      };
      const describe = async () => ({
        ...(await this.#describe(tree, workflow, 'push', at, push.actor)),
        payload,
        inputs: {},
      });
      try {
        const file = readWorkflow(path, text);
        if (file.on.push && matchesBranch(file.on.push.branches, push.ref))
          this.#runs.request(await describe(), file);
      } catch (error) {
        if (!(error instanceof FileProblem)) throw error;
        this.#runs.refuse(await describe(), error.message);
      }
    }
  }

  #tree(repository: number): Tree {
    const facts = this.#ledger.host.repository(repository);
    if (!facts) throw new HttpError(404, 'Not Found');
    return treeOf(facts.gitDir);
  }

  async #describe(
    tree: Tree,
    workflow: WorkflowRecord,
    event: RunEvent,
    at: { ref: string; sha: string },
    actor: Actor,
  ): Promise<Omit<RunRecord, 'attempts' | 'hidden' | 'payload' | 'inputs'>> {
    const { host } = this.#ledger;
    const commit = await tree.commit(at.sha);
    return {
      id: host.nextId('run'),
      repository: workflow.repository,
      workflowId: workflow.id,
      workflowPath: workflow.path,
      runNumber: host.nextId(`run-number-${workflow.id}`),
      event,
      ref: at.ref,
      sha: at.sha,
      commit,
      actor: actor.login,
      createdAt: host.clock.now(),
    };
  }
}

function read(path: string, text: string): Workflow {
  try {
    return readWorkflow(path, text);
  } catch (error) {
    if (error instanceof FileProblem) throw new HttpError(422, `failed to parse workflow: ${error.message}`);
    throw error;
  }
}

/** The typed inputs of a dispatch, defaults filled in. @throws HttpError 422 */
function checkInputs(
  defined: Map<string, InputDefinition>,
  given: Record<string, unknown>,
): Record<string, Json> {
  const names = Object.keys(given);
  if (names.length > maxInputs)
    throw new HttpError(
      422,
      `Invalid request.\n\nNo more than ${maxInputs} inputs are allowed; ${names.length} were supplied.`,
    );
  if (JSON.stringify(given).length > maxPayload) throw new HttpError(422, 'inputs are too large.');
  const unexpected = names.filter((name) => !defined.has(name));
  if (unexpected.length > 0)
    throw new HttpError(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  return Object.fromEntries([...defined].map(([name, input]) => [name, typed(name, input, given[name])]));
}

function typed(name: string, input: InputDefinition, given: unknown): Json {
  const value = given ?? undefined;
  if (value !== undefined && typeof value === 'object')
    throw new HttpError(422, `Input '${name}' must be a string`);
  const text = value === undefined || value === '' ? input.default : String(value);
  if (text === undefined) {
    if (input.required) throw new HttpError(422, `Required input '${name}' not provided`);
    return input.type === 'boolean' ? false : '';
  }
  if (input.type === 'choice' && !input.options.includes(text))
    throw new HttpError(
      422,
      `Provided value '${text}' for input '${name}' not in the list of allowed values`,
    );
  if (input.type === 'boolean') {
    if (text !== 'true' && text !== 'false')
      throw new HttpError(422, `Provided value '${text}' for input '${name}' is not a valid boolean`);
    return text === 'true';
  }
  if (input.type === 'number') {
    if (Number.isNaN(Number(text)))
      throw new HttpError(422, `Provided value '${text}' for input '${name}' is not a valid number`);
    return Number(text);
  }
  return text;
}
