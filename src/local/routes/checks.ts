import { z } from 'zod';
import type { Access } from '../access.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, pageQuery, paginate } from '../http.ts';
import { checkNumbered, checksAt, saveCheck, suiteFor } from '../judged/checks.ts';
import type { CheckRow } from '../judged/rows.ts';
import { checkConclusions } from '../judged/rows.ts';
import { judgedCommit } from '../judged/statuses.ts';
import { checkRunJson } from '../shapes/judged.ts';
import type { Works } from '../works.ts';
import { commitOfPath } from './statuses.ts';

const change = z.strictObject({
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z.enum(checkConclusions).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  started_at: z.iso.datetime().optional(),
  completed_at: z.iso.datetime().optional(),
  output: z
    .strictObject({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().max(65_535).optional(),
    })
    .optional(),
});
type Change = z.infer<typeof change>;
const newCheck = change.extend({ name: z.string().min(1), head_sha: z.string() });
const checkPatch = change.extend({ name: z.string().min(1).optional() });

const read = { permission: 'checks', level: 'read' } as const;

/** Check runs of commits. To be declared before the route that shows one commit, which takes every path below it. */
export function mountCheckRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('POST /repos/:owner/:repo/check-runs', { body: newCheck }, async (call) => {
    const { repo, actor, app } = appOf(call);
    const { name, head_sha, ...rest } = call.body;
    const sha = await judgedCommit(works, repo, head_sha);
    const fresh: CheckRow = {
      id: forge.nextId('check-run'),
      repo: repo.id,
      sha,
      name,
      app,
      suite: suiteFor(forge, repo, app, sha),
      branch: null,
      status: 'queued',
      conclusion: null,
      started: forge.now(),
      completed: null,
      page: null,
      externalId: '',
      output: { title: null, summary: null, text: null },
    };
    const row = changed(fresh, rest, forge.now());
    saveCheck(works, repo, row, actor.login);
    return call.c.json(checkRunJson(forge, repo, row), 201);
  });
  route('GET /repos/:owner/:repo/check-runs/:check', {}, (call) => {
    const { repo } = call.access(read);
    const row = checkNumbered(forge, repo, call.number('check'));
    if (!row) throw notFound();
    return call.c.json(checkRunJson(forge, repo, row));
  });
  route('PATCH /repos/:owner/:repo/check-runs/:check', { body: checkPatch }, (call) => {
    const { repo, actor, app } = appOf(call);
    const row = checkNumbered(forge, repo, call.number('check'));
    if (!row) throw notFound();
    if (row.app !== app)
      throw new HttpError(
        403,
        'Invalid app_id - check run can only be modified by the GitHub App that created it.',
      );
    const { name = row.name, ...rest } = call.body;
    const next = changed({ ...row, name }, rest, forge.now());
    saveCheck(works, repo, next, actor.login);
    return call.c.json(checkRunJson(forge, repo, next));
  });
  const listQuery = [...pageQuery, 'filter', 'check_name', 'status'];
  route('GET /repos/:owner/:repo/commits/:ref/check-runs', { query: listQuery }, async (call) => {
    const { repo } = call.access(read);
    const filter = choice(call, 'filter', ['latest', 'all'], 'latest');
    const [name, status] = [call.query('check_name'), call.query('status')];
    const rows = checksAt(forge, repo, await commitOfPath(call, repo), filter)
      .filter((row) => name === undefined || row.name === name)
      .filter((row) => status === undefined || row.status === status);
    const check_runs = paginate(call.c, rows).slice.map((row) => checkRunJson(forge, repo, row));
    return call.c.json({ total_count: rows.length, check_runs });
  });
}

/** Check runs are an app's own: a person has none. */
function appOf(call: Call<unknown>): Access & { app: string } {
  const right = call.access({ permission: 'checks', level: 'write' });
  if (right.identity.kind !== 'integration')
    throw new HttpError(403, 'You must authenticate via a GitHub App.');
  return { ...right, app: right.identity.app.slug };
}

/** A conclusion ends it, whatever is said of its status. */
function changed(row: CheckRow, wish: Change, now: string): CheckRow {
  const status = wish.conclusion ? 'completed' : (wish.status ?? row.status);
  const conclusion = status === 'completed' ? (wish.conclusion ?? row.conclusion) : null;
  if (status === 'completed' && !conclusion)
    throw new HttpError(422, 'Invalid request.\n\nMissing required key "conclusion".');
  const { title = null, summary = null, text = null } = wish.output ?? row.output;
  return {
    ...row,
    status,
    conclusion,
    started: wish.started_at ?? row.started,
    completed: status === 'completed' ? (wish.completed_at ?? row.completed ?? now) : null,
    page: wish.details_url ?? row.page,
    externalId: wish.external_id ?? row.externalId,
    output: { title, summary, text },
  };
}
