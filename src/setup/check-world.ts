import { isOwnLabel, ownLabels } from '../engine/own-labels.ts';
import type { Facts } from './facts.ts';
import { error, type Fault, ifKnown, warn } from './fault.ts';
import { byHand, planLabels, planRuleset } from './plan.ts';
import { compareVersions } from './stamp.ts';

/* Whoever looks, and what GitHub holds beside files. */

const again = 'Run `signalbox init`.';

/** Older ones lack `git fetch --no-write-fetch-head`. */
const oldestGit = '2.29.0';
const oldestNode = '20.18.1';

export function versionFaults({ versions }: Facts): Fault[] {
  const needed = { node: oldestNode, git: oldestGit };
  return (['node', 'git'] as const)
    .filter((name) => compareVersions(versions[name], needed[name]) < 0)
    .map((name) =>
      error(`${name}-too-old`, `${name} is ${versions[name]}`, `Install ${needed[name]} or newer.`),
    );
}

export function pushFaults({ push }: Facts): Fault[] {
  if ('known' in push) return [];
  const hint =
    'What changes tickets from this clone (restore, quarantine, prune, tell) needs the right to push.';
  return [warn('cannot-push', `git may not push: ${push.unknown}`, hint)];
}

export function tokenFaults({ role }: Facts): Fault[] {
  if ('unknown' in role && role.code === 'bad-credentials')
    return [
      error('bad-token', 'GitHub does not know the token', 'Make another, or log in anew: gh auth login.'),
    ];
  if ('unknown' in role && role.code === 'not-found')
    return [
      error('repository-not-seen', 'the token may not see the repository', 'Give it access, or use another.'),
    ];
  return ifKnown(role, () => []);
}

/** GitHub takes no token of an app whose clock is a minute fast; a slow one dates what people do too late. */
const clockLimitMs = 30_000;

export function clockFaults({ behindMs }: Facts): Fault[] {
  return ifKnown(behindMs, (behind) => {
    if (Math.abs(behind) < clockLimitMs) return [];
    const way = behind > 0 ? 'behind' : 'ahead of';
    const seconds = Math.round(Math.abs(behind) / 1000);
    return [
      error('clock-off', `this clock is ${seconds} s ${way} GitHub's`, 'Have it set by the network (NTP).'),
    ];
  });
}

export function stateFaults({ state, config }: Facts): Fault[] {
  const { branch } = config.config;
  if (state.standing === 'absent')
    return [
      warn(
        'branch-absent',
        `there is no branch ${branch} yet`,
        `${again} Else the app makes it with the first ticket.`,
      ),
    ];
  if (state.standing === 'moved-back')
    return [
      error('head-moved-back', `${branch} was moved back, and is frozen`, 'signalbox doctor --restore'),
    ];
  const broken = state.broken.map(({ path, code }) =>
    error(code, `${path} cannot be read`, 'Mend the file, and push it.'),
  );
  return [...broken, ...unjudgedFaults(state)];
}

/** People push, and an app judges within seconds: what lies longer says that none runs. */
function unjudgedFaults({ unjudged }: Facts['state']): Fault[] {
  if (!unjudged) return [];
  const { commits, at, paths } = unjudged;
  const [first = '', ...more] = paths;
  const what = more.length > 0 ? `${first} and ${more.length} more` : first;
  const message = `${commits} pushed commit${commits === 1 ? '' : 's'} (${what}, the newest of ${at}) nobody has judged yet`;
  const hint =
    'An app judges them within seconds: see that it runs, and is installed here. Until then commands from a clone change nothing (`not-judged`).';
  return [warn('not-judged', message, hint)];
}

/** Those who are told of each transition, by outbound webhooks. */
export function followerFaults({ state }: Facts): Fault[] {
  return state.followers.flatMap(({ name, behind, since }) => {
    if (behind === 0) return [];
    const message =
      behind === null
        ? `where ${name} was told up to is not in the history of the branch`
        : `${name} was not told of ${behind} commit${behind === 1 ? '' : 's'}${since ? `, the first of ${since}` : ''}`;
    const hint = `The page Health of the board says why. To go on past what it never takes: git push origin :refs/signalbox/told/${name}`;
    return [warn('receiver-behind', message, hint)];
  });
}

export function protectionFaults({ rules, config }: Facts): Fault[] {
  const { branch } = config.config;
  return ifKnown(rules, (known) => {
    if (planRuleset({ rules: { known } }, branch).action === 'none') return [];
    const message = `whoever may push may delete ${branch}, or force it back`;
    return [warn('branch-unprotected', message, `${again} By hand: ${byHand(branch)}.`)];
  });
}

export function labelFaults({ labels, config }: Facts): Fault[] {
  return ifKnown(labels, (known) => {
    const steps = planLabels({ labels: { known } }, ownLabels(config.config), isOwnLabel);
    const named = (action: string) =>
      steps
        .filter((step) => step.action === action)
        .map(({ what }) => `\`${what}\``)
        .join(', ');
    const [missing, taken] = [named('create'), named('keep')];
    return [
      ...(missing === ''
        ? []
        : [
            warn(
              'labels-missing',
              `there is no label ${missing}`,
              `${again} Else the app makes them as it starts.`,
            ),
          ]),
      ...(taken === ''
        ? []
        : [
            warn(
              'labels-in-use',
              `${taken} had another use before`,
              'To keep them apart, name others under `labels:` in .github/signalbox.yml.',
            ),
          ]),
    ];
  });
}
