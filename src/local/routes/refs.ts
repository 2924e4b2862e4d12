import { z } from 'zod';
import { git } from '../../base/git.ts';
import type { Access } from '../access.ts';
import type { ActivityRow, Forge, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { readCommits } from '../git/commits.ts';
import { isAncestor, moveRef, moverEnvironment, noCommit, read, refValue } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, page, pageQuery, unsupported } from '../http.ts';
import { nodeId, userJson } from '../people.ts';
import { ruleAgainst } from '../rules.ts';
import { commitJson } from '../shapes/git.ts';
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

const mayRead = { permission: 'contents', level: 'read' } as const;
const mayWrite = { permission: 'contents', level: 'write' } as const;
const sha = z.string().regex(/^[0-9a-f]{40}$/, 'the sha must be 40 hexadecimal digits');
const newRef = z.strictObject({ ref: z.string(), sha });
const refPatch = z.strictObject({ sha, force: z.boolean().optional() });

interface Ref {
  ref: string;
  sha: string;
  type: string;
}

/**
 * Refs by REST. `PATCH` without `force` asks for a fast-forward only: it is no compare-and-swap, and a head that was
 * moved back passes it, as on GitHub.
 */
export function mountRefRoutes(route: Route, works: Works): void {
  const { forge } = works;
  const change = async (right: Access, ref: string, after: string, before?: string): Promise<void> => {
    const env = moverEnvironment(right.actor.login, forge.clock.now());
    const options = before === undefined ? { env } : { env, before };
    const refused = await moveRef(gitDirOf(forge, right.repo), ref, after, options);
    if (refused)
      throw new HttpError(422, /already exists/.test(refused) ? 'Reference already exists' : refused);
    await works.refsMoved(right.repo, [{ ref, after }], right.actor.login);
  };
  route('GET /repos/:owner/:repo/git/ref/:ref{.+}', {}, async (call) => {
    const { repo } = call.access(mayRead);
    const wanted = `refs/${call.param('ref')}`;
    const found = (await listRefs(forge, repo, wanted)).find(({ ref }) => ref === wanted);
    if (!found) throw notFound();
    return call.c.json(refJson(forge, repo, found));
  });
  route('GET /repos/:owner/:repo/git/matching-refs/:ref{.*}', {}, async (call) => {
    const { repo } = call.access(mayRead);
    const prefix = `refs/${call.param('ref')}`;
    const refs = (await listRefs(forge, repo)).filter(({ ref }) => ref.startsWith(prefix));
    return call.c.json(refs.map((ref) => refJson(forge, repo, ref)));
  });
  route('POST /repos/:owner/:repo/git/refs', { body: newRef }, async (call) => {
    const right = call.access(mayWrite);
    const { ref, sha } = call.body;
    const gitDir = gitDirOf(forge, right.repo);
    const wellFormed =
      /^refs\/[^/]+\/./.test(ref) && (await git(['check-ref-format', ref], { cwd: gitDir })).code === 0;
    if (!wellFormed)
      throw new HttpError(422, `Reference name must start with 'refs/' and be well formed: ${ref}`);
    if (await refValue(gitDir, ref)) throw new HttpError(422, 'Reference already exists');
    await mustExist(gitDir, sha);
    await change(right, ref, sha, noCommit);
    return call.c.json(refJson(forge, right.repo, await one(forge, right.repo, ref)), 201);
  });
  route('PATCH /repos/:owner/:repo/git/refs/:ref{.+}', { body: refPatch }, async (call) => {
    const right = call.access(mayWrite);
    const ref = `refs/${call.param('ref')}`;
    const gitDir = gitDirOf(forge, right.repo);
    const before = await refValue(gitDir, ref);
    if (!before) throw new HttpError(422, 'Reference does not exist');
    await mustExist(gitDir, call.body.sha);
    if (!(await isAncestor(gitDir, before, call.body.sha))) {
      if (!call.body.force) throw new HttpError(422, 'Update is not a fast forward');
      refuseByRule(ruleAgainst(forge, right.repo, ref, 'non_fast_forward'));
    }
    await change(right, ref, call.body.sha, before);
    return call.c.json(refJson(forge, right.repo, await one(forge, right.repo, ref)));
  });
  route('DELETE /repos/:owner/:repo/git/refs/:ref{.+}', {}, async (call) => {
    const right = call.access(mayWrite);
    const ref = `refs/${call.param('ref')}`;
    if (!(await refValue(gitDirOf(forge, right.repo), ref)))
      throw new HttpError(422, 'Reference does not exist');
    if (ref === `refs/heads/${right.repo.defaultBranch}`)
      throw new HttpError(422, 'Cannot delete the default branch');
    refuseByRule(ruleAgainst(forge, right.repo, ref, 'deletion'));
    await change(right, ref, noCommit);
    return call.c.body(null, 204);
  });
  mountBranchRoutes(route, works);
  mountActivityRoute(route, works);
}

function refuseByRule(words: string | undefined): void {
  if (words) throw new HttpError(422, `Repository rule violations found\n\n${words}\n\n`);
}

async function mustExist(gitDir: string, sha: string): Promise<void> {
  if (!(await read(gitDir, 'cat-file', '-t', sha))) throw new HttpError(422, 'Object does not exist');
}

async function listRefs(forge: Forge, repo: RepositoryRow, ...patterns: string[]): Promise<Ref[]> {
  const format = '--format=%(objectname) %(objecttype) %(refname)';
  const text = (await read(gitDirOf(forge, repo), 'for-each-ref', format, ...patterns)) ?? '';
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [sha = '', type = '', ref = ''] = line.split(' ');
    return { sha, type, ref };
  });
}

async function one(forge: Forge, repo: RepositoryRow, wanted: string): Promise<Ref> {
  const found = (await listRefs(forge, repo, wanted)).find(({ ref }) => ref === wanted);
  if (!found) throw new HttpError(409, 'The reference has moved meanwhile');
  return found;
}

function refJson(forge: Forge, repo: RepositoryRow, { ref, sha, type }: Ref): Record<string, unknown> {
  const url = `${repositoryUrl(forge, repo)}/git`;
  const object = { sha, type, url: `${url}/${type}s/${sha}` };
  return { ref, node_id: nodeId('Ref', `${repo.id}:${ref}`), url: `${url}/${ref}`, object };
}

function mountBranchRoutes(route: Route, { forge }: Works): void {
  route('GET /repos/:owner/:repo/branches', { query: pageQuery }, async (call) => {
    const { repo } = call.access(mayRead);
    return page(call.c, await listRefs(forge, repo, 'refs/heads/'), ({ ref, sha }) => {
      const commit = { sha, url: `${repositoryUrl(forge, repo)}/commits/${sha}` };
      return { name: ref.slice('refs/heads/'.length), commit, protected: false };
    });
  });
  route('GET /repos/:owner/:repo/branches/:branch{.+}', {}, async (call) => {
    const { repo } = call.access(mayRead);
    const name = call.param('branch');
    const value = await refValue(gitDirOf(forge, repo), `refs/heads/${name}`);
    const [commit] = value ? await readCommits(gitDirOf(forge, repo), '--max-count=1', value) : [];
    if (!commit) throw new HttpError(404, 'Branch not found');
    const self = `${repositoryUrl(forge, repo)}/branches/${name}`;
    return call.c.json({
      name,
      commit: commitJson(forge, repo, commit),
      _links: { self, html: `${repositoryPage(forge, repo)}/tree/${name}` },
      protected: false,
      protection: {
        enabled: false,
        required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
      },
      protection_url: `${self}/protection`,
    });
  });
}

const activityTypes = [
  'push',
  'force_push',
  'branch_creation',
  'branch_deletion',
  'pr_merge',
  'any',
] as const;

/** Who moved which branch, newest first, in pages that are told apart by a cursor. */
function mountActivityRoute(route: Route, { forge }: Works): void {
  const query = ['ref', 'actor', 'activity_type', 'direction', 'per_page', 'after'];
  route('GET /repos/:owner/:repo/activity', { query }, (call) => {
    const { repo } = call.access(mayRead);
    const asked = call.query('ref');
    const ref = asked === undefined || asked.startsWith('refs/') ? asked : `refs/heads/${asked}`;
    const type = choice(call, 'activity_type', activityTypes, 'any');
    const actor = call.query('actor')?.toLowerCase();
    const rows = forge.activity
      .values()
      .filter((row) => row.repo === repo.id && /^refs\/(heads|tags)\//.test(row.ref))
      .filter((row) => ref === undefined || row.ref === ref)
      .filter((row) => type === 'any' || row.type === type)
      .filter((row) => actor === undefined || row.actor.toLowerCase() === actor);
    if (choice(call, 'direction', ['asc', 'desc'], 'desc') === 'desc') rows.reverse();
    return cursorPage(call, rows, (row) => activityJson(forge, row));
  });
}

/** A page after the row with the id that `after` names. */
function cursorPage(call: Call<unknown>, rows: ActivityRow[], show: (row: ActivityRow) => unknown): Response {
  const asked = call.query('per_page') ?? '30';
  if (!/^\d{1,6}$/.test(asked)) throw unsupported(`per_page=${asked}`);
  const size = Math.min(Math.max(1, Number(asked)), 100);
  const after = call.query('after');
  const start = after === undefined ? 0 : rows.findIndex((row) => row.id === Number(after)) + 1;
  const slice = rows.slice(start, start + size);
  const last = slice.at(-1);
  if (last && start + size < rows.length) {
    const next = new URL(call.c.req.url);
    next.searchParams.set('after', String(last.id));
    call.c.header('Link', `<${next.href}>; rel="next"`);
  }
  return call.c.json(slice.map(show));
}

function activityJson(forge: Forge, row: ActivityRow): Record<string, unknown> {
  const { id, before, after, ref, at, type } = row;
  const actor = userJson(forge, row.actor);
  return { id, node_id: nodeId('Push', id), before, after, ref, timestamp: at, activity_type: type, actor };
}
