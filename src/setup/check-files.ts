import { parseYaml } from '../ticket/yaml.ts';
import type { Facts } from './facts.ts';
import { error, type Fault, warn } from './fault.ts';
import { actionFolder, actionVersion, setupFiles, usedAction, workflowPath } from './files.ts';
import { planFiles, type Step } from './plan.ts';
import { compareVersions } from './stamp.ts';
import { attemptWorkflowFaults, type WorkflowFault } from './workflow.ts';

/* The workflow and the action, as they are on the default branch. */

const again = 'Run `signalbox init`, and bring what it writes to the default branch.';

/** What is wrong for sure, and what only widens what can go wrong. */
const levels: Record<WorkflowFault['code'], 'error' | 'warn'> = {
  'workflow-unreadable': 'error',
  'workflow-expression-in-run': 'error',
  'workflow-trigger': 'error',
  'workflow-inputs': 'error',
  'workflow-permissions': 'error',
  'workflow-not-pinned': 'warn',
  'workflow-time': 'warn',
  'workflow-keeps-token': 'warn',
};

const hints: Record<WorkflowFault['code'], string> = {
  'workflow-unreadable': 'Mend it, or delete it and run `signalbox init`.',
  'workflow-expression-in-run': 'Hand the value over in `env:`, and use the variable.',
  'workflow-trigger': 'Leave it `workflow_dispatch` alone, as `signalbox init` writes it.',
  'workflow-inputs': 'Write its inputs as `signalbox init` does.',
  'workflow-permissions': 'Let it have `contents: write` and `issues: read`, and no more.',
  'workflow-not-pinned': 'Name the full commit, with the version as a comment.',
  'workflow-time':
    'Give the job more than the longest agent may take: GitHub ends it as if somebody had cancelled it.',
  'workflow-keeps-token': 'Say `persist-credentials: false` under `with:`.',
};

export function workflowFaultsOf(facts: Facts): Fault[] {
  const { config, file, workflowState } = facts;
  const path = workflowPath(config.config);
  const text = file(path);
  if (text === null) return [error('workflow-absent', `there is no ${path}`, again)];
  const longest = Math.max(...Object.values(config.config.agents).map((one) => one.time_limit_minutes));
  const state = 'known' in workflowState ? workflowState.known : 'active';
  const isOld = stepsOf(facts).some(({ what, action }) => what === path && action === 'update');
  return [
    ...attemptWorkflowFaults(text, longest).map(({ code, message }): Fault => {
      return { code, level: levels[code], message: `${path}: ${message}`, hint: hints[code] };
    }),
    ...(state === 'active' || state === null
      ? []
      : [
          error(
            'workflow-disabled',
            `GitHub says that it is ${state}`,
            'Actions > signalbox > Enable workflow.',
          ),
        ]),
    ...(isOld ? [warn('workflow-old', `${path} is not as this version writes it`, again)] : []),
  ];
}

/** What `init` would do to the files of the default branch. */
function stepsOf({ config: { config }, file, package: from }: Facts): Step[] {
  const action = usedAction(file(workflowPath(config)) ?? '');
  const files = setupFiles(from, { configText: '', config, action });
  const found = { here: file, committed: file, there: file };
  return planFiles(found, files);
}

export function actionFaults(facts: Facts): Fault[] {
  const { file, package: from } = facts;
  const steps = stepsOf(facts).filter(({ what }) => what.startsWith(`${actionFolder}/`));
  const missing = steps.filter(({ action }) => action === 'create').map(({ what }) => what);
  if (missing.length > 0) return [error('action-absent', `there is no ${missing.join(', ')}`, again)];
  if (steps.every(({ action }) => action === 'none')) return [];
  const version = actionVersion(file(`${actionFolder}/package.json`) ?? '') ?? 'unknown';
  const order = compareVersions(version, from.version);
  const message = `the action is of version ${version}, and this is ${from.version}`;
  if (order > 0) return [warn('action-newer', message, 'Install that version of signalbox.')];
  if (order < 0 || version === 'unknown') return [warn('action-old', message, again)];
  const changed = steps.filter(({ action }) => action === 'update').map(({ what }) => what);
  return [warn('action-changed', `${changed.join(', ')} is not what version ${version} has`, again)];
}

/** Where GitHub's own machines run the workflow, an agent has a user of its own; of others only a run can tell. */
export function isolationFaults({ config: { config }, file }: Facts): Fault[] {
  const machines = machinesOf(file(workflowPath(config)) ?? '');
  return machines.flatMap((machine): Fault[] => {
    if (/^ubuntu-/.test(machine)) return [];
    if (/^(macos|windows)-/.test(machine))
      return [
        warn(
          'isolation-none',
          `on ${machine} an agent runs as the user of the job, and can take its token`,
          'Let the workflow run on ubuntu-latest.',
        ),
      ];
    const message = `whether an agent has a user of its own on ${machine}, the log of a run says (user or none)`;
    return [{ code: 'not-looked-at', level: 'skipped', message, hint: '' }];
  });
}

function machinesOf(workflow: string): string[] {
  const { value } = parseYaml(workflow);
  const jobs = (value as { jobs?: Record<string, { 'runs-on'?: unknown } | null> } | null)?.jobs ?? {};
  return Object.values(jobs).map((job) => String(job?.['runs-on'] ?? 'no machine'));
}
