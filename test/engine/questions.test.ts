import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { nextMoment } from '../../src/engine/schedule.ts';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// A question of an agent, and what becomes of it.

const day = 24 * 3600_000;
const patient = schema.parse({ ...config, limits: { ...config.limits, question_days: 3 } });
const options = ['the red shed', 'the blue shed'];

/** A desk with MC-1 on issue 1, whose agent asks which of two. */
async function asking(over: Partial<Ticket> = {}, settings = patient): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(settings);
  const issue = desk.forge.open('lucienne');
  const released = { by: 'wilma', at: desk.now };
  const asks = {
    kind: 'question',
    question: 'Which shed?',
    reason: '',
    by: 'luci',
    since: desk.now,
  } as const;
  const attempts: Ticket['attempts'] = [{ ...stopped, outcome: 'question', reason: 'Which shed?' }];
  // As it was mirrored: so no text of the issue is news.
  await desk.put(
    aTicket('MC-1', { issue, released, state: 'waiting', waiting: { ...asks, options }, attempts, ...over }),
  );
  await desk.sweep();
  desk.later();
  return desk;
}

async function say(desk: OperatedDesk, words: string, who = 'wilma'): Promise<void> {
  desk.forge.say(1, words, who);
  await desk.look(1);
  desk.later();
}

const standing = async (desk: OperatedDesk) => {
  const ticket = await desk.ticket('MC-1');
  return [ticket?.state, ticket?.waiting?.kind ?? ticket?.blocked?.code ?? null];
};
const asks = ['waiting', 'question'];

describe('an answer', () => {
  test.each([
    ['/answer The one by the pond.', 'The one by the pond.'],
    ['/answer 2', 'the blue shed'],
    ['/answer #1', 'the red shed'],
    ['/answer 2.', 'the blue shed'],
    ['/answer 2 of them', '2 of them'],
  ])('%s lets the ticket go on, and the agent is told: %s', async (words, text) => {
    const desk = await asking();
    await say(desk, words);
    const ticket = await desk.ticket('MC-1');
    expect(ticket?.state).toBe('in_progress'); // todo, and taken at once
    expect(ticket?.messages).toMatchObject([{ by: 'wilma', text }]);
    expect(desk.forge.told(1, 'answer')).toEqual([
      expect.stringContaining('Answered: MC-1 is todo, and the next attempt is given the answer.'),
    ]);
  });

  test('with the number of no option is refused, and it asks on', async () => {
    const desk = await asking();
    await say(desk, '/answer 3');
    await say(desk, '/answer 0');
    expect(await standing(desk)).toEqual(asks);
    expect(desk.forge.told(1, 'refused')).toHaveLength(2);
    expect(desk.forge.told(1, 'refused')[0]).toContain('`no-such-option`');
    expect((await desk.ticket('MC-1'))?.messages).toEqual([]);
  });

  test('of a question that was parked since is kept, and its author is told so', async () => {
    const desk = await asking();
    await say(desk, '/park', 'elmar');
    await say(desk, '/answer The other.');
    expect(await standing(desk)).toEqual(['waiting', 'parked']);
    expect((await desk.ticket('MC-1'))?.messages).toMatchObject([{ text: 'The other.' }]);
    expect(desk.forge.told(1, 'answer')[0]).toContain('Kept: MC-1 was parked since it asked');
  });

  test('a number is a number where nothing is to choose from', async () => {
    const desk = await asking({
      waiting: {
        kind: 'question',
        question: 'How many?',
        reason: '',
        by: 'luci',
        since: '2099-01-01T00:00:00Z',
      },
    });
    await say(desk, '/answer 3');
    expect((await desk.ticket('MC-1'))?.messages).toMatchObject([{ text: '3' }]);
  });
});

describe('S2: nothing else wakes it', () => {
  test('no talk, edit, sweep, restart, message or answer by who may not', async () => {
    const desk = await asking();
    desk.forge.edit(1, { title: 'Another title', body: 'more to do' });
    for (const [words, who] of [
      ['The blue one, I think.', 'wilma'],
      ['/tell The blue one.', 'wilma'],
      ['/interrupt The blue one.', 'wilma'],
      ['/retry', 'wilma'],
      ['/approve', 'wilma'],
      ['/answer 2', 'elmar'],
      ['/answer 2', 'mallory'],
    ] as const)
      await say(desk, words, who);
    await desk.sweep();
    desk.restart();
    await desk.sweep();
    desk.later(day);
    await desk.lookAtHead();
    expect(await standing(desk)).toEqual(asks);
  });

  test('nor a ticket that another waited for, which is done', async () => {
    const desk = await asking();
    await desk.put(aTicket('MC-7', { state: 'review', issue: desk.forge.open('wilma') }));
    await desk.lookAtHead();
    desk.forge.say(2, '/approve', 'wilma');
    await desk.look(2);
    await desk.lookAtHead();
    expect((await desk.ticket('MC-7'))?.state).toBe('done');
    expect(await standing(desk)).toEqual(asks);
  });

  test('a release does, without an answer: that is what somebody asked for', async () => {
    const desk = await asking();
    desk.forge.label(1, 'release', 'wilma');
    await desk.look(1);
    await desk.lookAtHead();
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', messages: [] });
  });
});

describe('a question that nobody answers', () => {
  test('blocks its ticket when its time has come by the clock of the forge, and not before', async () => {
    const desk = await asking();
    const since = Date.parse((await desk.ticket('MC-1'))?.waiting?.since ?? '');
    const tickets = new Map([['MC-1', { ticket: await desk.ticket('MC-1') }]]);
    const next = nextMoment({ tickets, desk: await desk.desk() } as never, since + 1.5 * day, patient);
    expect(next).toBe(since + 3 * day);
    expect(desk.forge.told(1, 'status')[0]).toContain('Without an answer the ticket is blocked at 20');
    desk.later(3 * day - 60_000);
    await desk.lookAtHead();
    expect(await standing(desk)).toEqual(asks);
    desk.later(60_000);
    await desk.lookAtHead(); // as the timer does
    expect(await standing(desk)).toEqual(['blocked', 'question-expired']);
    expect(desk.forge.told(1, 'status')[0]).toContain('Nobody answered within 3 days.');
    expect(desk.forge.told(1, 'status')[0]).toContain('> Which shed?');
    expect(desk.forge.told(1, 'blocked')[0]).toContain('@wilma: **MC-1 is blocked** (`question-expired`)');
    expect((await desk.ticket('MC-1'))?.lifetime.retries).toBe(0);
  });

  test('whose answer stands on the issue, unheard, goes on', async () => {
    const desk = await asking();
    desk.forge.say(1, '/answer 2', 'wilma');
    desk.later(3 * day);
    await desk.lookAtHead();
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'in_progress',
      messages: [{ text: 'the blue shed' }],
    });
  });

  test('waits on where its issue cannot be read, and is asked about again', async () => {
    const desk = await asking();
    desk.later(3 * day);
    desk.forge.failing.set('events', new SignalboxError('forge', 'unreachable', 'gone'));
    await desk.lookAtHead();
    expect(await standing(desk)).toEqual(asks);
    desk.forge.failing.clear();
    await desk.lookAtHead();
    expect(await standing(desk)).toEqual(['blocked', 'question-expired']);
  });

  test('and that a person has parked waits for that person', async () => {
    const desk = await asking();
    await say(desk, '/park I have to think', 'elmar');
    desk.later(10 * day);
    await desk.lookAtHead();
    expect(await standing(desk)).toEqual(['waiting', 'parked']);
  });

  test('another that was asked since is not meant', async () => {
    const desk = await asking();
    const late = { source: 'question:old', at: desk.now, actor: 'signalbox', kind: 'expire' } as const;
    const decision = await desk.operator.handle('MC-1', { ...late, code: 'question-expired', reason: '' });
    expect(decision).toMatchObject({ accepted: false, code: 'condition-unmet' });
    expect(await standing(desk)).toEqual(asks);
  });

  test('goes on by the answer in a message, and a retry', async () => {
    const desk = await asking();
    desk.later(3 * day);
    await desk.lookAtHead();
    await say(desk, '/tell The blue one.');
    await say(desk, '/retry');
    await desk.lookAtHead();
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'in_progress',
      messages: [{ text: 'The blue one.' }],
    });
  });
});
