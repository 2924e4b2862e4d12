import { describe, expect, test } from 'vitest';
import { logOf } from './job-of-steps.ts';
import { makeWorld, repository } from './world.ts';

describe('the environment of a step', () => {
  test('starts clean: nothing of the server’s own, a home of the job’s, and no token', async () => {
    process.env.SERVER_SECRET = 'do not leak';
    const world = await makeWorld();
    delete process.env.SERVER_SECRET;
    const { lines } = await logOf(world, '- run: env');
    const variables = Object.fromEntries(
      lines
        .filter((line) => /^\w+=/.test(line))
        .map((line) => [line.split('=')[0] ?? '', line.replace(/^\w+=/, '')]),
    );
    expect(variables).toMatchObject({
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'lucienne',
      GITHUB_API_URL: world.github.api,
      GITHUB_EVENT_NAME: 'workflow_dispatch',
      GITHUB_JOB: 'one',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REPOSITORY: repository,
      GITHUB_REPOSITORY_OWNER: 'acme',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_NUMBER: '1',
      GITHUB_SERVER_URL: world.github.url,
      GITHUB_TRIGGERING_ACTOR: 'lucienne',
      GITHUB_WORKFLOW: 'Steps',
      GITHUB_WORKFLOW_REF: 'acme/desk/.github/workflows/steps.yml@refs/heads/main',
      RUNNER_OS: 'Linux',
      PATH: process.env.PATH,
    });
    for (const name of ['HOME', 'GITHUB_WORKSPACE', 'RUNNER_TEMP', 'GITHUB_EVENT_PATH'])
      expect(variables[name]).toContain(`${world.dataFolder}/actions/work/1/`);
    expect(Object.keys(variables).filter((name) => /TOKEN|SECRET|npm_|VITEST/.test(name))).toEqual([]);
  });

  test('is told of the event in a file', async () => {
    const world = await makeWorld();
    const script =
      'node -p "const e = JSON.parse(require(\'fs\').readFileSync(process.env.GITHUB_EVENT_PATH)); [e.ref, e.repository.full_name, e.sender.login].join()"';
    const { lines } = await logOf(world, `- run: |\n    ${script}`);
    expect(lines).toContain('refs/heads/main,acme/desk,lucienne');
  });

  test('grows by GITHUB_ENV and GITHUB_PATH, for later steps', async () => {
    const world = await makeWorld();
    const { lines } = await logOf(
      world,
      `
- run: |
    echo "COLOUR=green" >> "$GITHUB_ENV"
    echo "GITHUB_RUN_ID=4711" >> "$GITHUB_ENV"
    printf 'POEM<<END\\nroses\\nviolets\\nEND\\n' >> "$GITHUB_ENV"
    echo "$RUNNER_TEMP/first" >> "$GITHUB_PATH"
    echo "$RUNNER_TEMP/second" >> "$GITHUB_PATH"
    echo "now:$COLOUR"
- run: |
    echo "then:$COLOUR \${{ env.COLOUR }} $GITHUB_RUN_ID"
    echo "$POEM"
    echo "\${PATH%%:*}"
- env: { COLOUR: red }
  run: echo "here:$COLOUR"
- run: echo "there:$COLOUR"`,
      'env: { COLOUR: blue }',
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'now:blue',
        'then:green green 1',
        'roses',
        'violets',
        'here:red',
        'there:green',
      ]),
    );
    expect(lines.some((line) => line.endsWith('/_temp/second'))).toBe(true);
  });

  test('takes no malformed additions, and no NODE_OPTIONS', async () => {
    const world = await makeWorld();
    const { lines } = await logOf(world, '- run: echo "broken $GITHUB_ENV" > "$GITHUB_ENV"');
    expect(lines.join('\n')).toContain("##[error]Invalid format 'broken ");
    const second = await logOf(world, '- run: echo NODE_OPTIONS=--inspect >> "$GITHUB_ENV"');
    expect(second.conclusion).toBe('failure');
  });

  test('may be added to by whoever starts the server', async () => {
    const world = await makeWorld({
      runnerEnvironment: { TOOL: 'here', PATH: `/opt/tools:${process.env.PATH}` },
    });
    const { lines } = await logOf(world, `- run: echo "$TOOL \${PATH%%:*}"`);
    expect(lines).toContain('here /opt/tools');
  });
});

describe('a shell', () => {
  const failingPipe = 'false | true';

  test('is bash -e where none is stated, and has pipefail where bash is', async () => {
    const world = await makeWorld();
    expect((await logOf(world, `- run: ${failingPipe}`)).conclusion).toBe('success');
    expect((await logOf(world, `- shell: bash\n  run: ${failingPipe}`)).conclusion).toBe('failure');
    expect((await logOf(world, '- run: |\n    false\n    echo not reached')).lines).not.toContain(
      'not reached',
    );
    const { lines } = await logOf(world, `- shell: sh\n  run: echo "$0 \${BASH_VERSION-none}"`);
    expect(lines.some((line) => /\.sh none$/.test(line))).toBe(true);
  });

  test('stands in the workspace, or where it is told to', async () => {
    const world = await makeWorld();
    const { lines, conclusion } = await logOf(
      world,
      `
- run: mkdir -p deep/er && pwd
- working-directory: deep/er
  run: pwd
- working-directory: nowhere
  run: pwd`,
    );
    expect(lines.some((line) => line.endsWith('/desk/desk'))).toBe(true);
    expect(lines.some((line) => line.endsWith('/desk/desk/deep/er'))).toBe(true);
    expect(conclusion).toBe('failure');
  });

  test('that takes too long is ended, by the step’s limit or the job’s', async () => {
    const world = await makeWorld();
    const step = await logOf(
      world,
      '- timeout-minutes: 0.005\n  run: while true; do sleep 0.02; done\n- if: failure()\n  run: echo went on',
    );
    expect(step.conclusion).toBe('failure');
    expect(step.lines.join('\n')).toContain('has timed out after 0.005 minutes');
    expect(step.lines).toContain('went on');
    const job = await logOf(
      world,
      '- run: while true; do sleep 0.02; done\n- if: always()\n  run: echo tidied',
      'timeout-minutes: 0.005',
    );
    expect(job.conclusion).toBe('cancelled');
    expect(job.lines).toContain('tidied');
  });

  test('is given its text after expressions are put in, so hostile text runs: as on GitHub', async () => {
    const world = await makeWorld();
    world.github.actions.setVariable(repository, 'TITLE', 'x"; echo injected; echo "');
    const { lines } = await logOf(
      world,
      `- run: echo "\${{ vars.TITLE }}"\n- env: { TITLE: "\${{ vars.TITLE }}" }\n  run: echo "safe $TITLE"`,
    );
    expect(lines).toEqual(expect.arrayContaining(['injected', 'safe x"; echo injected; echo "']));
  });
});
