import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from 'vitest';
import type { PackageFiles, SetupFile } from '../../src/setup/files.ts';
import { setupFiles, usedAction } from '../../src/setup/files.ts';
import { placeOf, tokenNames } from '../../src/setup/place.ts';
import { type Found, planDelivery, planFiles, planLabels, planRuleset } from '../../src/setup/plan.ts';
import { compareVersions, readStamp, stamped } from '../../src/setup/stamp.ts';
import { starterConfig, usualChoices } from '../../src/setup/starter.ts';
import { attemptWorkflowFaults } from '../../src/setup/workflow.ts';
import { readConfig } from '../../src/ticket/codec.ts';
import { presetNames } from '../../src/ticket/presets.ts';
import { packageFiles } from '../../src/wire-init.ts';

const root = `${import.meta.dirname}/../..`;
const from: PackageFiles = { ...packageFiles(root), version: '2.0.0' };
const configText = starterConfig({ ...usualChoices('desk'), agent: ['a'] }, './s.json');
const config = readConfig(configText).config ?? expect.fail('the starter config cannot be read');
const files = setupFiles(from, { configText, config, action: null });

/** A repository as a version left it, with what happened to it since. */
function found(texts: Record<string, string | null>, over: Partial<Found> = {}): Found {
  const text = (path: string) => texts[path] ?? null;
  return {
    here: text,
    committed: text,
    there: text,
    hasStateBranch: true,
    labels: { known: [] },
    rules: { known: [] },
    ...over,
  };
}
const textsOf = (some: readonly SetupFile[]) =>
  Object.fromEntries(some.map(({ path, text }) => [path, text]));
const doneBy = (version: string) => setupFiles({ ...from, version }, { configText, config, action: null });
const actions = (facts: Found) =>
  Object.fromEntries(
    planFiles(facts, files)
      .filter(({ action }) => action !== 'none')
      .map(({ what, action }) => [what, action]),
  );

const workflow = '.github/workflows/signalbox.yml';
const form = '.github/ISSUE_TEMPLATE/ticket.yml';
const manifest = '.github/actions/signalbox/package.json';

describe('files', () => {
  test('of this version are left', () => expect(actions(found(textsOf(files)))).toEqual({}));

  test('of an older one are renewed, those of a newer one kept', () => {
    expect(actions(found(textsOf(doneBy('1.10.0'))))).toEqual({
      [workflow]: 'update',
      [manifest]: 'update',
      [form]: 'update',
    });
    expect(actions(found(textsOf(doneBy('2.0.1'))))).toEqual({
      [workflow]: 'keep',
      [manifest]: 'keep',
      [form]: 'keep',
    });
  });

  test('that somebody edited or wrote are kept; the config always is', () => {
    const edited = {
      [workflow]: `# mine\n${textsOf(files)[workflow]}`,
      [form]: 'name: Ours\n',
      '.github/signalbox.yml': 'format: 1\n',
    };
    expect(actions(found({ ...textsOf(files), ...edited }))).toEqual({
      [workflow]: 'keep',
      [form]: 'keep',
      '.github/signalbox.yml': 'keep',
    });
  });

  test('install the programs of presets, pinned; once written that is the team’s own', () => {
    expect(textsOf(files)['.github/signalbox/setup.sh']).toBeUndefined();
    const claudes = starterConfig({ ...usualChoices('desk'), agent: 'claude' }, './s.json');
    const read = readConfig(claudes).config ?? expect.fail('it cannot be read');
    const wanted = setupFiles(from, { configText: claudes, config: read, action: null });
    const script = wanted.find(({ path }) => path === '.github/signalbox/setup.sh');
    expect(script?.text).toMatch(/^npm install --global .* @anthropic-ai\/claude-code@\d+\.\d+\.\d+$/m);
    expect(script?.keep).toBe('theirs');
  });

  test('another workflow of that name is not called an edited one', () => {
    const steps = planFiles(found({ ...textsOf(files), [workflow]: 'on: push\n' }), files);
    expect(steps.find(({ what }) => what === workflow)?.note).toMatch(/^it is not Signalbox’s; .*rename/);
  });

  test('follow the config: its labels, its workflow, the secrets of its agents', () => {
    const wish = { ...config, workflow: 'agents.yml', labels: { ...config.labels, ticket: 'job: new' } };
    const agents = {
      a: { ...config.agents.agent, environment: ['A_KEY', 'PATH', 'GITHUB_TOKEN', 'B_TOKEN'] },
    };
    const made = textsOf(
      setupFiles(from, {
        configText,
        config: { ...wish, agents } as typeof config,
        action: `acme/signalbox@${'a'.repeat(40)}`,
      }),
    );
    expect(made[form]).toContain('labels: ["job: new"]\n');
    const text = made['.github/workflows/agents.yml'] ?? '';
    expect(text).toContain(
      `uses: acme/signalbox@${'a'.repeat(40)}\n        env:\n          A_KEY: \${{ secrets.A_KEY }}\n          B_TOKEN:`,
    );
    expect(text).not.toMatch(/secrets\.(PATH|GITHUB)/);
    expect(usedAction(text)).toBe(`acme/signalbox@${'a'.repeat(40)}`);
    expect(Object.keys(made).filter((path) => path.includes('/actions/'))).toEqual([]);
  });
});

describe('commit and push', () => {
  const at = { name: 'main', isDefault: true };
  const due = (facts: Found) =>
    planDelivery(facts, files, planFiles(facts, files), at).map(({ action }) => action);

  test('nothing, where all is there', () => expect(due(found(textsOf(files)))).toEqual(['none', 'none']));
  test('what was written and not committed; what was committed and not pushed', () => {
    const none = () => null;
    expect(due(found(textsOf(files), { committed: none, there: none }))).toEqual(['create', 'update']);
    expect(due(found(textsOf(files), { there: none }))).toEqual(['none', 'update']);
  });
  test("a person's own change, not committed yet, is theirs to commit", () => {
    const mine: Record<string, string> = { ...textsOf(files), '.github/signalbox.yml': 'format: 1\n' };
    expect(due({ ...found(textsOf(files)), here: (path) => mine[path] ?? null })).toEqual(['none', 'none']);
  });
});

test('a label of another use is kept and told, one of ours is right, whatever the case of its letters', () => {
  const labels = {
    known: [
      { name: 'Release', description: 'goes into the next one' },
      { name: 'PARK', description: 'ours' },
    ],
  };
  const wanted = ['park', 'hold', 'release'].map((name) => ({ name, color: '', description: '' }));
  const steps = planLabels({ labels }, wanted, ({ description }) => description === 'ours');
  expect(steps.map(({ what, action }) => [what, action])).toEqual([
    ['park', 'none'],
    ['hold', 'create'],
    ['release', 'keep'],
  ]);
  expect(planLabels({ labels: { unknown: 'no token' } }, wanted, () => false)).toMatchObject([
    { action: 'unknown', note: expect.stringContaining('the app makes them') },
  ]);
});

test('one rule of two does not keep the branch', () => {
  const step = (rules: Found['rules']) => planRuleset(found({}, { rules }), 'b');
  expect(step({ known: ['deletion', 'creation'] }).action).toBe('create');
  expect(step({ known: ['deletion', 'non_fast_forward'] }).action).toBe('none');
  expect(step({ unknown: 'no token' })).toMatchObject({
    action: 'unknown',
    note: expect.stringContaining('Block force pushes'),
  });
});

test('a stamp tells its version, and whether anything before it was changed', () => {
  const text = stamped('a\n', '1.2.3');
  expect(readStamp(text)).toEqual({ version: '1.2.3', isIntact: true });
  expect(readStamp(text.replace('a', 'b'))).toEqual({ version: '1.2.3', isIntact: false });
  expect([readStamp(`${text}c\n`), readStamp(''), readStamp('a\n')]).toEqual([null, null, null]);
  expect(
    [
      compareVersions('1.9.0', '1.10.0'),
      compareVersions('2.0.0', '2.0.0'),
      compareVersions('x', '1.0.0'),
    ].map(Math.sign),
  ).toEqual([-1, 0, 0]);
});

const places: [string, string | null][] = [
  ['https://github.com/acme/desk.git', 'https://api.github.com acme/desk'],
  ['https://lucienne:secret@github.com/acme/desk', 'https://api.github.com acme/desk'],
  ['git@github.com:acme/desk.git', 'https://api.github.com acme/desk'],
  ['ssh://git@ssh.github.com:443/acme/desk.git', 'https://api.github.com acme/desk'],
  ['https://acme.ghe.com/acme/desk.git', 'https://api.acme.ghe.com acme/desk'],
  ['git@github.acme.example:acme/my.desk.git', 'https://github.acme.example/api/v3 acme/my.desk'],
  ['http://127.0.0.1:3001/acme/desk.git', 'http://127.0.0.1:3001/api/v3 acme/desk'],
  ['/srv/git/desk.git', null],
  ['https://gitlab.example/a/b/c.git', null],
];
test.each(places)('%s', (remote, expected) => {
  const place = placeOf(remote);
  expect(place && `${place.apiUrl} ${place.owner}/${place.repo}`).toBe(expected);
});

test("a token that is for github.com goes to no other host, but this machine's own", () => {
  expect(['github.com', '127.0.0.1:3001', 'localhost'].map((host) => tokenNames(host)[0])).toEqual([
    'GH_TOKEN',
    'GH_TOKEN',
    'GH_TOKEN',
  ]);
  expect(
    ['github.com.evil.example', 'github.acme.example', '127.0.0.1.evil.example'].map(
      (host) => tokenNames(host)[0],
    ),
  ).toEqual(Array(3).fill('GH_ENTERPRISE_TOKEN'));
});

test.each(presetNames)(
  '%s: its config can be read, and the workflow gives the secrets it may log in with',
  (agent) => {
    const text = starterConfig({ ...usualChoices('desk'), agent, labelPrefix: 'agent:' }, './s.json');
    const { config, broken } = readConfig(text);
    if (!config) return expect.fail(broken?.message);
    expect(config).toMatchObject({ default_agent: agent, prefix: 'DESK', labels: { park: 'agent:park' } });
    const made = textsOf(setupFiles(from, { configText: text, config, action: null }));
    const names = config.agents[agent]?.environment ?? [];
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(made[workflow]).toContain(`          ${name}: \${{ secrets.${name} }}\n`);
    expect(attemptWorkflowFaults(made[workflow] ?? '')).toEqual([]);
    const { context } = parseWorkflow(
      { name: workflow, content: made[workflow] ?? '' },
      new NoOperationTraceWriter(),
    );
    expect(context.errors.getErrors()).toEqual([]);
  },
);

test('ids are named after the repository', () => {
  expect(['desk.git', 'my.long-repository', '---'].map((name) => usualChoices(name).prefix)).toEqual([
    'DESK',
    'MYLONGRE',
    'T',
  ]);
});
