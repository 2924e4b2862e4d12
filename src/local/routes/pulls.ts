import { z } from 'zod';
import type { Access, Need } from '../access.ts';
import type { IssueRow, PullPart } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, page, pageQuery } from '../http.ts';
import { doerOf, issueNumbered } from '../issues/doer.ts';
import { editText, setState } from '../issues/issues.ts';
import { branchName, createPull, mergePull, mergeTree } from '../issues/pulls.ts';
import { pullJson, simplePullJson } from '../shapes/pull.ts';
import type { Works } from '../works.ts';
import { hasRole } from './issues.ts';

const newPull = z.strictObject({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
});

const pullPatch = z.strictObject({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
});

const merge = z.strictObject({
  sha: z.string().optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  merge_method: z.enum(['merge', 'squash']).optional(),
});

export function pullOf(
  call: Call<unknown>,
  need: Omit<Need, 'permission'>,
): Access & { issue: IssueRow; pull: PullPart } {
  const right = call.access({ permission: 'pull_requests', ...need });
  const issue = issueNumbered(call.forge, right.repo, call.number('number'));
  if (!issue?.pull) throw notFound();
  return { ...right, issue, pull: issue.pull };
}

export function mountPullRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('POST /repos/:owner/:repo/pulls', { body: newPull }, async (call) => {
    const right = call.access({ permission: 'pull_requests', level: 'write', role: 'read' });
    const issue = await createPull(doerOf(works, right), call.body);
    const json = issue.pull ? pullJson(forge, right.repo, issue, issue.pull) : {};
    call.c.header('Location', String(json.url));
    return call.c.json(json, 201);
  });
  route('GET /repos/:owner/:repo/pulls', { query: listQuery }, (call) => {
    const { repo } = call.access({ permission: 'pull_requests', level: 'read' });
    const state = choice(call, 'state', ['open', 'closed', 'all'], 'open');
    const [head, base] = [call.query('head'), call.query('base')];
    const key = choice(call, 'sort', ['created', 'updated'], 'created');
    const sign =
      choice(call, 'direction', ['asc', 'desc'], key === 'created' ? 'desc' : 'asc') === 'asc' ? 1 : -1;
    const rows = forge.issues
      .values()
      .flatMap((issue) => (issue.repo === repo.id && issue.pull ? [{ issue, pull: issue.pull }] : []))
      .filter(({ issue }) => state === 'all' || issue.state === state)
      // GitHub wants `owner:branch` here and ignores a bare name: refusing it says so.
      .filter(({ pull }) => head === undefined || pull.head === branchName(repo, ownedHead(head)))
      .filter(({ pull }) => base === undefined || pull.base === base)
      .sort(
        (a, b) =>
          sign * (Date.parse(a.issue[key]) - Date.parse(b.issue[key]) || a.issue.number - b.issue.number),
      );
    return page(call.c, rows, ({ issue, pull }) => simplePullJson(forge, repo, issue, pull));
  });
  route('GET /repos/:owner/:repo/pulls/:number', {}, async (call) => {
    const { repo, issue, pull } = pullOf(call, { level: 'read' });
    const mergeable =
      issue.state === 'open' ? (await mergeTree(gitDirOf(forge, repo), pull)) !== undefined : null;
    return call.c.json(pullJson(forge, repo, issue, pull, mergeable));
  });
  route('PATCH /repos/:owner/:repo/pulls/:number', { body: pullPatch }, (call) => {
    const right = pullOf(call, { level: 'write', role: 'read' });
    if (right.issue.user !== right.actor.login && !hasRole(right, 'write')) {
      throw new HttpError(403, 'Must have admin rights to Repository.');
    }
    const { title, body, state } = call.body;
    const doer = doerOf(works, right);
    let issue = editText(doer, right.issue, { title, body });
    if (state === 'open' && right.pull.merged) throw new HttpError(422, 'Validation Failed');
    if (state) issue = setState(doer, issue, state, null);
    return call.c.json(pullJson(forge, right.repo, issue, right.pull));
  });
  route('PUT /repos/:owner/:repo/pulls/:number/merge', { body: merge }, async (call) => {
    const right = pullOf(call, { level: 'write' });
    call.access({ permission: 'contents', level: 'write' });
    const sha = await mergePull(doerOf(works, right), right.issue, right.pull, call.body);
    return call.c.json({ sha, merged: true, message: 'Pull Request successfully merged' });
  });
  route('GET /repos/:owner/:repo/pulls/:number/merge', {}, (call) => {
    const { pull } = pullOf(call, { level: 'read' });
    if (!pull.merged) throw notFound();
    return call.c.body(null, 204);
  });
}

const listQuery = [...pageQuery, 'state', 'head', 'base', 'sort', 'direction'];

function ownedHead(head: string): string {
  if (!head.includes(':'))
    throw new HttpError(422, `not supported by the embedded GitHub: head=${head} without its owner`);
  return head;
}
