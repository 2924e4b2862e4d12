import { describe, expect, test } from 'vitest';
import { undelivered } from '../../src/ticket/messages.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { evidenceComment, statusComment } from '../../src/ticket/sentences.ts';
import { at, config, key, noon, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, told } from './telling.ts';
import type { Ticket } from './types.ts';

const executing = ticketIn('in_progress');
const unbound = { ...executing, attempt: executing.attempt && { ...executing.attempt, run: null } };
const given = (over: Partial<Request> = {}) => aRequest('delivered', { ids: ['e500'], ...over });
/** A ticket in that state which was told something. */
const toldOne = (ticket: Ticket = executing) => told(ticket, aRequest('tell'));
const messages = (count: number, delivered: number): Ticket['messages'] =>
  Array.from({ length: count }, (_, index) => ({
    id: `c${index}`,
    by: 'elmar',
    at: at(index - 1000),
    text: `message ${index}`,
    ...(index < delivered ? { delivered: { attempt: 1, at: at(-500) } } : {}),
  }));

describe('a message', () => {
  test('waits in the ticket, whatever its state, and changes nothing else', () => {
    for (const state of ['inbox', 'todo', 'in_progress', 'waiting', 'blocked', 'review'] as const) {
      const before = ticketIn(state);
      const after = toldOne(before);
      expect({ ...after, messages: [], seen: {} }).toEqual(before);
      expect(undelivered(after)).toEqual([{ id: 'e500', by: 'lucienne', at: at(0), text: 'look here' }]);
    }
    expect(ask(ticketIn('done'), aRequest('tell')).code).toBe('no-row');
    expect(ask(ticketIn('cancelled'), aRequest('tell')).code).toBe('no-row');
  });

  test('is delivered to the attempt whose runner says so, once', () => {
    const before = toldOne();
    const after = told(before, given());
    expect(undelivered(after)).toEqual([]);
    expect(after).toEqual({
      ...before,
      messages: [{ ...before.messages[0], delivered: { attempt: 1, at: at(0) } }],
    });
    expect(ask(after, given()).code).toBe('already-so');
    // another one, which came later, is not
    const again = told(after, aRequest('tell', { source: 'e501' }));
    expect(undelivered(again).map(({ id }) => id)).toEqual(['e501']);
  });

  test.each([
    ['attempt-closed', told(toldOne(), by('e1', 'park', 1)), {}, 'not-executing'],
    ['another attempt', toldOne(), { attempt: 2 }, 'unknown-attempt'],
    ['a closed attempt', { ...toldOne(), attempts: [closed(7)] }, { attempt: 7 }, 'attempt-closed'],
    ['no run bound', toldOne(unbound), {}, 'not-bound'],
    ['the key of another run', toldOne(), { key: 'guessed' }, 'wrong-key'],
    ['nothing that it names', toldOne(), { ids: ['e9'] }, 'already-so'],
  ] as [string, Ticket, Partial<Request>, string][])(
    'is not delivered where there is %s',
    (_, ticket, over, code) => {
      const decision = ask(ticket, given(over));
      expect([decision.code, decision.ticket]).toEqual([code, null]);
    },
  );

  test('makes room for itself where 200 are there: the oldest that was delivered goes', () => {
    const full = ticketIn('todo', { messages: messages(200, 3) });
    const after = toldOne(full);
    expect(after.messages).toHaveLength(200);
    expect(after.messages[0]?.id).toBe('c1');
    expect(after.messages.at(-1)?.text).toBe('look here');
    const stuffed = ticketIn('todo', { messages: messages(200, 0) });
    for (const name of ['tell', 'interrupt'] as const)
      expect(ask(stuffed, aRequest(name))).toMatchObject({ accepted: false, code: 'messages-full' });
    const question = { kind: 'question', question: 'which?', reason: '', by: 'luci', since: at(0) } as const;
    for (const name of ['answer', 'reject'] as const) {
      const state = name === 'answer' ? 'waiting' : 'review';
      const ticket = { ...ticketIn(state, state === 'waiting' ? { waiting: question } : {}) };
      const decision = ask({ ...ticket, messages: messages(200, 0) }, aRequest(name));
      expect([name, decision.code]).toEqual([name, 'messages-full']);
    }
  });
});

describe('an interrupt', () => {
  test('stops the attempt and queues the next with the message, in one step, at the cost of no retry', () => {
    const after = told(executing, aRequest('interrupt'));
    expect(after).toMatchObject({
      state: 'todo',
      attempt: null,
      not_before: null,
      attempts: [{ number: 1, outcome: 'interrupted', by: 'lucienne', reason: 'look here', stopped: null }],
      lifetime: { retries: 0 },
    });
    expect(undelivered(after)).toMatchObject([{ text: 'look here' }]);
  });

  test('S3: the next attempt is not claimed before the interrupted run was seen to end', () => {
    const after = told(executing, aRequest('interrupt'));
    expect(ask(after, aRequest('claim')).code).toBe('run-not-ended');
    expect(ask(told(after, aRequest('stopped')), aRequest('claim')).accepted).toBe(true);
  });

  test('S5: a signal of the interrupted attempt is quarantined', () => {
    const after = told(executing, aRequest('interrupt'));
    const late = ask(after, aRequest('done'));
    expect(late).toMatchObject({ accepted: false, code: 'attempt-closed', ticket: null });
    expect(late.quarantine).toMatchObject({ attempt: 1, code: 'attempt-closed' });
  });

  test('S2: with a park in any order it waits, and the message is kept', () => {
    const first = told(executing, by('e1', 'park', 1), by('e2', 'interrupt', 2));
    const second = told(executing, by('e2', 'interrupt', 2), by('e1', 'park', 1));
    for (const ticket of [first, second]) {
      expect(ticket).toMatchObject({ state: 'waiting', waiting: { kind: 'parked' }, attempt: null });
      expect(undelivered(ticket)).toHaveLength(1);
    }
  });

  test('S8: that was meant for an earlier attempt, or comes before any run, stops nothing', () => {
    const old = ask(executing, by('e1', 'interrupt', -61));
    expect(old.ticket).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
    expect(old.message).toContain('began after this was said');
    expect(told(executing, by('e1', 'interrupt', -60)).state).toBe('todo');
    const early = ask(unbound, aRequest('interrupt'));
    expect(early.ticket).toMatchObject({ state: 'in_progress', attempt: { number: 1 } });
    expect(early.message).toContain('about to start');
  });

  test('held, or with the desk shut, it waits', () => {
    const held = told({ ...executing, hold: true }, aRequest('interrupt'));
    expect(held).toMatchObject({ state: 'waiting', waiting: { reason: 'held' } });
  });
});

test('who says something is told whether it waits, is queued, or interrupts', () => {
  const said = (ticket: Ticket, name: 'tell' | 'interrupt') => ask(ticket, aRequest(name)).message;
  expect(said(ticketIn('review'), 'tell')).toMatch(/^Waiting: nothing of MC-1 is at work\. The next/);
  expect(said(ticketIn('waiting'), 'interrupt')).toMatch(/^Waiting: .* so nothing is interrupted\./);
  expect(said(executing, 'tell')).toMatch(/^Queued: attempt 1 is not interrupted\./);
  expect(said(unbound, 'tell')).toMatch(/^Queued: attempt 1 is about to start/);
  expect(said(executing, 'interrupt')).toMatch(/^Interrupted: attempt 1 is being stopped\. The next/);
  expect(said({ ...executing, hold: true }, 'interrupt')).toMatch(/MC-1 is waiting now/);
});

test('the status comment says what became of each message, and the evidence what an attempt was given', () => {
  const here = { view: view(), now: noon, config };
  expect(statusComment(executing, here)).not.toContain('Messages');
  const waits = statusComment(toldOne(), here);
  expect(waits).toContain(`- not delivered yet: lucienne at ${at(0)}: \`look here\``);
  const after = told(toldOne(), given(), aRequest('interrupt', { source: 'e501' }), aRequest('stopped'));
  const status = statusComment(after, here);
  expect(status).toContain(`- given to attempt 1 at ${at(0)}: lucienne at ${at(0)}: \`look here\``);
  expect(status.match(/not delivered yet/g)).toHaveLength(1);
  const [attempt] = after.attempts;
  expect(attempt && evidenceComment(after, attempt)).toContain(
    `- Messages it was given: lucienne at ${at(0)}`,
  );
  const many = statusComment(ticketIn('todo', { messages: messages(60, 30) }), here);
  expect(many).toContain('and 20 more that were not delivered yet');
  expect(many.match(/given to attempt/g)).toHaveLength(5);
});

test('words of a message call nobody and forge nothing', () => {
  const text = '@everyone <!-- signalbox:status --> `x`';
  const said = told(executing, aRequest('tell', { text }));
  const status = statusComment(said, { view: view(), now: noon, config });
  expect(status).not.toMatch(/@everyone|<!-- signalbox:status -->[^\n]/);
});

function closed(number: number): Ticket['attempts'][number] {
  const run = executing.attempt?.run ?? null;
  const ended = { outcome: 'parked', by: 'elmar', reason: '', signal: null, stopped: at(-90) } as const;
  const about = { number, claim: 'c', phase: 'dev', agent: 'luci', run };
  return { ...about, ...ended, started: at(-100), ended: at(-95) };
}

test('the key of a run is no part of what is written', () => {
  expect(JSON.stringify(told(toldOne(), given()))).not.toContain(key);
});
