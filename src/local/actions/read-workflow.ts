import { readPermissions } from './permissions.ts';
import { readJob } from './read-job.ts';
import { readDefaults, stepContexts } from './read-step.ts';
import type { Concurrency, InputDefinition, Triggers, Workflow } from './workflow.ts';
import { type Field, FileProblem, readYaml } from './yaml-field.ts';

const runContexts = ['github', 'inputs', 'vars'];
const maxInputs = 25;

/**
 * Reads a workflow file, strictly: an unknown key and everything that GitHub has and this server has not is
 * refused by name, since a workflow that is half obeyed proves nothing.
 * @throws FileProblem with the key and its line.
 */
export function readWorkflow(file: string, text: string): Workflow {
  const root = readYaml(file, text);
  const fields = root.keys([
    'name',
    'run-name',
    'on',
    'permissions',
    'env',
    'defaults',
    'concurrency',
    'jobs',
  ]);
  const on = readTriggers(fields.on ?? root.fail('`on` is missing'));
  const jobs = new Map(
    [...(fields.jobs ?? root.fail('`jobs` is missing')).entries()].map(([id, job]) => [id, readJob(id, job)]),
  );
  if (jobs.size === 0) root.fail('there is no job');
  checkNeeds(jobs, root);
  return {
    name: fields.name?.text(),
    runName: fields['run-name']?.template(runContexts),
    on,
    permissions: fields.permissions && readPermissions(fields.permissions),
    env: fields.env?.templates([...runContexts, 'secrets']) ?? {},
    defaults: fields.defaults ? readDefaults(fields.defaults, stepContexts) : {},
    concurrency: fields.concurrency && readConcurrency(fields.concurrency),
    jobs,
  };
}

/** The workflow's name where the file is readable enough to have one (GitHub shows its path otherwise). */
export function workflowName(file: string, text: string): string {
  return glance(() => readYaml(file, text).entries().get('name')?.text()) ?? file;
}

/** Whether a file, even one that cannot be run, asks to be started by this event. */
export function asksFor(file: string, text: string, event: string): boolean {
  const names = glance(() => {
    const on = readYaml(file, text).entries().get('on');
    if (!on) return [];
    return on.isMapping ? [...on.entries().keys()] : on.oneOrMore().map((field) => field.text());
  });
  return names?.includes(event) ?? false;
}

function glance<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof FileProblem) return undefined;
    throw error;
  }
}

function readTriggers(on: Field): Triggers {
  const triggers: Triggers = {};
  if (!on.isMapping) {
    for (const event of on.oneOrMore()) {
      if (event.word(['workflow_dispatch', 'push']) === 'push') triggers.push = { branches: undefined };
      else triggers.dispatch = new Map();
    }
    return triggers;
  }
  const events = on.keys(['workflow_dispatch', 'push']);
  const { workflow_dispatch: dispatch, push } = events;
  if (dispatch) triggers.dispatch = dispatch.isNull ? new Map() : readInputs(dispatch);
  if (push) {
    const branches = push.isNull ? undefined : push.keys(['branches']).branches;
    triggers.push = { branches: branches?.oneOrMore().map((field) => field.text()) };
  }
  return triggers;
}

function readInputs(dispatch: Field): Map<string, InputDefinition> {
  const inputs = dispatch.keys(['inputs']).inputs;
  const found = new Map<string, InputDefinition>();
  if (!inputs || inputs.isNull) return found;
  for (const [name, input] of inputs.entries()) found.set(name, readInput(input));
  if (found.size > maxInputs)
    inputs.fail(`you may only define up to ${maxInputs} \`inputs\` for a \`workflow_dispatch\` event`);
  return found;
}

function readInput(input: Field): InputDefinition {
  if (input.isNull) return { type: 'string', required: false, default: undefined, options: [] };
  const fields = input.keys(['description', 'type', 'required', 'default', 'options']);
  const type = fields.type?.word(['string', 'boolean', 'choice', 'number']) ?? 'string';
  const options = fields.options?.list().map((option) => option.text()) ?? [];
  if (type === 'choice' && options.length === 0) input.fail('a choice needs `options`');
  return {
    type,
    required: fields.required?.scalar() === true,
    default: fields.default && !fields.default.isNull ? fields.default.text() : undefined,
    options,
  };
}

function readConcurrency(concurrency: Field): Concurrency {
  if (!concurrency.isMapping)
    return { group: concurrency.template(runContexts), cancelInProgress: 'false', queue: 'single' };
  const fields = concurrency.keys(['group', 'cancel-in-progress', 'queue']);
  const group = fields.group?.template(runContexts) ?? concurrency.fail('`group` is missing');
  const cancelInProgress = fields['cancel-in-progress']?.template(runContexts) ?? 'false';
  const queue = fields.queue?.word(['single', 'max']) ?? 'single';
  if (queue === 'max' && cancelInProgress !== 'false')
    concurrency.fail('`queue: max` cannot be combined with `cancel-in-progress`');
  return { group, cancelInProgress, queue };
}

function checkNeeds(jobs: Workflow['jobs'], root: Field): void {
  const settled = new Set<string>();
  const visit = (id: string, trail: readonly string[]): void => {
    const job = jobs.get(id) ?? root.fail(`job \`${trail.at(-1)}\` needs \`${id}\`, which does not exist`);
    if (trail.includes(id)) root.fail(`job \`${id}\` needs itself (${[...trail, id].join(' → ')})`);
    if (settled.has(id)) return;
    for (const need of job.needs) visit(need, [...trail, id]);
    settled.add(id);
  };
  for (const id of jobs.keys()) visit(id, []);
}
