import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { witnessRef } from '../../src/ticket/paths.ts';
import { cloneOf, type PersonsClone } from '../support/clone.ts';
import { codeFiles } from '../support/code-files.ts';
import { World } from '../support/world.ts';

// A repository with a README and nothing else; its people have installed the app. One command, and the line is worked.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const at = { owner: 'acme', repo: 'desk' };
/** What a command-line agent does: it reads its prompt, changes files, and says what it did. */
const agent = ['sh', '-c', 'cat > told.md && echo "DONE: told.md holds what I was told"'];

let desk: World;
let hers: PersonsClone;

beforeAll(async () => {
  const { 'README.md': _, ...code } = codeFiles({});
  const none = Object.fromEntries(Object.keys(code).map((path) => [path, null]));
  desk = await World.start({ noApp: true, files: none });
  hers = await cloneOf(desk, 'lucienne', { GH_TOKEN: desk.tokens.get('lucienne') ?? '' });
});
afterAll(() => desk.end());

interface Reported {
  steps: { kind: string; what: string; action: string; note: string }[];
  done: { kind: string; what: string }[];
  failed: unknown[];
}

async function init(...flags: string[]): Promise<Reported & { status: number }> {
  const { status, stdout, stderr } = await hers.signalbox('init', '--json', ...flags);
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as Reported) };
}

/** Every ref of the remote, and the labels and rulesets of the repository. */
async function everything(): Promise<unknown> {
  const { rest } = desk.as('lucienne');
  const [labels, rulesets] = [
    await rest.issues.listLabelsForRepo({ ...at, per_page: 100 }),
    await rest.repos.getRepoRulesets(at),
  ];
  return [
    await hers.git('ls-remote', 'origin'),
    labels.data,
    rulesets.data,
    await hers.git('status', '--short'),
  ];
}

test('a look changes nothing', async () => {
  const before = await everything();
  const { status, steps, done } = await init('--dry-run', '--agent', JSON.stringify(agent));
  expect({ status, done }).toEqual({ status: 0, done: [] });
  expect(
    steps.filter(({ action }) => action !== 'create').map(({ kind, action }) => `${kind} ${action}`),
  ).toEqual(['push update']);
  expect(await everything()).toEqual(before);
});

test('one command sets it up whole, and then the line works', async () => {
  const { status, done, failed } = await init('--yes', '--agent', JSON.stringify(agent));
  expect({ status, failed }).toEqual({ status: 0, failed: [] });
  expect(done.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['state-branch', 'label', 'ruleset', 'file', 'commit', 'push']),
  );
  expect(await hers.git('status', '--short')).toBe('');
  // an orphan that holds nothing yet, with its witness
  expect(await hers.git('ls-remote', 'origin', 'signalbox')).toMatch(/^\w{40}\trefs\/heads\/signalbox$/);
  expect(desk.ref(witnessRef)).toBe(desk.ref('refs/heads/signalbox'));
  expect(desk.files('signalbox')).toEqual(['']);
  expect(desk.files('main')).toEqual(
    expect.arrayContaining([
      '.github/ISSUE_TEMPLATE/ticket.yml',
      '.github/actions/signalbox/index.js',
      '.github/signalbox.yml',
      '.github/signalbox/config.schema.json',
      '.github/workflows/signalbox.yml',
    ]),
  );

  await desk.startApp();
  const issue = await desk.openIssue({ body: 'Tell what you were told.', labels: ['ticket', 'release'] });
  const id = `DESK-${issue}`;
  await desk.untilState(id, 'review');
  const { rest } = desk.as('lucienne');
  const pull = await desk.until('its pull request is open', async () => (await rest.pulls.list(at)).data[0]);
  expect(desk.file('told.md', pull.head.sha)).toContain('Tell what you were told.');
  await rest.pulls.merge({ ...at, pull_number: pull.number });
  await desk.untilState(id, 'done');
  expect(desk.file('told.md', 'main')).toContain('Tell what you were told.');
  // the app found its labels made, and had nothing to say of them
  const { data: issues } = await rest.issues.listForRepo({ ...at, state: 'all', creator: 'signalbox[bot]' });
  expect(issues.filter(({ pull_request }) => !pull_request)).toEqual([]);
  await desk.github.delivered();
  await desk.stopApp();
});

test('nobody forces the state branch back, or deletes it', async () => {
  const [first = ''] = (await hers.git('log', '--format=%H', '--reverse')).split('\n');
  for (const ref of [`+${first}:refs/heads/signalbox`, ':refs/heads/signalbox'])
    await expect(hers.git('push', 'origin', ref)).rejects.toThrow(/GH013/);
});

test('again it changes nothing, and says so', async () => {
  await hers.git('pull', '--quiet');
  const before = await everything();
  const { stdout, status } = await hers.signalbox('init', '--yes');
  expect({ stdout: stdout.trim(), status }).toEqual({
    stdout: 'Nothing to do: acme/desk is set up.\n  left as it is: .github/signalbox.yml (it is yours)',
    status: 0,
  });
  expect(await everything()).toEqual(before);
});

test('what somebody edited stays; what is old and untouched is renewed', async () => {
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(hers.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  edit('.github/workflows/signalbox.yml', (text) => text.replace('ubuntu-latest', 'ubuntu-24.04'));
  edit('.github/actions/signalbox/index.js', (text) => `${text}// old\n`);
  // a secret that the agent may see from now on: the form, which nobody edited, is as it was
  edit('.github/signalbox.yml', (text) =>
    text.replace('# environment: [MY_API_KEY]', 'environment: [MY_API_KEY]'),
  );
  await hers.git('commit', '--quiet', '--all', '--message', 'ours');
  const { steps, done } = await init('--yes');
  expect(done).toEqual([
    { kind: 'file', what: '.github/actions/signalbox/index.js' },
    { kind: 'commit', what: 'main' },
    { kind: 'push', what: 'main' },
  ]);
  const workflow = steps.find(({ what }) => what.endsWith('workflows/signalbox.yml'));
  expect(workflow).toMatchObject({ action: 'keep', note: expect.stringContaining('somebody edited it') });
  expect(desk.file('.github/workflows/signalbox.yml', 'main')).toContain('ubuntu-24.04');
  expect(desk.file('.github/signalbox.yml', 'main')).toContain('    environment: [MY_API_KEY]');

  // deleted, it is had anew, with the secret for the one step
  await hers.git('rm', '--quiet', '.github/workflows/signalbox.yml');
  await init('--yes');
  expect(desk.file('.github/workflows/signalbox.yml', 'main')).toContain(
    `        uses: ./.github/actions/signalbox\n        env:\n          MY_API_KEY: \${{ secrets.MY_API_KEY }}\n`,
  );
});
