import { parseYaml } from '../ticket/yaml.ts';

/*
 * What must be true of a workflow that has a token and is told words of strangers. It is looked at as text on the
 * default branch, which is what GitHub runs.
 */

export interface WorkflowFault {
  code:
    | 'workflow-unreadable'
    | 'workflow-expression-in-run'
    | 'workflow-not-pinned'
    | 'workflow-permissions'
    | 'workflow-keeps-token'
    | 'workflow-time'
    | 'workflow-trigger'
    | 'workflow-inputs';
  /** Names the step, the action or the permission. */
  message: string;
}

type Mapping = Record<string, unknown>;

/** What every workflow here must keep to, whatever it is for. */
export function workflowFaults(text: string): WorkflowFault[] {
  const { value, broken } = parseYaml(text);
  if (broken) return [fault('workflow-unreadable', broken.message)];
  const jobs = Object.entries(mapping(mapping(value).jobs));
  const steps = jobs.flatMap(([job, content]) => stepsOf(content, job));
  return [...steps.flatMap(stepFaults), ...unlimitedJobs(mapping(value), jobs), ...openTrigger(value)];
}

/** What Signalbox tells a run of the attempt that it is to execute. */
const inputs = ['ticket', 'attempt', 'claim', 'phase'];

/** All that the runner's token needs: it pushes signals and work, and reads whether a park is on the issue. */
const scopes: Record<string, string> = { contents: 'write', issues: 'read' };

/** What a job is given that says nothing, in minutes (docs.github.com, workflow syntax). */
const usualTimeout = 360;

/**
 * The same, and what only the workflow must keep to that runs attempts.
 *
 * @param longest minutes that an attempt may take
 */
export function attemptWorkflowFaults(text: string, longest = 0): WorkflowFault[] {
  const faults = workflowFaults(text);
  const { value, broken } = parseYaml(text);
  if (broken) return faults;
  const top = mapping(value);
  const jobs = Object.values(mapping(top.jobs)).map(mapping);
  const rights = jobs.map(({ permissions }) => permissions ?? top.permissions);
  const unfit = new Map(rights.flatMap(scopeFaults)).values();
  return [...faults, ...inputFaults(top), ...unfit, ...jobs.flatMap((job) => timeFaults(job, longest))];
}

/** GitHub ends a job at its own limit as if somebody had pressed Cancel: the ticket would wait for a person. */
function timeFaults({ 'timeout-minutes': given = usualTimeout }: Mapping, longest: number): WorkflowFault[] {
  if (typeof given !== 'number' || given > longest) return [];
  const words = `a job has ${given} minutes (\`timeout-minutes\`), and an agent may take ${longest} (\`time_limit_minutes\`)`;
  return [fault('workflow-time', words)];
}

function inputFaults(top: Mapping): WorkflowFault[] {
  const on = mapping(top.on);
  if (!('workflow_dispatch' in on) && top.on !== 'workflow_dispatch')
    return [fault('workflow-trigger', 'it has no `workflow_dispatch` trigger, so no attempt can be started')];
  const known = mapping(mapping(on.workflow_dispatch).inputs);
  const missing = inputs.filter((name) => !(name in known));
  const others = Object.entries(known).filter(
    ([name, input]) =>
      !inputs.includes(name) && mapping(input).required === true && !('default' in mapping(input)),
  );
  const unknown = others.map(([name]) => `\`${name}\` is required, and Signalbox does not give it`);
  return [...missing.map((name) => `the input \`${name}\` is missing`), ...unknown].map((message) =>
    fault('workflow-inputs', message),
  );
}

/** Each fault by its words, so that two jobs of the same rights are not told twice. */
function scopeFaults(permissions: unknown): [string, WorkflowFault][] {
  const given = mapping(permissions);
  const said = [
    ...Object.entries(scopes).flatMap(([name, level]) =>
      given[name] === level || given[name] === 'write' ? [] : [`\`${name}: ${level}\` is missing`],
    ),
    ...Object.entries(given).flatMap(([name, level]) =>
      level === 'none' || scopes[name] === level ? [] : [`\`${name}: ${level}\` is more than it needs`],
    ),
  ];
  return said.map((message) => [message, fault('workflow-permissions', message)]);
}

interface NamedStep {
  where: string;
  step: Mapping;
}

function stepsOf(job: unknown, name: string): NamedStep[] {
  const { steps } = mapping(job);
  return (Array.isArray(steps) ? steps : []).map((step, at) => ({
    where: `step ${at + 1} of ${name}`,
    step: mapping(step),
  }));
}

/** Where GitHub puts a value into a program's text before the program is read. */
const programs = (step: Mapping): unknown[] => [step.run, mapping(step.with).script];

function stepFaults({ where, step }: NamedStep): WorkflowFault[] {
  const found: WorkflowFault[] = [];
  if (programs(step).some((text) => typeof text === 'string' && text.includes('${{')))
    found.push(
      fault(
        'workflow-expression-in-run',
        `${where} has \`\${{ }}\` in its program: whoever words it runs it`,
      ),
    );
  const uses = typeof step.uses === 'string' ? step.uses : '';
  if (uses !== '' && !isPinned(uses))
    found.push(fault('workflow-not-pinned', `${where} uses \`${uses}\`, which its owner may change`));
  const keepsToken = /^actions\/checkout@/.test(uses) && mapping(step.with)['persist-credentials'] !== false;
  if (keepsToken)
    found.push(
      fault(
        'workflow-keeps-token',
        `${where} leaves the token in .git/config: say \`persist-credentials: false\``,
      ),
    );
  return found;
}

/** A path of the same commit, or a full commit of somebody else's repository. */
function isPinned(uses: string): boolean {
  return uses.startsWith('./') || /@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/.test(uses);
}

/** Without `permissions` a job's token has what the repository's settings say, which often is all. */
function unlimitedJobs(top: Mapping, jobs: [string, unknown][]): WorkflowFault[] {
  const isLimited = (permissions: unknown) => permissions !== undefined && permissions !== 'write-all';
  return jobs
    .filter(([, job]) => !isLimited(mapping(job).permissions ?? top.permissions))
    .map(([name]) => fault('workflow-permissions', `job ${name} does not say what its token may do`));
}

/** These run with the repository's token and secrets on what a stranger sent. */
function openTrigger(value: unknown): WorkflowFault[] {
  const { on } = mapping(value);
  const names = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(mapping(on));
  return names.includes('pull_request_target')
    ? [fault('workflow-trigger', '`pull_request_target` runs with a token on what a stranger sent')]
    : [];
}

const fault = (code: WorkflowFault['code'], message: string): WorkflowFault => ({ code, message });

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
