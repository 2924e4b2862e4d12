import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { signalbox } from './command.ts';
import { aTeamsDesk } from './teams-desk.ts';

// signalbox watch.

vi.setConfig({ testTimeout: 60_000 });

const { here, run } = aTeamsDesk();

/** Watches until it is stopped; `lines` are those printed so far. */
function watching(...args: string[]) {
  const lines: string[] = [];
  let stop = () => {};
  const ended = signalbox(['watch', '--every', '1', ...args, '--clone', here.clone], undefined, {
    print: (text) => lines.push(text),
    onStop: (given) => {
      stop = given;
    },
  });
  return { lines, stop: () => stop(), ended };
}

test('it says how tickets stand, then what changes, until Ctrl-C', async () => {
  const { lines, stop, ended } = watching();
  await vi.waitFor(() => expect(lines).toHaveLength(6), 30_000);
  expect(lines).toContain('  MC-1     in progress: luci works on attempt 1, u');
  await run('park', 'MC-1', 'Not now.');
  await vi.waitFor(
    () => expect(lines.slice(6)).toEqual(['  MC-1     waiting; attempt 1 is being stopped …']),
    30_000,
  );
  stop();
  expect((await ended).status).toBe(0);
});

test('for programs it prints a line for each change of the ticket that is meant', async () => {
  const { lines, stop, ended } = watching('MC-6', '--json');
  await vi.waitFor(() => expect(lines).toHaveLength(1), 30_000);
  await run('hold', 'MC-3');
  await run('approve', 'MC-6');
  await vi.waitFor(() => expect(lines).toHaveLength(2), 30_000);
  stop();
  await ended;
  const common = {
    format: 1,
    at: expect.stringMatching(/^20/),
    ticket: 'MC-6',
    hold: false,
    attempt: null,
    run: null,
  };
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ...common, state: 'review', title: 'Ticket MC-6' },
    { ...common, state: 'done', title: 'Ticket MC-6' },
  ]);
});

test('a ticket that is not there is not watched for ever', async () => {
  expect(await run('watch', 'NOPE-9')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('no-such-ticket: there is no ticket NOPE-9'),
  });
});

test('as a program it goes on until Ctrl-C, with nothing to wait for but the next look', async () => {
  const args = [await bundled('src/main.ts'), 'watch', 'MC-5', '--clone', here.clone];
  const watch = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void watch.kill('SIGKILL'));
  let said = '';
  watch.stdout.setEncoding('utf8').on('data', (part) => (said += part));
  await vi.waitFor(() => expect(said).toContain('MC-5'), 30_000);
  await run('cancel', 'MC-5', 'Not wanted any more.');
  await vi.waitFor(() => expect(said.trim().split('\n').length).toBeGreaterThan(1), 30_000);
  watch.kill('SIGINT');
  expect(await once(watch, 'exit')).toEqual([0, null]);
});
