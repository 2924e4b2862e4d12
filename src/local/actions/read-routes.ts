import { existsSync, readFileSync } from 'node:fs';
import type { Context } from 'hono';
import { notFound, paginate, unsupported } from '../http.ts';
import type { Declare, Visit } from './door.ts';
import { logPath } from './job-runner.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { type AttemptRecord, latest, type RunRecord } from './records.ts';
import { jobJson, runJson, workflowJson } from './shapes.ts';
import { findWorkflow, type KnownWorkflow, listWorkflows } from './workflows.ts';

const pages = ['page', 'per_page'];
const filters = ['actor', 'branch', 'event', 'status', 'created', 'head_sha'];
/** A search by filters gives no more than this, whatever page is asked for. */
const mostFound = 1_000;
const linkMs = 60_000;

/** Everything that only reads. */
export function readRoutes(declare: Declare, ledger: Ledger, machine: Machine): void {
  workflowRoutes(declare, ledger);
  runRoutes(declare, ledger);
  jobRoutes(declare, ledger);
  logRoutes(declare, ledger, machine);
}

function workflowRoutes(declare: Declare, ledger: Ledger): void {
  const { host } = ledger;
  const workflowOf = async ({ c, repository }: Visit): Promise<KnownWorkflow> => {
    const known = await findWorkflow(ledger, repository, c.req.param('workflow_id') ?? '');
    if (!known) throw notFound();
    return known;
  };
  const show = async ({ record, name }: KnownWorkflow) => workflowJson(host, record, await name());
  const list = async ({ c, repository }: Visit) => {
    const all = await listWorkflows(ledger, repository);
    const { slice } = paginate(c, all);
    return c.json({ total_count: all.length, workflows: await Promise.all(slice.map(show)) });
  };
  declare('GET', '/workflows', 'read', list, pages);
  declare('GET', '/workflows/:workflow_id', 'read', async (visit) =>
    visit.c.json(await show(await workflowOf(visit))),
  );
  const runs = async (visit: Visit) => {
    const { record } = await workflowOf(visit);
    return listRuns(
      visit.c,
      ledger,
      (run) => run.repository === visit.repository && run.workflowId === record.id,
    );
  };
  declare('GET', '/workflows/:workflow_id/runs', 'read', runs, [...pages, ...filters]);
}

function runRoutes(declare: Declare, ledger: Ledger): void {
  const { host } = ledger;
  const list = ({ c, repository }: Visit) => listRuns(c, ledger, (run) => run.repository === repository);
  declare('GET', '/runs', 'read', list, [...pages, ...filters]);
  declare('GET', '/runs/:run_id', 'read', (visit) => visit.c.json(runJson(host, runOf(ledger, visit))));
  declare('GET', '/runs/:run_id/attempts/:attempt', 'read', (visit) => {
    const run = runOf(ledger, visit);
    return visit.c.json(runJson(host, run, attemptOf(visit, run)));
  });
}

function jobRoutes(declare: Declare, ledger: Ledger): void {
  const { host } = ledger;
  const show = (c: Context, run: RunRecord, ids: readonly number[]): Response => {
    const { slice } = paginate(c, ids);
    const jobs = slice.map((id) => jobJson(host, run, ledger.job(id)));
    return c.json({ total_count: ids.length, jobs });
  };
  const ofRun = (visit: Visit) => {
    const run = runOf(ledger, visit);
    const filter = visit.c.req.query('filter') ?? 'latest';
    if (filter !== 'latest' && filter !== 'all') throw unsupported(`filter=${filter} (only latest, all)`);
    const all = [...new Set(run.attempts.flatMap((attempt) => attempt.jobs))];
    return show(visit.c, run, filter === 'all' ? all : latest(run).jobs);
  };
  const ofAttempt = (visit: Visit) => {
    const run = runOf(ledger, visit);
    return show(visit.c, run, attemptOf(visit, run).jobs);
  };
  declare('GET', '/runs/:run_id/jobs', 'read', ofRun, [...pages, 'filter']);
  declare('GET', '/runs/:run_id/attempts/:attempt/jobs', 'read', ofAttempt, pages);
  declare('GET', '/jobs/:job_id', 'read', (visit) => {
    const found = ledger.findJob(visit.repository, visit.number('job_id'));
    if (!found) throw notFound();
    return visit.c.json(jobJson(host, found.run, found.job));
  });
}

/** The run that the path names. @throws HttpError 404 */
export function runOf(ledger: Ledger, visit: Visit): RunRecord {
  const run = ledger.findRun(visit.repository, visit.number('run_id'));
  if (!run) throw notFound();
  return run;
}

function attemptOf(visit: Visit, run: RunRecord): AttemptRecord {
  const attempt = run.attempts.find(({ number }) => number === visit.number('attempt'));
  if (!attempt) throw notFound();
  return attempt;
}

/** A log is had after the job's end, by way of an address that is good for a minute. */
function logRoutes(declare: Declare, ledger: Ledger, machine: Machine): void {
  const { host } = ledger;
  const links = new Map<string, string>();
  declare('GET', '/jobs/:job_id/logs', 'read', (visit) => {
    const found = ledger.findJob(visit.repository, visit.number('job_id'));
    const path = logPath(machine, found?.job.id ?? 0);
    if (found?.job.status !== 'completed' || !existsSync(path)) throw notFound();
    const key = host.random.hex(16);
    links.set(key, path);
    host.clock.after(linkMs, () => links.delete(key));
    return visit.c.redirect(`${host.url()}/api/v3/repos/${visit.fullName}/actions/blobs/${key}`, 302);
  });
  declare('GET', '/blobs/:key', 'read', ({ c }) => {
    const path = links.get(c.req.param('key') ?? '');
    if (!path) throw notFound();
    return c.text(readFileSync(path, 'utf8'));
  });
}

function listRuns(c: Context, ledger: Ledger, among: (run: RunRecord) => boolean): Response {
  const asked = Object.fromEntries(filters.map((name) => [name, c.req.query(name)]));
  const { actor, branch, event, status, created, head_sha: sha } = asked;
  const inTime = created === undefined ? () => true : between(created);
  const found = ledger.runs().filter((run) => {
    const attempt = latest(run);
    return (
      among(run) &&
      !run.hidden &&
      (actor === undefined || run.actor === actor) &&
      (branch === undefined || run.ref === `refs/heads/${branch}`) &&
      (event === undefined || run.event === event) &&
      (status === undefined || attempt.status === status || attempt.conclusion === status) &&
      (sha === undefined || run.sha === sha) &&
      inTime(run.createdAt)
    );
  });
  const searching = Object.values(asked).some((value) => value !== undefined);
  const { slice } = paginate(c, searching ? found.slice(0, mostFound) : found);
  return c.json({ total_count: found.length, workflow_runs: slice.map((run) => runJson(ledger.host, run)) });
}

/** GitHub's search syntax for dates: `>=2026-01-01`, `<…`, `a..b`, `a..*`, or one day or instant. Whole seconds. */
function between(text: string): (ms: number) => boolean {
  const moment = (part: string): { from: number; to: number } => {
    const from = Date.parse(part);
    if (Number.isNaN(from)) throw unsupported(`created=${text}`);
    return { from, to: from + (/^\d{4}-\d{2}-\d{2}$/.test(part) ? 86_400_000 : 1_000) };
  };
  const [, sign = '', rest = ''] = /^(>=|<=|>|<)?(.*)$/.exec(text) ?? [];
  const [start = '', end] = rest.split('..');
  if (end !== undefined) {
    const from = start === '*' ? Number.NEGATIVE_INFINITY : moment(start).from;
    const to = end === '*' ? Number.POSITIVE_INFINITY : moment(end).to;
    return (ms) => ms >= from && ms < to;
  }
  const { from, to } = moment(rest);
  if (sign === '>=') return (ms) => ms >= from;
  if (sign === '>') return (ms) => ms >= to;
  if (sign === '<') return (ms) => ms < from;
  if (sign === '<=') return (ms) => ms < to;
  return (ms) => ms >= from && ms < to;
}
