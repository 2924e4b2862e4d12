import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Happening, happening } from '../../src/ticket/journal.ts';
import { witnessRef } from '../../src/ticket/paths.ts';
import { signalbox } from './command.ts';
import { aTeamsDesk } from './teams-desk.ts';

// signalbox journal.

vi.setConfig({ testTimeout: 60_000 });

const { here, run, git, admit } = aTeamsDesk();

const parsed = (stdout: string): Happening[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => happening.parse(JSON.parse(line)));

const short = (lines: Happening[]) =>
  lines.map(({ ticket, request, from, to }) => [ticket, request, from, to]);

test('a line for each transition, oldest first, of all or of one, from a time or a commit on', async () => {
  await run('hold', 'MC-3');
  await run('park', 'MC-1', 'Not now.');
  await run('approve', 'MC-6');
  const { status, stdout } = await run('journal');
  const all = parsed(stdout);
  expect(status).toBe(0);
  expect(short(all)).toEqual([
    ['MC-3', 'hold', 'todo', 'waiting'],
    ['MC-1', 'park', 'in_progress', 'waiting'],
    ['MC-6', 'approve', 'review', 'done'],
  ]);
  expect(all[1]).toMatchObject({ branch: 'signalbox', actor: 'Wilma', attempt: 1 });
  const [, parkedThen] = all;
  expect(short(parsed((await run('journal', '--ticket', 'MC-1')).stdout))).toEqual([short(all)[1]]);
  expect(parsed((await run('journal', '--since', parkedThen?.commit ?? '')).stdout)).toEqual([all[2]]);
  expect(parsed((await run('journal', '--since', '2026-05-25', '--offline')).stdout)).toEqual(all);
  expect((await run('journal', '--since', '2099-01-01')).stdout).toBe('');
  expect((await run('journal', '--since', 'yesterday')).status).toBe(2);
  const unknown = await run('journal', '--since', 'f'.repeat(40));
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('unknown-commit')]);
});

test('--follow goes on as it happens, until Ctrl-C', async () => {
  const lines: string[] = [];
  let stop = () => {};
  const ended = signalbox(['journal', '--follow', '--clone', here.clone], undefined, {
    print: (text) => lines.push(text),
    onStop: (given) => {
      stop = given;
    },
  });
  await run('hold', 'MC-3');
  await vi.waitFor(
    () => expect(short(parsed(lines.join('\n')))).toEqual([['MC-3', 'hold', 'todo', 'waiting']]),
    30_000,
  );
  await run('cancel', 'MC-3');
  await vi.waitFor(() => expect(lines).toHaveLength(2), 30_000);
  stop();
  expect((await ended).status).toBe(0);
});

test('--follow begun before there is a branch tells all that came until it was seen', async () => {
  const head = git(here.clone, 'ls-remote', 'origin', 'refs/heads/signalbox').split('\t')[0] ?? '';
  git(here.clone, 'push', '--quiet', 'origin', '--delete', 'refs/heads/signalbox', witnessRef);
  const lines: string[] = [];
  let stop = () => {};
  let lookAgain: (() => void) | null = null;
  const ended = signalbox(['journal', '--follow', '--clone', here.clone], undefined, {
    print: (text) => lines.push(text),
    onStop: (given) => {
      stop = given;
    },
    clock: {
      ...systemClock,
      after(ms, fn) {
        if (ms !== 5_000) return systemClock.after(ms, fn);
        lookAgain = fn;
        return () => {};
      },
    },
  });
  await vi.waitFor(() => expect(lookAgain).not.toBeNull(), 30_000);
  git(here.clone, 'push', '--quiet', 'origin', `${head}:refs/heads/signalbox`);
  admit(head);
  await run('hold', 'MC-3');
  await run('cancel', 'MC-3');
  (lookAgain as unknown as () => void)();
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), 30_000);
  expect(short(parsed(lines.join('\n'))).map(([, request]) => request)).toEqual(['hold', 'cancel']);
  stop();
  (lookAgain as unknown as () => void)();
  expect((await ended).status).toBe(0);
});
