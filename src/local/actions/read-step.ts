import { namedAction } from './action-name.ts';
import type { RunDefaults, Shell, Step, UsesStep } from './workflow.ts';
import type { Field } from './yaml-field.ts';

/** What the keys of a step may use, `if` excepted. */
export const stepContexts = [
  'github',
  'needs',
  'strategy',
  'matrix',
  'job',
  'runner',
  'env',
  'vars',
  'secrets',
  'steps',
  'inputs',
];
const conditionContexts = stepContexts.filter((name) => name !== 'secrets');

const keys = [
  'id',
  'name',
  'if',
  'env',
  'timeout-minutes',
  'continue-on-error',
  'run',
  'shell',
  'working-directory',
  'uses',
  'with',
] as const;

/** One step of a job or of a composite action. @throws FileProblem */
export function readStep(step: Field): Step {
  const fields = step.keys(keys);
  const id = fields.id?.text();
  if (id !== undefined && !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id)) step.fail(`\`${id}\` is no step id`);
  const base = {
    id,
    name: fields.name?.template(stepContexts),
    if: fields.if?.condition(conditionContexts),
    env: fields.env?.templates(stepContexts) ?? {},
    timeoutMinutes: fields['timeout-minutes']?.template(stepContexts),
    continueOnError: fields['continue-on-error']?.template(stepContexts) ?? 'false',
  };
  if (fields.run && fields.uses) step.fail('a step has either `run` or `uses`');
  if (fields.uses) {
    fields.shell?.fail('`shell` belongs to `run`');
    fields['working-directory']?.fail('`working-directory` belongs to `run`');
    return { ...base, ...readUses(fields.uses, fields.with) };
  }
  fields.with?.fail('`with` belongs to `uses`');
  return {
    ...base,
    kind: 'run',
    run: (fields.run ?? step.fail('a step needs `run` or `uses`')).template(stepContexts),
    shell: fields.shell && readShell(fields.shell),
    workingDirectory: fields['working-directory']?.template(stepContexts),
  };
}

function readShell(field: Field): Shell {
  return field.word(['bash', 'sh']);
}

/** `defaults: { run: … }` */
export function readDefaults(field: Field, contexts: readonly string[]): RunDefaults {
  const run = field.keys(['run']).run;
  if (!run) return {};
  const fields = run.keys(['shell', 'working-directory']);
  return {
    ...(fields.shell ? { shell: readShell(fields.shell) } : {}),
    ...(fields['working-directory']
      ? { workingDirectory: fields['working-directory'].template(contexts) }
      : {}),
  };
}

const builtIn = {
  checkout: ['ref', 'fetch-depth', 'path', 'persist-credentials', 'token'],
  'setup-node': ['node-version', 'node-version-file', 'check-latest'],
  'upload-artifact': ['name', 'path', 'if-no-files-found', 'retention-days'],
} as const;

function readUses(
  uses: Field,
  withField: Field | undefined,
): Pick<UsesStep, 'kind' | 'uses' | 'action' | 'with'> {
  const text = uses.text();
  const [, name] = /^actions\/(checkout|setup-node|upload-artifact)@./.exec(text) ?? [];
  const given = withField && !withField.isNull ? withField : undefined;
  if (name === 'checkout' || name === 'setup-node' || name === 'upload-artifact') {
    given?.keys(builtIn[name]);
    return { kind: 'uses', uses: text, action: name, with: given?.templates(stepContexts) ?? {} };
  }
  // Actions of GitHub's own are not on this server, whatever their name.
  const isHosted = !text.startsWith('actions/') && namedAction(text) !== null;
  if (!text.startsWith('./') && !isHosted) uses.unsupported(`the action \`${text}\``);
  const action = isHosted ? 'hosted' : 'local';
  return { kind: 'uses', uses: text, action, with: given?.templates(stepContexts) ?? {} };
}
