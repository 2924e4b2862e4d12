import type { Api } from './api.ts';
import { isWorldError } from './failures.ts';
import { labelCalls } from './labels.ts';

/** What setting a repository up, and looking whether it is, asks of GitHub: with a person's token, or an app's. */
export interface SetupCalls {
  /** What the token may do here: the highest of `admin`, `maintain`, `push`, `triage` and `pull`; null for an app's. */
  role(): Promise<string | null>;
  labels(): Promise<{ name: string; description: string }[]>;
  createLabel(name: string, color: string, description: string): Promise<void>;
  /** Types of the rules in force on a branch, by rulesets or by protection of the older kind. */
  rules(branch: string): Promise<string[]>;
  /** Makes a ruleset of these rules for a branch, which nobody may go round. */
  protect(branch: string, rules: readonly ('deletion' | 'non_fast_forward')[]): Promise<void>;
  /** `active`, or how GitHub says that a workflow is switched off; null where it knows none of that file name. */
  workflowState(file: string): Promise<string | null>;
  /** How far our clock is behind GitHub's, in milliseconds; a whole second more or less. */
  behindMs(): Promise<number>;
}

const roles = ['admin', 'maintain', 'push', 'triage', 'pull'] as const;

export function setupCalls(api: Api): SetupCalls {
  const { at, octokit } = api;
  return {
    async role() {
      const { permissions } = await api.read('the repository', (headers) =>
        octokit.rest.repos.get({ ...at, headers }),
      );
      return roles.find((role) => permissions?.[role]) ?? null;
    },
    labels: labelCalls(api).repositoryLabels,
    createLabel: labelCalls(api).createLabel,
    async rules(branch) {
      const rules = await api.readAll(
        `rules on ${branch}`,
        (page) => octokit.rest.repos.getBranchRules({ ...at, branch, ...page }),
        (data) => data.map(({ type }) => type),
      );
      return [...new Set([...rules, ...(await protection(api, branch))])];
    },
    async protect(branch, rules) {
      await api.write(`make a ruleset for ${branch}`, (once) =>
        octokit.rest.repos.createRepoRuleset({
          ...at,
          name: `Signalbox: ${branch} only moves forward`,
          target: 'branch',
          enforcement: 'active',
          conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
          rules: rules.map((type) => ({ type })),
          ...once,
        }),
      );
    },
    async workflowState(file) {
      const reading = api.read(`workflow ${file}`, (headers) =>
        octokit.rest.actions.getWorkflow({ ...at, workflow_id: file, headers }),
      );
      return (await api.orNull(reading))?.state ?? null;
    },
    async behindMs() {
      await api.answer('zen', (headers) => octokit.rest.meta.getZen({ headers }));
      return api.time.now() - api.clock.now();
    },
  };
}

/** Only an administrator may read it; whoever is none is told by the rulesets alone. */
async function protection(api: Api, branch: string): Promise<string[]> {
  try {
    const { allow_deletions, allow_force_pushes } = await api.read(`protection of ${branch}`, (headers) =>
      api.octokit.rest.repos.getBranchProtection({ ...api.at, branch, headers }),
    );
    return [
      ...(allow_deletions?.enabled ? [] : ['deletion']),
      ...(allow_force_pushes?.enabled ? [] : ['non_fast_forward']),
    ];
  } catch (error) {
    if (isWorldError(error, 'not-found', 'forbidden')) return [];
    throw error;
  }
}
