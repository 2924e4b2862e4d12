import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { signalbox } from './command.ts';
import { aTeamsDesk } from './teams-desk.ts';

// signalbox board.

vi.setConfig({ testTimeout: 60_000 });

const { here, git, push } = aTeamsDesk();

/** The clone's remote has an address of a GitHub's, and an ssh that finds the folder all the same. */
function onGitHub(): string {
  const address = 'git@github.example:fleet/reports.git';
  const ssh = join(here.folder, 'ssh.sh');
  const script = `for last; do :; done\nexec sh -c "$(echo "$last" | sed "s#fleet/reports.git#${here.folder}/team.git#")"\n`;
  writeFileSync(ssh, `#!/bin/sh\n${script}`);
  chmodSync(ssh, 0o755);
  git(here.clone, 'config', 'core.sshCommand', ssh);
  git(here.clone, 'remote', 'set-url', 'origin', address);
  return address;
}

async function board(args: string[] = [], environment = {}, columns: number | null = null) {
  const opened: string[] = [];
  const { status, stdout, stderr } = await signalbox(['board', ...args, '--clone', here.clone], undefined, {
    environment,
    terminal: { columns, colour: false },
    openAddress: (address) => opened.push(address),
  });
  return { status, stdout: stdout.trim(), stderr, opened };
}

test('where nobody has said where the board is, it says how to', async () => {
  onGitHub();
  const { status, stdout, stderr } = await board();
  expect([status, stdout]).toEqual([3, '']);
  expect(stderr).toContain('no-board');
  expect(stderr).toContain('.github/signalbox.yml');
});

test('it prints the address, and opens it where this is a terminal', async () => {
  onGitHub();
  push('main', { '.github/signalbox.yml': 'format: 1\nboard: https://box.example/\n' });
  const address = 'https://box.example/fleet/reports';
  expect(await board()).toMatchObject({ status: 0, stdout: address, opened: [] });
  expect(await board(['MC-1'], {}, 80)).toMatchObject({
    stdout: `${address}/tickets/MC-1`,
    opened: [`${address}/tickets/MC-1`],
  });
  expect((await board(['--print'], {}, 80)).opened).toEqual([]);
  const { stdout, opened } = await board(['--json'], {}, 80);
  expect([JSON.parse(stdout).address, opened]).toEqual([address, []]);
  expect((await board(['../x'])).status).toBe(1);
});

test('else the one that is set, or the one of a desk on this machine that is of this remote', async () => {
  onGitHub();
  expect((await board([], { BOARD_URL: 'https://set.example' })).stdout).toBe(
    'https://set.example/fleet/reports',
  );
  const data = join(here.folder, 'data');
  mkdirSync(data);
  const local = (of: string) =>
    writeFileSync(
      join(data, 'local.json'),
      JSON.stringify({ app: { url: 'http://127.0.0.1:3000' }, github: { url: of } }),
    );
  local('https://github.example');
  expect((await board(['--data', data])).stdout).toBe('http://127.0.0.1:3000/fleet/reports');
  local('http://127.0.0.1:3001');
  expect((await board(['--data', data])).status).toBe(3);
});
