import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { doorOf } from '../../src/local/actions/door.ts';
import { Ledger } from '../../src/local/actions/ledger.ts';
import { readRoutes } from '../../src/local/actions/read-routes.ts';
import type { Host, Table } from '../../src/local/host.ts';
import { makeWorld, where } from './world.ts';

const file = (name: string): string => `
name: ${name}
on: workflow_dispatch
jobs: { one: { runs-on: x, steps: [{ run: echo }] } }
`;

describe('a listing of runs', () => {
  test('is newest first, by pages, and filtered', async () => {
    const world = await makeWorld();
    const first = await world.dispatch('a', file('A'));
    await world.ended(first);
    const before = new Date(Date.now() - 60_000).toISOString();
    world.github.actions.holdRuns();
    const second = await world.dispatch('b', file('B'));
    const { actions } = world.octokit.rest;
    const ids = async (filter: object) =>
      (await actions.listWorkflowRunsForRepo({ ...where, ...filter })).data.workflow_runs.map(
        (run) => run.id,
      );
    const sha = (await world.run(first)).head_sha;
    expect(await ids({})).toEqual([second, first]);
    expect(await ids({ per_page: 1, page: 2 })).toEqual([first]);
    expect(await ids({ status: 'queued' })).toEqual([second]);
    expect(await ids({ status: 'success' })).toEqual([first]);
    expect(await ids({ head_sha: sha })).toEqual([first]);
    expect(await ids({ actor: 'elmar' })).toEqual([]);
    expect(await ids({ branch: 'topic' })).toEqual([]);
    expect(await ids({ event: 'push' })).toEqual([]);
    expect(await ids({ created: `>=${before}`, event: 'workflow_dispatch', branch: 'main' })).toEqual([
      second,
      first,
    ]);
    expect(await ids({ created: `<${before}` })).toEqual([]);
    expect(await ids({ created: `${before}..*` })).toEqual([second, first]);
    expect(await ids({ created: '2020-01-01..2020-12-31' })).toEqual([]);
    const own = await actions.listWorkflowRuns({ ...where, workflow_id: 'a.yml' });
    expect(own.data.workflow_runs.map((run) => run.id)).toEqual([first]);
    await expect(ids({ created: 'yesterday' })).rejects.toMatchObject({ status: 422 });
    await expect(ids({ check_suite_id: 1 })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('query parameter "check_suite_id"'),
    });
  });

  test('may lag behind: a run is there by its id before it is listed', async () => {
    const world = await makeWorld();
    world.github.actions.hideNewRuns();
    const id = await world.dispatch('a', file('A'));
    const list = async () =>
      (await world.octokit.rest.actions.listWorkflowRunsForRepo(where)).data.total_count;
    expect((await world.run(id)).id).toBe(id);
    expect(await list()).toBe(0);
    world.github.actions.showRuns();
    expect(await list()).toBe(1);
  });

  test('by filters gives a thousand runs, whatever page is asked for', async () => {
    const ledger = new Ledger(stubHost());
    for (let id = 1; id <= 1_005; id += 1) ledger.putRun(runNumber(id));
    const app = new Hono();
    readRoutes(doorOf(app, ledger.host), ledger, {} as never);
    const page = async (query: string) =>
      (await (await app.request(`/repos/acme/desk/actions/runs?per_page=100&${query}`)).json()) as {
        total_count: number;
        workflow_runs: { id: number }[];
      };
    expect((await page('event=push&page=10')).workflow_runs).toHaveLength(100);
    expect((await page('event=push&page=11')).workflow_runs).toHaveLength(0);
    expect((await page('page=11')).workflow_runs.map((run) => run.id)).toEqual([5, 4, 3, 2, 1]);
  });
});

function stubHost(): Host {
  const table = <T>(): Table<T> => {
    const rows = new Map<string, T>();
    return {
      get: (key) => rows.get(key),
      put: (key, value) => void rows.set(key, value),
      delete: (key) => void rows.delete(key),
      values: () => [...rows.values()],
    };
  };
  const facts = { id: 1, full_name: 'acme/desk', default_branch: 'main', gitDir: '' };
  return {
    table,
    repository: () => facts,
    authorize: () => ({ login: 'lucienne', id: 1, type: 'User' }),
    url: () => 'http://127.0.0.1:1',
    userJson: (login: string) => ({ login }),
    repositoryJson: () => facts,
  } as unknown as Host;
}

function runNumber(id: number) {
  const attempt = {
    number: 1,
    triggeringActor: 'lucienne',
    workflowName: 'A',
    displayTitle: 'A',
    status: 'completed',
    conclusion: 'success',
    startedAt: id,
    updatedAt: id,
    problem: null,
    jobs: [],
  } as const;
  return {
    id,
    repository: 1,
    workflowId: 1,
    workflowPath: '.github/workflows/a.yml',
    runNumber: id,
    event: 'push' as const,
    payload: {},
    inputs: {},
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    commit: { id: 'a'.repeat(40), message: 'x' },
    actor: 'lucienne',
    createdAt: id,
    hidden: false,
    attempts: [{ ...attempt, jobs: [] }],
  };
}
