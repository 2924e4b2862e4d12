import { z } from 'zod';
import type { IssueRow } from '../data.ts';
import { repositoryById } from '../data.ts';
import type { Route } from '../http.ts';
import { page, pageQuery } from '../http.ts';
import { addDependency, blockedBy, blockersOf, dropDependency } from '../issues/dependencies.ts';
import { restIssueJson } from '../shapes/issue.ts';
import type { Works } from '../works.ts';
import { issueOf } from './issues.ts';

const dependency = z.strictObject({ issue_id: z.int() });
const base = '/repos/:owner/:repo/issues/:number/dependencies';

/** What an issue waits for. No webhook tells of it here: GitHub publishes no schema of `issue_dependencies`. */
export function mountDependencyRoutes(route: Route, works: Works): void {
  const { forge } = works;
  const show = (issue: IssueRow) => restIssueJson(forge, repositoryById(forge, issue.repo), issue);
  route(`GET ${base}/blocked_by`, { query: pageQuery }, (call) =>
    page(call.c, blockersOf(forge, issueOf(call, { level: 'read' }).issue), show),
  );
  route(`GET ${base}/blocking`, { query: pageQuery }, (call) =>
    page(call.c, blockedBy(forge, issueOf(call, { level: 'read' }).issue), show),
  );
  route(`POST ${base}/blocked_by`, { body: dependency }, (call) => {
    const { issue } = issueOf(call, { level: 'write', role: 'triage' });
    addDependency(forge, issue, call.body.issue_id);
    return call.c.json(show(issue), 201);
  });
  route(`DELETE ${base}/blocked_by/:blocker`, {}, (call) => {
    const { issue } = issueOf(call, { level: 'write', role: 'triage' });
    dropDependency(forge, issue, call.number('blocker'));
    return call.c.json(show(issue));
  });
}
