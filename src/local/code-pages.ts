import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { access } from './access.ts';
import { fullNameOf, gitDirOf } from './data.ts';
import { read, resolveCommit } from './git/repository.ts';
import { notFound } from './http.ts';
import { page } from './page.ts';
import { findUser } from './people.ts';
import type { Works } from './works.ts';

/** Characters of a file or a change that a page shows. */
const shownMax = 200_000;

/** Repositories, their branches, files and commits, and people, to be read: where links lead. */
export function mountCodePages(app: Hono, works: Works): void {
  mountOverview(app, works);
  mountRepository(app, works);
}

function mountOverview(app: Hono, { forge }: Works): void {
  app.get('/', (c) => {
    const open = forge.repositories.values().filter((repo) => !repo.private);
    const links = open.map(fullNameOf).map((name) => html`<p><a href="/${name}">${name}</a></p>`);
    return page(c, 'The embedded GitHub', html`${links}`);
  });

  app.get('/:login', (c) => {
    const user = findUser(forge, c.req.param('login'));
    if (!user) throw notFound();
    return page(c, user.login, html`<p>${user.type}, here since ${user.created}</p>`);
  });
}

function mountRepository(app: Hono, { forge }: Works): void {
  const opened = (c: Context) => {
    const { owner, repo: its } = c.req.param();
    const { repo } = access(forge, c, `${owner}/${its}`, { permission: 'contents', level: 'read' });
    const folder = gitDirOf(forge, repo);
    return { repo, folder, name: fullNameOf(repo), git: (...args: string[]) => read(folder, ...args) };
  };

  app.get('/:owner/:repo', async (c) => {
    const { repo, name, git } = opened(c);
    const listed = await git('for-each-ref', '--format=%(refname:short)', 'refs/heads/');
    const branches = (listed ?? '').split('\n').filter(Boolean);
    const issues = forge.issues.values().filter((row) => row.repo === repo.id && !row.gone);
    return page(
      c,
      name,
      html`<p>${repo.description ?? ''}</p>
        <h2>Branches</h2>
        ${branches.map((branch) => html`<p><a href="/${name}/tree/${inAddress(branch)}">${branch}</a></p>`)}
        <h2>Issues and pull requests</h2>
        ${issues.map(
          ({ number, title, state, pull }) =>
            html`<p><a href="/${name}/${pull ? 'pull' : 'issues'}/${number}">#${number} ${title}</a> (${state})</p>`,
        )}`,
    );
  });

  app.get('/:owner/:repo/tree/:branch{.+}', async (c) => {
    const { folder, name, git } = opened(c);
    const branch = c.req.param('branch');
    const sha = await resolveCommit(folder, branch);
    if (sha === undefined) throw notFound();
    const paths = ((await git('ls-tree', '-r', '-z', '--name-only', sha)) ?? '').split('\0');
    return page(
      c,
      `${name} at ${branch}`,
      html`<p><a href="/${name}/commit/${sha}">${sha}</a></p>
        ${paths.filter(Boolean).map((path) => html`<p><a href="/${name}/blob/${inAddress(`${branch}/${path}`)}">${path}</a></p>`)}`,
    );
  });

  app.get('/:owner/:repo/commit/:sha{[0-9a-f]{4,40}}', async (c) => {
    const { git } = opened(c);
    const sha = c.req.param('sha');
    const text = await git('show', '--no-color', '--stat', '--patch', '--end-of-options', sha);
    return page(c, `Commit ${sha.slice(0, 7)}`, html`<pre>${shown(text)}</pre>`);
  });

  app.get('/:owner/:repo/blob/:place{.+}', async (c) => {
    const { git } = opened(c);
    const { branch, path } = await placeIn(git, c.req.param('place'));
    return page(
      c,
      path,
      html`<p>at ${branch}</p><pre>${shown(await git('cat-file', 'blob', `refs/heads/${branch}:${path}`))}</pre>`,
    );
  });
}

type Git = (...args: string[]) => Promise<string | undefined>;

/** A branch's name may have slashes: it is the longest that there is. */
async function placeIn(git: Git, place: string): Promise<{ branch: string; path: string }> {
  const parts = place.split('/');
  for (let length = parts.length - 1; length > 0; length--) {
    const branch = parts.slice(0, length).join('/');
    if ((await git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`)) !== undefined)
      return { branch, path: parts.slice(length).join('/') };
  }
  throw notFound();
}

const inAddress = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function shown(text: string | undefined): string {
  if (text === undefined) throw notFound();
  return text.length > shownMax ? `${text.slice(0, shownMax)}\n…` : text;
}
