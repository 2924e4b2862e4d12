import { isDue, type Step } from '../setup/plan.ts';
import type { Failure, Plan, SetupDesk } from './init.ts';

export const deliveryWords = ({ branch }: SetupDesk): string => `Commit the files, and push ${branch.name}?`;

const words: Record<Step['action'], string> = {
  create: 'make',
  update: 'renew',
  none: 'as it should be',
  keep: 'left as it is',
  unknown: 'not looked at',
};

export function planWords({ repository, branch }: SetupDesk, { steps }: Plan): string {
  const told = steps.filter(({ action }) => action !== 'none');
  const lines = told.map(({ kind, what, action, note }) => {
    const doing = kind === 'commit' || kind === 'push' ? '' : `${words[action]}: `;
    const name = {
      file: '',
      label: 'label ',
      ruleset: 'ruleset for ',
      'state-branch': 'branch ',
      commit: 'commit to ',
      push: 'push ',
    }[kind];
    return `  ${doing}${name}${what}${note && ` (${note})`}`;
  });
  const isDone = !steps.some(isDue);
  const first = isDone
    ? `Nothing to do: ${repository} is set up.`
    : `${repository}, from branch ${branch.name}:`;
  return [first, ...lines].join('\n');
}

export function doneWords(
  plan: Plan,
  failed: Failure[],
  next: string[],
  { isWritten }: { isWritten: boolean },
): string {
  const written = plan.steps.filter((step) => step.kind === 'file' && isDue(step)).map(({ what }) => what);
  const not = failed.map(
    ({ kind, what, code, message, hint }) =>
      `  ${kind} ${what}: ${code}: ${message}.${hint === null ? '' : ` ${hint}`}`,
  );
  return [
    '',
    ...(not.length > 0 ? ['Not done:', ...not, ''] : ['Done.', '']),
    ...(isWritten && written.length > 0
      ? ['The files are written, not committed. They count once they are on the default branch.', '']
      : []),
    'Next:',
    ...next.map((line) => `  ${line}`),
  ].join('\n');
}

export function reported(
  { repository, branch }: SetupDesk,
  { steps }: Plan,
  { dryRun, done, failed, next }: { dryRun: boolean; done: Step[]; failed: Failure[]; next: string[] },
) {
  const brief = done.map(({ kind, what }) => ({ kind, what }));
  return { format: 1, repository, branch: branch.name, dry_run: dryRun, steps, done: brief, failed, next };
}
