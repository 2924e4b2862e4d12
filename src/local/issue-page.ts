import type { Hono } from 'hono';
import { html } from 'hono/html';
import { access } from './access.ts';
import { notFound } from './http.ts';
import { issueNumbered } from './issues/doer.ts';
import { page } from './page.ts';
import type { Works } from './works.ts';

/** An issue or a pull request with its comments, to be read: where links lead. People write by REST here. */
export function mountIssuePage(app: Hono, { forge }: Works): void {
  app.get('/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}', (c) => {
    const { owner, repo: name, number } = c.req.param();
    const { repo } = access(forge, c, `${owner}/${name}`, { permission: 'issues', level: 'read' });
    const issue = issueNumbered(forge, repo, Number(number));
    if (!issue || issue.gone) throw notFound();
    const labels = issue.labels.flatMap((id) => forge.labels.get(String(id))?.name ?? []);
    const comments = forge.comments
      .values()
      .filter((row) => row.repo === repo.id && row.issue === issue.number);
    return page(
      c,
      `${issue.title} #${issue.number}`,
      html`<p>${issue.state}, by ${issue.user}, ${issue.created}${labels.length > 0 ? `; ${labels.join(', ')}` : ''}</p>
        <pre>${issue.body ?? ''}</pre>
        ${comments.map(({ user, created, body }) => html`<p>${user}, ${created}</p><pre>${withoutComments(body)}</pre>`)}`,
    );
  });
}

/** As GitHub shows Markdown: what stands in HTML comments is not seen. */
const withoutComments = (text: string): string => text.replace(/<!--[\s\S]*?-->\n?/g, '');
