import type { Hono } from 'hono';
import { html } from 'hono/html';
import { access } from './access.ts';
import type { RepositoryRow } from './data.ts';
import { notFound } from './http.ts';
import { issueNumbered } from './issues/doer.ts';
import { checksAt } from './judged/checks.ts';
import { reviewsOf } from './judged/rows.ts';
import { combined, statusesAt } from './judged/statuses.ts';
import { page } from './page.ts';
import type { Works } from './works.ts';

/** An issue or a pull request with its comments, reviews and checks, to be read: where links lead. People write by REST here. */
export function mountIssuePage(app: Hono, works: Works): void {
  const { forge } = works;
  app.get('/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}', (c) => {
    const { owner, repo: name, number } = c.req.param();
    const { repo } = access(forge, c, `${owner}/${name}`, { permission: 'issues', level: 'read' });
    const issue = issueNumbered(forge, repo, Number(number));
    if (!issue || issue.gone) throw notFound();
    const labels = issue.labels.flatMap((id) => forge.labels.get(String(id))?.name ?? []);
    const comments = forge.comments
      .values()
      .filter((row) => row.repo === repo.id && row.issue === issue.number);
    const reviews = reviewsOf(forge)
      .values()
      .filter((row) => row.repo === repo.id && row.pull === issue.number);
    const checks = issue.pull ? judgementsOf(works, repo, issue.pull.headSha) : [];
    return page(
      c,
      `${issue.title} #${issue.number}`,
      html`<p>${issue.state}, by ${issue.user}, ${issue.created}${labels.length > 0 ? `; ${labels.join(', ')}` : ''}</p>
        <pre>${issue.body ?? ''}</pre>
        ${checks.map((line) => html`<p>${line}</p>`)}
        ${reviews.map(({ user, submitted, state, commit, body }) => html`<p>${user}, ${submitted}: ${state.replace('_', ' ')} at ${commit.slice(0, 7)}</p><pre>${body}</pre>`)}
        ${comments.map(({ user, created, body }) => html`<p>${user}, ${created}</p><pre>${withoutComments(body)}</pre>`)}`,
    );
  });
}

/** What is judged of a commit, a line for each: the newest status of a context, and check runs. */
function judgementsOf(works: Works, repo: RepositoryRow, sha: string): string[] {
  const { latest } = combined(statusesAt(works, repo, sha));
  return [
    ...latest.map(({ context, state }) => `${context}: ${state}`),
    ...checksAt(works.forge, repo, sha).map(
      ({ name, status, conclusion }) => `${name}: ${conclusion ?? status}`,
    ),
  ].map((line) => line.replace('_', ' '));
}

/** As GitHub shows Markdown: what stands in HTML comments is not seen. */
const withoutComments = (text: string): string => text.replace(/<!--[\s\S]*?-->\n?/g, '');
