import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Octokit } from '@octokit/rest';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { alive, makeWorld, numberIn, processesOf, repository, until, where } from './world.ts';

/** Starts the server as a process that can be killed. */
async function startProcess(dataFolder: string) {
  const outfile = join(dataFolder, 'server.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'server-process.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  const child = spawn(process.execPath, [outfile, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { api, token } = JSON.parse(line) as { api: string; token: string };
  return { child, octokit: new Octokit({ baseUrl: api, auth: token }) };
}

test('after kill -9 the next start ends what is left, concludes what ran, and goes on with what waited', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'actions-'));
  const { child, octokit } = await startProcess(dataFolder);
  const dispatch = async (endless: boolean) => {
    const asked = { ...where, workflow_id: 'run.yml', ref: 'main', inputs: { endless: String(endless) } };
    const { data } = await octokit.rest.actions.createWorkflowDispatch({
      ...asked,
      return_run_details: true,
    });
    return (data as { workflow_run_id: number }).workflow_run_id;
  };
  const running = await dispatch(true);
  const waiting = await dispatch(false);
  const log = () => {
    const path = join(dataFolder, 'actions', 'logs', '1.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  await until(() => /daemon=\d/.test(log()) && /unmarked=\d/.test(log()), 'the start of the daemons');
  const pids = [numberIn(log(), 'daemon'), numberIn(log(), 'unmarked')];
  const [, encoded = ''] = /Z token=(\S+)$/m.exec(log()) ?? [];

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(pids.map(alive)).toEqual([true, true]);

  const world = await makeWorld({ dataFolder });
  expect(pids.map(alive)).toEqual([false, false]);
  expect(await world.run(running)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect((await world.jobs(running)).map((job) => job.conclusion)).toEqual(['failure']);
  expect((await world.ended(waiting)).conclusion).toBe('success');
  expect(await world.log(waiting, 'one')).toContain('\nshort run of attempt 1\n');

  const told = world.github.admin
    .deliveries('listener')
    .map(
      (row) =>
        JSON.parse(row.payload) as {
          action: string;
          workflow_run?: { id: number; conclusion: string | null };
        },
    )
    .flatMap(({ action, workflow_run: run }) => (run ? [[run.id, action, run.conclusion]] : []));
  expect(told.filter(([id]) => id === running)).toEqual([
    [running, 'requested', null],
    [running, 'in_progress', null],
    [running, 'completed', 'failure'],
  ]);
  expect(told.filter(([id]) => id === waiting)).toEqual([
    [waiting, 'requested', null],
    [waiting, 'in_progress', null],
    [waiting, 'completed', 'success'],
  ]);
  const token = Buffer.from(encoded, 'base64').toString().trim();
  const answer = await fetch(`${world.github.api}/repos/${repository}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([token.slice(0, 4), answer.status]).toEqual(['ghs_', 401]);
});

test('the end of the server leaves no process and no work folder, and the next start concludes what ran', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'actions-'));
  const first = await makeWorld({ dataFolder, fresh: true });
  const id = await first.dispatch(
    'endless',
    `
on: workflow_dispatch
jobs:
  one:
    runs-on: x
    steps:
      - run: trap '' INT TERM; echo ready; while true; do sleep 0.05; done
      - if: always()
        run: echo not reached
`,
  );
  await first.says(id, 'ready');
  await first.close();
  expect(processesOf(dataFolder)).toEqual([]);
  expect(readdirSync(join(dataFolder, 'actions', 'work'))).toEqual([]);
  const second = await makeWorld({ dataFolder });
  expect(await second.run(id)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(await second.log(id)).not.toMatch(/^not reached$/m);
});
