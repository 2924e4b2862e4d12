import { describe, expect, test } from 'vitest';
import { makeWorld, repository, until, type World, where } from './world.ts';

/** A workflow of one job with these steps. */
const steps = (list: string, job = ''): string => `
name: Steps
on: workflow_dispatch
jobs:
  one:
    runs-on: ubuntu-latest
${job.replace(/^/gm, '    ')}
    steps:
${list.replace(/^/gm, '      ')}
`;

async function logOf(
  world: World,
  list: string,
  job = '',
): Promise<{ lines: string[]; conclusion: string | null }> {
  const id = await world.dispatch('steps', steps(list, job));
  const { conclusion } = await world.ended(id);
  return { lines: (await world.log(id)).split('\n'), conclusion };
}

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

describe('a log', () => {
  test('shows no secret: neither the repository’s, the job’s token, nor what a step asks to mask', async () => {
    const world = await makeWorld();
    world.github.actions.setSecret(repository, 'API_KEY', 'first-line\nsecond-line');
    const { lines } = await logOf(
      world,
      `
- env: { KEY: '\${{ secrets.API_KEY }}', TOKEN: '\${{ secrets.GITHUB_TOKEN }}', NONE: '\${{ secrets.NONE }}' }
  run: |
    echo "::add-mask::home-made"
    echo "key $KEY"
    echo "one $TOKEN two home-made three[$NONE]"
    echo "same \${{ github.token == secrets.GITHUB_TOKEN }}"`,
    );
    expect(lines).toEqual(expect.arrayContaining(['key ***', '***', 'one *** two *** three[]', 'same true']));
    expect(lines.join('\n')).not.toMatch(/first-line|second-line|ghs_/);
  });

  test('knows GitHub’s commands; those that GitHub switched off fail the step', async () => {
    const world = await makeWorld();
    const { lines } = await logOf(
      world,
      `
- run: |
    echo "::group::Details"
    echo "::error file=a.ts,line=3::It is wrong%0Aand again"
    echo "::warning::Careful"
    echo "::debug::unseen"
    echo "::unknown::kept"
    echo "::stop-commands::pause"
    echo "::error::as it is"
    echo "::pause::"
    echo "::endgroup::"`,
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        '##[group]Details',
        '##[error]It is wrong',
        'and again',
        '##[warning]Careful',
        '::unknown::kept',
        '::error::as it is',
        '##[endgroup]',
      ]),
    );
    expect(lines).not.toContain('unseen');
    expect((await logOf(world, '- run: echo "::set-output name=a::b"')).conclusion).toBe('failure');
  });

  test('is had after the job’s end, by a redirect; while it runs the answer is 404', async () => {
    const world = await makeWorld();
    const id = await world.dispatch('steps', steps('- run: echo ready; while true; do sleep 0.02; done'));
    await world.says(id, 'ready');
    const [job] = await world.jobs(id);
    const ask = () =>
      world.octokit.rest.actions.downloadJobLogsForWorkflowRun({
        ...where,
        job_id: job?.id ?? 0,
        request: { redirect: 'manual' },
      });
    await expect(ask()).rejects.toMatchObject({ status: 404 });
    await world.octokit.rest.actions.forceCancelWorkflowRun({ ...where, run_id: id });
    await world.ended(id);
    await expect(ask()).resolves.toMatchObject({ status: 302 });
    expect(world.github.actions.log(job?.id ?? 0)).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z Runner name: /,
    );
  });

  test('is bounded', async () => {
    const world = await makeWorld();
    const id = await world.dispatch(
      'steps',
      steps('- run: yes "$(head -c 1000 /dev/zero | tr "\\0" x)" | head -c 20000000\n- run: echo after'),
    );
    expect((await world.ended(id)).conclusion).toBe('success');
    const log = await world.log(id);
    expect(log.length).toBeLessThan(17 * 1024 * 1024);
    expect(log.trimEnd()).toMatch(/##\[error\]The log is cut here: it is too long\.$/);
  });

  test('does not wait for what a step left running with its output', async () => {
    const world = await makeWorld();
    const { conclusion, lines } = await logOf(
      world,
      '- run: (while true; do echo noise; sleep 0.05; done) &\n- run: echo next',
    );
    expect(conclusion).toBe('success');
    expect(lines).toContain('next');
  });
});

describe('outputs', () => {
  test('that hold a secret are not handed on', async () => {
    const world = await makeWorld();
    world.github.actions.setSecret(repository, 'KEY', 'hush-hush');
    const id = await world.dispatch(
      'outputs',
      `
on: workflow_dispatch
jobs:
  one:
    runs-on: ubuntu-latest
    outputs: { plain: '\${{ steps.a.outputs.plain }}', secret: '\${{ steps.a.outputs.secret }}' }
    steps:
      - id: a
        run: |
          echo "plain=word" >> "$GITHUB_OUTPUT"
          echo "secret=hush-hush" >> "$GITHUB_OUTPUT"
  two:
    needs: one
    runs-on: ubuntu-latest
    steps:
      - run: echo "[\${{ needs.one.outputs.plain }}] [\${{ needs.one.outputs.secret }}]"
`,
    );
    await world.ended(id);
    expect(await world.log(id, 'two')).toContain('\n[word] []\n');
    expect(await world.log(id, 'one')).toContain("Skip output 'secret' since it may contain secret.");
  });
});

describe('checkout', () => {
  test('fetches the run’s commit, a branch, a tag or a commit, into a folder, shallow unless told otherwise', async () => {
    const world = await makeWorld();
    const old = await world.commit({ 'a.txt': 'old' });
    await world.commit({ 'a.txt': 'topic' }, { branch: 'topic' });
    const list = `
- uses: actions/checkout@v5
- run: echo "main $(cat a.txt) $(git rev-parse --abbrev-ref HEAD) $(git rev-list --count HEAD)"
- uses: actions/checkout@v5
  with: { ref: topic, path: there, fetch-depth: 0 }
- run: echo "topic $(cat there/a.txt) $(git -C there rev-parse --abbrev-ref HEAD) $(git -C there branch -r | wc -l)"
- uses: actions/checkout@v5
  with: { ref: ${old}, path: old }
- run: echo "old $(cat old/a.txt) $(git -C old rev-parse --abbrev-ref HEAD)"
- uses: actions/checkout@v5
  with: { ref: nowhere }`;
    const { lines, conclusion } = await logOf(world, list);
    expect(lines).toEqual(expect.arrayContaining(['main old main 1', 'topic topic topic 2', 'old old HEAD']));
    expect(conclusion).toBe('failure');
  });

  test('leaves a login for later steps, good for what the job may do, and ended with the job', async () => {
    const world = await makeWorld();
    const push = `
- uses: actions/checkout@v5
- run: |
    git config --get-all http.${world.github.url}/.extraheader | base64 -w0 > login.txt
    git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x
    git push -q origin HEAD:refs/heads/made && echo pushed || echo refused
    cat login.txt; echo`;
    const refused = await logOf(world, push);
    expect(refused.lines).toContain('refused');
    const allowed = await logOf(world, push, 'permissions: { contents: write }');
    expect(allowed.lines).toContain('pushed');
    const encoded = allowed.lines.filter((line) => /^[A-Za-z0-9+/]{40,}=*$/.test(line)).join('');
    const [, basic = ''] = /basic (\S+)/i.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    const [, token = ''] = Buffer.from(basic, 'base64').toString().split(':');
    expect(token).toMatch(/^ghs_/);
    const answer = await fetch(`${world.github.api}/repos/${repository}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(401);
  });

  test('keeps no login where told so', async () => {
    const world = await makeWorld();
    const { lines } = await logOf(
      world,
      `
- uses: actions/checkout@v5
- uses: actions/checkout@v5
  with: { persist-credentials: false }
- run: git config --get-regexp extraheader || echo none`,
    );
    expect(lines).toContain('none');
  });
});

describe('an action of the repository', () => {
  test('needs a checkout before it, stays in the tree, and warns of inputs it does not know', async () => {
    const world = await makeWorld();
    const action = `name: A\ninputs: { known: {} }\nruns: { using: composite, steps: [{ run: 'echo "known=\${{ inputs.known }}"', shell: bash }] }`;
    await world.commit({ 'a/action.yml': action });
    const missing = await logOf(world, '- uses: ./a');
    expect(missing.lines.join('\n')).toContain(
      'Did you forget to run actions/checkout before running your local action?',
    );
    const outside = await logOf(world, '- uses: ./../../a');
    expect(outside.lines.join('\n')).toContain('is outside of the work tree');
    const { lines, conclusion } = await logOf(
      world,
      '- uses: actions/checkout@v5\n- uses: ./a\n  with: { known: 1, other: 2 }',
    );
    expect(conclusion).toBe('success');
    expect(lines).toContain('known=1');
    expect(lines.join('\n')).toContain("##[warning]Unexpected input(s) 'other'");
  });

  test('of another kind is refused by name when it is to run', async () => {
    const world = await makeWorld();
    await world.commit({ 'a/action.yml': 'name: A\nruns: { using: docker, image: Dockerfile }' });
    const { lines, conclusion } = await logOf(world, '- uses: actions/checkout@v5\n- uses: ./a');
    expect(conclusion).toBe('failure');
    expect(lines.join('\n')).toContain('a/action.yml, line 2 at `runs.using`: `docker` is not supported');
  });

  test('interrupted in the middle runs its always() steps; its post step runs too', async () => {
    const world = await makeWorld();
    await world.commit({
      'c/action.yml': `
name: C
runs:
  using: composite
  steps:
    - { shell: bash, run: 'echo ready; while true; do sleep 0.02; done' }
    - { shell: bash, run: echo not reached }
    - { shell: bash, if: always(), run: echo inner always }
`,
      'n/action.yml': 'name: N\nruns: { using: node24, main: main.js, post: post.js }',
      'n/main.js': 'console.log("main ran")',
      'n/post.js': 'console.log("post ran")',
    });
    const id = await world.dispatch(
      'steps',
      steps('- uses: actions/checkout@v5\n- uses: ./n\n- uses: ./c\n- run: echo not reached'),
    );
    await world.says(id, 'ready');
    await world.octokit.rest.actions.cancelWorkflowRun({ ...where, run_id: id });
    expect((await world.ended(id)).conclusion).toBe('cancelled');
    const lines = (await world.log(id)).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['main ran', 'inner always', 'post ran']));
    expect(lines).not.toContain('not reached');
    const [job] = await world.jobs(id);
    expect(job?.steps?.at(-1)).toMatchObject({ name: 'Post Run ./n', conclusion: 'success' });
  });

  test('a JavaScript action is itself the entry process: the interrupt reaches it', async () => {
    const world = await makeWorld({ cancelScale: 1 });
    await world.commit({
      'n/action.yml': 'name: N\nruns: { using: node20, main: main.js }',
      'n/main.js': `process.on('SIGINT', () => { console.log('interrupted'); process.exit(0); }); setInterval(() => {}, 1000); console.log('ready');`,
    });
    const id = await world.dispatch('steps', steps('- uses: actions/checkout@v5\n- uses: ./n'));
    await world.says(id, 'ready');
    await world.octokit.rest.actions.cancelWorkflowRun({ ...where, run_id: id });
    await until(async () => (await world.run(id)).status === 'completed');
    expect(await world.log(id)).toContain('\ninterrupted\n');
  });
});
