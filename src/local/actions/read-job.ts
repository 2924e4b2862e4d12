import { readPermissions } from './permissions.ts';
import { readDefaults, readStep, stepContexts } from './read-step.ts';
import type { Job, Strategy } from './workflow.ts';
import type { Field } from './yaml-field.ts';

const before = ['github', 'needs', 'vars', 'inputs'];
const inMatrix = [...before, 'strategy', 'matrix'];

/** One job of a workflow. @throws FileProblem */
export function readJob(id: string, job: Field): Job {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id)) job.fail(`\`${id}\` is no name for a job`);
  const fields = job.keys([
    'name',
    'runs-on',
    'needs',
    'if',
    'env',
    'defaults',
    'outputs',
    'strategy',
    'timeout-minutes',
    'continue-on-error',
    'permissions',
    'steps',
  ]);
  const steps = (fields.steps ?? job.fail('`steps` is missing')).list().map(readStep);
  checkIds(steps, job);
  return {
    id,
    name: fields.name?.template(inMatrix),
    runsOn: readLabels(fields['runs-on'] ?? job.fail('`runs-on` is missing')),
    needs: fields.needs?.oneOrMore().map((need) => need.text()) ?? [],
    if: fields.if?.condition(before),
    env: fields.env?.templates([...inMatrix, 'secrets']) ?? {},
    defaults: fields.defaults ? readDefaults(fields.defaults, [...inMatrix, 'env']) : {},
    outputs: fields.outputs?.templates(stepContexts) ?? {},
    strategy: fields.strategy && readStrategy(fields.strategy),
    timeoutMinutes: fields['timeout-minutes']?.template(inMatrix) ?? '360',
    continueOnError: fields['continue-on-error']?.template(inMatrix) ?? 'false',
    permissions: fields.permissions && readPermissions(fields.permissions),
    steps,
  };
}

/** Any label is served by this machine; a runner group asks for machines that do not exist here. */
function readLabels(field: Field): string[] {
  if (field.isMapping) field.unsupported('a runner group');
  return field.oneOrMore().map((label) => label.template(inMatrix));
}

function readStrategy(field: Field): Strategy {
  const fields = field.keys(['matrix', 'fail-fast', 'max-parallel']);
  const matrix = fields.matrix ?? field.fail('`matrix` is missing');
  if (matrix.isMapping) {
    for (const [key, values] of matrix.entries()) {
      if (!values.isList) values.template(before);
      if (key === 'include' || key === 'exclude') continue;
      if (!values.isList && !values.text().includes('${{')) values.fail('a list was expected');
    }
  }
  return {
    matrix: matrix.tree(before),
    failFast: fields['fail-fast']?.template(before) ?? 'true',
    maxParallel: fields['max-parallel']?.template(before),
  };
}

function checkIds(steps: readonly { id: string | undefined }[], job: Field): void {
  const ids = steps.flatMap((step) => (step.id === undefined ? [] : [step.id.toLowerCase()]));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) job.fail(`the step id \`${twice}\` is used twice`);
}
