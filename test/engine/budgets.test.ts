import { expect, test } from 'vitest';
import { mostAmount } from '../../src/ticket/budget-format.ts';
import { config as schema } from '../../src/ticket/config.ts';
import { aTicket } from './desk.ts';
import { working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// What a repository may use in a day, and what a ticket may in its life, as the whole engine keeps it.

const settings = (budgets: object) =>
  schema.parse({
    format: 1,
    prefix: 'MC',
    agents: { luci: { command: ['true'], capacity: 1 } },
    default_agent: 'luci',
    budgets,
  });

const park = (desk: OperatedDesk, id: string) =>
  desk.operator.handle(id, { kind: 'park', reason: '', source: 'e1', at: desk.now, actor: 'wilma' });

test('once a day’s budget is used nothing starts, each issue says why, and the next day begins anew', async () => {
  const desk = await OperatedDesk.start(settings({ day: { minutes: 0.001 } }));
  const issue = () => desk.forge.open('lucienne', { labels: ['ticket'] });
  const run = { ...working.attempt.run, started: desk.now };
  await desk.put(aTicket('MC-1', { ...working, attempt: { ...working.attempt, run }, issue: issue() }));
  await desk.put(aTicket('MC-2', { state: 'todo', issue: issue() }));
  desk.later(60_000);
  await desk.lookAtHead();
  expect((await desk.ticket('MC-1'))?.state).toBe('in_progress'); // what runs goes on
  expect(desk.forge.told(2, 'status').join()).toContain('`budget-day` The repository has used');
  await park(desk, 'MC-1');
  const stopped = { kind: 'stopped', attempt: 1, source: 's', at: desk.now, actor: 'signalbox' } as const;
  await desk.operator.handle('MC-1', stopped);
  expect((await desk.desk()).spent?.minutes).toBeGreaterThan(0.001);
  await desk.lookAtHead();
  expect((await desk.ticket('MC-2'))?.state).toBe('todo');
  expect((await desk.operator.panel.explain('MC-2'))?.reasons[0]).toMatchObject({
    code: 'budget-day',
    change: expect.stringContaining('By itself, at '),
  });
  desk.later(24 * 3_600_000);
  await desk.lookAtHead();
  expect((await desk.ticket('MC-2'))?.state).toBe('in_progress');
});

test('S8: an attempt whose runner does not end it at its budget is closed by the app, and its ticket blocked', async () => {
  const desk = await OperatedDesk.start(settings({ attempt: { minutes: 10 } }));
  const run = { ...working.attempt.run, started: desk.now };
  const issue = desk.forge.open('lucienne', { labels: ['ticket'] });
  await desk.put(aTicket('MC-1', { ...working, attempt: { ...working.attempt, run }, issue }));
  desk.later(11 * 60_000);
  await desk.lookAtHead();
  expect((await desk.ticket('MC-1'))?.state).toBe('in_progress'); // its runner may be at it
  desk.later(10 * 60_000);
  await desk.lookAtHead();
  expect(await desk.ticket('MC-1')).toMatchObject({
    state: 'blocked',
    blocked: { code: 'budget' },
    attempts: [{ outcome: 'blocked', stopped: null }],
  });
  expect(desk.forge.told(1, 'blocked:').join()).toContain('`budget`');
});

test('what one agent says that it used, however much, ends its own attempt and harms no other', async () => {
  const desk = await OperatedDesk.start(settings({ day: { minutes: 10_000 } }));
  const run = { ...working.attempt.run, started: desk.now };
  for (const id of ['MC-1', 'MC-2', 'MC-3']) {
    const issue = desk.forge.open('lucienne', { labels: ['ticket'] });
    await desk.put(aTicket(id, { ...working, attempt: { ...working.attempt, run }, issue }));
  }
  const lost = (id: string, tokens: number) =>
    desk.operator.handle(id, {
      kind: 'lost',
      attempt: 1,
      code: 'run-ended-silent',
      reason: '',
      agent_gone: true,
      usage: { tokens },
      source: `lost-${id}`,
      at: desk.now,
      actor: 'luci',
    });
  expect((await lost('MC-1', mostAmount)).code).toBe('ok');
  const decided = await Promise.all([lost('MC-2', 5), park(desk, 'MC-3')]);
  expect(decided.map(({ code }) => code)).toEqual(['ok', 'ok']);
  expect((await desk.ticket('MC-2'))?.state).toBe('todo');
  expect((await desk.ticket('MC-3'))?.state).toBe('waiting');
  expect(await desk.desk()).toMatchObject({
    failures: { luci: 2 }, // the note of each end stands
    spent: { reported: { tokens: { amount: mostAmount } } },
  });
});
