import { z } from 'zod';
import type { Access, Need } from '../access.ts';
import { Moved } from '../access.ts';
import type { IssueRow } from '../data.ts';
import { fullNameOf, repositoryById } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, page, pageQuery, sinceOf } from '../http.ts';
import type { Doer } from '../issues/doer.ts';
import { doerOf, issueNumbered } from '../issues/doer.ts';
import { assign, createIssue, editText, setAssignees, setState, unassign } from '../issues/issues.ts';
import { setLabels } from '../issues/labels.ts';
import { atLeast, roleOf } from '../people.ts';
import { labelsOf, restIssueJson } from '../shapes/issue.ts';
import type { Works } from '../works.ts';

const issuePermissions = ['issues', 'pull_requests'] as const;

/** The issue of the path, and the asker's right to it. Deleted: 410; transferred: 301. */
export function issueOf(call: Call<unknown>, need: Omit<Need, 'permission'>): Access & { issue: IssueRow } {
  const seen = call.access({ permission: issuePermissions, level: 'read' });
  const issue = issueNumbered(call.forge, seen.repo, call.number('number'));
  // A pull request opens to the permission of either kind, an issue to its own only.
  const permission = issue?.pull ? issuePermissions : 'issues';
  const right = call.access({ permission, ...need });
  if (!issue) throw notFound();
  if (issue.gone === 'deleted') throw new HttpError(410, 'This issue was deleted');
  if (issue.gone) {
    const heir = repositoryById(call.forge, issue.gone.repo);
    const rest = call.c.req.path.split(`/issues/${issue.number}`)[1] ?? '';
    throw new Moved(heir.id, fullNameOf(heir), `/issues/${issue.gone.number}${rest}`);
  }
  return { ...right, issue };
}

/** Whether the asker has this role; an app that was given the permission stands above roles. */
export const hasRole = ({ identity, repo }: Access, role: 'triage' | 'write'): boolean =>
  identity.kind === 'integration' ||
  (identity.kind === 'user' && atLeast(roleOf(repo, identity.actor.login), role));

const names = z.array(z.union([z.string(), z.strictObject({ name: z.string() })]));
const plain = (labels: z.infer<typeof names>): string[] =>
  labels.map((label) => (typeof label === 'string' ? label : label.name));

const newIssue = z.strictObject({
  title: z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1)),
  body: z.string().nullish(),
  labels: names.optional(),
  assignees: z.array(z.string()).optional(),
});

const issuePatch = z.strictObject({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullish(),
  labels: names.optional(),
  assignees: z.array(z.string()).optional(),
});

export function mountIssueRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('POST /repos/:owner/:repo/issues', { body: newIssue }, (call) => {
    const right = call.access({ permission: 'issues', level: 'write', role: 'read' });
    const { title, body, labels, assignees } = call.body;
    // Labels and assignees of somebody who may not set them are dropped without a word, as GitHub does.
    const mine = hasRole(right, 'triage');
    const wish = { title, body, labels: mine ? plain(labels ?? []) : [], assignees: mine ? assignees : [] };
    const issue = createIssue(doerOf(works, right), wish, hasRole(right, 'write'));
    const json = restIssueJson(forge, right.repo, issue);
    call.c.header('Location', String(json.url));
    return call.c.json(json, 201);
  });
  route('GET /repos/:owner/:repo/issues', { query: listQuery }, (call) => {
    const { repo } = call.access({ permission: 'issues', level: 'read' });
    const rows = forge.issues.values().filter((issue) => issue.repo === repo.id && !issue.gone);
    return page(call.c, filtered(call, rows), (issue) => restIssueJson(forge, repo, issue));
  });
  route('GET /repos/:owner/:repo/issues/:number', {}, (call) => {
    const { repo, issue } = issueOf(call, { level: 'read' });
    return call.c.json(restIssueJson(forge, repo, issue));
  });
  route('PATCH /repos/:owner/:repo/issues/:number', { body: issuePatch }, (call) => {
    const right = issueOf(call, { level: 'write', role: 'read' });
    return call.c.json(restIssueJson(forge, right.repo, patch(doerOf(works, right), right, call.body)));
  });
  const assignees = z.strictObject({ assignees: z.array(z.string()) });
  for (const [method, change, status] of [
    ['POST', assign, 201],
    ['DELETE', unassign, 200],
  ] as const) {
    route(`${method} /repos/:owner/:repo/issues/:number/assignees`, { body: assignees }, (call) => {
      const right = issueOf(call, { level: 'write', role: 'triage' });
      const issue = change(doerOf(works, right), right.issue, call.body.assignees);
      return call.c.json(restIssueJson(forge, right.repo, issue), status);
    });
  }
}

function patch(doer: Doer, right: Access & { issue: IssueRow }, wish: z.infer<typeof issuePatch>): IssueRow {
  const { issue } = right;
  const { title, body, state, state_reason: reason, labels, assignees } = wish;
  const author = issue.user === doer.login;
  const text = title !== undefined || body !== undefined;
  if (text && !author && !hasRole(right, 'write')) throw notAllowed();
  if (state !== undefined && !author && !hasRole(right, 'triage')) throw notAllowed();
  let row = issue;
  if (text) row = editText(doer, row, { title, body });
  if (hasRole(right, 'triage')) {
    if (labels) row = setLabels(doer, row, plain(labels), hasRole(right, 'write'));
    if (assignees) row = setAssignees(doer, row, assignees);
  }
  return state === undefined ? row : setState(doer, row, state, reason ?? null);
}

const notAllowed = (): HttpError => new HttpError(403, 'Must have admin rights to Repository.');

const listQuery = [...pageQuery, 'state', 'labels', 'sort', 'direction', 'since', 'assignee', 'creator'];

function filtered(call: Call<unknown>, rows: IssueRow[]): IssueRow[] {
  const state = choice(call, 'state', ['open', 'closed', 'all'], 'open');
  const since = sinceOf(call);
  const labels = (call.query('labels') ?? '').split(',').filter((name) => name !== '');
  const creator = call.query('creator')?.toLowerCase();
  const assignee = call.query('assignee')?.toLowerCase() ?? '*?';
  const key = choice(call, 'sort', ['created', 'updated'], 'created');
  const sign = choice(call, 'direction', ['asc', 'desc'], 'desc') === 'asc' ? 1 : -1;
  const assigned = (issue: IssueRow): boolean => {
    if (assignee === '*?') return true;
    if (assignee === 'none') return issue.assignees.length === 0;
    return issue.assignees.some((login) => assignee === '*' || login.toLowerCase() === assignee);
  };
  return rows
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => Date.parse(issue.updated) >= since)
    .filter((issue) => creator === undefined || issue.user.toLowerCase() === creator)
    .filter(assigned)
    .filter((issue) => hasAll(call, issue, labels))
    .sort((a, b) => sign * (Date.parse(a[key]) - Date.parse(b[key]) || a.number - b.number));
}

function hasAll(call: Call<unknown>, issue: IssueRow, wanted: string[]): boolean {
  if (wanted.length === 0) return true;
  const has = labelsOf(call.forge, issue).map((label) => label.name.toLowerCase());
  return wanted.every((name) => has.includes(name.toLowerCase()));
}
