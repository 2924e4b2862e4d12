import { expect, test } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { writeSignal } from '../../src/ticket/codec.ts';
import { config as schema } from '../../src/ticket/config.ts';
import type { Signal } from '../../src/ticket/format.ts';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// What goes on and on is stopped, and people are told.

const strict = schema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'], capacity: 5 } },
  default_agent: 'luci',
  people: ['wilma'],
  limits: { ticket_starts_per_hour: 3, failures_in_row: 2, retries: 9, retry_after_seconds: 1 },
});

/** A desk with tickets in todo, which an agent has taken. */
async function working(...ids: string[]): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(strict);
  for (const id of ids) {
    const issue = desk.forge.open('lucienne', { labels: ['ticket'] });
    await desk.put(aTicket(id, { state: 'todo', issue }));
  }
  await desk.lookAtHead();
  return desk;
}

/** The open attempt of a ticket is bound, and ends so; then time goes by. */
async function ends(desk: OperatedDesk, id: string, kind: Signal['kind'] | 'parked'): Promise<void> {
  const { number: attempt = 0, claim = '' } = (await desk.ticket(id))?.attempt ?? {};
  const key = `key-of-${id}-${attempt}`;
  const run = { id: 1000 + attempt, run_attempt: 1, url: 'u' };
  const asked = { source: `${id}-${attempt}`, at: desk.now, actor: 'luci' };
  await desk.operator.handle(id, { ...asked, kind: 'bind', attempt, claim, run, key_sha256: sha256(key) });
  if (kind === 'parked') await desk.operator.handle(id, { ...asked, kind: 'park', reason: '' });
  else {
    const said = { ticket: id, attempt, kind, summary: 'so', run: null, key, agent_gone: true } as const;
    const signal: Signal = { format: 1, ...said };
    const text = writeSignal(signal);
    const about = { channel: 'runner', ticket: id, attempt, text } as const;
    await desk.operator.handle(id, { ...asked, kind: 'signal', signal, ...about });
  }
  desk.later(10_000);
  await desk.lookAtHead();
}

test('S9: a ticket that starts again and again is blocked, its person called, and a retry grants as many again', async () => {
  const desk = await working('MC-1');
  for (const attempt of [1, 2, 3]) {
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
    await ends(desk, 'MC-1', 'parked');
    await desk.operator.handle('MC-1', {
      kind: 'stopped',
      attempt,
      source: `stopped-${attempt}`,
      at: desk.now,
      actor: 'signalbox',
    });
    const release = { kind: 'release', source: `e${500 + attempt}`, at: desk.now, actor: 'wilma' } as const;
    await desk.operator.handle('MC-1', release);
    desk.later(10_000);
    await desk.lookAtHead();
  }
  expect((await desk.ticket('MC-1'))?.blocked).toMatchObject({
    code: 'breaker-starts',
    reason: 'MC-1 was started 3 times within an hour, and 3 times are allowed.',
  });
  expect(desk.forge.told(1, 'blocked:').join()).toContain('@wilma');
  expect((await desk.operator.panel.explain('MC-1'))?.reasons[0]).toMatchObject({
    code: 'breaker-starts',
    since: expect.any(String),
  });
  desk.later();
  desk.forge.say(1, '/retry', 'wilma');
  await desk.look(1);
  await desk.lookAtHead();
  expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
});

test('S9: a profile whose attempts fail one after another is paused, and an issue calls people until it is resumed', async () => {
  const desk = await working('MC-1', 'MC-2', 'MC-3');
  await ends(desk, 'MC-1', 'failed');
  await ends(desk, 'MC-3', 'parked');
  expect((await desk.desk()).profiles).toEqual({});
  await ends(desk, 'MC-2', 'failed');
  expect((await desk.desk()).profiles.luci).toMatchObject({
    until: null,
    breaker: true,
    reason: '2 of its attempts failed in a row, the last of MC-2',
  });
  await desk.sweep();
  expect((await desk.ticket('MC-2'))?.state).toBe('todo');
  expect(desk.forge.told(2, 'status').join()).toContain('`breaker-failures` luci is paused: 2 of its');
  const [alarm] = [...desk.forge.issues.values()].filter(({ title }) => title.includes('luci is paused'));
  expect(alarm?.body).toMatch(/@wilma.*breaker-failures.*\/resume luci/s);
  desk.forge.say(2, '/resume luci', 'wilma');
  await desk.look(2);
  await desk.lookAtHead();
  expect(desk.forge.issues.get(alarm?.number ?? 0)?.state).toBe('closed');
  expect((await desk.ticket('MC-2'))?.state).toBe('in_progress');
});
