import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket } from './desk.ts';
import { stopped, waiting, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// Tickets that must be done before others, and tickets that are parts of others, on the whole engine.

const done = { state: 'done', attempts: [stopped] } satisfies Partial<Ticket>;

/** Tickets on issues of their numbers, as Signalbox left them, looked at once. */
async function standing(...tickets: Ticket[]): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  for (const one of tickets) await desk.put({ ...one, issue: desk.forge.open('lucienne', { labels: [] }) });
  await desk.sweep();
  desk.later();
  return desk;
}

const say = async (desk: OperatedDesk, words: string, who = 'wilma') => {
  desk.forge.say(1, words, who);
  await desk.look(1);
  desk.later();
};
const status = (desk: OperatedDesk, issue = 1) => desk.forge.told(issue, 'status').at(-1) ?? '';
const stateOf = async (desk: OperatedDesk, id = 'MC-1') => (await desk.ticket(id))?.state;

describe('a ticket that comes after others', () => {
  test('is taken by no agent before all of them are done, though it was released', async () => {
    const desk = await standing(
      aTicket('MC-1', { ...waiting, after: ['MC-2', 'MC-3'] }),
      aTicket('MC-2', working),
    );
    await say(desk, '/release');
    expect(await stateOf(desk)).toBe('todo');
    expect(status(desk)).toContain('`blocked-by` It waits for MC-2 (in progress), MC-3 (not there).');
    await desk.operator.handle('MC-2', {
      kind: 'cancel',
      reason: '',
      source: 'c1',
      at: desk.now,
      actor: 'wilma',
    });
    await desk.close(aTicket('MC-3', done));
    await desk.lookAtHead();
    expect(await stateOf(desk)).toBe('todo');
    await say(desk, '/status');
    expect(desk.forge.told(1, 'answer').at(-1)).toContain('`blocked-by` It waits for MC-2 (cancelled).');
    await say(desk, '/after MC-3');
    expect(desk.forge.told(1, 'answer').at(-1)).toContain('MC-1 waits for MC-3, done already.');
    expect(await stateOf(desk)).toBe('in_progress');
  });

  test('says at once what of them never is done', async () => {
    const desk = await standing(aTicket('MC-1'));
    await desk.close(aTicket('MC-8', { state: 'cancelled' }));
    await say(desk, '/after MC-8, MC-9');
    expect(desk.forge.told(1, 'answer')[0]).toContain(
      '`bad-condition` As things stand that never is: MC-8 is cancelled; there is no ticket MC-9.',
    );
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'inbox', after: ['MC-8', 'MC-9'] });
  });

  test('makes no circle: not by a word, not over what another waits for, not by a push', async () => {
    const when = { all: [{ after: ['MC-1'] }, { until: '2099-01-01T00:00:00Z' }] };
    const desk = await standing(
      aTicket('MC-1'),
      aTicket('MC-2', { after: ['MC-3'] }),
      aTicket('MC-3', { ...waiting, waiting: { ...waiting.waiting, kind: 'deferred', when } }),
    );
    await say(desk, '/after MC-2');
    const circle = 'MC-1 -> MC-2 -> MC-3 -> MC-1 would wait for each other.';
    expect(desk.forge.told(1, 'refused')[0]).toContain(`\`circle\` ${circle}`);
    await desk.push('wilma', {
      ...((await desk.ticket('MC-1')) as Ticket),
      after: ['MC-2'],
      priority: 'high',
    });
    // What else was edited stands.
    expect(await desk.ticket('MC-1')).toMatchObject({ after: [], priority: 'high' });
    expect(desk.forge.told(1, 'quarantine')[0]).toContain(`after (circle): ${circle}`);
    await desk.push('wilma', aTicket('MC-4', { after: ['MC-4', 'MC-2'] }));
    expect((await desk.ticket('MC-4'))?.after).toEqual([]);
    // A circle that only one of several ways closes is none.
    await say(desk, '/park after MC-2 is done or until 2099-01-01');
    expect(desk.forge.told(1, 'answer')[0]).toContain('`bad-condition` MC-1 -> MC-2 -> MC-3 -> MC-1');
    await desk.push('wilma', { ...((await desk.ticket('MC-2')) as Ticket), after: ['MC-3', 'MC-1'] });
    expect((await desk.ticket('MC-2'))?.after).toEqual(['MC-3', 'MC-1']);
  });

  test('says of a circle that a reopening closed that they wait for each other', async () => {
    const desk = await standing(aTicket('MC-1', { state: 'todo', after: ['MC-2'] }));
    await desk.put(aTicket('MC-2', { after: ['MC-1'] }));
    await desk.lookAtHead();
    const explained = await desk.operator.panel.explain('MC-1');
    expect(explained?.reasons[0]).toMatchObject({
      code: 'blocked-by',
      change: expect.stringContaining('MC-1 -> MC-2 -> MC-1 wait for each other'),
    });
  });

  test('gets no more of them while it is worked on, unless it is parked by the same words', async () => {
    const desk = await standing(aTicket('MC-1', working), aTicket('MC-2'));
    await say(desk, '/after MC-2');
    expect(desk.forge.told(1, 'refused')[0]).toContain('`running` An attempt works on MC-1.');
    await desk.push('wilma', { ...((await desk.ticket('MC-1')) as Ticket), after: ['MC-2'] });
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', after: [] });
    await say(desk, '/after MC-2 and park', 'elmar'); // who may stop it, and no more
    expect(await stateOf(desk)).toBe('in_progress');
    await say(desk, '/after MC-2 and park');
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'waiting',
      waiting: { kind: 'parked', by: 'wilma' },
      after: ['MC-2'],
      attempts: [{ outcome: 'parked' }],
    });
  });

  test('is parked by a circle all the same: what it comes after stays as it was', async () => {
    const desk = await standing(aTicket('MC-1', working), aTicket('MC-2', { after: ['MC-1'] }));
    await say(desk, '/after MC-2 and park');
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', after: [] });
    expect(desk.forge.told(1, 'answer')[0]).toContain('`circle` MC-1 -> MC-2 -> MC-1');
  });
});

describe('parts of a ticket', () => {
  const parts = (desk: OperatedDesk) => /Parts: [\s\S]*?(?=\n[^-])/.exec(status(desk))?.[0].split('\n');

  test('stand in its status comment as they are, also once they lie in the archive', async () => {
    const desk = await standing(
      aTicket('MC-1', waiting),
      aTicket('MC-2', { parent: 'MC-1', ...waiting }),
      aTicket('MC-3', { parent: 'MC-1', ...working }),
      aTicket('MC-4', { parent: 'MC-1' }),
    );
    expect(parts(desk)).toEqual([
      'Parts: 0 of 3 done.',
      '- MC-2: waiting',
      '- MC-3: in progress',
      '- MC-4: inbox',
    ]);
    const own = { source: 'x', at: desk.now, actor: 'wilma' };
    await desk.operator.handle('MC-4', { ...own, kind: 'cancel', reason: '' });
    await desk.operator.handle('MC-3', { ...own, kind: 'park', reason: '' });
    await desk.operator.settled();
    expect(parts(desk)).toEqual([
      'Parts: 0 of 3 done.',
      '- MC-2: waiting',
      '- MC-3: waiting',
      '- MC-4: cancelled',
    ]);
    await desk.operator.handle('MC-2', { ...own, kind: 'merged' });
    await desk.operator.settled();
    expect(parts(desk)?.[0]).toBe('Parts: 1 of 3 done.');
    await desk.operator.handle('MC-2', { ...own, source: 'y', kind: 'reopen' });
    await desk.operator.settled();
    expect(parts(desk)).toEqual([
      'Parts: 0 of 3 done.',
      '- MC-2: inbox',
      '- MC-3: waiting',
      '- MC-4: cancelled',
    ]);
    desk.restart();
    await desk.sweep();
    expect(parts(desk)?.[0]).toBe('Parts: 0 of 3 done.');
  });

  test('end all the same where the whole has no room to note it', async () => {
    const released = { by: 'wilma', at: '2026-05-25T09:12:00Z' };
    const full = aTicket('MC-1', { ...waiting, released, body: 'x'.repeat(64 * 1024) });
    const messages = Array.from({ length: 3 }, (_, at) => ({
      id: `c${at}`,
      by: 'a',
      at: '2026-05-25T09:12:00Z',
      text: 'y'.repeat(at === 0 ? 40 * 1024 : 64 * 1024),
    }));
    const desk = await standing({ ...full, messages }, aTicket('MC-2', { parent: 'MC-1' }));
    const cancel = { kind: 'cancel', reason: '', source: 'x', at: desk.now, actor: 'wilma' } as const;
    expect(await desk.operator.handle('MC-2', cancel)).toMatchObject({ accepted: true });
    expect((await desk.ticket('MC-1'))?.children).toEqual({});
  });

  test('S2: the end of one wakes nothing that waits', async () => {
    const desk = await standing(aTicket('MC-1', waiting), aTicket('MC-2', { ...waiting, parent: 'MC-1' }));
    await desk.operator.handle('MC-2', { kind: 'merged', source: 'p9', at: desk.now, actor: 'wilma' });
    await desk.sweep();
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', children: { 'MC-2': 'done' } });
  });

  test('are no circle: what a push makes its own ancestor is put back', async () => {
    const desk = await standing(aTicket('MC-1', { parent: 'MC-2' }), aTicket('MC-2'));
    await desk.push('wilma', { ...((await desk.ticket('MC-2')) as Ticket), parent: 'MC-1' });
    expect((await desk.ticket('MC-2'))?.parent).toBe(null);
    expect(desk.forge.told(2, 'quarantine')[0]).toContain(
      'parent (circle): MC-2 -> MC-1 -> MC-2 would be parts of each other.',
    );
  });
});
