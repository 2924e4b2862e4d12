import { z } from 'zod';
import type { RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { resolveCommit } from '../git/repository.ts';
import type { Call, Route } from '../http.ts';
import { notFound, page, pageQuery, paginate } from '../http.ts';
import { doerOf } from '../issues/doer.ts';
import { addStatus, combined, statusesAt } from '../judged/statuses.ts';
import { statusJson } from '../shapes/judged.ts';
import { repositoryJson, repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

const newStatus = z.strictObject({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().min(1).optional(),
  description: z.string().max(140).nullish(),
  target_url: z.url().nullish(),
});

const read = { permission: 'statuses', level: 'read' } as const;

/** What stands in the path for a commit: its name, or a branch (a slash in it escaped, as Octokit does). */
export async function commitOfPath(call: Call<unknown>, repo: RepositoryRow): Promise<string> {
  const sha = await resolveCommit(gitDirOf(call.forge, repo), call.param('ref'));
  if (!sha) throw notFound();
  return sha;
}

/** Statuses of commits. To be declared before the route that shows one commit, which takes every path below it. */
export function mountStatusRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('POST /repos/:owner/:repo/statuses/:sha', { body: newStatus }, async (call) => {
    const right = call.access({ permission: 'statuses', level: 'write' });
    const row = await addStatus(doerOf(works, right), call.param('sha'), call.body);
    const json = statusJson(forge, right.repo, row);
    call.c.header('Location', String(json.url));
    return call.c.json(json, 201);
  });
  route('GET /repos/:owner/:repo/commits/:ref/statuses', { query: pageQuery }, async (call) => {
    const { repo } = call.access(read);
    const rows = statusesAt(works, repo, await commitOfPath(call, repo));
    return page(call.c, rows, (row) => statusJson(forge, repo, row));
  });
  route('GET /repos/:owner/:repo/commits/:ref/status', { query: pageQuery }, async (call) => {
    const { repo } = call.access(read);
    const sha = await commitOfPath(call, repo);
    const { state, latest } = combined(statusesAt(works, repo, sha));
    const url = `${repositoryUrl(forge, repo)}/commits/${sha}`;
    return call.c.json({
      state,
      statuses: paginate(call.c, latest).slice.map((row) => {
        const { creator: _, ...simple } = statusJson(forge, repo, row);
        return simple;
      }),
      sha,
      total_count: latest.length,
      repository: repositoryJson(forge, repo),
      commit_url: url,
      url: `${url}/status`,
    });
  });
}
