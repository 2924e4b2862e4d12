import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

const { here, git, push } = aPerson();

const agent = ['--agent', '["my-agent","--all"]'];
const init = (...flags: string[]) => signalbox(['init', '--clone', here.clone, ...flags]);
const fresh = () => {
  push('main', { 'README.md': '# desk\n' });
  git(here.clone, 'checkout', '--quiet', '-B', 'main');
};
const text = (path: string) => readFileSync(join(here.clone, path), 'utf8');

test('without GitHub and without a token it does what git can, and says what is left', async () => {
  fresh();
  const { stdout, stderr, status } = await init('--yes', ...agent);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toContain(
    'not looked at: ruleset for signalbox (the remote is no GitHub’s; Settings > Rules',
  );
  expect(stdout).toContain('the app makes them when it first serves the repository');
  expect(
    git(here.clone, 'ls-remote', 'origin')
      .split('\n')
      .map((line) => line.split('\t')[1]),
  ).toEqual(['HEAD', 'refs/heads/main', 'refs/heads/signalbox', 'refs/signalbox/witness']);
  expect(git(here.clone, 'log', '--format=%an: %s', 'origin/main')).toBe(
    'Wilma: Set up Signalbox\nWilma: by hand',
  );
  git(here.clone, 'fetch', '--quiet', 'origin', 'signalbox');
  expect(git(here.clone, 'ls-tree', 'FETCH_HEAD')).toBe('');
  expect(git(here.clone, 'rev-list', '--count', 'FETCH_HEAD')).toBe('1');
  expect((await init('--yes')).stdout).toMatch(/^Nothing to do/);
});

test('the person is asked, and nothing is done without their yes; files are committed only if they want that', async () => {
  fresh();
  const asked: string[] = [];
  const answering = (...answers: string[]) => ({
    ask: async (question: string) => {
      asked.push(question);
      return answers.shift() ?? '';
    },
  });
  const flags = ['init', '--clone', here.clone];
  const refused = await signalbox(flags, undefined, answering('my-agent', `'["my-agent"]'`, '', 'no'));
  expect(refused.stdout).toMatch(/^"my-agent" is no agent\. One of claude/);
  expect(refused.stdout).toMatch(/make: branch signalbox\n/);
  expect(refused.stdout).toMatch(/\nNothing was changed\.\n$/);
  expect(asked).toEqual([
    expect.stringMatching(/^Which agent/),
    'Which agent works the tickets (claude, codex, copilot, or a command as a JSON list)? [claude] ',
    "Prefix of the tickets' ids? [TEAM] ",
    'Do this (you are asked again before a commit)? [y/N] ',
  ]);
  expect(git(here.clone, 'status', '--short')).toBe('');
  expect(git(here.clone, 'ls-remote', 'origin', 'signalbox')).toBe('');

  const written = await signalbox(flags, undefined, answering('["my-agent"]', 'MC', 'y', ''));
  expect(asked.at(-1)).toBe('Commit the files, and push main? [y/N] ');
  expect(written.stdout).toContain('The files are written, not committed.');
  expect(text('.github/signalbox.yml')).toContain('prefix: MC #');
  expect(git(here.clone, 'log', '--format=%s')).toBe('by hand');
  // they may have been asked on the way; the second time only what is left is
  asked.length = 0;
  await signalbox(flags, undefined, answering('y', 'y'));
  expect(asked).toEqual([
    'Do this (you are asked again before a commit)? [y/N] ',
    'Commit the files, and push main? [y/N] ',
  ]);
  expect(git(here.clone, 'ls-remote', 'origin', 'main')).toContain(git(here.clone, 'rev-parse', 'HEAD'));
});

test('what else is staged or edited is not committed along; another branch is pushed as itself', async () => {
  fresh();
  git(here.clone, 'switch', '--quiet', '--create', 'set-up');
  writeFileSync(join(here.clone, 'README.md'), '# mine\n');
  writeFileSync(join(here.clone, 'staged.txt'), 'mine\n');
  git(here.clone, 'add', 'staged.txt');
  const { stdout } = await init('--yes', ...agent);
  expect(stdout).toContain('push set-up (what counts is the default branch: open a pull request for it)');
  expect(git(here.clone, 'status', '--short')).toBe('M README.md\nA  staged.txt');
  expect(git(here.clone, 'ls-remote', 'origin', 'set-up')).toContain(git(here.clone, 'rev-parse', 'HEAD'));
  expect((await init('--yes')).stdout).toMatch(/^Nothing to do/);
});

test('a clone whose lines end in CRLF is set up as any other, once', async () => {
  fresh();
  git(here.clone, 'config', 'core.autocrlf', 'true');
  expect((await init('--yes', ...agent)).status).toBe(0);
  git(here.clone, 'rm', '--quiet', '--cached', '-r', '.');
  git(here.clone, 'reset', '--quiet', '--hard');
  expect(text('.github/signalbox.yml')).toContain('\r\n');
  expect((await init('--yes')).stdout).toMatch(/^Nothing to do/);
});

test('a push that is refused leaves the rest done, and says how to go on', async () => {
  fresh();
  const hook = join(here.folder, 'team.git', 'hooks', 'pre-receive');
  writeFileSync(
    hook,
    '#!/bin/sh\nwhile read -r _ _ ref; do [ "$ref" != refs/heads/main ] || { echo "main is protected" >&2; exit 1; }; done\n',
    { mode: 0o755 },
  );
  const { stdout, status } = await init('--yes', '--json', ...agent);
  expect(status).toBe(6);
  expect(JSON.parse(stdout)).toMatchObject({
    done: expect.arrayContaining([
      { kind: 'state-branch', what: 'signalbox' },
      { kind: 'commit', what: 'main' },
    ]),
    failed: [
      {
        kind: 'push',
        code: 'push-refused',
        message: expect.stringContaining('main is protected'),
        hint: expect.stringContaining('open a pull request'),
      },
    ],
  });
});

test.each<[string, string[], number, RegExp]>([
  ['nobody to ask', [], 1, /^no-terminal: /],
  ['an action at a tag', ['--yes', '--action', 'acme/signalbox@v1'], 1, /full commit/],
  ['an agent that is none', ['--yes', '--agent', 'my-agent --all'], 1, /JSON list/],
  ['a prefix that is none', ['--yes', ...agent, '--prefix', 'A-B'], 1, /prefix/],
])('%s is refused', async (_, flags, status, words) => {
  fresh();
  const said = await init(...flags);
  expect(said).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(words) });
  expect(git(here.clone, 'status', '--short')).toBe('');
});

test('a clone that is behind, a remote without a commit, and a broken config are refused', async () => {
  expect((await init('--yes', ...agent)).stderr).toMatch(/^empty-repository: /);
  fresh();
  const first = git(here.clone, 'rev-parse', 'HEAD');
  push('main', { 'more.txt': 'x' });
  git(here.clone, 'checkout', '--quiet', '-B', 'main', first);
  expect((await init('--yes', ...agent)).stderr).toMatch(/^behind: .*git pull/);
  git(here.clone, 'checkout', '--quiet', '--detach');
  expect((await init('--yes', ...agent)).stderr).toMatch(/^no-branch: /);
  push('main', { '.github/signalbox.yml': 'format: 1\nbranhc: x\n' });
  git(here.clone, 'checkout', '--quiet', '-B', 'main');
  expect(await init('--yes', ...agent)).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^bad-config: .*branhc/),
  });
});
