import type { Forge, PullRequest } from '../engine/ports.ts';
import type { Api } from './api.ts';
import { isWorldError } from './failures.ts';

type PullCalls = Pick<
  Forge,
  'pullRequest' | 'pullRequestsSince' | 'pullRequestNumbered' | 'openPullRequest' | 'updatePullRequest'
>;

interface PullJson {
  number: number;
  title: string;
  body: string | null;
  updated_at: string;
  state: string;
  merged_at: string | null;
  merged_by?: { login: string } | null;
  html_url: string;
  head: { ref: string; sha: string; repo: { id: number } | null };
  base: { ref: string; repo: { id: number } };
}

/** Pull requests of the repository's own branches: a fork may have a branch of any name. */
export function pullCalls(api: Api): PullCalls {
  const { at, octokit } = api;

  const pullRequest = async (branch: string): Promise<PullRequest | null> => {
    const data = await api.read(`pull requests of ${branch}`, (headers) =>
      octokit.rest.pulls.list({ ...at, head: `${at.owner}:${branch}`, state: 'all', per_page: 100, headers }),
    );
    const own = data.filter(isOwn).toSorted((a, b) => b.number - a.number);
    const chosen = own.find(({ state }) => state === 'open') ?? own[0];
    return chosen ? pullOf(chosen) : null;
  };

  return {
    pullRequest,
    async pullRequestsSince(since) {
      const newestFirst = { state: 'all', sort: 'updated', direction: 'desc' } as const;
      const data = await api.readAll(
        'pull requests, those changed last first',
        (page) => octokit.rest.pulls.list({ ...at, ...newestFirst, ...page }),
        (pulls) => pulls,
        (pulls) => pulls.some(({ updated_at }) => updated_at < since),
      );
      return data.filter((pull) => pull.updated_at >= since && isOwn(pull)).map(pullOf);
    },
    async pullRequestNumbered(number) {
      const reading = api.read(`pull request ${number}`, (headers) =>
        octokit.rest.pulls.get({ ...at, pull_number: number, headers }),
      );
      const json = await api.orNull(reading);
      return json && isOwn(json) ? pullOf(json) : null;
    },
    async openPullRequest(branch, title, body) {
      const { default_branch: base } = await api.repository();
      try {
        return pullOf(
          await api.write(`open a pull request of ${branch}`, (once) =>
            octokit.rest.pulls.create({ ...at, head: branch, base, title, body, ...once }),
          ),
        );
      } catch (error) {
        const twin = isWorldError(error, 'rejected') && /already exists/i.test(error.message);
        const existing = twin ? await pullRequest(branch) : null;
        if (existing) return existing;
        throw error;
      }
    },
    async updatePullRequest(number, change) {
      await api.write(`change pull request ${number}`, (once) =>
        octokit.rest.pulls.update({ ...at, pull_number: number, ...change, ...once }),
      );
    },
  };
}

const isOwn = ({ head, base }: PullJson): boolean => head.repo?.id === base.repo.id;

const pullOf = (json: PullJson): PullRequest => ({
  number: json.number,
  title: json.title,
  body: json.body ?? '',
  head: json.head.ref,
  head_sha: json.head.sha,
  base: json.base.ref,
  state: json.state === 'closed' ? 'closed' : 'open',
  merged: json.merged_at === null ? null : { at: json.merged_at, by: json.merged_by?.login ?? 'ghost' },
  url: json.html_url,
});
