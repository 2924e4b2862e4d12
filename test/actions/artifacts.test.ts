import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { loadOpenApi } from '../local/schemas.ts';
import { steps } from './job-of-steps.ts';
import { makeWorld, type World, where } from './world.ts';

const openApi = loadOpenApi();

async function ran(
  world: World,
  list: string,
): Promise<{ id: number; conclusion: string | null; log: string }> {
  const id = await world.dispatch('steps', steps(list));
  const { conclusion } = await world.ended(id);
  return { id, conclusion, log: await world.log(id) };
}

async function listed(world: World, run_id: number) {
  const { data } = await world.octokit.rest.actions.listWorkflowRunArtifacts({ ...where, run_id });
  return data.artifacts;
}

/** What a person gets who downloads it: names and texts of its files. */
async function unpacked(world: World, artifact_id: number): Promise<Record<string, string>> {
  const asked = { ...where, artifact_id, archive_format: 'zip' };
  const { data } = await world.octokit.rest.actions.downloadArtifact(asked);
  const files = Object.entries(unzipSync(new Uint8Array(data as ArrayBuffer)));
  return Object.fromEntries(files.map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('upload-artifact', () => {
  test('keeps a file and a folder beyond the job, also where a step failed; GitHub describes what is answered', async () => {
    const world = await makeWorld();
    const { id, conclusion } = await ran(
      world,
      `
- run: mkdir -p out/deep && echo one > out/a.txt && echo two > out/deep/ü.txt && echo no > out/.hidden
- run: exit 1
- uses: actions/upload-artifact@v6
  if: always()
  id: up
  with: { name: file, path: out/a.txt, retention-days: 7 }
- uses: actions/upload-artifact@v6
  if: always()
  with: { name: folder, path: out }`,
    );
    expect(conclusion).toBe('failure');
    const [file, folder] = await listed(world, id);
    expect([file, folder]).toMatchObject([
      { name: 'file', expired: false, workflow_run: { id } },
      { name: 'folder', digest: expect.stringMatching(/^sha256:/) },
    ]);
    expect(Date.parse(file?.expires_at ?? '') - Date.parse(file?.created_at ?? '')).toBe(7 * 24 * 3600_000);
    expect(await unpacked(world, file?.id ?? 0)).toEqual({ 'a.txt': 'one\n' });
    expect(await unpacked(world, folder?.id ?? 0)).toEqual({ 'a.txt': 'one\n', 'deep/ü.txt': 'two\n' });
    const path = '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
    const body = { total_count: 2, artifacts: [file, folder] };
    if (openApi) expect(openApi.faults('GET', path, 200, body)).toEqual([]);
  });

  test('runs after a cancel where it says always()', async () => {
    const world = await makeWorld();
    const list = `
- run: echo kept > kept.txt; echo ready; sleep 600
- uses: actions/upload-artifact@v6
  if: always()
  with: { name: kept, path: kept.txt }`;
    const id = await world.dispatch('steps', steps(list));
    await world.says(id, 'ready');
    await world.octokit.rest.actions.cancelWorkflowRun({ ...where, run_id: id });
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    expect(await listed(world, id)).toMatchObject([{ name: 'kept' }]);
  });

  test('takes a name once in a run, and says what it does not do', async () => {
    const world = await makeWorld();
    const refusedFor = async (given: string) => {
      const { conclusion, log } = await ran(world, `- run: echo x > x.txt\n${given}`);
      return [conclusion, log];
    };
    const use = (given: string) => `- uses: actions/upload-artifact@v6\n  with: { ${given} }`;
    const once = use('name: x, path: x.txt');
    expect(await refusedFor(`${once}\n${once}`)).toEqual([
      'failure',
      expect.stringContaining('(409) Conflict'),
    ]);
    expect(await refusedFor(use('path: "*.txt"'))).toEqual([
      'failure',
      expect.stringContaining('only one file or folder'),
    ]);
    expect(await refusedFor(use('path: nothing'))).toEqual([
      'success',
      expect.stringContaining('No files were found'),
    ]);
    expect(await refusedFor(use('path: nothing, if-no-files-found: error'))).toEqual([
      'failure',
      expect.stringContaining('No files were found'),
    ]);
    expect(await refusedFor(use('name: "a/b", path: x.txt'))).toEqual([
      'failure',
      expect.stringContaining('not valid'),
    ]);
  });
});

test('an artifact is read by those who may read the repository, and no other', async () => {
  const world = await makeWorld();
  const { id } = await ran(
    world,
    '- run: echo x > x.txt\n- uses: actions/upload-artifact@v6\n  with: { name: x, path: x.txt }',
  );
  const [artifact] = await listed(world, id);
  const read = { ...where, artifact_id: artifact?.id ?? 0 };
  expect((await world.as('elmar', 'read').rest.actions.getArtifact(read)).data.name).toBe('x');
  await world.github.admin.createRepository('acme/other');
  world.github.admin.setPermission('acme/other', 'lucienne', 'admin');
  const elsewhere = world.octokit.rest.actions.getArtifact({ ...read, repo: 'other' });
  await expect(elsewhere).rejects.toMatchObject({ status: 404 });
});

test('logs and artifacts are kept as long as GitHub keeps them, and go when the server starts after that', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'retention-'));
  const first = await makeWorld({ dataFolder, fresh: true });
  const list = `
- run: echo x > x.txt
- uses: actions/upload-artifact@v6
  with: { name: week, path: x.txt, retention-days: 7 }
- uses: actions/upload-artifact@v6
  with: { name: usual, path: x.txt }`;
  const { id } = await ran(first, list);
  const kept = () =>
    ['logs', 'artifacts'].map((name) => readdirSync(join(dataFolder, 'actions', name)).length);
  await first.close();
  expect(kept()).toEqual([1, 2]);
  const inDays = (days: number) => ({ ...systemClock, now: () => systemClock.now() + days * 24 * 3600_000 });

  const second = await makeWorld({ dataFolder, clock: inDays(8) });
  expect(kept()).toEqual([1, 1]);
  const [week, usual] = await listed(second, id);
  expect([week?.expired, usual?.expired]).toEqual([true, false]);
  const read = { ...where, artifact_id: week?.id ?? 0, archive_format: 'zip' };
  await expect(second.octokit.rest.actions.downloadArtifact(read)).rejects.toMatchObject({ status: 410 });
  await second.close();

  await (await makeWorld({ dataFolder, clock: inDays(91) })).close();
  expect(kept()).toEqual([0, 0]);
});
