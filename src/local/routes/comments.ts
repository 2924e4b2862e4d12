import { z } from 'zod';
import type { Access } from '../access.ts';
import type { CommentRow } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, page, pageQuery, sinceOf } from '../http.ts';
import { doerOf, issueNumbered } from '../issues/doer.ts';
import { createComment, deleteComment, editComment } from '../issues/issues.ts';
import { commentJson, eventJson, restIssueJson } from '../shapes/issue.ts';
import type { Works } from '../works.ts';
import { hasRole, issueOf } from './issues.ts';

const text = z.strictObject({ body: z.string() });
const permission = ['issues', 'pull_requests'] as const;

/** The comment of the path; gone where its issue is. */
export function commentOf(call: Call<unknown>, level: 'read' | 'write'): Access & { comment: CommentRow } {
  const right = call.access({ permission, level, role: 'read' });
  const comment = call.forge.comments.get(String(call.number('comment')));
  if (!comment || comment.repo !== right.repo.id) throw notFound();
  const issue = issueNumbered(call.forge, right.repo, comment.issue);
  if (!issue?.pull) call.access({ permission: 'issues', level, role: 'read' });
  return { ...right, comment };
}

export function mountCommentRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('GET /repos/:owner/:repo/issues/:number/comments', { query: [...pageQuery, 'since'] }, (call) => {
    const { repo, issue } = issueOf(call, { level: 'read' });
    const since = sinceOf(call);
    const rows = forge.comments
      .values()
      .filter(
        (row) => row.repo === repo.id && row.issue === issue.number && Date.parse(row.updated) >= since,
      );
    return page(call.c, rows, (row) => commentJson(forge, repo, row));
  });
  const listQuery = [...pageQuery, 'since', 'sort', 'direction'];
  route('GET /repos/:owner/:repo/issues/comments', { query: listQuery }, (call) => {
    const { repo } = call.access({ permission: 'issues', level: 'read' });
    const since = sinceOf(call);
    const key = choice(call, 'sort', ['created', 'updated'], 'created');
    // GitHub honours the direction only together with a sort.
    const down =
      call.query('sort') !== undefined && choice(call, 'direction', ['asc', 'desc'], 'desc') === 'desc';
    const sign = down ? -1 : 1;
    const rows = forge.comments
      .values()
      .filter((row) => row.repo === repo.id && Date.parse(row.updated) >= since)
      .sort((a, b) => sign * (Date.parse(a[key]) - Date.parse(b[key]) || a.id - b.id));
    return page(call.c, rows, (row) => commentJson(forge, repo, row));
  });
  route('POST /repos/:owner/:repo/issues/:number/comments', { body: text }, (call) => {
    const right = issueOf(call, { level: 'write', role: 'read' });
    const row = createComment(doerOf(works, right), right.issue, call.body.body);
    const json = commentJson(forge, right.repo, row);
    call.c.header('Location', String(json.url));
    return call.c.json(json, 201);
  });
  route('GET /repos/:owner/:repo/issues/comments/:comment', {}, (call) => {
    const { repo, comment } = commentOf(call, 'read');
    return call.c.json(commentJson(forge, repo, comment));
  });
  route('PATCH /repos/:owner/:repo/issues/comments/:comment', { body: text }, (call) => {
    const right = commentOf(call, 'write');
    mayChange(right);
    return call.c.json(
      commentJson(forge, right.repo, editComment(doerOf(works, right), right.comment, call.body.body)),
    );
  });
  route('DELETE /repos/:owner/:repo/issues/comments/:comment', {}, (call) => {
    const right = commentOf(call, 'write');
    mayChange(right);
    deleteComment(doerOf(works, right), right.comment);
    return call.c.body(null, 204);
  });
}

/** One's own comments, or anybody's with push access. */
function mayChange(right: Access & { comment: CommentRow }): void {
  if (right.comment.user !== right.actor.login && !hasRole(right, 'write')) {
    throw new HttpError(403, 'Must have admin rights to Repository.');
  }
}

/** What happened to issues: who, when, through which app. One issue's in order of time, a repository's newest first. */
export function mountEventRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('GET /repos/:owner/:repo/issues/:number/events', { query: pageQuery }, (call) => {
    const { repo, issue } = issueOf(call, { level: 'read' });
    const rows = forge.events.values().filter((row) => row.repo === repo.id && row.issue === issue.number);
    return page(call.c, rows, (row) => eventJson(forge, repo, row));
  });
  route('GET /repos/:owner/:repo/issues/events', { query: pageQuery }, (call) => {
    const { repo } = call.access({ permission: 'issues', level: 'read' });
    const rows = forge.events.values().filter((row) => row.repo === repo.id && alive(call, row));
    return page(call.c, rows.reverse(), (row) => withIssue(call, row));
  });
  route('GET /repos/:owner/:repo/issues/events/:event', {}, (call) => {
    const { repo } = call.access({ permission: 'issues', level: 'read' });
    const row = forge.events.get(String(call.number('event')));
    if (!row || row.repo !== repo.id || !alive(call, row)) throw notFound();
    return call.c.json(withIssue(call, row));
  });
  const alive = (call: Call<unknown>, row: { repo: number; issue: number }): boolean => {
    const issue = call.forge.issues.get(`${row.repo}/${row.issue}`);
    return issue !== undefined && !issue.gone;
  };
  const withIssue = (call: Call<unknown>, row: Parameters<typeof eventJson>[2]): Record<string, unknown> => {
    const { repo } = call.access({ permission: 'issues', level: 'read' });
    const issue = issueNumbered(forge, repo, row.issue);
    return { ...eventJson(forge, repo, row), ...(issue ? { issue: restIssueJson(forge, repo, issue) } : {}) };
  };
}
