import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { readTicket, writeQuarantined, writeTicket } from '../../src/ticket/codec.ts';
import type { Quarantined, Ticket } from '../../src/ticket/format.ts';
import { quarantinePath, witnessRef } from '../../src/ticket/paths.ts';
import { aTicket } from '../engine/desk.ts';
import { stopped, waiting } from '../engine/fixtures.ts';
import { stateRef } from '../store/worlds.ts';
import { signalbox } from './command.ts';
import { aPerson } from './person.ts';

vi.setConfig({ testTimeout: 60_000 });

const { here, git, push } = aPerson();
const [one, two, stray] = [`1111${'a'.repeat(60)}`, `2222${'b'.repeat(60)}`, `3333${'c'.repeat(60)}`];

/** MC-1 is parked in the first of two phases; what its agent said late, and what somebody said for nobody, was refused. */
const parked: Partial<Ticket> = {
  ...waiting,
  phases: ['dev', 'review'],
  attempts: [{ ...stopped, outcome: 'parked', signal: null }],
};

beforeEach(() => {
  push('main', { '.github/signalbox.yml': 'format: 1\nphases: { dev: {}, review: {} }\n' });
  const head = push('signalbox', {
    'tickets/MC-1.yaml': writeTicket(aTicket('MC-1', parked)),
    ...refused('MC-1', one, 'It works', '2026-05-25T11:00:00Z'),
    ...refused('MC-1', two, 'and again\u001b[2J', '2026-05-25T11:00:01Z'),
    ...refused('_', stray, 'of nobody', '2026-05-25T10:00:00Z'),
  });
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`);
});

function refused(ticket: string, digest: string, summary: string, at: string): Record<string, string> {
  const about = {
    format: 1,
    attempt: 1,
    digest,
    code: 'attempt-closed',
    reason: '',
    state: 'waiting',
    at,
  } as const;
  const said = {
    format: 1,
    attempt: 1,
    kind: 'done',
    summary,
    run: null,
    key: '',
    agent_gone: true,
  } as const;
  const entry: Quarantined = {
    ...about,
    ticket,
    channel: 'runner',
    actor: 'luci',
    signal: { ...said, ticket: 'MC-1' },
  };
  return { [quarantinePath(ticket, 1, digest)]: writeQuarantined(entry) };
}

test('list and show print no word of others that a terminal would obey', async () => {
  const path = quarantinePath('MC-1', 1, one);
  const forged = refused('MC-1', one, 'x', '2026-05-25T11:00:00Z')[path] ?? '';
  const head = push('signalbox', { [path]: forged.replace('attempt-closed', '"\\e[2J\\n4444"') });
  git(here.clone, 'push', '--quiet', 'origin', `${head}:${witnessRef}`);
  const listed = await quarantine('list');
  expect(listed.status).toBe(0);
  expect(listed.stdout).toContain('MC-1 #1  done  [2J 4444  2026-05-25T11:00:00Z  x\n');
  expect(listed.stdout).not.toContain('\u001b');
  expect((await quarantine('show', one)).stdout).not.toContain('\u001b');
});

const quarantine = (...args: string[]) => signalbox(['quarantine', ...args, '--clone', here.clone]);

async function atHead<T>(look: (store: Awaited<ReturnType<typeof openGitStore>>) => Promise<T>): Promise<T> {
  const remote = join(here.folder, 'team.git');
  const ports = { clock: systemClock, random: systemRandom, log: silentLog };
  const author = { name: 'a', email: 'b' };
  const folder = join(here.folder, `look-${systemRandom.hex(4)}`);
  const store = await openGitStore({ folder, remote, branch: 'signalbox', author, ...ports });
  return look(store).finally(() => store.close());
}

test('list says what lies there, oldest first, for people and for programs', async () => {
  const { status, stdout } = await quarantine('list');
  expect([status, stdout.trim().split('\n')]).toEqual([
    0,
    [
      '3333cccccccc  _ #1  done  attempt-closed  2026-05-25T10:00:00Z  of nobody',
      '1111aaaaaaaa  MC-1 #1  done  attempt-closed  2026-05-25T11:00:00Z  It works',
      '2222bbbbbbbb  MC-1 #1  done  attempt-closed  2026-05-25T11:00:01Z  and again [2J',
    ],
  ]);
  const report = JSON.parse((await quarantine('list', '--ticket', 'MC-1', '--json')).stdout);
  expect(report).toMatchObject({
    format: 1,
    branch: 'signalbox',
    entries: [{ digest: one }, { digest: two }],
  });
});

test('accept is a commit by the person, decided as the app decides it, and harmless twice', async () => {
  const said = await quarantine('accept', one.slice(0, 8));
  expect(said).toEqual({ status: 0, stdout: 'accepted: MC-1 is todo.\n', stderr: '' });
  const again = await quarantine('accept', one.slice(0, 8));
  expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('no-such-entry') });
  await atHead(async (store) => {
    const head = await store.read({ fresh: true });
    expect(head.witness).toBe(head.head); // nobody's push to be judged
    const text = (await head.file('tickets/MC-1.yaml')) ?? '';
    expect(readTicket('MC-1', text).ticket).toMatchObject({
      state: 'todo',
      phase: 'review',
      attempts: [{ outcome: 'parked', accepted: { kind: 'done', digest: one, by: 'Wilma' } }],
    });
    expect(head.quarantine).toEqual([quarantinePath('MC-1', 1, two), quarantinePath('_', 1, stray)]);
    expect((await store.history('MC-1'))[0]).toMatchObject({
      transition: 'accept 1111aaaa: waiting -> todo',
      actor: 'Wilma',
    });
  });
});

test('a clock that is slow by half a year dates no acceptance before the head it follows on', async () => {
  const slow = () => Date.parse('2026-05-25T12:00:00Z') - 180 * 24 * 3600_000;
  const headTime = git(here.clone, 'log', '-1', '--format=%cI', 'HEAD');
  const said = await signalbox(['quarantine', 'accept', one, '--clone', here.clone], slow);
  expect(said.status).toBe(0);
  git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
  const text = git(here.clone, 'show', 'FETCH_HEAD:tickets/MC-1.yaml');
  const accepted = readTicket('MC-1', text).ticket?.attempts[0]?.accepted;
  expect(Date.parse(accepted?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(headTime));
});

test('what the rules refuse is said with its code and an exit status, and changes nothing', async () => {
  await quarantine('accept', one);
  const head = git(here.clone, 'ls-remote', 'origin', stateRef);
  const refused = await quarantine('accept', two, '--json');
  expect(refused.status).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ decision: { accepted: false, code: 'other-phase' } });
  expect(await quarantine('show', 'fffffffff')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no-such-entry'),
  });
  expect(await quarantine('discard', 'all')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('signalbox quarantine list'),
  });
  expect((await quarantine('show', two)).stdout).toContain('kind: done');
  expect(git(here.clone, 'ls-remote', 'origin', stateRef)).toBe(head);
});

test('discard works for what was said for no ticket, too', async () => {
  expect(await quarantine('discard', stray)).toMatchObject({ status: 0 });
  expect((await quarantine('list')).stdout).not.toContain('3333');
});

test('what somebody pushed and the app has not judged yet is nothing to build on', async () => {
  push('signalbox', { 'tickets/MC-1.yaml': writeTicket(aTicket('MC-1', { ...parked, hold: true })) });
  expect(await quarantine('accept', one)).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('not-judged'),
  });
});

test('an address of GitHub that hides the real one tells the login', async () => {
  git(here.clone, 'config', 'user.email', '7+wilma@users.noreply.github.com');
  await quarantine('accept', one);
  await atHead(async (store) => {
    const ticket = (await store.read({ fresh: true })).tickets.get('MC-1')?.ticket;
    expect(ticket?.attempts[0]?.accepted?.by).toBe('wilma');
  });
});
