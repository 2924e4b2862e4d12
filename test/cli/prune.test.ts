import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { writeQuarantined, writeTicket } from '../../src/ticket/codec.ts';
import type { ClosedAttempt, Quarantined, Ticket } from '../../src/ticket/format.ts';
import { archivePath, quarantinePath, witnessRef } from '../../src/ticket/paths.ts';
import { withDesk } from '../../src/wire-clone.ts';
import { aTicket } from '../engine/desk.ts';
import { run, stopped, waiting } from '../engine/fixtures.ts';
import { stateRef } from '../store/worlds.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

vi.setConfig({ testTimeout: 60_000 });

const { here, git, push } = aPerson();
/** A hundred days after everything of the fixtures. */
const later = () => Date.parse('2026-09-05T12:00:00Z');
const [old, young] = [`1111${'a'.repeat(60)}`, `2222${'b'.repeat(60)}`];

const attempt = (number: number, over: Partial<ClosedAttempt> = {}): ClosedAttempt => ({
  ...stopped,
  number,
  outcome: 'parked',
  signal: null,
  ...over,
});

function refused(digest: string, at: string, number = 1): Record<string, string> {
  const entry: Quarantined = {
    format: 1,
    ticket: 'MC-3',
    attempt: number,
    digest,
    code: 'attempt-closed',
    reason: '',
    state: 'waiting',
    channel: 'runner',
    actor: 'luci',
    at,
    signal: { unreadable: 'x' },
  };
  return { [quarantinePath('MC-3', number, digest)]: writeQuarantined(entry) };
}

/** Every ticket, and for each attempt a ref with its work. */
beforeEach(() => {
  const open = {
    number: 3,
    claim: 'c',
    phase: 'dev',
    agent: 'luci',
    claimed: run.started,
    check_in_by: run.started,
    run,
  };
  const closed: Partial<Ticket> = { state: 'done', attempts: [attempt(1), attempt(2)] };
  const head = push('signalbox', {
    [archivePath('MC-1')]: writeTicket(aTicket('MC-1', closed)),
    // its next attempt would build on 2; 3 is at work, and 4 never was
    'tickets/MC-2.yaml': writeTicket(
      aTicket('MC-2', { state: 'in_progress', attempts: [attempt(1), attempt(2)], attempt: open }),
    ),
    'tickets/MC-3.yaml': writeTicket(
      aTicket('MC-3', { ...waiting, attempts: [attempt(1), attempt(2), attempt(3)] }),
    ),
    'tickets/MC-4.yaml': writeTicket(
      aTicket('MC-4', {
        ...waiting,
        attempts: [attempt(1, { stopped: null }), attempt(2, { outcome: 'done', signal: old }), attempt(3)],
      }),
    ),
    [archivePath('MC-5')]: writeTicket(
      aTicket('MC-5', {
        ...closed,
        attempts: [attempt(1, { ended: '2026-09-01T00:00:00Z', stopped: '2026-09-01T00:00:00Z' })],
      }),
    ),
    ...refused(old, '2026-05-25T11:00:00Z', 2),
    ...refused(young, '2026-09-01T00:00:00Z'),
  });
  const refs = [
    'MC-1/1',
    'MC-1/2',
    'MC-2/1',
    'MC-2/2',
    'MC-2/3',
    'MC-3/1',
    'MC-3/2',
    'MC-3/3',
    'MC-4/1',
    'MC-4/2',
    'MC-4/3',
    'MC-5/1',
    'MC-9/1',
  ];
  const pushes = refs.map((name) => `${head}:refs/signalbox/work/${name}`);
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`, ...pushes);
});

const prune = (...args: string[]) => signalbox(['prune', '--clone', here.clone, ...args], later);
const work = () =>
  git(here.clone, 'ls-remote', 'origin', 'refs/signalbox/work/*')
    .split('\n')
    .map((line) => line.split('\t')[1]?.replace('refs/signalbox/work/', ''));

/** The work of closed tickets, and what an open one does not need: not MC-3's, of which quarantine speaks. */
const goes = ['MC-1/1', 'MC-1/2', 'MC-2/1', 'MC-2/2'].map((name) => `refs/signalbox/work/${name}`);

test('a dry run says what would go, and nothing goes', async () => {
  const before = [work(), git(here.clone, 'ls-remote', 'origin', stateRef)];
  const { status, stdout } = await prune('--dry-run', '--json');
  expect([status, JSON.parse(stdout)]).toMatchObject([
    0,
    { format: 1, dry_run: true, work: goes, quarantine: [quarantinePath('MC-3', 2, old)] },
  ]);
  expect([work(), git(here.clone, 'ls-remote', 'origin', stateRef)]).toEqual(before);
});

test('what is old and needed by nothing goes; work in hand, to build on, to be shown or to be judged stays', async () => {
  const { status, stdout } = await prune();
  expect(status).toBe(0);
  expect(stdout).toContain('Run logs and artifacts GitHub deletes by its own setting');
  expect(work()).toEqual([
    'MC-2/3',
    'MC-3/1',
    'MC-3/2',
    'MC-3/3',
    'MC-4/1',
    'MC-4/2',
    'MC-4/3',
    'MC-5/1',
    'MC-9/1',
  ]);
  git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
  expect(git(here.clone, 'ls-tree', '-r', '--name-only', 'FETCH_HEAD', 'quarantine/')).toBe(
    quarantinePath('MC-3', 1, young),
  );
  const message = git(here.clone, 'show', '-s', '--format=%B', 'FETCH_HEAD');
  expect(message).toContain('Actor: Wilma');
  expect(message).toContain('Transition: prune 1111aaaa');
  // What lay in quarantine held its work until now.
  expect(JSON.parse((await prune('--json')).stdout)).toMatchObject({
    work: ['refs/signalbox/work/MC-3/2'],
    quarantine: [],
  });
  expect((await prune()).stdout).toContain('Nothing is old enough.');
});

test('a ref that was moved meanwhile stays', async () => {
  const moved = push('other', { a: 'b' });
  const ports = { clock: systemClock, random: systemRandom, log: silentLog };
  await withDesk({ clone: here.clone, remote: 'origin', branch: undefined, ...ports }, async (desk) => {
    const seen = await desk.refs('refs/signalbox/work/MC-1/');
    git(here.clone, 'push', '--quiet', '--force', 'origin', `${moved}:refs/signalbox/work/MC-1/1`);
    expect(await desk.dropRefs(seen)).toEqual(['refs/signalbox/work/MC-1/2']);
  });
  expect(work()).toContain('MC-1/1');
});

test('a ref of an attempt that no ticket knows is no reason to take what the next attempt builds on', async () => {
  const known = git(here.clone, 'rev-parse', 'HEAD');
  git(here.clone, 'push', '--quiet', 'origin', `${known}:refs/signalbox/work/MC-4/9`);
  await prune();
  expect(work()).toEqual(expect.arrayContaining(['MC-4/3', 'MC-4/9']));
});

test('a time so short that what is pruned could come again is refused, as is no number', async () => {
  for (const bad of [
    ['--quarantine', '30'],
    ['--work', 'all'],
  ]) {
    const refused = { status: 2, stdout: '', stderr: expect.stringContaining('a whole number of days') };
    expect(await prune(...bad)).toMatchObject(refused);
  }
  expect(work()).toHaveLength(13);
});
