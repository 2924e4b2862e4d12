import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStep } from './read-step.ts';
import type { Step } from './workflow.ts';
import { type Field, FileProblem, readYaml } from './yaml-field.ts';

/** An action: `action.yml` of its folder. */
export interface ActionFile {
  /** Defaults of the inputs; they may hold expressions. */
  inputs: Map<string, string | undefined>;
  runs: NodeAction | CompositeAction;
}

export interface NodeAction {
  using: 'node';
  main: string;
  post: string | undefined;
  postIf: string | undefined;
}

export interface CompositeAction {
  using: 'composite';
  steps: Step[];
  outputs: Record<string, string>;
}

const inputContexts = ['github', 'strategy', 'matrix', 'job', 'runner'];
const outputContexts = ['github', 'strategy', 'matrix', 'steps', 'inputs', 'job', 'runner', 'env'];

/** @throws FileProblem where there is none, or one that cannot be run. */
export function readActionFile(folder: string, shown: string): ActionFile {
  const name = ['action.yml', 'action.yaml'].find((one) => existsSync(join(folder, one)));
  if (!name)
    throw new FileProblem(
      shown.startsWith('./')
        ? `Can't find 'action.yml' or 'action.yaml' under '${shown}'. Did you forget to run actions/checkout before running your local action?`
        : `Can't find 'action.yml', 'action.yaml' or 'Dockerfile' for action '${shown}'.`,
    );
  const root = readYaml(join(shown, name), readFileSync(join(folder, name), 'utf8'));
  const fields = root.keys(['name', 'description', 'author', 'branding', 'inputs', 'outputs', 'runs']);
  const runs = fields.runs ?? root.fail('`runs` is missing');
  const using = (runs.entries().get('using') ?? runs.fail('`using` is missing')).word([
    'node20',
    'node24',
    'composite',
  ]);
  return {
    inputs: readInputs(fields.inputs),
    runs: using === 'composite' ? readComposite(runs, fields.outputs) : readNode(runs, fields.outputs),
  };
}

function readInputs(field: Field | undefined): ActionFile['inputs'] {
  if (!field || field.isNull) return new Map();
  return new Map(
    [...field.entries()].map(([name, input]) => {
      const keys = input.keys(['description', 'required', 'default', 'deprecationMessage']);
      return [name, keys.default?.template(inputContexts)];
    }),
  );
}

function readNode(runs: Field, outputs: Field | undefined): NodeAction {
  const keys = runs.keys(['using', 'main', 'post', 'post-if']);
  if (outputs && !outputs.isNull)
    for (const output of outputs.entries().values()) output.keys(['description']);
  return {
    using: 'node',
    main: (keys.main ?? runs.fail('`main` is missing')).text(),
    post: keys.post?.text(),
    postIf: keys['post-if']?.condition(outputContexts),
  };
}

function readComposite(runs: Field, outputs: Field | undefined): CompositeAction {
  const keys = runs.keys(['using', 'steps']);
  const steps = (keys.steps ?? runs.fail('`steps` is missing')).list().map((field) => {
    const step = readStep(field);
    if (step.kind === 'run' && step.shell === undefined)
      field.fail('a `run` in an action must state its `shell`');
    return step;
  });
  const values: Record<string, string> = {};
  if (outputs && !outputs.isNull)
    for (const [name, output] of outputs.entries())
      values[name] = output.keys(['description', 'value']).value?.template(outputContexts) ?? '';
  return { using: 'composite', steps, outputs: values };
}
