import type { Check, Judgements, Review } from '../engine/ports.ts';
import type { Api } from './api.ts';

/** Conclusions of a check run with which GitHub lets a pull request be merged. */
const good = ['success', 'neutral', 'skipped'];
const states = ['approved', 'changes_requested', 'commented', 'dismissed'] as const;

/** Statuses, check runs, reviews and issue dependencies. */
export function judgementCalls(api: Api): Judgements {
  const { at, octokit } = api;

  const statuses = async (ref: string): Promise<Check[]> => {
    const all = await api.readAll(
      `statuses of ${ref}`,
      (page) => octokit.rest.repos.listCommitStatusesForRef({ ...at, ref, ...page }),
      (data) => data,
    );
    // Newest first: the first of a context is the one that counts.
    return newest(
      all.map(({ context, state, creator }) => ({
        name: context,
        state: state === 'success' ? 'green' : state === 'pending' ? 'pending' : 'red',
        by: creator?.login ?? 'ghost',
      })),
      ({ name }) => name,
    );
  };

  const checkRuns = async (ref: string, workflow: string): Promise<Check[]> => {
    const all = await api.readAll(
      `check runs of ${ref}`,
      (page) => octokit.rest.checks.listForRef({ ...at, ref, ...page }),
      (data) => data.check_runs,
    );
    const own = all.some(({ app }) => app?.slug === 'github-actions') ? await suitesOf(workflow, ref) : [];
    const runs = all
      .filter(({ check_suite }) => !own.includes(check_suite?.id ?? 0))
      .toSorted((one, other) => other.id - one.id);
    // The last of each suite: two workflows, or two events, may each have a check of one name, and both must be green.
    const last = newest(runs, ({ name, check_suite }) => `${check_suite?.id} ${name}`);
    return last.map(({ name, status, conclusion, app }) => ({
      name,
      state: status !== 'completed' ? 'pending' : good.includes(conclusion ?? '') ? 'green' : 'red',
      by: app?.slug ?? 'ghost',
    }));
  };

  /** The check suites of a workflow's runs of a commit. */
  const suitesOf = async (workflow: string, head_sha: string): Promise<(number | undefined)[]> => {
    const query = { ...at, workflow_id: workflow, head_sha };
    const reading = api.readAll(
      `runs of ${workflow} at ${head_sha}`,
      (page) => octokit.rest.actions.listWorkflowRuns({ ...query, ...page }),
      (data) => data.workflow_runs.map(({ check_suite_id }) => check_suite_id),
    );
    return (await api.orNull(reading)) ?? [];
  };

  return {
    async checks(commit, workflow) {
      const [said, ran] = await Promise.all([statuses(commit), checkRuns(commit, workflow)]);
      return [...said, ...ran].toSorted((one, other) => one.name.localeCompare(other.name));
    },
    ...reviewCalls(api),
    async blockedBy(issue) {
      const all = await api.readAll(
        `blockers of issue ${issue}`,
        (page) => octokit.rest.issues.listDependenciesBlockedBy({ ...at, issue_number: issue, ...page }),
        (data) => data,
      );
      const here = (await api.repository()).full_name;
      return all.map(({ number, repository_url, state }) => {
        const repository = repository_url.split('/').slice(-2).join('/');
        const isHere = repository.toLowerCase() === here.toLowerCase();
        return { issue: number, repository, isHere, isOpen: state === 'open' };
      });
    },
  };
}

function reviewCalls(api: Api): Pick<Judgements, 'reviews' | 'findings'> {
  const { at, octokit } = api;
  return {
    async reviews(pull) {
      const all = await api.readAll(
        `reviews of pull request ${pull}`,
        (page) => octokit.rest.pulls.listReviews({ ...at, pull_number: pull, ...page }),
        (data) => data,
      );
      return all.flatMap((json) => reviewOf(json));
    },
    async findings(pull, review) {
      // Of one review GitHub's own listing has no lines, so they are read with all others of the pull request.
      const all = await api.readAll(
        `comments on lines of pull request ${pull}`,
        (page) => octokit.rest.pulls.listReviewComments({ ...at, pull_number: pull, ...page }),
        (data) => data,
      );
      return all
        .filter((one) => one.pull_request_review_id === review)
        .map(({ path, line, original_line, body }) => ({
          path,
          line: line ?? original_line ?? null,
          text: body,
        }));
    },
  };
}

function newest<T>(newestFirst: readonly T[], key: (one: T) => string): T[] {
  const found = new Map<string, T>();
  for (const check of newestFirst) if (!found.has(key(check))) found.set(key(check), check);
  return [...found.values()];
}

interface ReviewJson {
  id: number;
  user: { login: string; type: string } | null;
  body: string;
  state: string;
  commit_id: string | null;
  submitted_at?: string;
}

/** One that was not submitted is its author's draft. One whose commit is gone says of which work it spoke no more. */
function reviewOf(json: ReviewJson): Review[] {
  const state = states.find((one) => one === json.state.toLowerCase());
  if (!state || !json.submitted_at) return [];
  const [by, by_is_bot] = [json.user?.login ?? 'ghost', json.user?.type === 'Bot'];
  const { id, body, commit_id, submitted_at: at } = json;
  return [{ id, by, by_is_bot, state, commit: commit_id ?? '', body, at }];
}
