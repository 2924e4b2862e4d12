import { describe, expect, test } from 'vitest';
import { ownLabels } from '../../src/engine/own-labels.ts';
import { examineFacts } from '../../src/setup/checks.ts';
import type { AppStanding, Facts } from '../../src/setup/facts.ts';
import { setupFiles } from '../../src/setup/files.ts';
import { starterConfig, usualChoices } from '../../src/setup/starter.ts';
import { readConfig } from '../../src/ticket/codec.ts';
import { packageFiles } from '../../src/wire-init.ts';
import { manifest } from '../../src/wire-local.ts';

const root = `${import.meta.dirname}/../..`;
const from = packageFiles(root);
const asked = manifest(root);
const text = starterConfig({ ...usualChoices('desk'), agent: ['a'] }, './s.json');
const config = readConfig(text).config ?? expect.fail('the starter config cannot be read');
const files = new Map(
  setupFiles(from, { configText: text, config, action: null }).map((file) => [file.path, file.text]),
);
const workflow = '.github/workflows/signalbox.yml';
const action = (name: string) => `.github/actions/signalbox/${name}`;

const app: AppStanding = {
  slug: 'signalbox',
  registered: asked,
  installed: { ...asked, isSuspended: false },
  webhook: { url: 'https://signalbox.example/api/github/webhooks', hasSecret: true, isVerified: true },
  deliveries: [{ at: '2026-05-25T09:12:00Z', isTaken: true, status: 200 }],
};

/** A repository where all is well. */
const well: Facts = {
  push: { known: true },
  role: { known: 'admin' },
  app: { known: app },
  asked,
  config: { text, config, broken: null },
  file: (path) => files.get(path) ?? null,
  package: from,
  workflowState: { known: 'active' },
  labels: { known: ownLabels(config) },
  rules: { known: ['non_fast_forward', 'deletion'] },
  state: { standing: 'fine', broken: [], unjudged: null, followers: [] },
  behindMs: { known: 400 },
  versions: { node: '20.18.1', git: '2.29.0' },
};

const codes = (facts: Facts) =>
  examineFacts(facts)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, code }) => `${level} ${code}`);

const withFile = (path: string, edit: (text: string) => string | null): Partial<Facts> => ({
  file: (asked) => (asked === path ? edit(files.get(path) ?? '') : (files.get(asked) ?? null)),
});
const withConfig = (over: Partial<Facts['config']['config']>): Partial<Facts> => ({
  config: { text, config: { ...config, ...over }, broken: null },
});
const withApp = (over: Partial<AppStanding>): Partial<Facts> => ({ app: { known: { ...app, ...over } } });
const withState = (over: Partial<Facts['state']>): Partial<Facts> => ({ state: { ...well.state, ...over } });
const unknown = { unknown: 'there is no token' };

test('where all is well every check says so', () => expect(codes(well)).toEqual([]));

const faults: [string, Partial<Facts>, string[]][] = [
  ['an old node', { versions: { node: '18.20.0', git: '2.40.1' } }, ['error node-too-old']],
  ['an old git', { versions: { node: '22.1.0', git: '2.20.5' } }, ['error git-too-old']],
  ['no right to push', { push: { unknown: 'denied' } }, ['warn cannot-push']],
  [
    'a token that sees nothing',
    { role: { unknown: 'no', code: 'not-found' } },
    ['error repository-not-seen'],
  ],
  ['no config', { config: { text: null, config, broken: null } }, ['error config-absent']],
  ['no agents', withConfig({ agents: {} }), ['error no-agents']],
  ['no default agent', withConfig({ default_agent: undefined }), ['warn no-default-agent']],
  [
    'a workflow that is switched off',
    { workflowState: { known: 'disabled_manually' } },
    ['error workflow-disabled'],
  ],
  ['a workflow that is no YAML', withFile(workflow, (text) => `${text}}`), ['error workflow-unreadable']],
  [
    'a newer action',
    withFile(action('package.json'), (text) => text.replace(from.version, '99.0.0')),
    ['warn action-newer'],
  ],
  ['an action of no version', withFile(action('package.json'), () => '{}'), ['warn action-old']],
  ['a changed action', withFile(action('action.yml'), (text) => `${text}\n`), ['warn action-changed']],
  [
    'a mac',
    withFile(workflow, (text) => text.replace('ubuntu-latest', 'macos-latest')),
    ['warn isolation-none'],
  ],
  [
    'a machine of theirs',
    withFile(workflow, (text) => text.replace('ubuntu-latest', '[self-hosted, linux]')),
    ['skipped not-looked-at'],
  ],
  ['no state branch', withState({ standing: 'absent' }), ['warn branch-absent']],
  ['a broken file', withState({ broken: [{ path: 'desk.yaml', code: 'bad-yaml' }] }), ['error bad-yaml']],
  [
    'pushed edits that no app has judged',
    withState({ unjudged: { commits: 2, at: '2026-05-25T09:12:00Z', paths: ['desk.yaml'] } }),
    ['warn not-judged'],
  ],
  [
    'receivers of webhooks that are behind, or nowhere',
    withState({
      followers: [
        { name: 'well', behind: 0, since: null },
        { name: 'late', behind: 3, since: '2026-05-25T09:12:00Z' },
        { name: 'lost', behind: null, since: null },
      ],
    }),
    ['warn receiver-behind', 'warn receiver-behind'],
  ],
  ['half of the rules', { rules: { known: ['deletion'] } }, ['warn branch-unprotected']],
  [
    'an app that is suspended',
    withApp({ installed: { ...asked, isSuspended: true } }),
    ['error app-suspended'],
  ],
  [
    'new permissions that nobody accepted',
    withApp({
      installed: { ...asked, permissions: { ...asked.permissions, actions: 'read' }, isSuspended: false },
    }),
    ['error app-permission-not-accepted'],
  ],
  [
    'a certificate that is not verified',
    withApp({ webhook: { ...app.webhook, isVerified: false } }),
    ['warn webhook-not-verified'],
  ],
  ['no delivery yet', withApp({ deliveries: [] }), []],
  ['an app that was not looked at', { app: unknown }, ['skipped not-looked-at', 'skipped not-looked-at']],
];

describe('found is', () => {
  test.each(faults)('%s', (_, over, expected) => expect(codes({ ...well, ...over })).toEqual(expected));

  test('nothing of what cannot be known: it is said so, and is not wrong', () => {
    const blind = {
      ...well,
      role: unknown,
      app: unknown,
      workflowState: unknown,
      labels: unknown,
      rules: unknown,
      behindMs: unknown,
    };
    expect(new Set(codes(blind))).toEqual(new Set(['skipped not-looked-at']));
  });
});

test('each fault says what to do', () => {
  const all = faults.flatMap(([, over]) => examineFacts({ ...well, ...over }));
  expect(all.filter(({ level, hint }) => (level === 'error' || level === 'warn') && hint === '')).toEqual([]);
});
