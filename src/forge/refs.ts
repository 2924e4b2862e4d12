import { isoSeconds } from '../base/clock.ts';
import type { Forge } from '../engine/ports.ts';
import type { Api } from './api.ts';
import { isWorldError } from './failures.ts';

type RefCalls = Pick<
  Forge,
  'file' | 'commitsOf' | 'commitTime' | 'ref' | 'moveBranch' | 'defaultBranch' | 'isAhead' | 'pushes'
>;

/** Branches, other refs, and who moved them. */
export function refCalls(api: Api): RefCalls {
  const { at, octokit } = api;

  const ref = async (name: string): Promise<string | null> => {
    const short = name.startsWith('refs/') ? name.slice('refs/'.length) : `heads/${name}`;
    const reading = api.read(`ref ${name}`, (headers) =>
      octokit.rest.git.getRef({ ...at, ref: short, headers }),
    );
    try {
      return (await api.orNull(reading))?.object.sha ?? null;
    } catch (error) {
      if (isWorldError(error, 'busy')) return null; // 409 "Git Repository is empty."
      throw error;
    }
  };

  return {
    ref,
    async file(path, commit) {
      const [where, there] = commit === undefined ? ['', {}] : [` at ${commit}`, { ref: commit }];
      const reading = api.read(`file ${path}${where}`, (headers) =>
        octokit.rest.repos.getContent({ ...at, path, ...there, headers }),
      );
      const json = await api.orNull(reading);
      if (json === null || Array.isArray(json) || json.type !== 'file' || !('content' in json)) return null;
      return Buffer.from(json.content, 'base64').toString('utf8');
    },
    async commitsOf(path, most) {
      const commits = await api.read(`commits of ${path}`, (headers) =>
        octokit.rest.repos.listCommits({ ...at, path, per_page: most, headers }),
      );
      return commits.map(({ sha }) => sha);
    },
    async commitTime(sha) {
      const reading = api.read(`commit ${sha}`, (headers) =>
        octokit.rest.repos.listCommits({ ...at, sha, per_page: 1, headers }),
      );
      const date = (await api.orNull(reading))?.[0]?.commit.committer?.date;
      return date === undefined ? null : isoSeconds(Date.parse(date));
    },
    async defaultBranch() {
      return (await api.repository()).default_branch;
    },
    async isAhead(sha, base) {
      const known = base ?? (await api.repository()).default_branch;
      const reading = api.read(`comparison of ${sha} with ${known}`, (headers) =>
        octokit.rest.repos.compareCommitsWithBasehead({
          ...at,
          basehead: `${known}...${sha}`,
          per_page: 1,
          headers,
        }),
      );
      return ((await api.orNull(reading))?.ahead_by ?? 0) > 0;
    },
    async moveBranch(branch, sha) {
      if ((await ref(branch)) === null && (await createBranch(api, branch, sha))) return true;
      return fastForward(api, branch, sha);
    },
    async pushes(name) {
      const data = await api.read(`pushes to ${name}`, (headers) =>
        octokit.rest.repos.listActivities({ ...at, ref: name, per_page: 100, headers }),
      );
      return data.map(({ before, after, actor }) => ({ before, after, actor: actor?.login ?? 'ghost' }));
    },
  };
}

/** False where somebody else made it in the meantime. */
async function createBranch(api: Api, branch: string, sha: string): Promise<boolean> {
  try {
    await api.write(`make branch ${branch}`, (once) =>
      api.octokit.rest.git.createRef({ ...api.at, ref: `refs/heads/${branch}`, sha, ...once }),
    );
    return true;
  } catch (error) {
    if (isWorldError(error, 'rejected') && /already exists/i.test(error.message)) return false;
    throw error;
  }
}

/**
 * `force: false` means that the present head must be an ancestor: enough for a ticket branch, which only the app
 * moves, and only forward; no compare-and-swap, for which the state branch is pushed with a lease instead.
 */
async function fastForward(api: Api, branch: string, sha: string): Promise<boolean> {
  try {
    await api.write(`move branch ${branch}`, (once) =>
      api.octokit.rest.git.updateRef({ ...api.at, ref: `heads/${branch}`, sha, force: false, ...once }),
    );
    return true;
  } catch (error) {
    if (isWorldError(error, 'rejected', 'busy') && /fast.forward/i.test(error.message)) return false;
    throw error;
  }
}
