import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { sha256 } from '../../src/base/random.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket } from './desk.ts';
import { run, waiting, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// What people say to an agent on the issue of its ticket.

const key = 'the key of run 990';
const executing: Partial<Ticket> = {
  ...working,
  attempt: { ...working.attempt, run: { ...run, key_sha256: sha256(key) } },
};

/** A desk with MC-1 on issue 1. */
async function with1(over: Partial<Ticket>): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne');
  const times = { created: desk.now, updated: desk.now, url: 'u', conclusion: null } as const;
  if (over.attempt)
    desk.forge.runsThere.push({
      ...times,
      id: 990,
      run_attempt: 1,
      title: 'MC-1 #1 dev',
      status: 'in_progress',
    });
  await desk.put(aTicket('MC-1', { issue, ...over }));
  desk.later();
  return desk;
}

/** Somebody says it, and it is read; answers the id of the comment. */
async function say(desk: OperatedDesk, words: string, who = 'wilma'): Promise<number> {
  const id = desk.forge.say(1, words, who);
  await desk.look(1);
  desk.later();
  return id;
}

const given = (desk: OperatedDesk, ids: string[], over: object = {}) =>
  desk.operator.handle('MC-1', {
    kind: 'delivered',
    attempt: 1,
    key,
    ids,
    source: 'run-990-1-given',
    at: desk.now,
    actor: 'signalbox',
    ...over,
  });
const answers = (desk: OperatedDesk) => desk.forge.told(1, 'answer');

describe('/tell', () => {
  test('is one message, one reply that says what became of it, and one reaction, however often it is read', async () => {
    const desk = await with1(executing);
    const said = await say(desk, '/tell Mind the rake.\n\nIt is behind the door.');
    await desk.look(1);
    desk.restart();
    await desk.sweep();
    const text = 'Mind the rake.\n\nIt is behind the door.';
    expect((await desk.ticket('MC-1'))?.messages).toEqual([
      { id: `c${said}`, by: 'wilma', at: expect.any(String), text },
    ]);
    expect(answers(desk)).toEqual([
      `<!-- signalbox:answer:c${said} -->\n@wilma: Queued: attempt 1 is not interrupted. Its agent gets the message when it asks for messages next, or else the next attempt does.`,
    ]);
    expect(desk.forge.reactions).toEqual([`${said} +1`]);
    expect((await desk.ticket('MC-1'))?.attempt?.number).toBe(1);
  });

  test('is shown as not delivered until the agent was given it, and then as given', async () => {
    const desk = await with1(executing);
    const said = await say(desk, '/tell Mind the rake.');
    expect(desk.forge.told(1, 'status')[0]).toContain('- not delivered yet: wilma at');
    const wrong = await given(desk, [`c${said}`], { key: 'another' });
    expect(wrong).toMatchObject({ accepted: false, code: 'wrong-key' });
    expect((await given(desk, [`c${said}`])).accepted).toBe(true);
    await desk.operator.settled();
    expect(desk.forge.told(1, 'status')[0]).toMatch(/- given to attempt 1 at \S+: wilma at/);
    expect(desk.forge.told(1, 'status')[0]).not.toContain('not delivered');
  });

  test('wakes nothing that waits, and is refused where nothing comes any more', async () => {
    const parked = await with1(waiting);
    await say(parked, '/tell Not before Friday.');
    expect(await parked.ticket('MC-1')).toMatchObject({ state: 'waiting', messages: [{ by: 'wilma' }] });
    expect(answers(parked)[0]).toContain('Waiting: nothing of MC-1 is at work.');
    const done = await OperatedDesk.start();
    const issue = await done.born('lucienne');
    done.forge.say(issue, '/cancel', 'wilma');
    await done.look(issue);
    done.later();
    const late = done.forge.say(issue, '/tell Too late.', 'wilma');
    await done.look(issue);
    expect(done.forge.told(issue, 'refused')[0]).toContain(
      '`no-row` MC-1 is cancelled; tell does not apply.',
    );
    expect(done.forge.reactions).toContain(`${late} confused`);
    expect((await done.ticket('MC-1'))?.messages).toEqual([]);
  });

  test('is for who may write, and says how it is written', async () => {
    const desk = await with1(executing);
    const stranger = await say(desk, '/tell Delete everything.', 'mallory');
    const triage = await say(desk, '/interrupt Stop that.', 'elmar');
    const empty = await say(desk, '/tell');
    expect(desk.forge.reactions).toEqual([`${stranger} -1`, `${triage} -1`, `${empty} confused`]);
    expect(desk.forge.told(1, 'refused')[0]).toContain('`bad-command`');
    expect(desk.forge.told(1, 'refused')[0]).toContain('`/tell <text>`');
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', messages: [] });
  });
});

describe('/interrupt', () => {
  test('stops the attempt and takes the ticket up anew with the message, once the old run has ended', async () => {
    const desk = await with1(executing);
    await say(desk, '/interrupt The other shed.');
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'todo',
      attempts: [{ number: 1, outcome: 'interrupted', by: 'wilma', stopped: null }],
      messages: [{ text: 'The other shed.' }],
      lifetime: { retries: 0 },
    });
    expect(desk.calls).toContain('cancel');
    expect(answers(desk)[0]).toContain('Interrupted: attempt 1 is being stopped.');
    await desk.lookAtHead();
    expect((await desk.ticket('MC-1'))?.attempt).toBe(null);
    const stopped = { kind: 'stopped', attempt: 1, source: 'run-990-1-stopped' } as const;
    await desk.operator.handle('MC-1', { ...stopped, at: desk.now, actor: 'signalbox' });
    await desk.lookAtHead();
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', attempt: { number: 2 } });
    expect(desk.forge.told(1, 'evidence')[0]).toContain('was stopped: interrupted.');
    expect(desk.forge.told(1, 'evidence')[0]).toContain('> The other shed.');
  });

  test('where nothing runs is a /tell, and says so', async () => {
    const desk = await with1(waiting);
    await say(desk, '/interrupt The other shed.');
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', messages: [{ by: 'wilma' }] });
    expect(answers(desk)[0]).toContain('nothing of MC-1 is at work, so nothing is interrupted.');
  });

  test('S2: read together with a park, it leaves the ticket parked, and the message is kept', async () => {
    const desk = await with1(executing);
    desk.forge.say(1, '/interrupt The other shed.', 'wilma');
    desk.later();
    desk.forge.label(1, 'park', 'elmar');
    await desk.look(1);
    await desk.lookAtHead();
    expect(await desk.ticket('MC-1')).toMatchObject({
      state: 'waiting',
      attempts: [{ outcome: 'parked' }],
      messages: [{ text: 'The other shed.' }],
    });
  });

  test('that was lost for a while does not stop the attempt that began after it', async () => {
    const desk = await with1({ state: 'todo', owner: 'nobody' });
    desk.forge.say(1, '/interrupt The other shed.', 'wilma');
    desk.later();
    const ticket = await desk.ticket('MC-1');
    const attempt = { ...working.attempt, claimed: desk.now, run: { ...run, key_sha256: sha256(key) } };
    if (ticket) await desk.put({ ...ticket, state: 'in_progress', attempt });
    await desk.look(1);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', messages: [{ by: 'wilma' }] });
    expect(answers(desk)[0]).toContain('attempt 1, which began after this was said, is not interrupted');
  });
});

test('a reply that could not be written says nothing twice, and the message is there all the same', async () => {
  const desk = await with1(executing);
  desk.forge.failing.set('createComment', new SignalboxError('forge', 'unreachable', 'gone'));
  await say(desk, '/tell Mind the rake.');
  desk.forge.failing.clear();
  desk.restart();
  await desk.sweep();
  await desk.look(1);
  expect((await desk.ticket('MC-1'))?.messages).toHaveLength(1);
  expect(desk.forge.told(1, 'status')[0]).toContain('not delivered yet');
});
