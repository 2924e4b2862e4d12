import { describe, expect, test } from 'vitest';
import { logOf, steps } from './job-of-steps.ts';
import { makeWorld, repository, until, where } from './world.ts';

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

describe('an action of a repository on this server', () => {
  const action = (words: string) => ({
    'action.yml': 'name: A\ninputs: { who: { default: you } }\nruns: { using: node24, main: sub/main.js }',
    'sub/main.js': `console.log("${words} " + process.env.INPUT_WHO + " of " + process.env.GITHUB_ACTION_REPOSITORY + " at " + process.env.GITHUB_ACTION_REF + " in " + process.cwd().split("/").pop())`,
    'inner/action.yml':
      "name: I\nruns: { using: composite, steps: [{ run: 'echo inner; ls', shell: bash }] }",
  });

  test('runs by commit, by branch and from a folder of it, with no checkout before', async () => {
    const world = await makeWorld();
    const { admin } = world.github;
    await admin.createRepository('acme/tool');
    const old = await admin.commit('acme/tool', { by: 'lucienne', files: action('old') });
    await admin.commit('acme/tool', { by: 'lucienne', files: action('new') });
    const { lines, conclusion } = await logOf(
      world,
      `- uses: acme/tool@${old}\n  with: { who: me }\n- uses: acme/tool@main\n- uses: acme/tool/inner@main`,
    );

    expect(lines.filter((line) => line.startsWith('##[error]'))).toEqual([]);
    expect(conclusion).toBe('success');
    expect(lines).toEqual(
      expect.arrayContaining([
        `Download action repository 'acme/tool@${old}' (SHA:${old})`,
        `old me of acme/tool at ${old} in desk`,
        'new you of acme/tool at main in desk',
        'inner',
      ]),
    );
    expect(lines).not.toContain('action.yml'); // the work tree is the job's, and nothing was checked out there
  });

  test('that is not there, or not for this repository, is refused by name before the first step', async () => {
    const world = await makeWorld();
    await world.github.admin.createRepository('acme/tool');
    await world.github.admin.createRepository('acme/secret', { private: true });
    const words = async (uses: string) => {
      const { lines, conclusion } = await logOf(world, `- run: echo begun\n- uses: ${uses}`);
      expect(conclusion).toBe('failure');
      expect(lines).not.toContain('begun');
      return lines.find((line) => line.startsWith('##[error]'));
    };

    expect(await words('acme/absent@main')).toBe(
      '##[error]Unable to resolve action. Repository not found: acme/absent',
    );
    expect(await words('acme/secret@main')).toContain('Repository not found: acme/secret');
    expect(await words('acme/tool@v9')).toBe(
      '##[error]Unable to resolve action `acme/tool@v9`, unable to find version `v9`',
    );
  });
});
