import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { nextMoment } from '../../src/engine/schedule.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const day = 24 * 3600_000;

/** A desk with one ticket, MC-1, on issue 1, released by wilma and then as `over` says. */
async function with1(over: (now: string) => Partial<Ticket>, settings: Config = config) {
  const desk = await OperatedDesk.start(settings);
  const issue = desk.forge.open('lucienne');
  const released = { by: 'wilma', at: desk.now };
  await desk.put(aTicket('MC-1', { issue, released, ...over(desk.now) }));
  await desk.sweep();
  return desk;
}

const blocked = (since: string): Partial<Ticket> => ({
  state: 'blocked',
  blocked: { code: 'retries-exhausted', reason: 'It failed.', since },
});
const asking = (since: string): Partial<Ticket> => ({
  state: 'waiting',
  waiting: { kind: 'question', question: 'Which of the two?', reason: '', by: 'luci', since },
  attempts: [{ ...stopped, outcome: 'question' }],
});
/** The comments that call somebody. */
const calls = (desk: OperatedDesk) =>
  ['blocked', 'question', 'alarm', 'again'].flatMap((name) => desk.forge.told(1, name));

describe('who released a ticket is mentioned and assigned', () => {
  test('where it is blocked: once, once more after a day, and then never', async () => {
    const desk = await with1(blocked);
    const first = expect.stringContaining('@wilma: **MC-1 is blocked** (`retries-exhausted`)');
    expect(calls(desk)).toEqual([first]);
    expect(desk.forge.assigned).toEqual(['1 wilma']);
    desk.later(day - 60_000);
    await desk.lookAtHead();
    expect(calls(desk)).toHaveLength(1);
    desk.later(60_000);
    await desk.lookAtHead(); // as the timer does
    expect(calls(desk)).toEqual([
      first,
      expect.stringMatching(/^<!-- signalbox:again:\S+ -->\n@wilma: still so since 20/),
    ]);
    for (let more = 0; more < 3; more++) {
      desk.later(day);
      desk.restart();
      await desk.sweep();
    }
    expect(calls(desk)).toHaveLength(2);
    expect(desk.forge.assigned).toEqual(['1 wilma', '1 wilma']);
  });

  test('where nobody served the desk for days: the second time is a day after the first all the same', async () => {
    const desk = await with1(() => blocked('2026-05-25T09:00:00Z'));
    expect(calls(desk)).toHaveLength(1);
    desk.later(day - 60_000);
    desk.restart();
    await desk.sweep();
    await desk.lookAtHead();
    expect(calls(desk)).toHaveLength(1);
    desk.later(60_000);
    desk.restart();
    await desk.lookAtHead();
    expect(calls(desk)).toHaveLength(2);
  });

  test('where its agent asks', async () => {
    const desk = await with1(asking);
    expect(calls(desk)).toEqual([
      expect.stringContaining('@wilma: **The agent of MC-1 asks:**\n> Which of the two?'),
    ]);
    desk.later(day);
    await desk.lookAtHead();
    expect(calls(desk)).toHaveLength(2);
  });

  test('where a stop does not take, as soon as it is late by the clock', async () => {
    const old = { ...stopped, outcome: 'parked', signal: null, stopped: null } as const;
    const desk = await with1((now) => ({ ...waiting, attempts: [{ ...old, ended: now }] }));
    const times = { created: desk.now, updated: desk.now };
    const standing = { status: 'in_progress', conclusion: null, url: 'u' } as const;
    desk.forge.runsThere.push({ ...times, ...standing, id: 990, run_attempt: 1, title: 'MC-1 #1 dev' });
    expect(calls(desk)).toEqual([]);
    desk.later(config.limits.alarm_seconds * 1000);
    await desk.lookAtHead();
    expect(calls(desk)).toEqual([expect.stringContaining('@wilma: **Attempt 1 does not stop.**')]);
  });
});

describe('what is over calls nobody', () => {
  test('a ticket that was taken up again within the day', async () => {
    const desk = await with1(blocked);
    desk.forge.say(1, '/retry', 'wilma');
    await desk.look(1);
    desk.later(day);
    desk.restart();
    await desk.sweep();
    await desk.lookAtHead();
    expect(calls(desk)).toHaveLength(1);
  });

  test('a question that somebody parked has been seen', async () => {
    const desk = await with1(asking);
    desk.later();
    desk.forge.say(1, '/park I have to think', 'elmar');
    await desk.look(1);
    desk.later(day);
    await desk.lookAtHead();
    desk.restart();
    await desk.sweep();
    expect(calls(desk)).toHaveLength(1);
  });
});

describe('whom the config names is called', () => {
  const people = { ...config, people: ['lucienne', 'acme/ops'] };

  test('where nobody released the ticket; a team is mentioned, since it cannot be assigned', async () => {
    const desk = await with1((now) => ({ ...blocked(now), released: null }), people);
    expect(calls(desk)).toEqual([expect.stringContaining('@lucienne @acme/ops: **MC-1 is blocked**')]);
    expect(desk.forge.assigned).toEqual(['1 lucienne']);
  });

  test('where who released it may not write any more', async () => {
    const desk = await OperatedDesk.start(people);
    desk.forge.roles.wilma = 'read';
    const issue = desk.forge.open('lucienne');
    await desk.put(aTicket('MC-1', { issue, released: { by: 'wilma', at: desk.now }, ...blocked(desk.now) }));
    await desk.sweep();
    expect(calls(desk)).toEqual([expect.stringContaining('@lucienne @acme/ops: **MC-1 is blocked**')]);
  });
});

test('where GitHub will not assign them people are mentioned all the same', async () => {
  const desk = await OperatedDesk.start();
  desk.forge.failing.set('assign', new SignalboxError('config', 'forbidden', 'not allowed'));
  const issue = desk.forge.open('lucienne');
  await desk.put(aTicket('MC-1', { issue, released: { by: 'wilma', at: desk.now }, ...blocked(desk.now) }));
  expect(await desk.sweep()).toBe(null);
  expect(calls(desk)).toHaveLength(1);
});

test('a process that died between the assignment and the words says them when it is back', async () => {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne');
  await desk.put(aTicket('MC-1', { issue, released: { by: 'wilma', at: desk.now }, ...blocked(desk.now) }));
  desk.forge.failing.set('createComment', new SignalboxError('forge', 'unreachable', 'gone'));
  await desk.sweep();
  desk.forge.failing.clear();
  desk.restart();
  await desk.sweep();
  expect(calls(desk)).toHaveLength(1);
});

test('a call that is due calls for a look at one ticket, whatever else there is, and the clock is set to the next', async () => {
  const desk = await with1(blocked);
  const rest = Array.from({ length: 20 }, (_, at) =>
    aTicket(`MC-${at + 50}`, { issue: desk.forge.open('wilma') }),
  );
  await desk.put(...rest);
  await desk.sweep();
  const since = Date.parse((await desk.ticket('MC-1'))?.blocked?.since ?? '');
  const tickets = new Map([['MC-1', { ticket: await desk.ticket('MC-1') }]]);
  expect(nextMoment({ tickets, desk: await desk.desk() } as never, since + 1000, config)).toBe(since + day);
  desk.forge.commentsRead.length = 0;
  desk.later(day);
  await desk.lookAtHead();
  expect(new Set(desk.forge.commentsRead)).toEqual(new Set([1]));
});

test('who is called for what concerns no ticket is called once more after a day, by whichever process', async () => {
  const desk = await OperatedDesk.start({ ...config, people: ['lucienne'] });
  desk.configBroken = '.github/signalbox.yml: agnets: unknown';
  await desk.sweep();
  await desk.moveBack('wilma');
  await desk.lookAtHead();
  const again = () => [1, 2].map((issue) => desk.forge.told(issue, 'again').length);
  desk.later(day - 60_000);
  await desk.lookAtHead();
  expect(again()).toEqual([0, 0]);
  desk.later(60_000);
  for (let more = 0; more < 3; more++) {
    await desk.lookAtHead();
    desk.later(day);
  }
  expect(again()).toEqual([0, 1]);
  expect(desk.forge.told(2, 'again')[0]).toContain('@lucienne: still so since 20');
  await desk.restore();
  desk.restart();
  for (let more = 0; more < 2; more++) await desk.sweep();
  expect(again()).toEqual([1, 1]);
});

test('two processes that raise one alarm at once leave one of it', async () => {
  const desk = await OperatedDesk.start({ ...config, people: ['lucienne'] });
  const { createIssue } = desk.forge;
  desk.forge.createIssue = async (...given) => {
    desk.forge.createIssue = createIssue;
    await desk.forge.createIssue(...given); // the other one's, after this one has looked
    return desk.forge.createIssue(...given);
  };
  desk.configBroken = '.github/signalbox.yml: agnets: unknown';
  await desk.sweep();
  expect([...desk.forge.issues.values()].map(({ state }) => state)).toEqual(['open', 'closed']);
});

test('what concerns no ticket calls whom the config names: a branch that was moved back, a config that cannot be read', async () => {
  const desk = await OperatedDesk.start({ ...config, people: ['lucienne', 'acme/ops'] });
  desk.configBroken = '.github/signalbox.yml: agnets: unknown';
  await desk.sweep();
  await desk.sweep();
  desk.configBroken = null;
  await desk.moveBack('wilma');
  await desk.lookAtHead();
  const alarms = [...desk.forge.issues.values()].filter(({ labels }) => labels.includes('signalbox'));
  expect(alarms.map(({ body }) => body.split('\n')[1])).toEqual([
    expect.stringMatching(/^@lucienne @acme\/ops: `bad-config`/),
    expect.stringMatching(/^@lucienne @acme\/ops: `head-moved-back`: by GitHub's record @wilma/),
  ]);
  expect(desk.forge.assigned).toEqual(alarms.map(({ number }) => `${number} lucienne`));
});
