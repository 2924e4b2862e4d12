import { describe, expect, test } from 'vitest';
import { makeWorld, type World, where } from './world.ts';

const file = (inputs = ''): string => `
name: Deploy
on:
  workflow_dispatch:
${inputs.replace(/^/gm, '    ')}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo '\${{ toJSON(inputs) }}'
`;

const path = '.github/workflows/deploy.yml';

function ask(
  world: World,
  given: { ref?: string; inputs?: Record<string, unknown>; id?: string; details?: boolean } = {},
) {
  return world.octokit.rest.actions.createWorkflowDispatch({
    ...where,
    workflow_id: given.id ?? 'deploy.yml',
    ref: given.ref ?? 'main',
    ...(given.inputs ? { inputs: given.inputs } : {}),
    ...(given.details === undefined ? {} : { return_run_details: given.details }),
  });
}

const refusal = (status: number, message: string | RegExp) => ({
  status,
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
});

describe('a dispatch', () => {
  test('is answered 204 without a body, or 200 with the run where details are asked for', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    expect(await ask(world)).toMatchObject({ status: 204 });
    const { status, data } = await ask(world, { details: true });
    const run = await world.run(2);
    expect({ status, data }).toEqual({
      status: 200,
      data: { workflow_run_id: 2, run_url: run.url, html_url: run.html_url },
    });
  });

  test('needs the file on the default branch', async () => {
    const world = await makeWorld();
    await world.commit({ 'README.md': 'x' });
    await world.commit({ [path]: file() }, { branch: 'topic' });
    await expect(ask(world, { ref: 'topic' })).rejects.toMatchObject(refusal(404, 'Not Found'));
    await world.commit({ [path]: file() });
    expect((await ask(world, { ref: 'topic' })).status).toBe(204);
  });

  test('also goes where the file has left the default branch but the workflow ran before', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    await ask(world);
    await world.commit({ [path]: file() }, { branch: 'topic' });
    await world.commit({ [path]: null, 'README.md': 'x' });
    expect((await ask(world, { ref: 'topic' })).status).toBe(204);
  });

  test('runs the copy of the file at the ref', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    const sha = await world.commit({ [path]: file().replace('echo ', 'echo topic ') }, { branch: 'topic' });
    const { data } = await ask(world, { ref: 'topic', details: true });
    const run = await world.ended((data as { workflow_run_id: number }).workflow_run_id);
    expect(run).toMatchObject({ head_branch: 'topic', head_sha: sha, conclusion: 'success', path });
    expect(await world.log(run.id)).toContain('\ntopic {}\n');
  });

  test('is refused where the ref’s copy has no such trigger, or there is no ref', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    await world.commit({ [path]: file().replace('workflow_dispatch:', 'push:') }, { branch: 'topic' });
    await expect(ask(world, { ref: 'topic' })).rejects.toMatchObject(
      refusal(422, "Workflow does not have 'workflow_dispatch' trigger"),
    );
    for (const ref of ['nowhere', 'main~1', '../main', 'refs/heads/none'])
      await expect(ask(world, { ref })).rejects.toMatchObject(refusal(422, `No ref found for: ${ref}`));
  });

  test('knows a workflow by its file, its path or its id', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    const { data } = await world.octokit.rest.actions.listRepoWorkflows(where);
    expect(data.workflows).toMatchObject([{ name: 'Deploy', path, state: 'active' }]);
    for (const id of [String(data.workflows[0]?.id), 'deploy.yml', path])
      expect((await ask(world, { id })).status).toBe(204);
    await expect(ask(world, { id: 'none.yml' })).rejects.toMatchObject(refusal(404, 'Not Found'));
  });

  test('checks its inputs and fills in defaults; `inputs` keeps types, the event has strings', async () => {
    const world = await makeWorld();
    const inputs = `inputs:
  what: { required: true }
  kind: { type: choice, options: [a, b], default: b }
  sure: { type: boolean }
  many: { type: number, default: 2 }
`;
    await world.commit({
      [path]: `${file(inputs)}      - run: echo '\${{ toJSON(github.event.inputs) }}'\n`,
    });
    await expect(ask(world)).rejects.toMatchObject(refusal(422, "Required input 'what' not provided"));
    await expect(ask(world, { inputs: { what: 'x', other: 'y' } })).rejects.toMatchObject(
      refusal(422, 'Unexpected inputs provided: ["other"]'),
    );
    for (const wrong of [{ kind: 'c' }, { sure: 'perhaps' }, { many: 'few' }, { what: { a: 1 } }])
      await expect(ask(world, { inputs: { what: 'x', ...wrong } })).rejects.toMatchObject(
        refusal(422, Object.keys(wrong)[0] ?? ''),
      );
    const { data } = await ask(world, { inputs: { what: 'x', sure: 'true' }, details: true });
    const run = await world.ended((data as { workflow_run_id: number }).workflow_run_id);
    const log = (await world.log(run.id)).replaceAll(/\s/g, '');
    expect(log).toContain('{"what":"x","kind":"b","sure":true,"many":2}');
    expect(log).toContain('{"what":"x","kind":"b","sure":"true","many":"2"}');
  });

  test('takes 25 inputs and 65,535 characters, no more', async () => {
    const world = await makeWorld();
    const names = Array.from({ length: 25 }, (_, index) => `i${index}`);
    const defined = `inputs:\n${names.map((name) => `  ${name}: {}`).join('\n')}`;
    await world.commit({ [path]: file(defined) });
    const inputs = Object.fromEntries(names.map((name) => [name, 'x']));
    expect((await ask(world, { inputs })).status).toBe(204);
    await expect(ask(world, { inputs: { ...inputs, more: 'x' } })).rejects.toMatchObject(
      refusal(422, '25 inputs'),
    );
    await expect(ask(world, { inputs: { i0: 'x'.repeat(65_536) } })).rejects.toMatchObject(
      refusal(422, 'too large'),
    );
    await world.commit({ [path]: file(`${defined}\n  i25: {}`) });
    await expect(ask(world)).rejects.toMatchObject(refusal(422, 'you may only define up to 25 `inputs`'));
  });

  test('needs `actions: write`; reading runs needs less', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    const visitor = world.as('visitor', 'read');
    await expect(
      visitor.rest.actions.createWorkflowDispatch({ ...where, workflow_id: 'deploy.yml', ref: 'main' }),
    ).rejects.toMatchObject({ status: 403 });
    expect((await visitor.rest.actions.listWorkflowRunsForRepo(where)).data.total_count).toBe(0);
  });

  test('by a job’s own token starts a run', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    const id = await world.dispatch(
      'again',
      `
on: workflow_dispatch
permissions: { actions: write }
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - env: { TOKEN: '\${{ github.token }}' }
        run: |
          curl -sf -X POST -H "Authorization: Bearer $TOKEN" -d '{"ref":"main"}' \\
            "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/workflows/deploy.yml/dispatches"
`,
    );
    expect((await world.ended(id)).conclusion).toBe('success');
    const { data } = await world.octokit.rest.actions.listWorkflowRuns({
      ...where,
      workflow_id: 'deploy.yml',
    });
    expect(data.workflow_runs).toMatchObject([
      { event: 'workflow_dispatch', actor: { login: 'github-actions[bot]' } },
    ]);
  });

  test('whose answer is lost has started its run; asked once more there are two', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    world.github.misbehave.dropAnswer({ route: 'POST /repos/:owner/:repo/actions/workflows/:id/dispatches' });
    await expect(ask(world)).rejects.toThrow();
    await ask(world);
    expect((await world.octokit.rest.actions.listWorkflowRunsForRepo(where)).data.total_count).toBe(2);
  });

  test('of unknown body keys is refused by name, as are routes that are not served', async () => {
    const world = await makeWorld();
    await world.commit({ [path]: file() });
    const post = (url: string, data: object) => world.octokit.request(`POST ${url}`, { ...where, ...data });
    await expect(
      post('/repos/{owner}/{repo}/actions/workflows/deploy.yml/dispatches', { ref: 'main', priority: 1 }),
    ).rejects.toMatchObject(refusal(422, 'body key "priority"'));
    await expect(post('/repos/{owner}/{repo}/actions/runs/1/approve', {})).rejects.toMatchObject(
      refusal(
        404,
        'not supported by the embedded GitHub: POST /api/v3/repos/acme/desk/actions/runs/1/approve',
      ),
    );
  });
});

describe('a title', () => {
  test('is the evaluated run-name, or the workflow’s name', async () => {
    const world = await makeWorld();
    const plain = await world.dispatch('plain', file());
    expect(await world.run(plain)).toMatchObject({ name: 'Deploy', display_title: 'Deploy', run_number: 1 });
    const titled = file('inputs: { ticket: {} }').replace(
      'on:',
      `run-name: '\${{ inputs.ticket }} #3 dev'\non:`,
    );
    const named = await world.dispatch('named', titled, { ticket: 'MC-4159' });
    expect(await world.run(named)).toMatchObject({ name: 'Deploy', display_title: 'MC-4159 #3 dev' });
  });

  test('that cannot be evaluated lets the run end as a startup failure', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('bad', file().replace('on:', `run-name: \${{ fromJSON('{') }}\non:`));
    expect(await world.run(id)).toMatchObject({ status: 'completed', conclusion: 'startup_failure' });
    expect(await world.jobs(id)).toEqual([]);
  });
});
