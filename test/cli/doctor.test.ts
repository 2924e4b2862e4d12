import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { examine } from '../../src/cli/doctor.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import { toldRefs, witnessRef } from '../../src/ticket/paths.ts';
import { doctor } from '../../src/wire-doctor.ts';
import { aTicket } from '../engine/desk.ts';
import { memoryWorld, stateRef } from '../store/worlds.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

const { here, git, push } = aPerson();

function ask(over: { remote?: string; branch?: string; restore?: boolean } = {}) {
  const { remote = 'origin', branch, restore = false } = over;
  const ports = { clock: systemClock, random: systemRandom, log: silentLog };
  const packageFolder = join(import.meta.dirname, '../..');
  return doctor({ clone: here.clone, remote, branch, restore, ...ports }, { packageFolder, environment: {} });
}

const ticket = (id: string) => ({ [`tickets/${id}.yaml`]: writeTicket(aTicket(id, { issue: null })) });

test('nobody served the repository yet', async () => {
  expect(await ask()).toMatchObject({ standing: 'absent', branch: 'signalbox', broken: [] });
});

test('what cannot be read and what waits is told; the branch is the one of the last good config on the default branch', async () => {
  push('main', { '.github/signalbox.yml': 'format: 1\nbranch: desk\n' });
  push('main', { '.github/signalbox.yml': 'format: 1\nbranhc: other\n' });
  const head = push('desk', {
    ...ticket('MC-1'),
    'tickets/MC-2.yaml': 'format: 1\nid: MC-2\n',
    'desk.yaml': 'paused: {',
    'signals/MC-1/1.yaml': 'kind: done\n',
  });
  const report = await ask();
  expect(report).toMatchObject({ branch: 'desk', standing: 'fine', head, moved: null, restored: null });
  expect(report.broken.map(({ path, code }) => `${path} ${code}`)).toEqual([
    '.github/signalbox.yml bad-config',
    'desk.yaml bad-yaml',
    'tickets/MC-2.yaml bad-field',
  ]);
  expect(report.signals).toEqual([{ ticket: 'MC-1', attempt: 1, place: 'signals/MC-1/1.yaml' }]);
  expect(await ask({ branch: 'nosuch' })).toMatchObject({ branch: 'nosuch', standing: 'absent', broken: [] });
});

test('a branch without a witness is a new one, or has lost it: both is said, with the way back', async () => {
  const head = push('signalbox', ticket('MC-1'));
  const { status, stdout } = await signalbox(['doctor', '--clone', here.clone]);
  expect(stdout).toContain(`no app has served it yet. If one has,`);
  expect(stdout).toContain(`git push origin ${head}:refs/signalbox/witness`);
  expect(status).not.toBe(1);
});

test('what was pushed while no app ran is named until one has judged it, and so is who was not told', async () => {
  const first = push('signalbox', ticket('MC-1'));
  git(here.clone, 'push', '--quiet', 'origin', `${first}:${witnessRef}`, `${first}:${toldRefs}audit`);
  expect(await ask()).toMatchObject({
    unjudged: null,
    followers: [{ name: 'audit', behind: 0, since: null }],
  });
  push('signalbox', { NOTES: 'nobody judges this' });
  expect((await ask()).unjudged).toBeNull();
  const edited = push('signalbox', ticket('MC-2'));
  const { unjudged, findings } = await ask();
  expect(unjudged).toMatchObject({ commits: 2, paths: ['tickets/MC-2.yaml'] });
  const [found] = findings.filter(({ code }) => code === 'not-judged');
  expect(found).toMatchObject({
    check: 'state branch',
    level: 'warn',
    hint: expect.stringContaining('see that it runs'),
  });

  git(here.clone, 'checkout', '--quiet', edited);
  const message = 'x\n\nTicket: MC-2\nTransition: park: todo -> waiting\nChange: 1';
  git(here.clone, 'commit', '--quiet', '--allow-empty', '--message', message);
  git(here.clone, 'push', '--quiet', 'origin', `HEAD:${stateRef}`, `HEAD:${witnessRef}`);
  expect((await ask()).followers).toMatchObject([
    { name: 'audit', behind: 3, since: expect.stringMatching(/Z$/) },
  ]);
});

test('a restore needs the word, is by the person, keeps both histories, and is done once', async () => {
  const first = push('signalbox', ticket('MC-1'));
  const second = push('signalbox', ticket('MC-2'));
  git(here.clone, 'push', '--quiet', 'origin', `${second}:${witnessRef}`);
  git(here.clone, 'push', '--quiet', '--force', 'origin', `${first}:${stateRef}`);
  expect((await ask()).moved).toMatchObject({ how: 'rewound', commits: 1, files: [] });
  const mine = push('signalbox', { 'desk.yaml': 'format: 1\npaused: true\n' });

  const moved = {
    how: 'replaced',
    tickets: [{ id: 'MC-2', published: 'inbox', now: null }],
    files: ['desk.yaml'],
  };
  expect(await ask()).toMatchObject({ standing: 'moved-back', head: mine, witness: second, moved });
  expect(git(here.clone, 'ls-remote', 'origin', stateRef)).toContain(mine);

  const { standing, restored } = await ask({ restore: true });
  expect(standing).toBe('restored');
  for (const ref of [stateRef, witnessRef])
    expect(git(here.clone, 'ls-remote', 'origin', ref)).toContain(restored);
  git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
  const [parents, by] = git(here.clone, 'show', '-s', '--format=%P%n%ce', 'FETCH_HEAD').split('\n');
  expect({ parents, by }).toEqual({ parents: `${mine} ${second}`, by: 'wilma@acme.invalid' });
  expect(git(here.clone, 'ls-tree', '-r', '--name-only', 'FETCH_HEAD').split('\n')).toEqual([
    'tickets/MC-1.yaml',
    'tickets/MC-2.yaml',
  ]);
  expect(await ask({ restore: true })).toMatchObject({ standing: 'fine', head: restored, restored: null });
});

test("the remote is reached as git reaches it from that clone: by the clone's own ssh and address", async () => {
  const second = push('signalbox', ticket('MC-1'));
  git(here.clone, 'push', '--quiet', 'origin', `${second}:${witnessRef}`, `:${stateRef}`);
  const ssh = join(here.folder, 'ssh.sh');
  const told = join(here.folder, 'told');
  writeFileSync(ssh, `#!/bin/sh\nfor last; do :; done\necho "$AGENT" >> ${told}\nexec sh -c "$last"\n`);
  chmodSync(ssh, 0o755);
  vi.stubEnv('AGENT', 'their agent');
  vi.stubEnv('EDITOR', 'vi');
  git(here.clone, 'config', 'core.sshCommand', ssh);
  git(here.clone, 'config', `url.ssh://git@forge.invalid${here.folder}/.insteadOf`, 'team:');
  git(here.clone, 'remote', 'add', 'upstream', 'team:team.git');
  // A hook, for one, points git elsewhere.
  vi.stubEnv('GIT_DIR', '/somewhere/else');
  const report = await ask({ remote: 'upstream', restore: true });
  expect(report).toMatchObject({
    standing: 'restored',
    remote: `ssh://forge.invalid${here.folder}/team.git`,
    moved: { how: 'deleted', tickets: [{ id: 'MC-1', published: 'inbox', now: null }] },
  });
  vi.unstubAllEnvs();
  expect(git(here.clone, 'ls-remote', join(here.folder, 'team.git'), stateRef)).toContain(report.restored);
  expect(readFileSync(told, 'utf8')).toContain('their agent');
});

test('who is overtaken by another repair has nothing left to do', async () => {
  const world = await memoryWorld();
  const [store, other] = [await world.open(), await world.open()];
  const base = await store.read({ fresh: true });
  await store.swap(base, {
    subject: 's',
    body: '',
    trailers: [],
    changes: new Map(Object.entries(ticket('MC-1'))),
  });
  await world.setRef(stateRef, await world.commit([], { README: 'mine' }));
  const restore = store.restore.bind(store);
  store.restore = async (moved) => {
    await other.restore(await other.read({ fresh: true }));
    return restore(moved);
  };
  const report = await examine(store, { restore: true });
  expect(report).toMatchObject({ standing: 'restored', restored: await world.ref(stateRef) });
  expect((await store.read({ fresh: true })).tickets.has('MC-1')).toBe(true);
});

test('no clone, and no such remote, are said so', async () => {
  await expect(ask({ remote: 'nosuch' })).rejects.toMatchObject({ kind: 'user', code: 'no-remote' });
  here.clone = here.folder;
  await expect(ask()).rejects.toMatchObject({ kind: 'user', code: 'no-clone' });
});
