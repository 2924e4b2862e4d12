import { describe, expect, test } from 'vitest';
import { logOf, steps } from './job-of-steps.ts';
import { makeWorld, repository, where } from './world.ts';

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

  test('takes a carriage return for a line’s end, and a command in the old form anywhere in a line, as GitHub’s runner does', async () => {
    const world = await makeWorld();
    const { lines } = await logOf(
      world,
      String.raw`- run: |
    printf 'shown\r::add-mask::home-made\r\nand\r\nsaid ##[error]in the old form\nhome-made\n'`,
    );
    expect(lines).toEqual(expect.arrayContaining(['shown', 'and', '##[error]in the old form', '***']));
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
