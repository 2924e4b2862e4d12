import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Finding } from '../../src/setup/checks.ts';
import { doctor } from '../../src/wire-doctor.ts';
import { manifest } from '../../src/wire-local.ts';
import { cloneOf, type PersonsClone } from '../support/clone.ts';
import { codeFiles } from '../support/code-files.ts';
import { World } from '../support/world.ts';

// A repository that was set up with one command is well; then somebody breaks one thing after another.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const root = join(import.meta.dirname, '..', '..');
const at = { owner: 'acme', repo: 'desk' };
const workflow = '.github/workflows/signalbox.yml';
const config = '.github/signalbox.yml';

let desk: World;
let hers: PersonsClone;
let environment: Record<string, string>;

beforeAll(async () => {
  const { 'README.md': _, ...code } = codeFiles({});
  const none = Object.fromEntries(Object.keys(code).map((path) => [path, null]));
  desk = await World.start({ noApp: true, files: none });
  environment = { ...desk.appEnvironment, GH_TOKEN: desk.tokens.get('lucienne') ?? '' };
  hers = await cloneOf(desk, 'lucienne', environment);
  // In this process git finds her login as in hers.
  vi.stubEnv('HOME', join(hers.folder, '..'));
  const said = await hers.signalbox('init', '--yes', '--agent', '["sh", "-c", "echo DONE: nothing"]');
  expect(said).toMatchObject({ status: 0, stderr: '' });
  await desk.startApp();
  await desk.openIssue({ labels: [] });
  await desk.github.delivered();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await desk.end();
});

async function look(
  over: { now?: () => number; environment?: Record<string, string> } = {},
): Promise<Finding[]> {
  const clock = { ...systemClock, now: over.now ?? systemClock.now };
  const options = { clone: hers.folder, remote: 'origin', branch: undefined, restore: false };
  const from = { packageFolder: root, environment: over.environment ?? environment };
  return (await doctor({ ...options, clock, random: systemRandom, log: silentLog }, from)).findings;
}
const wrong = (findings: Finding[]) =>
  findings.filter(({ level }) => level === 'error' || level === 'warn').map(({ code }) => code);

test('all is well, and every check could be made', async () => {
  const findings = await look();
  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(findings.length).toBeGreaterThan(12);
  const said = await hers.signalbox('doctor');
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(said.stdout).toMatch(/^Fine: versions, git, token, clock, config, .*, app, webhook\.$/m);
});

/** Changes files of the default branch as somebody pushes them, looks, and puts them back. */
async function withFiles(edits: Record<string, (text: string) => string | null>): Promise<Finding[]> {
  const before = Object.fromEntries(Object.keys(edits).map((path) => [path, desk.file(path, 'main')]));
  const after = Object.entries(edits).map(([path, edit]) => [path, edit(before[path] ?? '')]);
  const commit = (files: Record<string, string | null>) =>
    desk.github.admin.commit('acme/desk', { files, by: 'wilma' });
  await commit(Object.fromEntries(after));
  try {
    return await look();
  } finally {
    await commit(before);
  }
}

const inFiles: [string, Record<string, (text: string) => string | null>, string[]][] = [
  [
    'an expression in a program of the workflow',
    {
      [workflow]: (text) =>
        text.replace('    steps:\n', `    steps:\n      - run: echo "\${{ inputs.ticket }}"\n`),
    },
    ['workflow-expression-in-run'],
  ],
  [
    'an action at a tag',
    { [workflow]: (text) => text.replace(/checkout@[0-9a-f]{40}/, 'checkout@v7') },
    ['workflow-not-pinned'],
  ],
  [
    'more rights than it needs',
    { [workflow]: (text) => text.replace('issues: read', 'issues: write') },
    ['workflow-permissions'],
  ],
  ['no workflow', { [workflow]: () => null }, ['workflow-absent']],
  [
    'an old action',
    {
      '.github/actions/signalbox/package.json': (text) =>
        text.replace(/"version": "[^"]+"/, '"version": "0.0.9"'),
    },
    ['action-old'],
  ],
  ['no action', { '.github/actions/signalbox/index.js': () => null }, ['action-absent']],
  [
    'a phase for an agent that is none',
    { [config]: (text) => text.replace('dev: {', 'dev: { agent: lucy,') },
    ['unknown-agent'],
  ],
  [
    'a default agent that is none',
    { [config]: (text) => text.replace('default_agent: agent', 'default_agent: lucy') },
    ['unknown-default-agent'],
  ],
  ['a config that cannot be read', { [config]: (text) => `${text}limitz: {}\n` }, ['bad-config']],
  [
    'a secret that the workflow does not give',
    { [config]: (text) => text.replace('# environment: [MY_API_KEY]', 'environment: [MY_API_KEY]') },
    ['workflow-old', 'secret-not-passed'],
  ],
];

test.each(inFiles)('%s is found', async (_, edits, codes) => {
  const findings = await withFiles(edits);
  expect(wrong(findings)).toEqual(codes);
  expect(findings.filter(({ level }) => level !== 'ok').every(({ hint }) => hint !== '')).toBe(true);
});

test('a clock that is slow, and one that is fast', async () => {
  for (const off of [-600_000, 600_000])
    expect(wrong(await look({ now: () => systemClock.now() + off }))).toEqual(['clock-off']);
});

test('a label that is missing, and one of another use', async () => {
  await desk.stopApp(); // it would make what is missing
  const { issues } = desk.as('lucienne').rest;
  await issues.deleteLabel({ ...at, name: 'hold' });
  expect(wrong(await look())).toEqual(['labels-missing']);
  await issues.createLabel({ ...at, name: 'Hold', color: 'aaaaaa', description: 'on the phone' });
  expect(wrong(await look())).toEqual(['labels-in-use']);
  await issues.updateLabel({ ...at, name: 'Hold', new_name: 'hold', description: 'Signalbox: as before' });
  await desk.startApp();
});

test('a token that GitHub does not know; and what is not looked at without one', async () => {
  expect(wrong(await look({ environment: { ...environment, GH_TOKEN: 'ghp_invented' } }))).toContain(
    'bad-token',
  );
  const none = await look({ environment: {} });
  expect(none.filter(({ level }) => level === 'skipped').map(({ check }) => check)).toEqual([
    'token',
    'app',
    'webhook',
  ]);
  expect(wrong(none)).toEqual([]);
  // where the app runs, its own rights do
  const { GH_TOKEN: _, ...app } = environment;
  expect(wrong(await look({ environment: app }))).toEqual([]);
});

test('an app with too few rights, with too many, that is not installed, and the wrong key', async () => {
  const { permissions, events } = manifest(root);
  const { issues: __, ...less } = permissions;
  const other = await desk.github.admin.createApp({
    slug: 'other',
    owner: 'acme',
    events: events.filter((event) => event !== 'push'),
    permissions: { ...less, issues: 'read', secrets: 'write' },
    webhookSecret: '',
  });
  const hers = { ...environment, APP_ID: `${other.id}`, PRIVATE_KEY: other.privateKey };
  expect(wrong(await look({ environment: hers }))).toEqual([
    'app-permission-missing',
    'app-event-missing',
    'app-permission-more',
    'app-not-installed',
    'webhook-no-url',
  ]);
  const mixed = { ...environment, APP_ID: `${other.id}` };
  expect(wrong(await look({ environment: mixed }))).toContain('app-bad-credentials');
  desk.github.admin.updateWebhookUrl('other', 'http://127.0.0.1:9/api/github/webhooks');
  expect(wrong(await look({ environment: hers }))).toContain('webhook-no-secret');
});

test('webhooks that nobody takes', async () => {
  await desk.stopApp();
  await desk.openIssue({ labels: [] });
  await desk.github.delivered();
  expect(wrong(await look())).toEqual(['webhook-failing']);
  await desk.startApp();
  await desk.openIssue({ labels: [] });
  await desk.github.delivered();
  expect(wrong(await look())).toEqual([]);
});

test('a state branch that was moved back, and one without a rule', async () => {
  const dir = desk.github.admin.gitDir('acme/desk');
  const git = (...args: string[]) =>
    execFileSync('git', ['--git-dir', dir, ...args], { encoding: 'utf8' }).trim();
  const head = git('rev-parse', 'refs/heads/signalbox');
  const empty = git('hash-object', '-t', 'tree', '-w', '/dev/null');
  const other = git('-c', 'user.name=w', '-c', 'user.email=w@x', 'commit-tree', empty, '-m', 'mine');
  await desk.stopApp();
  git('update-ref', 'refs/heads/signalbox', other);
  expect(wrong(await look())).toContain('head-moved-back');
  git('update-ref', 'refs/heads/signalbox', head);
  const named = await doctor(
    {
      clone: hers.folder,
      remote: 'origin',
      branch: 'other',
      restore: false,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    },
    { packageFolder: root, environment },
  );
  expect(wrong(named.findings)).toContain('branch-unprotected');
});
