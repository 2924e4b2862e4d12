import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readTicket } from '../../src/ticket/codec.ts';
import { aTeamsDesk } from './teams-desk.ts';

// signalbox new.

vi.setConfig({ testTimeout: 60_000 });

const { here, run, data, git, atHead, ticket, history } = aTeamsDesk();

const born = (json: Record<string, unknown>) => ticket(String(json.ticket));

test('a ticket lies in the inbox, with an id that no issue will have', async () => {
  const body = join(here.folder, 'rake.md');
  writeFileSync(body, 'Oil it.\n');
  const { status, json } = await data(
    'new',
    'Mend',
    'the rake',
    '--owner',
    'luci',
    '--priority',
    'high',
    '--body-file',
    body,
  );
  expect([status, json]).toEqual([
    0,
    {
      format: 1,
      remote: expect.any(String),
      branch: 'signalbox',
      ticket: expect.stringMatching(/^MC-t[0-9a-f]{6}$/),
      decision: { accepted: true, code: 'ok', message: `${json.ticket} is in the inbox.` },
    },
  ]);
  expect(born(json)).toMatchObject({
    state: 'inbox',
    title: 'Mend the rake',
    body: 'Oil it.\n',
    owner: 'luci',
    priority: 'high',
    phase: 'dev',
    issue: null,
    mirrored: null,
  });
  expect(history()).toEqual(['create -> inbox', 'Wilma']);
});

test('its author hears that it lies there, and that no agent is called so', async () => {
  const { stdout } = await run('new', 'Mend the rake', '--id', 'MC-rake', '--owner', 'lucy');
  expect(stdout.split('\n')).toEqual([
    'MC-rake is in the inbox.',
    'lucy is no agent of the config, so no agent takes it.',
    'Nothing starts before it is released: signalbox release MC-rake',
    '',
  ]);
});

test('S1: with --wait it is waiting in its first commit, until all that it waits for holds', async () => {
  const wait = [
    '--wait',
    'until=2099-01-01 9:00',
    '--wait',
    'after=MC-1,MC-2',
    '--wait',
    'idle=luci',
    '--reason',
    'The fair.',
  ];
  const { json } = await data('new', 'Mend the rake', ...wait);
  const path = `tickets/${json.ticket}.yaml`;
  atHead(path);
  const [first = '', ...others] = git(here.clone, 'log', '--format=%H', 'FETCH_HEAD', '--', path).split('\n');
  expect(others).toEqual([]);
  expect(readTicket(String(json.ticket), git(here.clone, 'show', `${first}:${path}`)).ticket).toMatchObject({
    state: 'waiting',
    waiting: {
      kind: 'deferred',
      when: { all: [{ until: '2099-01-01T09:00:00Z' }, { after: ['MC-1', 'MC-2'] }, { idle: 'luci' }] },
      reason: 'The fair.',
      by: 'Wilma',
    },
  });
  expect(born((await data('new', 'Another', '--hold')).json)).toMatchObject({ state: 'waiting', hold: true });
});

test('what cannot be is said, and changes nothing', async () => {
  const head = git(here.clone, 'ls-remote', 'origin');
  expect(await run('new', 'Again', '--id', 'MC-7')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^ticket-exists: /),
  });
  expect(await run('new', 'x', '--id', 'a b')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^bad-id: /),
  });
  expect(await run('new', 'x', '--body-file', '/nowhere')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^no-file: /),
  });
  expect(await run('new', 'x'.repeat(300))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^bad-field: /),
  });
  for (const wait of ['until=pigs fly', 'after=', 'idle', 'idle=luci and more'])
    expect(await run('new', 'x', '--wait', wait)).toMatchObject({ status: 2, stdout: '' });
  expect(git(here.clone, 'ls-remote', 'origin')).toBe(head);
});
