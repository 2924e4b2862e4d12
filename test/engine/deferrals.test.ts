import { describe, expect, test } from 'vitest';
import { nextMoment } from '../../src/engine/schedule.ts';
import { writeTicket } from '../../src/ticket/codec.ts';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { config as schema } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import { aTicket, config } from './desk.ts';
import { stopped, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// Tickets that wait for something, on the whole engine.

const minute = 60_000;
/** `luci` takes the tickets that wait, `ada` is the agent that they wait for. */
const agents = { luci: { command: ['true'], capacity: 5 }, ada: { command: ['true'], capacity: 2 } };
const settings = schema.parse({ ...config, agents, time_zone: 'Europe/Berlin' });

/** MC-1 on issue 1, deferred until `when`; the tickets of `busy` are worked by ada. */
async function deferred(when: Condition | null, ...busy: string[]): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(settings);
  const issue = desk.forge.open('lucienne');
  const since = desk.now;
  const waiting = when
    ? ({ kind: 'deferred', when, reason: 'later', by: 'elmar', since } as const)
    : ({ kind: 'parked', reason: 'for good', by: 'elmar', since } as const);
  await desk.put(
    aTicket('MC-1', { issue, state: 'waiting', waiting, restricted_at: since }),
    ...busy.map((id) =>
      aTicket(id, { ...working, attempt: { ...working.attempt, agent: 'ada' }, owner: 'ada' }),
    ),
  );
  await desk.sweep();
  desk.later();
  return desk;
}

/** The run of a ticket's attempt ends, and with it what occupied ada. */
async function ends(desk: OperatedDesk, id: string): Promise<void> {
  const own = { source: `end of ${id}`, at: desk.now, actor: 'lucienne' };
  await desk.operator.handle(id, { ...own, kind: 'park', reason: '' });
  await desk.operator.handle(id, { ...own, kind: 'stopped', attempt: 1 });
  await desk.lookAtHead();
}

const stateOf = async (desk: OperatedDesk) => (await desk.ticket('MC-1'))?.state;
const look = async (desk: OperatedDesk, ms: number) => {
  desk.later(ms);
  await desk.lookAtHead();
  return stateOf(desk);
};

/** The transitions of MC-1 that led out of waiting, with what caused them. */
async function wakes(desk: OperatedDesk): Promise<string[]> {
  const history = await desk.history('MC-1');
  return history
    .filter(({ transition }) => transition.includes('waiting -> todo'))
    .map(({ transition, actor, cause }) => `${transition} by ${actor}: ${cause}`)
    .reverse();
}

describe('when an agent is idle', () => {
  test('for 30 minutes: counted from the commit that ended what it ran last, whichever process looks', async () => {
    const desk = await deferred({ idle: 'ada', minutes: 30 }, 'MC-2', 'MC-3');
    await ends(desk, 'MC-2');
    expect(await look(desk, 60 * minute)).toBe('waiting'); // MC-3 still runs
    await ends(desk, 'MC-3');
    expect(await look(desk, 29 * minute)).toBe('waiting');
    desk.restart();
    await desk.sweep();
    expect(await stateOf(desk)).toBe('waiting');
    expect(await look(desk, minute)).toBe('in_progress');
    expect(await wakes(desk)).toEqual([
      'due: waiting -> todo by signalbox: due when ada is idle for 30 minutes',
    ]);
  });

  test('an attempt in between begins the count anew', async () => {
    const desk = await deferred({ idle: 'ada', minutes: 30 }, 'MC-2');
    await ends(desk, 'MC-2');
    await look(desk, 20 * minute);
    await desk.put(aTicket('MC-4', { state: 'todo', owner: 'ada' }));
    await desk.lookAtHead();
    expect((await desk.ticket('MC-4'))?.state).toBe('in_progress');
    expect(await look(desk, 20 * minute)).toBe('waiting');
    const own = { source: 'end', at: desk.now, actor: 'lucienne' };
    await desk.operator.handle('MC-4', { ...own, kind: 'cancel', reason: '' });
    expect(await look(desk, 29 * minute)).toBe('waiting');
    expect(await look(desk, minute)).toBe('in_progress');
  });

  test('an attempt that a stranger forges, and that is put back, leaves the count as it is', async () => {
    const desk = await OperatedDesk.start(settings);
    const when = { idle: 'ada', minutes: 30 };
    const waiting = { kind: 'deferred', when, reason: '', by: 'elmar', since: desk.now } as const;
    await desk.put(aTicket('MC-1', { state: 'waiting', waiting }), aTicket('MC-2', { state: 'inbox' }));
    const forged = { ...working, attempt: { ...working.attempt, agent: 'ada' } };
    await desk.pushUnseen('stranger', ticketPath('MC-2'), writeTicket(aTicket('MC-2', forged)));
    await desk.pushUnseen('stranger', ticketPath('MC-3'), writeTicket(aTicket('MC-3', forged)));
    await desk.lookAtHead();
    expect((await desk.ticket('MC-2'))?.attempt).toBeNull();
    expect(await stateOf(desk)).toBe('in_progress');
  });

  test('fewer than 2 of it: one more may run', async () => {
    const desk = await deferred({ idle: 'ada', below: 2, minutes: 5 }, 'MC-2', 'MC-3');
    expect(await look(desk, 60 * minute)).toBe('waiting');
    await ends(desk, 'MC-2');
    expect(await look(desk, 4 * minute)).toBe('waiting');
    expect(await look(desk, minute)).toBe('in_progress');
    expect((await desk.ticket('MC-3'))?.state).toBe('in_progress');
  });

  test('by the clock alone: the next look is set for the very moment, in any condition', async () => {
    const idle: Condition = { idle: 'ada', minutes: 30 };
    const desk = await deferred({ any: [{ until: '2099-01-01T00:00:00Z' }, { all: [idle] }] }, 'MC-2');
    await ends(desk, 'MC-2');
    const { last_ran } = await desk.desk();
    const snapshot = {
      tickets: new Map([['MC-1', { ticket: await desk.ticket('MC-1') }]]),
      desk: await desk.desk(),
    };
    const next = nextMoment(snapshot as never, desk.forge.now(), settings);
    expect(next).toBe(Date.parse(last_ran.ada?.[0] ?? '') + 30 * minute);
  });

  test('what a broken desk.yaml does not tell is kept beside it', async () => {
    const desk = await deferred({ idle: 'ada', minutes: 30 }, 'MC-2');
    await desk.pushText('wilma', 'desk.yaml', 'format: 1\npaused: [never closed\n');
    await ends(desk, 'MC-2');
    desk.later(10 * minute);
    await desk.pushText('wilma', 'desk.yaml', 'format: 1\n');
    expect(await stateOf(desk)).toBe('waiting');
    expect(await look(desk, 19 * minute)).toBe('waiting');
    expect(await look(desk, minute + 5_000)).toBe('in_progress');
  });
});

describe('until a time, after others, all and any', () => {
  test('each is met by what it names, and by nothing else', async () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString().replace(/\.\d+/, '');
    const soon = { until: at(60 * minute) };
    const desk = await deferred({ all: [soon, { after: ['MC-2'] }] });
    await desk.close(aTicket('MC-2', { state: 'done', attempts: [stopped] }));
    expect(await look(desk, 58 * minute)).toBe('waiting');
    expect(await look(desk, 3 * minute)).toBe('in_progress');
    const other = await deferred({ all: [soon, { after: ['MC-2'] }] });
    expect(await look(other, 61 * minute)).toBe('waiting');
    await other.close(aTicket('MC-2', { state: 'done', attempts: [stopped] }));
    expect(await look(other, minute)).toBe('in_progress');
  });

  test('any: the first that holds', async () => {
    const desk = await deferred({ any: [{ after: ['MC-2'] }, { idle: 'ada' }] }, 'MC-3');
    expect(await look(desk, 60 * minute)).toBe('waiting');
    await desk.close(aTicket('MC-2', { state: 'done', attempts: [stopped] }));
    expect(await look(desk, minute)).toBe('in_progress');
    expect(await wakes(desk)).toEqual([
      'due: waiting -> todo by signalbox: due after MC-2 is done or when ada is idle',
    ]);
  });
});

describe('what people say of it', () => {
  const say = async (desk: OperatedDesk, words: string, who = 'wilma') => {
    desk.forge.say(1, words, who);
    await desk.look(1);
    desk.later();
  };
  const answers = (desk: OperatedDesk) => desk.forge.told(1, 'answer').map((body) => body.split('\n')[1]);

  test('the answer says back how it was understood, in UTC and in the zone of the config', async () => {
    const desk = await deferred(null);
    await say(desk, '/park until 2099-07-01 9:00: the fair');
    expect(answers(desk)).toEqual([
      '@wilma: MC-1 is waiting until 2099-07-01T07:00:00Z (Wed 2099-07-01 09:00 Europe/Berlin).',
    ]);
    expect((await desk.ticket('MC-1'))?.waiting).toMatchObject({
      when: { until: '2099-07-01T07:00:00Z', zone: 'Europe/Berlin' },
      reason: 'the fair',
    });
  });

  test.each([
    ['until nevermore', 'I cannot read'],
    ['until 2020-01-01', 'is past'],
    ['when ada is idle and after MC-2 is done or until friday', 'in two ways'],
  ])('parked all the same, without a condition, and that is said: %s', async (words, fault) => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    await say(desk, `/park ${words}`);
    expect(answers(desk)[0]).toContain('and only a release wakes it: it has no condition. `bad-condition`');
    expect(answers(desk)[0]).toContain(fault);
    expect((await desk.ticket('MC-1'))?.waiting).toMatchObject({ kind: 'parked', reason: words });
    await ends(desk, 'MC-3'); // what it waited for before
    expect(await stateOf(desk)).toBe('waiting');
  });

  test('where nothing waits, that it counts for nothing', async () => {
    const desk = await deferred(null);
    await desk.put({
      ...((await desk.ticket('MC-1')) as Ticket),
      state: 'review',
      waiting: null,
      attempts: [stopped],
    });
    await say(desk, '/park until friday');
    expect(answers(desk)).toEqual([
      expect.stringContaining('MC-1 is in review and held: nothing runs there'),
    ]);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'review', hold: true });
  });

  test.each([
    ['when adda is idle', 'There is no agent adda'],
    ['when fewer than 3 of ada run', 'ada never runs more than 2 at a time'],
    ['after MC-7 is done', 'There is no ticket MC-7'],
    ['after MC-8 is done', 'MC-8 is cancelled'],
    ['after MC-9 is done', 'MC-1 -> MC-9 -> MC-1 wait for each other'],
    ['after MC-1 is done', 'MC-1 -> MC-1 wait for each other'],
  ])('what never comes true is said at once, and waits on: %s', async (words, fault) => {
    const desk = await deferred(null);
    await desk.close(aTicket('MC-8', { state: 'cancelled' }));
    await desk.put(aTicket('MC-9', { after: ['MC-1'] }));
    await say(desk, `/park ${words}`);
    expect(answers(desk)[0]).toContain(`\`bad-condition\` ${fault}, so this never comes true. It waits on.`);
    expect(await look(desk, 60 * 24 * minute)).toBe('waiting');
    const explained = await desk.operator.panel.explain('MC-1');
    expect(explained?.reasons).toContainEqual(
      expect.objectContaining({ code: 'bad-condition', message: expect.stringContaining(fault) }),
    );
  });

  test('a release before its time counts, and is recorded as that', async () => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    await say(desk, '/release');
    expect(await stateOf(desk)).toBe('in_progress');
    expect(await wakes(desk)).toEqual([
      expect.stringMatching(/^release: waiting -> todo, before its time \(when ada is idle\) by wilma: c/),
    ]);
    expect((await desk.ticket('MC-1'))?.woken).toBe(null);
  });

  test('the status comment says what released it', async () => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    await ends(desk, 'MC-3');
    expect(await stateOf(desk)).toBe('in_progress');
    expect(desk.forge.told(1, 'status')[0]).toMatch(
      /Released by its own condition at .*: when ada is idle\./,
    );
  });

  test('a new park takes the place of the condition', async () => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    await say(desk, '/park after MC-2 is done');
    await ends(desk, 'MC-3');
    expect(await stateOf(desk)).toBe('waiting');
    await desk.close(aTicket('MC-2', { state: 'done', attempts: [stopped] }));
    expect(await look(desk, minute)).toBe('in_progress');
  });
});

describe('a condition that is edited in the file while it waits', () => {
  const edited = async (desk: OperatedDesk, who: string, when: Condition) => {
    const ticket = (await desk.ticket('MC-1')) as Ticket;
    const waiting = { kind: 'deferred', reason: 'edited', by: who, since: desk.now, when } as const;
    await desk.push(who, { ...ticket, waiting });
    return (await desk.ticket('MC-1'))?.waiting;
  };

  test('counts where its pusher may release it; by anybody else it is parked for good', async () => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    expect(await edited(desk, 'wilma', { after: ['MC-2'] })).toMatchObject({ when: { after: ['MC-2'] } });
    await ends(desk, 'MC-3');
    expect(await stateOf(desk)).toBe('waiting');
    expect(await edited(desk, 'elmar', { idle: 'ada' })).not.toHaveProperty('when');
    expect(await look(desk, minute)).toBe('waiting');
  });

  test('one that is past would wake it at once: it is parked, and that is said', async () => {
    const desk = await deferred({ idle: 'ada' }, 'MC-3');
    expect(await edited(desk, 'wilma', { until: '2020-01-01T00:00:00Z' })).not.toHaveProperty('when');
    expect(await look(desk, minute)).toBe('waiting');
    expect(desk.forge.told(1, 'quarantine')[0]).toContain('what it would wait for (bad-condition)');
  });
});
