import { join, relative } from 'node:path';
import { type ActionFile, type CompositeAction, type NodeAction, readActionFile } from '../action-file.ts';
import { evaluateString, evaluateStrings, type Json } from '../expressions.ts';
import { type Scope, type Stage, StepFailure } from '../session.ts';
import { nobody, runSteps } from '../step-runner.ts';
import type { UsesStep } from '../workflow.ts';
import { showEnvironment } from './script.ts';

/** `uses: ./folder`: an action in the work tree, so the repository must have been checked out before. */
export async function localAction(
  stage: Stage,
  step: UsesStep,
  given: Record<string, string>,
): Promise<void> {
  const { workspace } = stage.session.parts.folders;
  const folder = join(workspace, step.uses);
  if (relative(workspace, folder).startsWith('..'))
    throw new StepFailure(`${step.uses} is outside of the work tree`);
  await runAction(stage, step, { folder, action: readActionFile(folder, step.uses), given });
}

/** An action whose files lie in `folder`; `about` is what its process is told beside its inputs. */
export async function runAction(
  stage: Stage,
  step: UsesStep,
  what: {
    folder: string;
    action: ActionFile;
    given: Record<string, string>;
    about?: Record<string, string>;
  },
): Promise<void> {
  const { folder, action, given, about = {} } = what;
  const inputs = inputsOf(stage, action, given);
  stage.write(`##[group]Run ${step.uses}`);
  if (Object.keys(inputs).length > 0)
    stage.write(
      ['with:', ...Object.entries(inputs).map(([name, value]) => `  ${name}: ${value}`)].join('\n'),
    );
  showEnvironment(stage);
  stage.write('##[endgroup]');
  if (action.runs.using === 'node') await runNode(stage, folder, action.runs, { inputs, about }, step);
  else await runComposite(stage, folder, action.runs, inputs);
}

/** Inputs as given, else their defaults; one that is unknown is only warned of, as on GitHub. */
function inputsOf(stage: Stage, action: ActionFile, given: Record<string, string>): Record<string, string> {
  const { secrets: _, ...contexts } = stage.contexts;
  const unknown = Object.keys(given).filter((name) => !action.inputs.has(name));
  if (unknown.length > 0)
    stage.write(
      `##[warning]Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${[...action.inputs.keys()].join("', '")}']`,
    );
  const defaults = [...action.inputs].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, evaluateString(value, contexts)] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

async function runNode(
  stage: Stage,
  folder: string,
  action: NodeAction,
  { inputs, about }: { inputs: Record<string, string>; about: Record<string, string> },
  step: UsesStep,
): Promise<void> {
  const { workspace } = stage.session.parts.folders;
  const env = {
    ...about,
    GITHUB_ACTION_PATH: folder,
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
        value,
      ]),
    ),
  };
  const { post, postIf } = action;
  if (post !== undefined)
    stage.session.posts.push({
      name: `Post ${step.name ?? `Run ${step.uses}`}`,
      condition: postIf ?? 'always()',
      scope: stage.scope,
      run: (after) => {
        const state = Object.entries(stage.state).map(([name, value]) => [`STATE_${name}`, value]);
        return after.main(process.execPath, [join(folder, post)], workspace, {
          ...env,
          ...Object.fromEntries(state),
        });
      },
    });
  await stage.main(process.execPath, [join(folder, action.main)], workspace, env);
}

async function runComposite(
  stage: Stage,
  folder: string,
  action: CompositeAction,
  inputs: Record<string, string>,
): Promise<void> {
  const { secrets: _s, needs: _n, vars: _v, env, ...contexts } = stage.contexts;
  const github = { ...(contexts.github as Record<string, Json>), action_path: folder };
  const scope: Scope = {
    contexts: { ...contexts, github, inputs },
    steps: {},
    env: env as Record<string, string>,
    defaults: {},
    failed: false,
    afterCancel: stage.session.cancelled,
  };
  await runSteps(stage.session, scope, action.steps, () => nobody);
  stage.session.throwIfStopped();
  Object.assign(
    stage.outputs,
    evaluateStrings(action.outputs, {
      ...scope.contexts,
      env: scope.env,
      steps: scope.steps,
      job: stage.contexts.job ?? null,
      runner: stage.contexts.runner ?? null,
    }),
  );
  if (scope.failed) throw new StepFailure(`The action '${folder.split('/').at(-1)}' failed`);
}
