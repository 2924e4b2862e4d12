import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeWorld, repository, type World, where } from './world.ts';

const schemas = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-schemas/schema.json'), 'utf8'),
) as { definitions: Record<string, unknown> };

/** GitHub's published schema of an event. */
const schemaOf = (event: string) =>
  z.fromJSONSchema({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $ref: `#/definitions/${event}_event`,
    definitions: schemas.definitions,
  } as never);

interface Payload {
  action: string;
  sender: { login: string };
  workflow_run?: {
    id: number;
    status: string;
    conclusion: string | null;
    run_attempt: number;
    display_title: string;
  };
  workflow_job?: { name: string; status: string; conclusion: string | null; steps: { name: string }[] };
}

/** A world whose events are kept; `told` says them in order. */
async function makeListener() {
  const world = await makeWorld();
  await world.github.admin.createApp({
    slug: 'listener',
    events: ['workflow_run', 'workflow_job', 'check_run'],
    permissions: { actions: 'read', checks: 'read' },
    webhookSecret: 'secret',
  });
  world.github.admin.installApp('listener', repository);
  const rows = () =>
    world.github.admin
      .deliveries('listener')
      .filter((row) => row.event.startsWith('workflow_'))
      .map((row) => ({ event: row.event, payload: JSON.parse(row.payload) as Payload }));
  const told = () =>
    rows().map(({ event, payload }) => {
      const { workflow_run: run, workflow_job: job } = payload;
      const about = run ? `run ${run.run_attempt}` : job?.name;
      return `${event} ${payload.action} ${about} ${run?.conclusion ?? job?.conclusion ?? run?.status ?? job?.status}`;
    });
  return { world, rows, told };
}

const file = `
name: Two
run-name: '\${{ inputs.ticket }} #1 dev'
on: { workflow_dispatch: { inputs: { ticket: {} } } }
jobs:
  first: { runs-on: x, steps: [{ run: echo }] }
  second: { needs: first, runs-on: x, steps: [{ run: echo }] }
  third: { needs: second, if: false, runs-on: x, steps: [{ run: echo }] }
`;

const start = (world: World) => world.dispatch('two', file, { ticket: 'MC-4159' });

describe('webhooks of a run', () => {
  test('tell its life in order, each valid by GitHub’s own schema', async () => {
    const { world, rows, told } = await makeListener();
    await world.ended(await start(world));
    expect(told()).toEqual([
      'workflow_run requested run 1 queued',
      'workflow_job queued first queued',
      'workflow_run in_progress run 1 in_progress',
      'workflow_job in_progress first in_progress',
      'workflow_job completed first success',
      'workflow_job queued second queued',
      'workflow_job in_progress second in_progress',
      'workflow_job completed second success',
      'workflow_job completed third skipped',
      'workflow_run completed run 1 success',
    ]);
    for (const { event, payload } of rows())
      expect(schemaOf(event).safeParse(payload).error?.issues).toBeUndefined();
    const last = rows().at(-1)?.payload;
    expect(last?.workflow_run?.display_title).toBe('MC-4159 #1 dev');
    expect(last?.sender.login).toBe('lucienne');
    expect(Object.keys(last?.workflow_run ?? {})).not.toContain('inputs');
  });

  test('of a re-run begin with in_progress: `requested` is not sent again', async () => {
    const { world, told } = await makeListener();
    const id = await start(world);
    await world.ended(id);
    const before = told().length;
    await world.octokit.rest.actions.reRunWorkflow({ ...where, run_id: id });
    await world.ended(id);
    const later = told().slice(before);
    expect(later.filter((line) => line.startsWith('workflow_run'))).toEqual([
      'workflow_run in_progress run 2 in_progress',
      'workflow_run completed run 2 success',
    ]);
  });

  test('of its jobs as check runs tell the beginning and the end, of a commit, under the id of the job', async () => {
    const { world } = await makeListener();
    const id = await start(world);
    await world.ended(id);
    const payloads = world.github.admin
      .deliveries('listener')
      .flatMap((row) => (row.event === 'check_run' ? JSON.parse(row.payload) : []));
    const told = payloads.map(({ action, check_run: { name, conclusion } }) => [action, name, conclusion]);
    expect(told).toEqual([
      ['created', 'first', null],
      ['completed', 'first', 'success'],
      ['created', 'second', null],
      ['completed', 'second', 'success'],
      ['created', 'third', 'skipped'],
      ['completed', 'third', 'skipped'],
    ]);
    for (const payload of payloads)
      expect(schemaOf('check_run').safeParse(payload).error?.issues).toBeUndefined();
    const { data: jobs } = await world.octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id: id });
    const { data: run } = await world.octokit.rest.actions.getWorkflowRun({ ...where, run_id: id });
    const { data: checks } = await world.octokit.rest.checks.listForRef({ ...where, ref: run.head_sha });
    expect(checks.check_runs.map((one) => one.id)).toEqual(jobs.jobs.map((job) => job.id));
    expect(checks.check_runs.every((one) => one.check_suite?.id === run.check_suite_id)).toBe(true);
  });

  test('of one cancelled before it began go from requested to completed', async () => {
    const { world, told } = await makeListener();
    world.github.actions.holdRuns();
    const id = await start(world);
    await world.octokit.rest.actions.cancelWorkflowRun({ ...where, run_id: id });
    expect(told()).toEqual(['workflow_run requested run 1 queued', 'workflow_run completed run 1 cancelled']);
  });
});
