import { z } from 'zod';
import type { LabelRow, RepositoryRow } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { notFound, page, pageQuery } from '../http.ts';
import { doerOf } from '../issues/doer.ts';
import {
  addLabels,
  createLabel,
  deleteLabel,
  findLabel,
  labelsIn,
  removeLabel,
  setLabels,
  updateLabel,
} from '../issues/labels.ts';
import { labelJson, labelsOf } from '../shapes/issue.ts';
import type { Works } from '../works.ts';
import { hasRole, issueOf } from './issues.ts';

const newLabel = z.strictObject({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});
const labelPatch = z.strictObject({
  new_name: z.string().optional(),
  color: z.string().optional(),
  description: z.string().nullish(),
});
const named = z.union([z.string(), z.strictObject({ name: z.string() })]);
/** GitHub takes both `{"labels": [...]}` and a bare list. */
const labelNames = z
  .union([z.strictObject({ labels: z.array(named).optional() }), z.array(named)])
  .transform((given) => (Array.isArray(given) ? given : (given.labels ?? [])))
  .transform((labels) => labels.map((label) => (typeof label === 'string' ? label : label.name)));

const permission = ['issues', 'pull_requests'] as const;

/** The labels of a repository. */
export function mountLabelRoutes(route: Route, works: Works): void {
  const { forge } = works;
  const labelNamed = (call: Call<unknown>, repo: RepositoryRow): LabelRow => {
    const label = findLabel(forge, repo, call.param('name'));
    if (!label) throw notFound();
    return label;
  };
  route('GET /repos/:owner/:repo/labels', { query: pageQuery }, (call) => {
    const { repo } = call.access({ permission, level: 'read' });
    return page(call.c, labelsIn(forge, repo), (label) => labelJson(forge, repo, label));
  });
  route('POST /repos/:owner/:repo/labels', { body: newLabel }, (call) => {
    const right = call.access({ permission, level: 'write' });
    return call.c.json(labelJson(forge, right.repo, createLabel(doerOf(works, right), call.body)), 201);
  });
  route('GET /repos/:owner/:repo/labels/:name', {}, (call) => {
    const { repo } = call.access({ permission, level: 'read' });
    return call.c.json(labelJson(forge, repo, labelNamed(call, repo)));
  });
  route('PATCH /repos/:owner/:repo/labels/:name', { body: labelPatch }, (call) => {
    const right = call.access({ permission, level: 'write' });
    const { new_name: name, color, description } = call.body;
    const label = updateLabel(doerOf(works, right), labelNamed(call, right.repo), {
      name,
      color,
      description,
    });
    return call.c.json(labelJson(forge, right.repo, label));
  });
  route('DELETE /repos/:owner/:repo/labels/:name', {}, (call) => {
    const right = call.access({ permission, level: 'write' });
    deleteLabel(doerOf(works, right), labelNamed(call, right.repo));
    return call.c.body(null, 204);
  });
}

/** The labels of one issue. Each change answers the labels that the issue has then. */
export function mountIssueLabelRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('GET /repos/:owner/:repo/issues/:number/labels', { query: pageQuery }, (call) => {
    const { repo, issue } = issueOf(call, { level: 'read' });
    return page(call.c, labelsOf(forge, issue), (label) => labelJson(forge, repo, label));
  });
  for (const [method, change] of [
    ['POST', addLabels],
    ['PUT', setLabels],
  ] as const) {
    route(`${method} /repos/:owner/:repo/issues/:number/labels`, { body: labelNames }, (call) => {
      const right = issueOf(call, { level: 'write', role: 'triage' });
      const issue = change(doerOf(works, right), right.issue, call.body, hasRole(right, 'write'));
      return call.c.json(labelsOf(forge, issue).map((label) => labelJson(forge, right.repo, label)));
    });
  }
  route('DELETE /repos/:owner/:repo/issues/:number/labels', {}, (call) => {
    const right = issueOf(call, { level: 'write', role: 'triage' });
    setLabels(doerOf(works, right), right.issue, [], false);
    return call.c.body(null, 204);
  });
  route('DELETE /repos/:owner/:repo/issues/:number/labels/:name', {}, (call) => {
    const right = issueOf(call, { level: 'write', role: 'triage' });
    const label = findLabel(forge, right.repo, call.param('name'));
    if (!label || !right.issue.labels.includes(label.id)) throw new HttpError(404, 'Label does not exist');
    const issue = removeLabel(doerOf(works, right), right.issue, label);
    return call.c.json(labelsOf(forge, issue).map((one) => labelJson(forge, right.repo, one)));
  });
}
