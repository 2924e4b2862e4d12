import type { Access } from '../access.ts';
import type { EventRow, Forge, IssueRow, RepositoryRow } from '../data.ts';
import { issueKey } from '../data.ts';
import { issueJson } from '../shapes/issue.ts';
import { pullJson } from '../shapes/pull.ts';
import type { Works } from '../works.ts';

/** Somebody who changes something in a repository, and the app they do it through. */
export interface Doer {
  works: Works;
  repo: RepositoryRow;
  login: string;
  /** Slug, or null for a person's own token. */
  app: string | null;
}

export function doerOf(works: Works, { repo, actor, identity }: Access): Doer {
  return { works, repo, login: actor.login, app: identity.kind === 'integration' ? identity.app.slug : null };
}

export function issueNumbered(forge: Forge, repo: RepositoryRow, number: number): IssueRow | undefined {
  return forge.issues.get(issueKey(repo.id, number));
}

/** Stores a changed issue, its time of change included. */
export function saveIssue({ works: { forge } }: Doer, issue: IssueRow): IssueRow {
  const row = { ...issue, updated: forge.now() };
  forge.issues.put(issueKey(row.repo, row.number), row);
  return row;
}

/** Writes down an issue event: who did what, through which app. */
export function writeEvent(
  doer: Doer,
  issue: IssueRow,
  event: string,
  more: Partial<EventRow> = {},
): EventRow {
  const { forge } = doer.works;
  const facts = {
    repo: issue.repo,
    issue: issue.number,
    event,
    actor: doer.login,
    created: forge.now(),
    app: doer.app,
  };
  const row = { id: forge.nextId('event'), ...facts, ...more };
  forge.events.put(String(row.id), row);
  return row;
}

/**
 * Sends a webhook about an issue. A pull request has an event of its own: for it `issues` is not sent.
 */
export function tellIssue(
  doer: Doer,
  issue: IssueRow,
  action: string,
  more: Record<string, unknown> = {},
): void {
  const { forge, webhooks } = doer.works;
  if (issue.pull) {
    const pull = pullJson(forge, doer.repo, issue, issue.pull);
    const payload = { action, number: issue.number, pull_request: pull, ...more };
    webhooks.emit(doer.repo, 'pull_request', payload, doer.login);
    return;
  }
  webhooks.emit(
    doer.repo,
    'issues',
    { action, issue: issueJson(forge, doer.repo, issue), ...more },
    doer.login,
  );
}
