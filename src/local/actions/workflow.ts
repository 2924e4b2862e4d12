import type { Permissions } from '../host.ts';
import type { Json } from './expressions.ts';

/** A workflow file, read and checked; strings may still hold expressions. */
export interface Workflow {
  name: string | undefined;
  runName: string | undefined;
  on: Triggers;
  permissions: Permissions | undefined;
  env: Record<string, string>;
  defaults: RunDefaults;
  concurrency: Concurrency | undefined;
  jobs: Map<string, Job>;
}

export interface Triggers {
  /** The inputs of `workflow_dispatch`; undefined where the workflow cannot be dispatched. */
  dispatch?: Map<string, InputDefinition>;
  push?: { branches: string[] | undefined };
}

export interface InputDefinition {
  type: 'string' | 'boolean' | 'choice' | 'number';
  required: boolean;
  default: string | undefined;
  options: string[];
}

export interface RunDefaults {
  shell?: Shell;
  workingDirectory?: string;
}

export type Shell = 'bash' | 'sh';

export interface Concurrency {
  group: string;
  /** `true`, `false` or an expression. */
  cancelInProgress: string;
  queue: 'single' | 'max';
}

export interface Job {
  id: string;
  name: string | undefined;
  runsOn: string[];
  needs: string[];
  if: string | undefined;
  env: Record<string, string>;
  defaults: RunDefaults;
  outputs: Record<string, string>;
  strategy: Strategy | undefined;
  /** Minutes; 360 where nothing is said. */
  timeoutMinutes: string;
  continueOnError: string;
  permissions: Permissions | undefined;
  steps: Step[];
}

export interface Strategy {
  /** A mapping, or one expression that gives it. */
  matrix: Json;
  failFast: string;
  maxParallel: string | undefined;
}

interface StepBase {
  id: string | undefined;
  name: string | undefined;
  if: string | undefined;
  env: Record<string, string>;
  timeoutMinutes: string | undefined;
  continueOnError: string;
}

export interface RunStep extends StepBase {
  kind: 'run';
  run: string;
  /** Undefined: GitHub's default, `bash -e`, which is not the same as saying `bash`. */
  shell: Shell | undefined;
  workingDirectory: string | undefined;
}

/** An action that is built in, one from the repository's own tree, or one of a repository on this server. */
export interface UsesStep extends StepBase {
  kind: 'uses';
  /** As written: `actions/checkout@v5`, `./.github/actions/x`, `acme/tool@v1`. */
  uses: string;
  action: 'checkout' | 'setup-node' | 'upload-artifact' | 'local' | 'hosted';
  with: Record<string, string>;
}

export type Step = RunStep | UsesStep;
