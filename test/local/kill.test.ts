import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { git } from '../../src/base/git.ts';
import type { Receiver } from './support.ts';
import { appOctokit, clone, desk, octokit, startForge, startReceiver, temporaryFolder } from './support.ts';

let program = '';
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'forge-process.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  program = outputFiles[0]?.text ?? '';
});

interface Facts {
  url: string;
  api: string;
  token: string;
  app: { id: number; privateKey: string };
}

/** Starts the forge as a process and answers what it said; `kill` is `kill -9`. */
async function forgeProcess(
  receiver: Receiver,
): Promise<{ facts: Facts; dataFolder: string; kill(): Promise<void> }> {
  const dataFolder = temporaryFolder();
  const script = join(temporaryFolder(), 'forge.mjs');
  writeFileSync(script, program);
  const child = spawn(process.execPath, [script, dataFolder, receiver.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { facts: JSON.parse(line) as Facts, dataFolder, kill };
}

test('after kill -9 in the middle of work everything that was answered is there again', async () => {
  const receiver = await startReceiver();
  const { facts, dataFolder, kill } = await forgeProcess(receiver);
  const lucienne = octokit(facts, facts.token);
  const answered: number[] = [];
  const work = async () => {
    for (;;) {
      const { data } = await lucienne.rest.issues.create({ ...desk, title: 'Work', labels: ['ticket'] });
      answered.push(data.number);
    }
  };
  const working = work().catch(() => 'cut off');
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(15);
  await kill();
  await working;

  const github = await startForge({ dataFolder });
  const again = octokit(github, facts.token);
  const issues = await again.paginate(again.rest.issues.listForRepo, { ...desk, per_page: 100 });
  const numbers = issues.map((issue) => issue.number);
  expect(numbers).toEqual(expect.arrayContaining(answered));
  const { data: next } = await again.rest.issues.create({ ...desk, title: 'After' });
  expect(next.number).toBeGreaterThan(Math.max(...numbers));
  expect(new Set(issues.map((issue) => issue.id)).has(next.id)).toBe(false);
  const { data: app } = await appOctokit(github, facts.app).rest.apps.getAuthenticated();
  expect(app?.slug).toBe('signalbox');
});

test('what was not delivered before kill -9 is delivered by the next process', async () => {
  const receiver = await startReceiver();
  const { facts, dataFolder, kill } = await forgeProcess(receiver);
  await expect.poll(() => receiver.names()).toContain('installation.created');
  receiver.answer = 0;
  await octokit(facts, facts.token).rest.issues.create({ ...desk, title: 'Unheard' });
  await expect.poll(() => receiver.names().at(-1)).toBe('issues.opened');
  await kill();
  receiver.answer = 200;
  const github = await startForge({ dataFolder });
  await github.delivered();
  const [, first, second] = receiver.received;
  expect(receiver.names()).toEqual(['installation.created', 'issues.opened', 'issues.opened']);
  expect(second?.guid).toBe(first?.guid);
});

test('a ref that git moved right before kill -9 is in the history and in a push event afterwards', async () => {
  const receiver = await startReceiver();
  const { facts, dataFolder, kill } = await forgeProcess(receiver);
  const local = await clone(facts, facts.token);
  const pushed = await local.commit('pushed');
  await local.git('push', '-q', 'origin', 'HEAD:main');
  await kill();
  // What a push does whose process died before it could be written down: only git knows of it.
  const [folder = ''] = readdirSync(join(dataFolder, 'git'));
  const gitDir = join(dataFolder, 'git', folder);
  const unseen = await local.commit('unseen');
  await git(['fetch', '-q', local.folder, 'HEAD'], { cwd: gitDir });
  const env = { GIT_COMMITTER_NAME: 'lucienne', GIT_COMMITTER_EMAIL: 'l@x' };
  await git(['update-ref', '-m', 'push', 'refs/heads/main', unseen], { cwd: gitDir, env });

  const github = await startForge({ dataFolder });
  await github.delivered();
  const history = github.admin.refHistory('acme/desk', 'refs/heads/main');
  expect(history.slice(1).map(({ sha, actor }) => [sha, actor])).toEqual([
    [pushed, 'lucienne'],
    [unseen, 'lucienne'],
  ]);
  const pushes = receiver.received.filter(({ event }) => event === 'push');
  expect(pushes.at(-1)?.payload).toMatchObject({ before: pushed, after: unseen });
});

test('a lock that a killed machine left on a ref does not stop the next push', async () => {
  const { facts, dataFolder, kill } = await forgeProcess(await startReceiver());
  await kill();
  const [folder = ''] = readdirSync(join(dataFolder, 'git'));
  writeFileSync(join(dataFolder, 'git', folder, 'refs/heads/main.lock'), '');
  const github = await startForge({ dataFolder });
  const local = await clone(github, facts.token);
  await local.commit('goes on');
  expect(await local.git('push', '-q', 'origin', 'HEAD:main')).toMatchObject({ code: 0 });
});

test('a second process may not use the same data folder; after a kill it may', async () => {
  const { dataFolder, kill } = await forgeProcess(await startReceiver());
  await expect(startForge({ dataFolder })).rejects.toMatchObject({ code: 'data-folder-in-use' });
  await kill();
  await startForge({ dataFolder });
});

test('credentials lie in files that their owner alone can read', async () => {
  const { dataFolder } = await forgeProcess(await startReceiver());
  for (const name of ['tokens', 'apps']) {
    expect(statSync(join(dataFolder, 'tables', `${name}.jsonl`)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
});
