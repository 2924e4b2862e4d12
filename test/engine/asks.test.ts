import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { aTicket } from './desk.ts';
import { run as bound, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

/** A command so long that an answer with its words in it would be longer than a comment may be. */
const endless = `/park until ${'x'.repeat(65_500)}`;

describe('a stranger who writes what looks like a command', () => {
  test('gets one reaction and no answer, and holds up nobody', async () => {
    const desk = await OperatedDesk.start();
    const issue = await desk.born('lucienne');
    const said = desk.forge.say(issue, endless, 'mallory');
    desk.forge.say(issue, '/park until @acme/everyone pays', 'mallory');
    desk.forge.say(issue, '/answer', 'mallory'); // nothing was said that could be asked
    desk.forge.label(issue, 'park', 'elmar');
    expect(await desk.look(issue)).toBe(null);
    expect((await desk.ticket('MC-1'))?.state).toBe('waiting');
    expect(desk.forge.told(issue, 'refused')).toEqual([]);
    expect(desk.forge.reactions).toEqual([said, said + 1, said + 2].map((id) => `${id} -1`));
  });
});

test('what could not be read is quoted in the answer: short, and it calls nobody', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  desk.forge.say(issue, endless, 'elmar');
  desk.forge.say(issue, '/park until `@acme/everyone` ![](https://evil.example)', 'elmar');
  expect(await desk.look(issue)).toBe(null);
  const [long = '', short = ''] = desk.forge.told(issue, 'answer');
  expect(long.length).toBeLessThan(1000);
  expect(short).toContain('I cannot read `@acme/everyone ![](https://evil.example)` as a time.');
});

describe('an ask that fails holds up no other of its issue', () => {
  const unreachable = new SignalboxError('forge', 'unreachable', 'GitHub does not answer');

  test('the failure is reported, and the next reading carries out the rest', async () => {
    const desk = await OperatedDesk.start();
    const issue = await desk.born('lucienne');
    desk.forge.say(issue, '/priority nevermore', 'elmar');
    desk.forge.label(issue, 'park', 'elmar');
    desk.forge.failing.set('createComment', unreachable);
    desk.forge.failing.set('react', unreachable);
    expect(await desk.look(issue)).toMatchObject({ code: 'untold' });
    expect((await desk.ticket('MC-1'))?.state).toBe('waiting');
    expect(desk.forge.issues.get(issue)?.labels).toContain('park'); // what asks keeps its label until all is answered
    desk.forge.failing.clear();
    expect(await desk.look(issue)).toBe(null);
    expect(desk.forge.told(issue, 'refused')).toHaveLength(1);
    expect(desk.forge.issues.get(issue)?.labels).not.toContain('park');
  });

  /** MC-1 and MC-2, each executed by a run that ended without a verdict, unheard. */
  async function lostRuns(): Promise<OperatedDesk> {
    const desk = await OperatedDesk.start();
    const issue = () => desk.forge.open('lucienne', { labels: [] });
    for (const [id, run] of [
      ['MC-1', 990],
      ['MC-2', 991],
    ] as const) {
      const attempt = { ...working.attempt, run: { ...bound, id: run } };
      await desk.put(
        aTicket(id, { ...working, attempt, issue: issue() } as Partial<Parameters<typeof desk.put>[0]>),
      );
      const ended = { status: 'completed', conclusion: 'failure', url: '' } as const;
      desk.forge.runsThere.push({
        ...ended,
        id: run,
        run_attempt: 1,
        title: `${id} #1 dev`,
        created: desk.now,
        updated: desk.now,
      });
    }
    return desk;
  }

  test('an attempt ends for absence where all that stands on its issue was decided, though not told', async () => {
    const desk = await lostRuns();
    desk.forge.say(1, '/priority nevermore', 'elmar');
    desk.forge.failing.set('createComment', unreachable);
    await desk.sweep();
    expect((await desk.ticket('MC-1'))?.attempts).toMatchObject([{ outcome: 'lost' }]);
  });

  test('it does not where the issue cannot be read: a stop may stand there', async () => {
    const desk = await lostRuns();
    desk.forge.label(1, 'park', 'elmar');
    desk.forge.failing.set('events', unreachable);
    expect(await desk.sweep()).toMatchObject({ code: 'unreachable' });
    expect((await desk.ticket('MC-1'))?.state).toBe('in_progress');
    desk.forge.failing.clear();
    await desk.sweep();
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
  });

  test('a person’s Cancel in Actions parks all the same: nothing that stands there stops it more', async () => {
    const desk = await lostRuns();
    for (const run of desk.forge.runsThere) run.conclusion = 'cancelled';
    desk.forge.failing.set('events', unreachable);
    await desk.sweep();
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
  });

  test('a sweep that cannot read one ticket’s issue goes on to the next, and fails at its end', async () => {
    const desk = await lostRuns();
    const read = desk.forge.issue.bind(desk.forge);
    desk.forge.issue = async (number) => {
      if (number === 1) throw unreachable;
      return read(number);
    };
    expect(await desk.sweep()).toMatchObject({ code: 'unreachable' });
    expect([(await desk.ticket('MC-1'))?.state, (await desk.ticket('MC-2'))?.state]).toEqual([
      'in_progress',
      'todo',
    ]);
  });
});

test('S4: a park that meets a branch moved back is neither answered nor forgotten: it is carried out once that is restored', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  desk.forge.label(issue, 'park', 'wilma');
  const permission = desk.forge.permission.bind(desk.forge);
  desk.forge.permission = async (login) => {
    await desk.moveBack(); // between the reading and the decision
    return permission(login);
  };
  expect(await desk.look(issue)).toMatchObject({ code: 'head-moved-back' });
  desk.forge.permission = permission;
  expect(desk.forge.told(issue, 'refused')).toEqual([]);
  await desk.restore();
  await desk.look(issue);
  expect((await desk.ticket(`MC-${issue}`))?.state).toBe('waiting');
});
