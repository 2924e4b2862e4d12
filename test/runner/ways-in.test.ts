import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { signalbox } from '../cli/command.ts';
import { bundled } from '../support/bundled.ts';
import { bundleText, toolProgram } from '../support/tool-agent.ts';
import { type Desk, makeDesk } from './desk.ts';

/*
 * The ways into the runner beside the action that a repository carries itself: the action by its repository and commit, and
 * the command in a step of its own. Both in the embedded Actions.
 */

let desk: Desk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

const workflowPath = '.github/workflows/signalbox.yml';
const own = readFileSync(workflowPath, 'utf8');

/** Our workflow with one step in the place of the checkout and of the action that the repository carries. */
async function withStep(step: string): Promise<Desk> {
  const [before = '', after = ''] = own.split(/^ {6}- uses: actions\/checkout[\s\S]*?(?=^ {6}# Work that)/m);
  expect(after).toContain('actions/upload-artifact');
  desk = await makeDesk({ luci: 'echo work > work.txt; echo "DONE: by another way"' });
  const files = {
    [workflowPath]: `${before}${step.replace(/^/gm, '      ').trimEnd()}\n${after}`,
    '.github/actions/signalbox/action.yml': null,
    '.github/actions/signalbox/index.js': null,
  };
  await desk.github.admin.commit('acme/desk', { by: 'lucienne', files });
  return desk;
}

it('the action by its repository and commit: the workflow checks nothing out, and carries nothing of it', async () => {
  const desk = await withStep('- run: echo "not yet"');
  const { admin } = desk.github;
  await admin.createRepository('acme/signalbox');
  const folder = '.github/actions/signalbox';
  const commit = await admin.commit('acme/signalbox', {
    by: 'lucienne',
    files: {
      'action.yml': readFileSync('action.yml', 'utf8'),
      'package.json': readFileSync('package.json', 'utf8'), // says "module", and the bundle is none
      [`${folder}/package.json`]: readFileSync(`${folder}/package.json`, 'utf8'),
      [`${folder}/index.js`]: await bundleText('src/action.ts', 'cjs'),
      [`${folder}/mcp.js`]: await toolProgram(),
    },
  });
  const inputs = ['ticket', 'attempt', 'claim'].map((name) => `    ${name}: \${{ inputs.${name} }}`);
  const step = ['- id: attempt', `  uses: acme/signalbox@${commit}`, '  with:', ...inputs];
  const text = (await desk.git('show', `main:${workflowPath}`)).replace(
    '      - run: echo "not yet"',
    step.map((line) => `      ${line}`).join('\n'),
  );
  await admin.commit('acme/desk', { by: 'lucienne', files: { [workflowPath]: text } });
  const claim = await desk.claimed('MC-1', 'luci');
  const { log, conclusion } = await desk.ended(await desk.dispatch('MC-1', 1, claim));

  expect(log).toContain(`Download action repository 'acme/signalbox@${commit}'`);
  expect(conclusion).toBe('success');
  expect(await desk.ticket('MC-1')).toMatchObject({
    state: 'done',
    attempts: [{ reason: 'by another way' }],
  });
  expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:work.txt')).toBe('work\n');
});

it('`signalbox run` in a step of its own reads the rest from the event of its run, and answers by the same outputs', async () => {
  const program = await bundled('src/main.ts');
  const desk = await withStep(`- id: attempt
  run: exec ${process.execPath} ${program} run
  env: { GITHUB_TOKEN: "\${{ github.token }}" }
- run: echo "it said \${{ steps.attempt.outputs.outcome }} \${{ steps.attempt.outputs.code }}"`);
  const claim = await desk.claimed('MC-1', 'luci');
  const { log, conclusion } = await desk.ended(await desk.dispatch('MC-1', 1, claim));

  expect(log).toContain('it said done ok');
  expect(conclusion).toBe('success');
  expect(await desk.ticket('MC-1')).toMatchObject({
    state: 'done',
    attempts: [{ reason: 'by another way' }],
  });
});

it('`signalbox run` outside of a job, or in a run that was started for no attempt, refuses and says where it belongs', async () => {
  const outside = await signalbox(['run']);
  expect(outside).toMatchObject({ status: 1, stdout: '' });
  expect(outside.stderr).toContain(
    'not-in-actions: this is no job of Actions. An attempt belongs to the run',
  );

  const environment = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: '/nowhere' };
  const other = await signalbox(['run'], undefined, { environment });
  expect(other).toMatchObject({ status: 1, stdout: '' });
  expect(other.stderr).toContain('not-dispatched: this run was not started for an attempt');
});
